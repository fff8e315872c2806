// Every command of the real program on scratch stores: exit codes, tables, --json, and messages on purpose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "store/open.h"
#include "store/sqlite.h"
#include "tests/server/program_run.h"
#include "tests/support/builders.h"

namespace pianola::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Commands : public ProgramTest {
 protected:
  void import_triage() {
    scratch.write("triage.json", triage_json());
    ok("workflow import triage.json");
  }
  void import_second_version() {
    scratch.write("next.json", triage_json("Read {{input.mail}} twice."));
    ok("workflow import next.json --base 1.0.0");
  }
  // A finished execution and two reports, by the tools; gives the execution's id.
  std::string play() {
    const RunResult run =
        ok("serve --executor claude-haiku-5-5",
           kInitializeLine + tool_call(1, "execution_start", {{"name", "triage"}, {"input", {{"mail", "My shoe."}}}}) +
               tool_call(2, "report_edge_case", {{"name", "triage"}, {"situation", "The mail is empty."}}) +
               tool_call(3, "report_edge_case", {{"name", "triage"}, {"situation", "It is a poem."}}));
    const std::string id = ok("execution list --json").json()["executions"][0]["execution_id"];
    ok("serve",
       kInitializeLine +
           tool_call(1, "execution_step", {{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "shoes"}}}}) +
           tool_call(2, "execution_finish",
                     {{"execution_id", id},
                      {"outcome", "succeeded"},
                      {"usage", {{"input_tokens", 10000}, {"output_tokens", 100}, {"model", "claude-haiku-5-5"}}}}));
    return id;
  }
};

TEST_F(Commands, MessagesNameCommandsAndNoTools) {
  EXPECT_THAT(misuse("cost nothing"), Not(HasSubstr("workflow_find")));
  import_triage();
  EXPECT_THAT(failure("cost nothing"), HasSubstr("pianola workflow list lists what there is"));
  EXPECT_THAT(failure("execution show 123"), HasSubstr("take it from pianola execution list"));
  EXPECT_THAT(failure("edge-case resolve xyz accepted"), HasSubstr("take the id from pianola edge-case list"));
  const RunResult json = scratch.run("edge-case resolve xyz accepted --json");
  EXPECT_EQ(json.json()["error"]["message"],
            "There is no edge case report \"xyz\": take the id from pianola edge-case list.");
}

TEST_F(Commands, AnImportSaysWhichCommandTellsWhatDesigningCost) {
  scratch.write("triage.json", triage_json());
  EXPECT_THAT(ok("workflow import triage.json").out,
              AllOf(HasSubstr("pianola cost set-design triage 1.0.0 USD"), Not(HasSubstr("design_usage"))));
  scratch.write("slip.json", triage_json("Read {{input.mial}}."));
  EXPECT_THAT(ok("workflow import slip.json --name slip").out,
              AllOf(HasSubstr("import it with --base 1.0.0"), HasSubstr("pianola cost set-design slip 1.0.0 USD"),
                    Not(HasSubstr("design_usage"))));
}

TEST_F(Commands, WrongUsageIsJsonForMachinesToo) {
  for (const char* command :
       {"workflow foo --json", "--json execution list --limit x", "--json edge-case resolve x y"}) {
    const RunResult run = scratch.run(command);
    EXPECT_EQ(run.code, 2) << command;
    EXPECT_EQ(run.json()["error"]["code"], "bad_arguments") << command;
    EXPECT_THAT(run.err, IsEmpty()) << command;
  }
}

TEST_F(Commands, LintOfAFileSaysHowAFileIsLinted) {
  ok("serve");
  scratch.write("triage.json", triage_json());
  EXPECT_THAT(misuse("workflow lint triage.json"), HasSubstr("pianola workflow lint --file triage.json"));
}

TEST_F(Commands, WhereThereIsNoStoreThatIsToldFirstAndNothingIsMade) {
  EXPECT_THAT(misuse("execution show zzz --store nowhere.db"), HasSubstr("there is no store at nowhere.db"));
  EXPECT_THAT(misuse("export out --store nowhere.db"), HasSubstr("there is no store at nowhere.db"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "out"));
}

TEST_F(Commands, AFileThatIsNoDatabaseIsToldInOneSentence) {
  scratch.write("notes.txt", "Remember the milk, remember the milk, remember the milk, remember the milk, and bread.");
  EXPECT_THAT(failure("workflow list --store notes.txt"),
              EndsWith("the file is not a database of Pianola's: name another\n"));
}

TEST_F(Commands, AWordTooManyIsSaidToBeANameWithBlanksMaybe) {
  const RunResult run = scratch.run("prices set claude haiku --input 1 --output 2");
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("not expected: haiku. A name with blanks goes in quotes"));
}

// Who may read a store and not write it: as root, another user has to run the program.
class ReadOnlyStore : public Commands {
 protected:
  RunResult run_as_reader(const std::string& arguments) {
    const std::string as_another =
        ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : std::string();
    const std::string command = as_another + "'" + PIANOLA_BINARY_DIR + "/pianola' --store '" + scratch.store() + "' " +
                                arguments + " > '" + (scratch / "out") + "' 2> '" + (scratch / "err") + "'";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, scratch.read("out"), scratch.read("err")};
  }
  void allow_reading_alone() {
    using std::filesystem::perms;
    constexpr perms kRead = perms::owner_read | perms::group_read | perms::others_read;
    constexpr perms kEnter = perms::owner_exec | perms::group_exec | perms::others_exec;
    std::filesystem::permissions(scratch.store(), kRead);
    scratch.write("out", "");
    scratch.write("err", "");
    std::filesystem::permissions(scratch / "", kRead | kEnter);
  }
  ~ReadOnlyStore() override { std::filesystem::permissions(scratch / "", std::filesystem::perms::owner_all); }
};

TEST_F(ReadOnlyStore, IsListedAndShown) {
  import_triage();
  allow_reading_alone();
  for (const char* command :
       {"workflow list", "workflow show triage", "execution list", "edge-case list", "cost", "prices list", "verify"}) {
    const RunResult run = run_as_reader(command);
    EXPECT_EQ(run.code, 0) << command << ": " << run.err;
  }
  EXPECT_THAT(run_as_reader("workflow list").out, HasSubstr("triage"));
}

TEST_F(ReadOnlyStore, IsNotWrittenAndSaysSo) {
  import_triage();
  allow_reading_alone();
  const RunResult run = run_as_reader("workflow retire triage 1.0.0");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("may only be read, and this would write to it: check its permissions"));
}

TEST_F(Commands, UsageIsImportedFromJsonLines) {
  import_triage();
  const std::string id = play();
  scratch.write(
      "usage.jsonl",
      Json{{"execution", id}, {"model", "claude-haiku-5-5"}, {"input_tokens", 1000}, {"output_tokens", 10}}.dump() +
          "\n");
  EXPECT_THAT(ok("usage import usage.jsonl --dry-run").out, HasSubstr("1 execution would change"));
  EXPECT_EQ(ok("usage import usage.jsonl --json").json()["changed"], 1);
  EXPECT_EQ(ok("usage import usage.jsonl --json").json()["changed"], 0);
  EXPECT_EQ(ok("cost --json").json()["unpriced_executions"], 0);
  scratch.write("bad.jsonl", "{\"execution\": \"x\"}\n");
  EXPECT_THAT(failure("usage import bad.jsonl"), HasSubstr("line 1: there is no execution \"x\""));
}

TEST_F(Commands, ServeLogsRequestsWithTheirTraces) {
  const std::string call =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"workflow_find","arguments":{},"_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}})";
  const RunResult logged = ok("serve --log-requests", kInitializeLine + call + "\n");
  EXPECT_THAT(logged.err, HasSubstr("\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\""));
  EXPECT_THAT(logged.err, HasSubstr("\"name\":\"workflow_find\""));
  EXPECT_THAT(ok("serve", kInitializeLine + call + "\n").err, IsEmpty());
}

TEST_F(Commands, HelpSaysWhatEveryCommandIsFor) {
  const std::string help = ok("--help").out;
  for (const char* command : {"serve", "workflow", "execution", "edge-case", "cost", "prices", "backup", "restore",
                              "verify", "export", "import"}) {
    EXPECT_THAT(help, HasSubstr(std::string("\n  ") + command));
  }
  EXPECT_THAT(ok("workflow import --help").out, HasSubstr("--base"));
  EXPECT_THAT(ok("restore --help").out, HasSubstr("--replace"));
  EXPECT_THAT(ok("--version").out, HasSubstr("0.1.0"));
}

TEST_F(Commands, AMistypedCommandIsWrongUsageAndAnsweredWithTheNearest) {
  EXPECT_THAT(misuse("workflwo list"), HasSubstr("workflow"));
  EXPECT_THAT(misuse("workflow lsit"),
              HasSubstr("\"lsit\" is no command. Did you mean \"list\"?\nRun pianola workflow --help"));
  EXPECT_THAT(misuse("--store other.db workflow exprot"), HasSubstr("\"export\""));
  EXPECT_THAT(misuse(""), HasSubstr("--help"));
  EXPECT_THAT(misuse("workflow show"), HasSubstr("name"));
  EXPECT_THAT(misuse("edge-case resolve x maybe"), HasSubstr("accepted"));
  EXPECT_THAT(misuse("serve --role boss"), HasSubstr("designer"));
}

TEST_F(Commands, AWrongValueIsWrongUsageWhereverItIsFound) {
  import_triage();
  for (const char* command : {"cost --since nonsense",
                              "cost triage --until 2026-13-01",
                              "cost set-design triage 1.0.0 -5",
                              "cost set-design triage one 5",
                              "cost --group-by step",
                              "cost estimate",
                              "prices remove x --from nonsense",
                              "prices import - --from nonsense",
                              "key create --expires soon",
                              "verify --head nonsense",
                              "workflow publish triage one",
                              "workflow publish 'No Slug' 1.0.0",
                              "workflow import triage.json --base one",
                              "execution list --limit abc",
                              "execution list --limit 0",
                              "--workspace 'a b' cost",
                              "install nowhere",
                              "install",
                              "uninstall nowhere",
                              "install cursor --http nonsense",
                              "install cursor --name 'a b'",
                              "serve --http nonsense",
                              "serve --http 127.0.0.1:0 --proxy x",
                              "serve --http 127.0.0.1:0 --tls-cert a",
                              "serve --root /nowhere",
                              "workflow list --store postgres://x/y"}) {
    EXPECT_NE(misuse(command), "") << command;
  }
  EXPECT_EQ(scratch.run("cost --since nonsense --json").json()["error"]["code"], "bad_date");
  failure("workflow show nothing");
}

TEST_F(Commands, WordsThatAreNoTextAreRefusedInWords) {
  EXPECT_THAT(misuse("workflow list --store $(printf 'a\\377b')"), HasSubstr("Argument 4 is not UTF-8 text"));
  EXPECT_THAT(misuse("workflow show $(printf '\\377')"), HasSubstr("Argument 3 is not UTF-8 text"));
}

TEST_F(Commands, AWorkspaceThatIsNamedAndHoldsNothingMayBeASlip) {
  import_triage();
  for (const char* command : {"cost", "workflow list", "execution list", "edge-case list"}) {
    EXPECT_THAT(ok(command).err, IsEmpty());
    EXPECT_THAT(ok(std::string("--workspace typo ") + command).err, HasSubstr("workspace \"typo\" holds no workflow"));
  }
}

TEST_F(Commands, AStoreThatIsNamedAndNotThereIsASlip) {
  for (const char* command : {"workflow list", "execution list", "edge-case list", "cost", "verify"}) {
    EXPECT_THAT(misuse(std::string(command) + " --store nowhere/store.db"), HasSubstr("nowhere/store.db")) << command;
  }
  EXPECT_FALSE(std::filesystem::exists(scratch / "nowhere"));
  ok("serve --store new/store.db");
  ok("workflow list --store new/store.db");
}

TEST_F(Commands, AnEmptyStoreSaysWhatToDo) {
  ok("serve");
  EXPECT_THAT(ok("workflow list").out, HasSubstr("workflow import"));
  EXPECT_THAT(ok("execution list").out, HasSubstr("No executions"));
  EXPECT_THAT(ok("edge-case list").out, HasSubstr("No open edge case reports."));
  EXPECT_EQ(ok("workflow list --json").json(), Json({{"workflows", Json::array()}}));
}

TEST_F(Commands, AWorkflowIsImportedShownAndExportedAsItWas) {
  scratch.write("triage.json", triage_json());
  const Json saved = ok("workflow import triage.json --json").json();
  EXPECT_EQ(saved["version"], "1.0.0");
  EXPECT_EQ(saved["status"], "published");
  EXPECT_THAT(ok("workflow list").out, HasSubstr("triage  1.0.0    published  Mail triage"));
  EXPECT_THAT(ok("workflow show triage").out, StartsWith("To run this, call execution_start with name \"triage\""));
  EXPECT_EQ(ok("workflow show triage --json").json()["hash"], saved["hash"]);
  const std::string text = ok("workflow export triage").out;
  EXPECT_EQ(Json::parse(text), Json::parse(triage_json()));
  EXPECT_THAT(ok("workflow import -", text).out, HasSubstr("unchanged"));
}

TEST_F(Commands, AnSopIsImportedAndLinted) {
  scratch.write("release.sop.md",
                "# Release It\n\n## Overview\nReleases a package.\n\n## Parameters\n- **dir** "
                "(required): Where\n\n## Steps\n\n### 1. Check\nCheck {dir}.\n\n### 2. Build\nBuild.\n");
  const RunResult run = ok("workflow import release.sop.md");
  EXPECT_THAT(run.out, StartsWith("release-it 1.0.0: published"));
  EXPECT_THAT(run.out, HasSubstr("readiness"));
  EXPECT_EQ(ok("workflow export release-it").json()["steps"].size(), 2u);
  EXPECT_EQ(ok("workflow import release.sop.md --name other --json").json()["name"], "other");
  scratch.write("none.md", "# Notes\n");
  EXPECT_THAT(failure("workflow import none.md"), HasSubstr("## Steps"));
}

TEST_F(Commands, AFileForAKnownNameNeedsItsBase) {
  import_triage();
  scratch.write("next.json", triage_json("Read {{input.mail}} twice."));
  const std::string message = failure("workflow import next.json");
  EXPECT_THAT(message, HasSubstr("--base 1.0.0"));
  EXPECT_THAT(message, HasSubstr("--name"));
  EXPECT_EQ(ok("workflow import next.json --base 1.0.0 --json").json()["version"], "1.0.1");
}

TEST_F(Commands, BadFilesAreNamedWithTheReason) {
  EXPECT_THAT(failure("workflow import nowhere.json"), HasSubstr("\"nowhere.json\" cannot be read: No such file"));
  EXPECT_THAT(failure("workflow import ."), HasSubstr("directory"));
  scratch.write("bad.json", "{\"name\": ");
  EXPECT_THAT(failure("workflow import bad.json"), HasSubstr("\"bad.json\" is no JSON"));
  scratch.write("wrong.json", R"({"name": "x", "steps": [{"id": "a", "next": "b"}]})");
  const RunResult run = scratch.run("workflow import wrong.json --json");
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(run.json()["error"]["code"], "bad_design");
  EXPECT_FALSE(run.json()["error"]["findings"].empty());
  EXPECT_THAT(run.err, IsEmpty());
}

TEST_F(Commands, AnUnknownWorkflowIsAnsweredWithTheNearest) {
  import_triage();
  for (const char* command : {"workflow show traige", "workflow export traige", "workflow diff traige 1.0.0",
                              "workflow lint traige", "workflow publish traige 1.0.0", "workflow rollback traige",
                              "execution list --workflow traige", "edge-case list --workflow traige", "cost traige"}) {
    EXPECT_THAT(failure(command), HasSubstr("\"triage\"")) << command;
  }
  EXPECT_THAT(failure("workflow show triage --version 9.0.0"), HasSubstr("1.0.0"));
  EXPECT_EQ(scratch.run("workflow show traige --json").json()["error"]["code"], "unknown_workflow");
}

TEST_F(Commands, VersionsAreComparedPublishedRetiredAndRolledBack) {
  import_triage();
  import_second_version();
  EXPECT_THAT(ok("workflow diff triage 1.0.0").out, HasSubstr("parse"));
  EXPECT_THAT(ok("workflow diff triage 1.0.0 1.0.0").out, HasSubstr("equal"));
  EXPECT_FALSE(ok("workflow diff triage 1.0.0 1.0.1 --json").json()["changes"].empty());
  EXPECT_THAT(ok("workflow rollback triage --reason worse").out, HasSubstr("executions start with 1.0.0"));
  EXPECT_THAT(failure("workflow rollback triage"), HasSubstr("only 1.0.0 published"));
  EXPECT_THAT(ok("workflow publish triage 1.0.1").out, HasSubstr("start with 1.0.1"));
  EXPECT_EQ(ok("workflow retire triage 1.0.1 --json").json()["newest_published"], "1.0.0");
  EXPECT_THAT(misuse("workflow retire triage one"), HasSubstr("\"one\""));
  EXPECT_EQ(ok("workflow export triage 1.0.0").out, ok("workflow export triage --version 1.0.0").out);
}

TEST_F(Commands, ACanaryIsStartedShownAndEnded) {
  import_triage();
  EXPECT_THAT(failure("workflow canary triage 1.0.0"), HasSubstr("No published version of \"triage\" is below 1.0.0"));
  import_second_version();
  EXPECT_THAT(ok("workflow canary triage").out, HasSubstr("triage has no canary"));
  EXPECT_THAT(failure("workflow canary triage 1.0.1 --percent 100"), HasSubstr("1 to 99 %"));
  EXPECT_THAT(ok("workflow canary triage 1.0.1 --percent 20").out,
              HasSubstr("1.0.1 takes 20 % of the executions, 1.0.0 the others\n"));
  EXPECT_THAT(ok("workflow list").out, HasSubstr("published, canary 1.0.1 on 20 %"));
  EXPECT_EQ(ok("workflow list triage --json").json()["versions"][0]["canary"], true);
  EXPECT_THAT(ok("workflow show triage").err, HasSubstr("more executions needed"));
  const Json state = ok("workflow canary triage --json").json()["canary"];
  EXPECT_EQ(state["decision"], "undecided");
  EXPECT_GT(state["executions_needed"], 100);
  ok("export files");
  ok("--store other.db import files");
  EXPECT_THAT(ok("--store other.db workflow list").out, HasSubstr("canary 1.0.1 on 20 %"));
  EXPECT_THAT(ok("workflow rollback triage").out, HasSubstr("1.0.1 is now retired; executions start with 1.0.0"));
  EXPECT_EQ(ok("workflow canary triage --json").json()["canary"], nullptr);
}

TEST_F(Commands, VersionsOfAWorkflowAreListedNewestFirst) {
  import_triage();
  import_second_version();
  const Json versions = ok("workflow list triage --json").json()["versions"];
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0]["version"], "1.0.1");
  EXPECT_EQ(versions[1]["status"], "published");
  EXPECT_THAT(ok("workflow list triage").out, HasSubstr("imported from triage.json"));
  EXPECT_THAT(failure("workflow list traige"), HasSubstr("\"triage\""));
}

TEST_F(Commands, ExecutionsOfABatchAreToldFromOthers) {
  import_triage();
  ok("serve", kInitializeLine + tool_call(1, "execution_start",
                                          {{"name", "triage"}, {"inputs", {{{"mail", "Hi."}}, {{"mail", "Ho."}}}}}));
  const Json listed = ok("execution list --json").json()["executions"][0];
  EXPECT_EQ(listed["batch"]["item"], 1);
  const std::string id = listed["execution_id"];
  EXPECT_EQ(listed["batch"]["id"], id);
  EXPECT_THAT(ok("execution list").out, HasSubstr("1/2"));
  ok("serve", kInitializeLine + tool_call(1, "execution_finish", {{"execution_id", id}, {"outcome", "failed"}}));
  EXPECT_THAT(ok("execution list").out, HasSubstr("2/2"));
  EXPECT_THAT(ok("execution show " + id).out, HasSubstr("batch: item 1 of 2 of " + id + ": 1 failed, 1 running\n"));
  EXPECT_THAT(ok("execution show " + id).out, HasSubstr("  item 1: failed  " + id));
}

TEST_F(Commands, LintJudgesSavedDesignsAndFiles) {
  import_triage();
  EXPECT_THAT(ok("workflow lint triage").out, HasSubstr("readiness"));
  scratch.write("broken.json",
                R"({"name": "b", "steps": [{"id": "a", "instruction": "Do it.", "branches": [{"goto": "c"}]}]})");
  const RunResult run = scratch.run("workflow lint --file broken.json --json");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("dangling_goto"));
  EXPECT_THAT(misuse("workflow lint"), HasSubstr("--file"));
}

TEST_F(Commands, ExecutionsAreListedAndShown) {
  import_triage();
  const std::string id = play();
  EXPECT_THAT(ok("execution list --workflow triage --state succeeded").out, HasSubstr(id));
  EXPECT_THAT(ok("execution list --state failed").out, HasSubstr("No executions"));
  EXPECT_FALSE(ok("execution list --limit 1 --json").json()["more"]);
  ok("serve", kInitializeLine + tool_call(1, "execution_start", {{"name", "triage"}, {"input", {{"mail", "Hi."}}}}));
  EXPECT_TRUE(ok("execution list --limit 1 --json").json()["more"]);
  EXPECT_THAT(ok("execution list --limit 1").out, HasSubstr("There are more: raise --limit"));
  EXPECT_THAT(misuse("execution list --state done"), HasSubstr("succeeded"));
  EXPECT_THAT(ok("execution show " + id).out, HasSubstr("{\"topic\":\"shoes\"}"));
  const Json shown = ok("execution show " + id + " --json").json();
  EXPECT_EQ(shown["state"], "succeeded");
  EXPECT_EQ(shown["hand_ins"][0]["output"], Json({{"topic", "shoes"}}));
  EXPECT_THAT(failure("execution show nonsense"), HasSubstr("nonsense"));
  EXPECT_THAT(failure("execution show 019c0000-0000-7000-8000-000000000000"), HasSubstr("execution list"));
}

TEST_F(Commands, AnExecutionLeftIdleIsAbandonedInEveryList) {
  import_triage();
  const workflow::Execution idle = an_execution(a_design("triage").with_step("parse"));  // of the year 2026's start
  {
    const auto store = store::open_store(scratch.store());
    const auto transaction = store->begin_write();
    store->executions().insert({}, idle);
    transaction->commit();
  }
  EXPECT_EQ(ok("execution list --json").json()["executions"][0]["state"], "abandoned");
  EXPECT_EQ(ok("execution list --state abandoned --json").json()["executions"].size(), 1u);
  EXPECT_EQ(ok("execution list --state running --json").json()["executions"].size(), 0u);
  EXPECT_EQ(ok("execution show " + idle.id.text() + " --json").json()["state"], "abandoned");
}

TEST_F(Commands, EdgeCasesAreListedAndSettled) {
  import_triage();
  play();
  const Json reports = ok("edge-case list --json").json()["edge_cases"];
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(ok("edge-case list triage --json").json()["edge_cases"], reports);
  EXPECT_EQ(ok("edge-case list --workflow triage --json").json()["edge_cases"], reports);
  const std::string first = reports[0]["id"];
  const std::string second = reports[1]["id"];
  EXPECT_THAT(ok("edge-case resolve " + first + " rejected --reason 'It is none.'").out, HasSubstr("is now rejected"));
  EXPECT_THAT(ok("edge-case resolve " + first + " rejected --reason 'It is none.'").out, HasSubstr("was rejected"));
  const Json duplicate = ok("edge-case resolve " + second + " duplicate --of " + first + " --json").json();
  EXPECT_EQ(duplicate["status"], "duplicate");
  EXPECT_EQ(duplicate["duplicate_of"], first);
  EXPECT_EQ(ok("edge-case list --json").json()["edge_cases"].size(), 0u);
  EXPECT_THAT(ok("edge-case list").out, HasSubstr("No open edge case reports; --status all shows those that are."));
  EXPECT_EQ(ok("edge-case list --status all --json").json()["edge_cases"].size(), 2u);
  EXPECT_THAT(misuse("edge-case list --status done"), HasSubstr("all"));
  EXPECT_THAT(failure("edge-case resolve nonsense accepted"), HasSubstr("nonsense"));
}

TEST_F(Commands, CostsOfOneWorkflowAndOfAll) {
  import_triage();
  play();
  ok("cost set-design triage 1.0.0 5.20");
  const Json json = ok("cost triage --json").json();
  EXPECT_EQ(json["design_cost"], 5.2);
  EXPECT_EQ(json["executions"], 1);
  EXPECT_EQ(json["unpriced_executions"], 0);
  const std::string text = ok("cost --group-by version").out;
  EXPECT_THAT(text, HasSubstr("$5.20"));
  EXPECT_THAT(text, HasSubstr("claude-haiku-5-5"));
  EXPECT_THAT(text, HasSubstr("triage"));
  EXPECT_THAT(misuse("cost --since yesterday"), HasSubstr("YYYY-MM-DD"));
  EXPECT_THAT(misuse("cost --group-by mood"), HasSubstr("month"));
}

TEST_F(Commands, PricesAreListedSetAndImported) {
  EXPECT_THAT(ok("prices list").out, HasSubstr("claude-haiku-5-5"));
  ok("prices set my-model --input 0.25 --output 1.25 --from 2026-01-01");
  scratch.write("litellm.json", R"({"their-model": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
                                    "mode": "chat", "litellm_provider": "them"}})");
  EXPECT_THAT(ok("prices import litellm.json --dry-run").out, HasSubstr("1 price would be set"));
  EXPECT_THAT(ok("prices list").out, Not(HasSubstr("their-model")));
  EXPECT_THAT(ok("prices import litellm.json").out, HasSubstr("1 price set, 0 unchanged"));
  EXPECT_THAT(ok("prices import litellm.json").out, HasSubstr("0 prices set, 1 unchanged"));
  const std::string listed = ok("prices list").out;
  EXPECT_THAT(listed, HasSubstr("my-model"));
  EXPECT_THAT(listed, HasSubstr("their-model"));
  EXPECT_THAT(failure("prices import litellm.json --model there-model"), HasSubstr("their-model"));
  EXPECT_THAT(misuse("prices set my-model --input -1 --output 1"), HasSubstr("USD"));
  EXPECT_THAT(misuse("prices set my-model --input 1 --output 1 --from today"), HasSubstr("YYYY-MM-DD"));
}

TEST_F(Commands, ABackupIsMadeOnceAndRestoredOnlyWhenToldTo) {
  import_triage();
  EXPECT_THAT(ok("backup copy.db").out, HasSubstr("copy.db"));
  EXPECT_THAT(failure("backup copy.db"), HasSubstr("never overwrites"));
  EXPECT_THAT(failure("backup no/such/copy.db"), HasSubstr("There is no folder"));
  import_second_version();
  EXPECT_THAT(failure("restore copy.db"), HasSubstr("--replace"));
  EXPECT_THAT(ok("workflow list").out, HasSubstr("1.0.1"));
  const Json restored = ok("restore copy.db --replace --json").json();
  EXPECT_THAT(ok("workflow list").out, HasSubstr("1.0.0"));
  EXPECT_THAT(ok("workflow list --store '" + restored["kept_as"].get<std::string>() + "'").out, HasSubstr("1.0.1"));
  EXPECT_THAT(ok("restore copy.db --store fresh.db").out, HasSubstr("Restored fresh.db"));
  scratch.write("junk.db", std::string(9000, 'x'));
  failure("restore junk.db --replace");
  EXPECT_THAT(failure("restore missing.db --replace"), HasSubstr("missing.db"));
  EXPECT_TRUE(ok("verify --json").json()["sound"]);
}

TEST_F(Commands, VerifyFindsWhatWasChanged) {
  import_triage();
  EXPECT_THAT(ok("verify").out, HasSubstr("sound; 1 version, 1 audit entry in 1 chain"));
  store::SqliteDatabase(scratch.store(), store::FileUse::must_exist)
      .run_script("UPDATE versions SET canonical = replace(canonical, 'Sorts', 'Drops')");
  const RunResult run = scratch.run("verify");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("does not match its hash"));
  EXPECT_THAT(misuse("verify --store missing.db"), HasSubstr("missing.db"));
}

TEST_F(Commands, AWholeStoreIsExportedAndImported) {
  import_triage();
  play();
  ok("prices set my-model --input 0.25 --output 1.25");
  EXPECT_THAT(ok("export out").out, HasSubstr("out: "));
  EXPECT_THAT(scratch.read("out/default/workflows/triage/1.0.0.json"), HasSubstr("\"design\": {\n"));
  const Json report = ok("import out --store other.db --json").json();
  EXPECT_EQ(report["versions"]["added"], 1);
  ok("export again --store other.db");
  EXPECT_EQ(std::system(("diff -r '" + scratch / "out" + "' '" + scratch / "again" + "'").c_str()), 0);
  ok("verify --store other.db");
  EXPECT_THAT(ok("import out").out, HasSubstr("kept"));
  EXPECT_EQ(std::filesystem::exists(scratch / "out/.export-copy.db"), false);
}

TEST_F(Commands, AnExportIsRenewedAndLeavesOtherFilesAlone) {
  import_triage();
  ok("export out");
  scratch.write("out/README.md", "mine");
  scratch.write("out/default/workflows/gone.json", "{}");
  import_second_version();
  ok("export out");
  EXPECT_TRUE(std::filesystem::exists(scratch / "out/default/workflows/triage/1.0.1.json"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "out/default/workflows/gone.json"));
  EXPECT_EQ(scratch.read("out/README.md"), "mine");
  scratch.write("notes.txt", "mine");
  EXPECT_THAT(failure("export ."), HasSubstr("holds other files"));
  EXPECT_THAT(failure("export notes.txt"), HasSubstr("is a file"));
}

TEST_F(Commands, AnImportThatContradictsChangesNothing) {
  import_triage();
  ok("export out");
  scratch.write("other.json", triage_json("Read something else."));
  ok("workflow import other.json --store other.db");
  const RunResult run = scratch.run("import out --store other.db");
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("version 1.0.0 of \"triage\" is another one in the store"));
  EXPECT_THAT(run.err, StartsWith("pianola: Nothing was imported: the files contradict the store or each other. "));
  EXPECT_THAT(ok("workflow export triage --store other.db").out, HasSubstr("something else"));
  EXPECT_THAT(failure("import ."), HasSubstr("is no export"));
  EXPECT_THAT(failure("import other.json"), HasSubstr("pianola workflow import"));
}

TEST_F(Commands, ARefusedImportSaysWhyOnceAndLeavesNoStore) {
  import_triage();
  ok("export out");
  const std::string file = "out/default/workflows/triage/1.0.0.json";
  std::string text = scratch.read(file);
  const std::string status = "\"published\"";
  scratch.write(file, text.replace(text.find(status), status.size(), "\"retired\""));
  EXPECT_EQ(failure("import out --store new/folder/other.db"),
            "pianola: Nothing was imported: the files contradict each other. default/workflows/triage/1.0.0.json: "
            "version 1.0.0 of \"triage\" is not what the audit log tells: it was edited, or the entry of its last "
            "change is gone\n");
  EXPECT_FALSE(std::filesystem::exists(scratch / "new"));
  std::filesystem::create_directory(scratch / "mine");
  failure("import out --store mine/other.db");
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "mine"));
}

TEST_F(Commands, AnExportOfAnotherFormatIsRefused) {
  import_triage();
  ok("export out");
  for (const char* version : {"2", "18446744073709551615", "18446744073709551617", "-1", "1.5", "\"1\""}) {
    scratch.write("out/pianola-export.json",
                  R"({"format": "pianola-export", "format_version": )" + std::string(version) + "}");
    EXPECT_THAT(failure("import out --store new.db"), HasSubstr("says no format_version that this Pianola reads"))
        << version;
  }
}

TEST_F(Commands, AnImportMakesItsStoreAndNothingElse) {
  import_triage();
  ok("export out");
  // What an import that was killed has left: no process has the highest number.
  std::filesystem::create_directories(scratch / "new/folder");
  for (const char* left : {"other.db.unfinished-4194304", "other.db.unfinished-4194304.lock"}) {
    scratch.write(std::string("new/folder/") + left, "x");
  }
  ok("import out --store new/folder/other.db");
  for (const auto& file : std::filesystem::directory_iterator(scratch / "new/folder")) {
    EXPECT_THAT(file.path().filename().string(), testing::AnyOf("other.db", "other.db.lock"));
  }
  EXPECT_THAT(ok("workflow list --store new/folder/other.db").out, HasSubstr("triage"));
}

TEST_F(Commands, StoresThatCannotBeUsedAreSaidInWords) {
  scratch.write("notes.txt", std::string(5000, 'x'));
  const RunResult notes = scratch.run("workflow list --store notes.txt --json");
  EXPECT_EQ(notes.code, 1);
  EXPECT_EQ(notes.json()["error"]["code"], "storage_fault");
  EXPECT_EQ(notes.json()["error"]["kind"], "storage_not_ours");
  EXPECT_EQ(scratch.read("notes.txt"), std::string(5000, 'x'));
  EXPECT_THAT(misuse("workflow list --store ."), HasSubstr("folder"));
  EXPECT_THAT(misuse("workflow list --store notes.txt/store.db"), HasSubstr("notes.txt"));
  ok("serve");
  store::SqliteDatabase(scratch.store(), store::FileUse::must_exist)
      .run_script("INSERT INTO schema_migrations VALUES (99, 0)");
  EXPECT_THAT(failure("workflow list"), HasSubstr("newer"));
  EXPECT_THAT(failure("verify"), HasSubstr("newer"));
}

TEST_F(Commands, AFullDiskIsSaidAndNothingIsLost) {
  import_triage();
  std::string long_text(2'000'000, 'x');
  scratch.write("litellm.json", "{}");
  Json prices = Json::object();
  for (int i = 0; i < 4000; ++i) {
    prices["model-" + std::to_string(i)] = {
        {"input_cost_per_token", 1e-06}, {"output_cost_per_token", 2e-06}, {"mode", "chat"}};
  }
  scratch.write("litellm.json", prices.dump());
  // Files cannot grow beyond 512 blocks of 512 bytes: what a full disk is to the program.
  const RunResult run = scratch.run("prices import litellm.json", "", "ulimit -f 512;");
  EXPECT_EQ(run.code, 1) << run.out;
  EXPECT_THAT(run.err, HasSubstr("full"));
  EXPECT_THAT(ok("prices list").out, Not(HasSubstr("model-1 ")));
  EXPECT_THAT(ok("workflow list").out, HasSubstr("triage"));
  EXPECT_TRUE(ok("verify --json").json()["sound"]);
}

TEST_F(Commands, WorkspacesAreApart) {
  import_triage();
  EXPECT_THAT(ok("workflow list --workspace team").out, HasSubstr("No workflows"));
  EXPECT_THAT(misuse("workflow list --workspace 'My Team'"), HasSubstr("My Team"));
}

}  // namespace
}  // namespace pianola::tests
