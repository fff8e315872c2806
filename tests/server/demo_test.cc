// The demo as a user runs it, the real binary with its real sessions; and its stand-in, which must read and not recite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "server/demo_reading.h"
#include "server/demo_stage.h"
#include "server/demo_stand_in.h"
#include "tests/support/scratch_folder.h"

namespace pianola::server {
namespace {

using testing::HasSubstr;

struct DemoRun {
  int exit_code = -1;
  std::string out;
};

DemoRun run_demo(const std::string& arguments) {
  const std::string command = std::string(PIANOLA_BINARY_DIR) + "/pianola demo " + arguments + " 2>&1";
  DemoRun run;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) run.out.append(buffer, got);
  const int status = pclose(pipe);
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return run;
}

double usd(const Json& accounts, const char* field) { return accounts.at(field).get<double>(); }

// JSON shows amounts rounded to six decimals.
void expect_adds_up(const Json& accounts) {
  const double parts = usd(accounts, "design_cost") + usd(accounts, "revision_cost") + usd(accounts, "execution_cost") +
                       usd(accounts, "escalation_cost");
  EXPECT_NEAR(usd(accounts, "total_cost"), parts, 4e-6);
  EXPECT_NEAR(usd(accounts, "savings"), usd(accounts, "if_all_baseline") - usd(accounts, "total_cost"), 4e-6);
  EXPECT_EQ(accounts.at("unpriced_executions"), 0);
  EXPECT_EQ(accounts.at("baseline_model"), "claude-opus-5-5");
}

TEST(Demo, EndsAsExpectedAndItsAccountsAddUp) {
  const DemoRun run = run_demo("--json");
  EXPECT_EQ(run.exit_code, 0) << run.out;
  const Json result = parse_json(run.out).value();
  EXPECT_EQ(result.at("ok"), true);
  EXPECT_EQ(result.at("executions"), 37);
  EXPECT_GT(result.at("refused_and_corrected"), 0);
  EXPECT_GT(result.at("handed_off"), 0);
  double total = 0;
  std::int64_t executions = 0;
  for (const auto& [name, accounts] : result.at("workflows").items()) {
    SCOPED_TRACE(name);
    expect_adds_up(accounts);
    total += usd(accounts, "total_cost");
    executions += accounts.at("executions").get<std::int64_t>();
  }
  expect_adds_up(result.at("all"));
  EXPECT_NEAR(usd(result.at("all"), "total_cost"), total, 4e-6);
  EXPECT_EQ(result.at("all").at("executions"), executions);
  EXPECT_EQ(executions, 37);
  EXPECT_EQ(result.at("workflows").at("pull-request-review").at("succeeded"), 4)
      << "an escalation that the design asks for is a success of the workflow";
}

TEST(Demo, TellsTheStoryAndSaysThatNoModelIsCalled) {
  const DemoRun run = run_demo("");
  EXPECT_EQ(run.exit_code, 0);
  for (const char* part : {"scripted stand-in, no model is called", "estimate: bytes", "MCP 2025-11-25, 10 tools",
                           "MCP 2026-07-28, 6 tools", "# Revision brief: support-email-triage 1.0.0",
                           "edge case \"automatic-reply\" added", "angry-customer", "handed off", "CWE-89", "AKIA",
                           "all on the baseline"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
  EXPECT_EQ(run.out.find("NOT AS EXPECTED"), std::string::npos) << run.out;
}

TEST(Demo, KeepsTheStoreWhereAskedAndNeverPlaysOnAnother) {
  std::string pattern = (std::filesystem::temp_directory_path() / "pianola-demo-test-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  EXPECT_EQ(run_demo("--keep " + folder.string()).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "pianola.db"));
  const DemoRun again = run_demo("--keep " + folder.string());
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.out, HasSubstr("already holds a store"));
  std::filesystem::remove_all(folder);
}

TEST(Demo, SaysThatItCannotKeepAnythingInAFile) {
  const tests::ScratchFolder folder;
  std::ofstream(folder / "notes.txt") << "mine";
  const DemoRun run = run_demo("--keep " + (folder / "notes.txt"));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("cannot make a folder " + (folder / "notes.txt") + ": "));
}

TEST(Demo, AServerThatDoesNotAnswerIsToldAndNotWaitedFor) {
  EXPECT_ANY_THROW(DemoClient("/bin/true", {}, DemoEra::legacy));
  EXPECT_ANY_THROW(DemoClient("/no/such/program", {}, DemoEra::modern));
}

// A step as the server hands it out.
std::string hand_out(const std::string& body, const std::string& rules) {
  return "Execution 1 (triage 1.0.0, running, step parse)\n\n## 1. Parse (`parse`)\n\nBody: <data "
         "name=\"input.body\">" +
         body + "</data>\n\nFill in:\n" + rules + "\n\nHand in a JSON object with these fields:\n- `x`: string\n";
}

constexpr const char* kIntent =
    "- `intent`: the first of these that holds: billing where the mail has \"charged\"; how-to where the mail has "
    "\"how "
    "do i\" or \"where\"; else other.\n- `evidence`: copy the sentence that decided `intent`.";

class StandInTest : public testing::Test {
 protected:
  Json answer(const std::string& text, bool careful = true) {
    StandIn stand_in({}, help_desk_);
    return stand_in.answer(read_step(text).value(), careful);
  }
  Json help_desk_ = demo_json("help_desk.json");
};

TEST_F(StandInTest, AnotherMailGivesAnotherAnswer) {
  const Json first = answer(hand_out("Hello. I was charged in May. Tom", kIntent));
  EXPECT_EQ(first, (Json{{"intent", "billing"}, {"evidence", "I was charged in May."}}));
  const Json second = answer(hand_out("Hello. How do I add a logo? Tom", kIntent));
  EXPECT_EQ(second, (Json{{"intent", "how-to"}, {"evidence", "How do I add a logo?"}}));
  EXPECT_EQ(answer(hand_out("The discharged battery.", kIntent))["intent"], "other") << "whole words";
}

TEST_F(StandInTest, OtherRulesOnTheWireGiveAnotherAnswer) {
  const std::string other = "- `intent`: complaint where the mail has \"charged\"; else other.";
  EXPECT_EQ(answer(hand_out("I was charged in May.", other))["intent"], "complaint");
}

TEST_F(StandInTest, HabitsSpoilAQuoteAndCareCopiesIt) {
  const std::string mail = "I wasn\xE2\x80\x99t charged.";
  EXPECT_EQ(answer(hand_out(mail, kIntent), false)["evidence"], "I wasn't charged.");
  EXPECT_EQ(answer(hand_out(mail, kIntent), true)["evidence"], mail);
}

TEST_F(StandInTest, AnEdgeCaseThatItHeardIsReportedNoMore) {
  const StepReading step = read_step(hand_out("I am out of office.", kIntent)).value();
  StandIn stand_in({}, help_desk_);
  EXPECT_TRUE(stand_in.uncovered(step).has_value());
  stand_in.hear("## Edge cases\n\n- `automatic-reply` (low): when the mail has \"out of office\", then log it\n");
  EXPECT_FALSE(stand_in.uncovered(step).has_value());
}

TEST(DemoReading, LinesOfADiffAreFoundByTheRulesAlone) {
  const std::string text =
      "## 1. Find (`find`)\n\nDiff: <data name=\"input.diff\">\n+++ b/a.py\n+print(1)\n-print(2)\n+x = 3\n</data>\n\n"
      "- `findings`: every added line of the diff that has one of these, as {rule, severity, quote}: debug (low) "
      "\"print(\".\n- `count`: the number of `findings`.\n- `files`: the name of every file that the diff "
      "changes.\n\nHand in a JSON object:\n";
  const Json help_desk = Json::object();
  StandIn stand_in({}, help_desk);
  const Json output = stand_in.answer(read_step(text).value(), true);
  EXPECT_EQ(output["count"], 1);
  EXPECT_EQ(output["findings"][0]["quote"], "print(1)");
  EXPECT_EQ(output["files"], Json::array({"a.py"}));
}

}  // namespace
}  // namespace pianola::server
