// A whole store as files and back, on real stores that the tools filled.
#include "workflow/export_store.h"

#include "store/verify.h"
#include "tests/tools/exported.h"
#include "tests/tools/full_store.h"
#include "workflow/read_accounts.h"

namespace pianola::workflow {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::SizeIs;

using tests::exported;
using tests::imported;
using Files = tests::ExportedFiles;

class ExportStore : public tests::FullStoreTest {
 protected:
  Files files() { return exported(library.environment); }
  // A model that only its own price makes known, and an execution on it.
  static ModelPrice unheard_of() {
    ModelPrice price = a_price(2);
    price.model = "unheard-of";
    return price;
  }
  void play_on_unheard_of() {
    finish({{"execution_id", started("whole", {{"executor", "unheard-of"}})},
            {"outcome", "failed"},
            {"usage", {{"input_tokens", 1000}, {"output_tokens", 100}}}});
  }
  std::string accounts_of(Environment& environment) {
    return dump_compact(encode_accounts(read_accounts(environment, library.designer, {}).value()));
  }
};

// The store that files are brought to.
class OtherStore {
 public:
  explicit OtherStore(Clock& clock) : environment{.store = *store, .clock = clock, .ids = ids_}, ids_(clock, random_) {}
  tests::ScratchFolder folder;
  std::unique_ptr<Store> store = pianola::store::open_store(folder / "store.db", {.create = true, .durable = false});
  Environment environment;

 private:
  SeededRandomness random_{8};
  IdSource ids_;
};

TEST_F(ExportStore, FilesAreOneAVersionAReportAndADay) {
  const Files all = files();
  EXPECT_THAT(all, Contains(Key("default/workflows/triage/1.0.0.json")));
  EXPECT_THAT(all, Contains(Key("default/workflows/draft-only/1.0.0.json")));
  EXPECT_THAT(all, Contains(Key("default/executions/triage/2026-11-24.jsonl")));
  EXPECT_THAT(all, Contains(Key("default/audit/workflows/triage.jsonl")));
  EXPECT_THAT(all, Contains(Key("default/audit/executions/2026-11-24.jsonl")));
  EXPECT_THAT(all, Contains(Key("default/audit/workspace.jsonl")));
  EXPECT_THAT(all, Contains(Key("default/prices.json")));
  EXPECT_THAT(all, Contains(Key("default/accounts.jsonl")));
  EXPECT_THAT(all.at("default/workflows/triage/1.0.0.json"), HasSubstr("\n    \"context\": \"We sell shoes.\",\n"));
  EXPECT_THAT(all.at("default/workflows/triage/1.0.0.json"), HasSubstr("\"status\": \"retired\""));
  EXPECT_THAT(all.at("default/executions/triage/2026-11-24.jsonl"), HasSubstr("\"place\":\"/quote\""));
}

TEST_F(ExportStore, AccessKeysStayWithTheirStore) {
  ASSERT_THAT(library.store->audit().chains(library.designer.workspace), Contains("keys"));
  for (const auto& [path, text] : files()) {
    EXPECT_THAT(path, Not(HasSubstr("keys")));
    EXPECT_THAT(text, Not(HasSubstr("pia_"))) << path;
  }
}

TEST_F(ExportStore, ARoundTripIsByteIdenticalAndSound) {
  OtherStore other(library.clock);
  const Files before = files();
  const auto report = imported(other.environment, before);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->versions.added, 4);
  EXPECT_EQ(report->executions.added, 4);
  EXPECT_EQ(report->reports.added, 2);
  EXPECT_EQ(exported(other.environment), before);
  const auto found = pianola::store::verify(other.folder / "store.db");
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_EQ(found.versions, 4);
  EXPECT_EQ(accounts_of(other.environment), accounts_of(library.environment));
  EXPECT_EQ(other.store->versions().places(library.designer.workspace, "shoe", 5).size(),
            library.store->versions().places(library.designer.workspace, "shoe", 5).size());
}

TEST_F(ExportStore, ImportingAgainKeepsEverything) {
  const Files before = files();
  const ImportReport report = imported(library.environment, before).value();
  EXPECT_EQ(report.versions.kept, 4);
  EXPECT_EQ(report.executions.kept, 4);
  EXPECT_EQ(report.reports.kept, 2);
  EXPECT_EQ(report.prices.kept, 1);
  EXPECT_EQ(report.audit_entries, 0);
  EXPECT_EQ(files(), before);
}

TEST_F(ExportStore, ALaterExportBringsAStoreUpToDate) {
  OtherStore other(library.clock);
  ASSERT_TRUE(imported(other.environment, files()));
  play();
  const std::string waiting = library.store->executions().list(library.designer.workspace, {}, "", 5).at(1).id.text();
  finish({{"execution_id", waiting}, {"outcome", "failed"}});
  tell("The shoe is alive.");
  ASSERT_TRUE(publish_version(library.environment, library.designer, triage(), SemVer(1, 0, 0)));
  set_prices(library.environment, library.designer, {a_price(4)});
  const Files later = files();
  const ImportReport report = imported(other.environment, later).value();
  EXPECT_EQ(report.executions.added, 1);
  EXPECT_EQ(report.executions.updated, 1);
  EXPECT_EQ(report.reports.updated, 1);
  EXPECT_EQ(report.versions.updated, 1);
  EXPECT_EQ(report.prices.updated, 1);
  EXPECT_EQ(accounts_of(other.environment), accounts_of(library.environment));
  EXPECT_TRUE(pianola::store::verify(other.folder / "store.db").is_sound());
  EXPECT_EQ(other.store->versions().newest_published(library.designer.workspace, triage())->number, SemVer(1, 0, 1));
}

// Such a row stands as of a later hand-in than the one at which the audit log tells of it.
TEST_F(ExportStore, AnEditOfWhereAnImportedExecutionStandsIsFound) {
  for (const char* mode : {"guided", "whole"}) hand_in_parse(started(mode));
  OtherStore other(library.clock);
  ASSERT_TRUE(imported(other.environment, files()));
  const std::string path = other.folder / "store.db";
  ASSERT_THAT(pianola::store::verify(path).problems, IsEmpty());
  pianola::store::SqliteDatabase database(path, pianola::store::FileUse::must_exist);
  for (const std::string mode : {"guided", "whole"}) {
    const auto change = [&](const std::string& edit) {
      database.run_script("UPDATE executions SET " + edit + " WHERE row_seq = 1 AND mode = '" + mode + "'");
    };
    for (const std::string column : {"rev", "idle_hour", "last_hand_in_at"}) {
      change(column + " = " + column + " + 1");
      EXPECT_THAT(pianola::store::verify(path).problems, Contains(HasSubstr("executions/standing"))) << mode << column;
      change(column + " = " + column + " - 1");
    }
    change("current_step = current_step || '.'");
    EXPECT_THAT(pianola::store::verify(path).problems, Contains(HasSubstr("executions/standing"))) << mode;
    change("current_step = rtrim(current_step, '.')");
  }
  EXPECT_THAT(pianola::store::verify(path).problems, IsEmpty());
}

TEST_F(ExportStore, AnEarlierExportLosesNothingOfWhatCameLater) {
  const Files earlier = files();
  play();
  tell("The shoe is alive.");
  ASSERT_TRUE(publish_version(library.environment, library.designer, triage(), SemVer(1, 0, 0)));
  const Files now = files();
  ASSERT_TRUE(imported(library.environment, earlier));
  EXPECT_EQ(files(), now);
}

TEST_F(ExportStore, APriceThatComesBooksAnewWhatWasExecutedHere) {
  OtherStore other(library.clock);
  ASSERT_TRUE(imported(other.environment, files()));
  play_on_unheard_of();
  ASSERT_EQ(read_accounts(library.environment, library.designer, {})->unpriced_executions, 1);
  set_prices(other.environment, library.designer, {unheard_of()});
  ASSERT_TRUE(imported(library.environment, exported(other.environment)));
  EXPECT_EQ(read_accounts(library.environment, library.designer, {})->unpriced_executions, 0);
}

TEST_F(ExportStore, APriceThatWasTakenBackGoes) {
  set_prices(library.environment, library.designer, {unheard_of()});
  play_on_unheard_of();
  OtherStore other(library.clock);
  ASSERT_TRUE(imported(other.environment, files()));
  EXPECT_EQ(accounts_of(other.environment), accounts_of(library.environment));
  const Files before = files();
  ASSERT_TRUE(remove_prices(library.environment, library.designer, "unheard-of", std::nullopt));
  ASSERT_TRUE(imported(other.environment, files()));
  EXPECT_EQ(exported(other.environment), files());
  EXPECT_EQ(read_accounts(other.environment, library.designer, {})->unpriced_executions, 1);
  ASSERT_TRUE(imported(other.environment, before)) << "an earlier export brings nothing back";
  EXPECT_EQ(exported(other.environment), files());
  EXPECT_THAT(pianola::store::verify(other.folder / "store.db").problems, IsEmpty());
}

TEST_F(ExportStore, TheLastPriceThatWasTakenBackGoes) {
  OtherStore other(library.clock);
  ASSERT_TRUE(imported(other.environment, files()));
  ASSERT_TRUE(remove_prices(library.environment, library.designer, "small", std::nullopt));
  ASSERT_THAT(files(), Not(Contains(Key("default/prices.json"))));
  const auto report = imported(other.environment, files());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(exported(other.environment), files());
  EXPECT_THAT(pianola::store::verify(other.folder / "store.db").problems, IsEmpty());
}

TEST_F(ExportStore, OneExecutionToldInTwoWaysIsNoMatterOfTheStore) {
  Files twice = files();
  std::string text = twice.at("default/executions/triage/2026-11-24.jsonl");
  text.replace(text.find("\"succeeded\""), 11, "\"failed\"");
  twice["default/executions/triage/mine.jsonl"] = text;
  OtherStore other(library.clock);
  const auto report = imported(other.environment, twice);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("the files contradict each other. workspace default: execution "));
  EXPECT_THAT(report.error().message, HasSubstr(" took another course in another file"));
}

TEST_F(ExportStore, TwoHistoriesOfOneWorkflowAreRefusedAndNothingIsChanged) {
  OtherStore other(library.clock);
  SaveRequest request;
  request.workflow = Json(encode_design(tests::a_design("triage").with_step("other")));
  ASSERT_TRUE(save_version(other.environment, library.designer, request));
  const Files before = exported(other.environment);
  const auto report = imported(other.environment, files());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "import_conflict");
  EXPECT_THAT(report.error().data["conflicts"].dump(), HasSubstr("version 1.0.0 of \\\"triage\\\" is another one"));
  EXPECT_EQ(exported(other.environment), before);
}

TEST_F(ExportStore, AnEditedFileIsRefusedByItsPath) {
  Files edited = files();
  std::string& text = edited.at("default/workflows/triage/1.0.0.json");
  text.replace(text.find("We sell shoes."), 14, "We sell socks.");
  OtherStore other(library.clock);
  const auto report = imported(other.environment, edited);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "bad_export");
  EXPECT_THAT(report.error().message, HasSubstr("default/workflows/triage/1.0.0.json"));
  EXPECT_THAT(exported(other.environment), IsEmpty());
}

// One edit by hand: of the first file below `folder` that holds `from`.
struct Edit {
  std::string folder;
  std::string from;
  std::string to;
  std::string thing;  // as the refusal calls it
};

// Gives the edited file's path.
std::string make_edit(Files& files, const Edit& edit) {
  for (auto& [path, text] : files) {
    const std::size_t at = path.starts_with(edit.folder) ? text.find(edit.from) : std::string::npos;
    if (at == std::string::npos) continue;
    text.replace(at, edit.from.size(), edit.to);
    return path;
  }
  ADD_FAILURE() << "no file of " << edit.folder << " holds " << edit.from;
  return "";
}

TEST_F(ExportStore, AnEditThatTheAuditLogContradictsIsRefusedWithItsFile) {
  const Edit edits[] = {
      {"default/executions/", R"("state":"succeeded")", R"("state":"failed")", "execution "},
      {"default/executions/", R"("output_tokens":100)", R"("output_tokens":1)", "execution "},
      {"default/executions/", "My shoe is torn.", "My shoe is here.", "the start of execution "},
      {"default/executions/", R"("topic":"shoes")", R"("topic":"boots")", "hand-in "},
      {"default/workflows/triage/1.0.0", R"("retired")", R"("draft")", R"(version 1.0.0 of "triage")"},
      {"default/edge-cases/", R"("situation": "The shoe is alive.")", R"("situation": "Alive.")", "edge case report "},
      {"default/edge-cases/", "Waited.", "Slept.", "telling 1 of edge case report "},
      {"default/prices.json", R"("source": "test")", R"("source": "rumour")", "the price of small"}};
  const Files whole = files();
  for (const Edit& one : edits) {
    Files edited = whole;
    const std::string path = make_edit(edited, one);
    OtherStore other(library.clock);
    const auto report = imported(other.environment, edited);
    ASSERT_FALSE(report) << one.from;
    EXPECT_EQ(report.error().code, "import_conflict");
    EXPECT_THAT(report.error().message, HasSubstr("contradict each other. " + path + ": " + one.thing)) << one.from;
    EXPECT_THAT(exported(other.environment), IsEmpty());
  }
}

TEST_F(ExportStore, AnEditedLaterExportLeavesTheStoreAsItWas) {
  OtherStore other(library.clock);
  ASSERT_TRUE(imported(other.environment, files()));
  const Files before = exported(other.environment);
  const std::string id = play();
  Files edited = files();
  std::string& text = edited.at("default/executions/triage/2026-11-24.jsonl");
  const std::string from = R"("state":"succeeded")";
  text.replace(text.find(from, text.find(R"("execution":")" + id)), from.size(), R"("state":"failed")");
  const auto report = imported(other.environment, edited);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("execution " + id + " is not what the audit log tells"));
  EXPECT_EQ(exported(other.environment), before);
}

TEST_F(ExportStore, WhatTheAuditLogTellsOfAndNoFileHoldsIsMissed) {
  Files some = files();
  std::erase_if(some, [](const auto& file) { return file.first.starts_with("default/edge-cases/"); });
  OtherStore other(library.clock);
  const auto report = imported(other.environment, some);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("is missing: the audit log tells of it"));
}

TEST_F(ExportStore, AnEditedAuditLogIsRefused) {
  Files edited = files();
  std::string& text = edited.at("default/audit/workflows/triage.jsonl");
  text.replace(text.find("claude-opus-5-5"), 15, "somebody-else-0");
  OtherStore other(library.clock);
  const auto report = imported(other.environment, edited);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("edited"));
}

TEST_F(ExportStore, AnUnknownMemberIsRefusedAndNotDropped) {
  Files edited = files();
  std::string& text = edited.at("default/accounts.jsonl");
  text.insert(1, "\"bonus\":1,");
  OtherStore other(library.clock);
  EXPECT_THAT(imported(other.environment, edited).error().message, HasSubstr("/bonus"));
}

// The last line of a chain that a file tells.
void cut_last_line(std::string& text, const std::string& mark) {
  const std::size_t at = text.rfind('\n', text.rfind(mark)) + 1;
  text.erase(at, text.find('\n', at) + 1 - at);
}

TEST_F(ExportStore, AnAuditLogThatWasCutIsRefusedThoughTheStoresIsLonger) {
  for (const char* file : {"default/audit/workflows/draft-only.jsonl", "default/audit/executions/2026-11-24.jsonl"}) {
    Files edited = files();
    cut_last_line(edited.at(file), R"("chain":)");
    const auto report = imported(library.environment, edited);
    ASSERT_FALSE(report) << file;
    EXPECT_EQ(report.error().code, "import_conflict");
    EXPECT_THAT(report.error().message, HasSubstr("was cut: it does not tell of what the files hold")) << file;
  }
}

TEST_F(ExportStore, ExecutionsOfUnknownVersionsAreRefused) {
  Files some = files();
  some.erase("default/workflows/triage/1.0.0.json");
  OtherStore other(library.clock);
  EXPECT_EQ(imported(other.environment, some).error().code, "import_conflict");
}

}  // namespace
}  // namespace pianola::workflow
