// The commands of money by the real program: what is not known is said so, and can be made known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/program_run.h"

namespace pianola::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class MoneyCommands : public ProgramTest {
 protected:
  // One execution whose usage is of this model; gives its id.
  std::string play(const std::string& model) {
    scratch.write("triage.json", triage_json());
    ok("workflow import triage.json");
    ok("serve --executor claude-haiku-5-5",
       kInitializeLine + tool_call(1, "execution_start", {{"name", "triage"}, {"input", {{"mail", "My shoe."}}}}));
    const std::string id = ok("execution list --json").json()["executions"][0]["execution_id"];
    ok("serve",
       kInitializeLine +
           tool_call(1, "execution_step", {{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "shoes"}}}}) +
           tool_call(2, "execution_finish",
                     {{"execution_id", id},
                      {"outcome", "succeeded"},
                      {"usage", {{"input_tokens", 10000}, {"output_tokens", 100}, {"model", model}}}}));
    return id;
  }
};

TEST_F(MoneyCommands, WhatIsNotKnownIsNoZeroUntilItsPriceIsSet) {
  const std::string id = play("new-model");
  ok("cost set-design triage 1.0.0 1");
  EXPECT_THAT(ok("cost").out, AllOf(HasSubstr("executing                  not known"),
                                    HasSubstr("total                      not known"),
                                    HasSubstr("1 of 1 execution is in none"), HasSubstr("new-model")));
  EXPECT_THAT(ok("execution show " + id).out, HasSubstr("cost: not known. Model \"new-model\" has no price"));
  EXPECT_THAT(ok("prices set new-model --input 0.1 --output 0.5 --from 2100-01-01").out,
              HasSubstr("Set it with --from"));
  EXPECT_THAT(ok("prices set new-model --input 0.1 --output 0.5 --from 2026-01-01").out,
              HasSubstr("Without a known cost: 0 of 1 execution, before 1"));
  const Json costs = ok("cost --json").json();
  EXPECT_EQ(costs["usage_coverage"]["priced"], 1);
  const Json shown = ok("execution show " + id + " --json").json();
  EXPECT_EQ(shown["cost_usd"], 0.00105);
  EXPECT_EQ(shown["usage"][0]["input_tokens"], 10000);
  EXPECT_THAT(ok("execution show " + id).out,
              AllOf(HasSubstr("cost: $0.00105\n"),
                    HasSubstr("usage (reported): 10000 input, 100 output tokens of new-model\n")));
  EXPECT_EQ(ok("cost rebook --json").json()["executions"], 1);
  EXPECT_EQ(ok("cost --json").json(), costs);
}

TEST_F(MoneyCommands, APriceIsTakenBack) {
  play("new-model");
  ok("prices set new-model --input 0.1 --output 0.5 --from 2026-01-01");
  EXPECT_THAT(ok("prices remove new-model").out, AllOf(HasSubstr("2026-01-01 is taken back"), HasSubstr("1 of 1")));
  EXPECT_EQ(ok("cost --json").json()["unpriced_executions"], 1);
  EXPECT_THAT(failure("prices remove claude-haiku-5-5"), HasSubstr("only overridden"));
  EXPECT_THAT(misuse("prices remove new-model --from noon"), HasSubstr("YYYY-MM-DD"));
}

TEST_F(MoneyCommands, ANewPriceOfAKnownModelKeepsWhatIsNotGivenAndSaysSo) {
  EXPECT_THAT(ok("prices set claude-haiku-5-5 --input 0.2 --from 2026-11-01").out,
              AllOf(HasSubstr("claude-haiku-5-5: $0.20 in, $0.50 out"), HasSubstr("cached input $0.01"),
                    HasSubstr("prompts above 100000 tokens"), HasSubstr("batches at 50 %")));
  const Json listed = ok("prices list --json").json();
  for (const Json& price : listed["prices"]) {
    if (price["model"] != "claude-haiku-5-5" || price["valid_from"] != "2026-11-01") continue;
    EXPECT_EQ(price["tokenizer_factor"], 1.3);
    EXPECT_EQ(price["batch_percent"], 50);
    EXPECT_EQ(price["cached_input"], 0.01);
    EXPECT_EQ(price["tiers"].size(), 1U);
    const Json flat = ok("prices set claude-haiku-5-5 --no-tiers --cached-input 0.02 --from 2026-11-01 --json").json();
    EXPECT_FALSE(flat.contains("tiers"));
    EXPECT_EQ(flat["input"], 0.2);
    EXPECT_EQ(flat["cached_input"], 0.02);
    return;
  }
  ADD_FAILURE() << "the price is not listed";
}

TEST_F(MoneyCommands, APriceIsSetByAnyNameOfItsModel) {
  EXPECT_THAT(ok("prices set claude-haiku-4-5-20251001 --input 2 --output 9").out,
              HasSubstr("claude-haiku-4-5: $2.00 in"));
  EXPECT_THAT(misuse("prices set 'My Model' --input 2 --output 9"), HasSubstr("white space"));
  EXPECT_THAT(misuse("prices set claude-haiku-5-6 --input 2"),
              AllOf(HasSubstr("Give --input and --output"), HasSubstr("Did you mean \"claude-haiku-5-5\"")));
}

TEST_F(MoneyCommands, AnImportNamesThePricesThatItSets) {
  scratch.write("litellm.json", R"({"their-model": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
                                    "mode": "chat", "litellm_provider": "them"}})");
  EXPECT_THAT(ok("prices import litellm.json").out, HasSubstr("their-model"));
}

TEST_F(MoneyCommands, ADraftThatNeverRanDoesNotHideWhatOthersSave) {
  play("claude-haiku-5-5");
  const Json before = ok("cost --json").json();
  scratch.write("draft.json", R"({"name": "draft", "steps": [{"id": "a", "instruction": "Do."}]})");
  ok("workflow import draft.json");
  const Json after = ok("cost --json").json();
  EXPECT_EQ(after["if_all_baseline"], before["if_all_baseline"]);
  EXPECT_EQ(after["execution_savings"], before["execution_savings"]);
  EXPECT_EQ(after["baseline_model"], "claude-opus-5-5");
}

TEST_F(MoneyCommands, CostsAreBrokenDownByStep) {
  play("claude-haiku-5-5");
  EXPECT_THAT(ok("cost triage --group-by step").out, AllOf(HasSubstr("parse"), HasSubstr("claude-haiku-5-5")));
  EXPECT_THAT(misuse("cost --group-by step"), HasSubstr("name of one workflow"));
  EXPECT_THAT(ok("cost").out, HasSubstr("not known before 7 days"));
}

TEST_F(MoneyCommands, AnEstimateTakesNothingForFree) {
  EXPECT_THAT(misuse("cost estimate --requests-per-day 10 --input-tokens 5 --output-tokens 5 --input-price 1"),
              HasSubstr("--output-price"));
  EXPECT_THAT(misuse("cost estimate --requests-per-day 10 --input-tokens 5 --input-price 1 --output-price 5"),
              HasSubstr("--output-tokens"));
  EXPECT_THAT(misuse("cost estimate --design-cost 5 --executions 100"), HasSubstr("--execution-cost"));
  EXPECT_THAT(misuse("cost estimate --requests-per-day -5 --input-tokens 5 --input-price 1"),
              HasSubstr("--requests-per-day: must be 1 or more, but is -5"));
  EXPECT_THAT(misuse("cost estimate"), HasSubstr("--requests-per-day"));
  EXPECT_THAT(misuse("cost estimate --design-cost 5 --execution-cost 2 --baseline-cost 80"), HasSubstr("--executions"));
  const RunResult unpriced = scratch.run("cost estimate --requests-per-day 5 --input-tokens 5 --model haiku");
  EXPECT_EQ(unpriced.code, 1);
  EXPECT_THAT(unpriced.err, AllOf(HasSubstr("haiku has no price"), HasSubstr("Did you mean")));
  const Json given = ok("cost estimate --requests-per-day 5 --input-tokens 5 --input-price 1 --json").json();
  EXPECT_TRUE(given["estimates"][0]["model"].is_null());
}

}  // namespace
}  // namespace pianola::tests
