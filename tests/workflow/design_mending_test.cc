#include "workflow/design_mending.h"

#include <gtest/gtest.h>

#include "workflow/design.h"

namespace pianola::workflow {
namespace {

// The fixes told for a design, by place.
std::map<std::string, std::string> fixes(const char* text) {
  std::map<std::string, std::string> told;
  for (const Refusal& finding : decode_design(Json::parse(text)).findings) {
    told[finding.place] = finding.data.value("fix", "");
  }
  return told;
}

TEST(DesignMending, OtherNamesOfAFieldAreToldAsWhatWasMeant) {
  const auto told = fixes(R"({"name": "x", "summary": "Does it.", "steps": [{"id": "a", "prompt": "Do it.",
      "branches": [{"if": "output.ok", "next": "end"}]}], "edge_cases": [{"id": "e", "situation": "Empty.", "do": "Ask."}]})");
  EXPECT_EQ(told.at("/summary"), R"("description": "Does it.")");
  EXPECT_EQ(told.at("/steps/0/prompt"), R"("instruction": "Do it.")");
  EXPECT_EQ(told.at("/steps/0/branches/0/if"), R"("when": {"output.ok":{"const":true}})");
  EXPECT_EQ(told.at("/steps/0/branches/0/next"), R"("goto": "end")");
  EXPECT_EQ(told.at("/edge_cases/0/situation"), R"("when": "Empty.")");
  EXPECT_EQ(told.at("/edge_cases/0/do"), R"("then": "Ask.")");
}

TEST(DesignMending, AnEdgeCaseKeepsItsConditionWhateverItIsCalled) {
  for (const char* when : {"if", "condition", "case", "situation", "scenario", "trigger"}) {
    const Json design = {{"name", "x"},
                         {"edge_cases", Json::array({{{"id", "e"}, {when, "The sum is missing"}, {"then", "Ask."}}})}};
    const DecodedDesign decoded = decode_design(design);
    EXPECT_EQ(decoded.findings.size(), 1U) << when;
    EXPECT_EQ(decoded.design.edge_cases.at(0).when, "The sum is missing") << when;
  }
}

TEST(DesignMending, WhatOnlyTheDesignerKnowsIsNoFragment) {
  const auto findings = decode_design(Json::parse(R"({"name": "x", "edge_cases": [{"id": "e"}]})")).findings;
  ASSERT_EQ(findings.size(), 2U);
  for (const Refusal& finding : findings) {
    Json design = Json::parse(R"({"edge_cases": [{"id": "e"}]})");
    EXPECT_FALSE(apply_fix(design, finding)) << "nothing is published that nobody wrote";
  }
}

TEST(DesignMending, IdsAreMadeOfWhatAStepOrAnEdgeCaseSays) {
  const auto told = fixes(
      R"({"name": "x", "steps": [{"name": "Parse Intent"}, {"instruction": "Read the whole contract, page by page."}, {}],
      "edge_cases": [{"if": "The customer is angry", "do": "Escalate."}, {"name": "Billing", "when": "A bill is asked about", "then": "Verify."}]})");
  EXPECT_EQ(told.at("/steps/0"), R"("id": "parse-intent")");
  EXPECT_EQ(told.at("/steps/1"), R"("id": "read-the-whole-contract-page-by")");
  EXPECT_EQ(told.at("/steps/2"), R"("id": "step-2")") << "it says nothing";
  EXPECT_EQ(told.at("/edge_cases/0"), R"("id": "the-customer-is-angry")");
  EXPECT_EQ(told.at("/edge_cases/1/name"), R"("id": "billing")");
}

TEST(DesignMending, TwoTextsForOneFieldAreBothKept) {
  const DecodedDesign decoded = decode_design(Json::parse(R"({"name": "x",
      "steps": [{"id": "a", "name": "Read", "title": "Read it", "description": "Finds the sum.", "instruction": "Read the bill."},
                {"id": "b", "instructions": ["Add up.", "Round."]}],
      "edge_cases": [{"id": "e", "when": "No sum", "description": "It is on no page.", "then": "Ask."}]})"));
  EXPECT_EQ(decoded.design.steps.at(0).instruction, "Read the bill.\n\nFinds the sum.");
  EXPECT_EQ(decoded.design.steps.at(0).title, "Read it");
  EXPECT_EQ(decoded.design.steps.at(1).instruction, "Add up.\n\nRound.");
  EXPECT_EQ(decoded.design.edge_cases.at(0).when, "No sum. It is on no page.");
  EXPECT_TRUE(decoded.unmended.empty());
}

TEST(DesignMending, InputsAsAListOfFieldsKeepTheirTypes) {
  const auto told = fixes(R"({"name": "x", "inputs": [{"name": "mail", "type": "string", "description": "The mail"},
      {"name": "vip", "type": "boolean", "required": false}], "outputs": ["reply"]})");
  EXPECT_EQ(told.at("/inputs"),
            R"("inputs": {"properties":{"mail":{"description":"The mail","type":"string"},"vip":{"type":"boolean"}},)"
            R"("required":["mail"],"type":"object"})");
  EXPECT_EQ(told.at("/outputs"),
            R"("outputs": {"properties":{"reply":{"type":"string"}},"required":["reply"],"type":"object"})");
}

TEST(DesignMending, FailureInWordsIsReadForRetriesAndWhatThen) {
  const auto on_failure = [](const Json& value) {
    const Json design = {{"name", "x"}, {"steps", Json::array({{{"id", "a"}, {"on_failure", value}}})}};
    const OnFailure read = decode_design(design).design.steps.at(0).on_failure;
    return std::to_string(read.retries) + " " + std::string(to_string(read.then));
  };
  EXPECT_EQ(on_failure("retry 3 times, then fail"), "3 fail");
  EXPECT_EQ(on_failure("continue"), std::to_string(kDefaultRetries) + " skip");
  EXPECT_EQ(on_failure(1), "1 escalate");
  EXPECT_EQ(on_failure({{"action", "abort"}, {"max_retries", 4}}), "4 fail");
}

TEST(DesignMending, NumbersForIdsAndPercentagesInTextsAreRead) {
  const auto told = fixes(R"({"name": "x", "steps": [{"id": 1, "branches": [{"goto": 2}]}], "tolerance": "95 %",
      "edge_cases": [{"id": "e", "when": "w", "then": "t", "severity": 5}]})");
  EXPECT_EQ(told.at("/steps/0/id"), R"("id": "1")");
  EXPECT_EQ(told.at("/steps/0/branches/0/goto"), R"("goto": "2")");
  EXPECT_EQ(told.at("/tolerance"), R"("tolerance": 0.95)");
  EXPECT_EQ(told.at("/edge_cases/0/severity"), R"("severity": "medium")") << "five may be the worst or the least";
}

TEST(DesignMending, AnEscalationInOtherWordsIsOne) {
  const auto told = fixes(R"({"name": "x", "escalation": {"condition": "It is angry.", "contact": "support team"}})");
  EXPECT_EQ(told.at("/escalation/condition"), R"("when": ["It is angry."])");
  EXPECT_EQ(told.at("/escalation/contact"), R"("to": "human")");
}

TEST(DesignMending, ListsOfTextsKeepWhatWasGiven) {
  const auto told =
      fixes(R"({"name": "x", "tags": 5, "when_to_use": {"mail": "one comes in"}, "escalation": ["angry", "legal"]})");
  EXPECT_EQ(told.at("/tags"), R"("tags": ["5"])");
  EXPECT_EQ(told.at("/when_to_use"), R"("when_to_use": ["mail: one comes in"])");
  EXPECT_EQ(told.at("/escalation"), R"("escalation": {"to":"designer","when":["angry","legal"]})");
}

TEST(DesignMending, ElseBesideThenIsABranchOfItsOwn) {
  const auto told =
      fixes(R"({"name": "x", "steps": [{"id": "a", "branches": [{"if": "output.ok", "then": "a", "else": "end"}]}]})");
  EXPECT_EQ(told.at("/steps/0/branches/0/then"), R"("goto": "a")");
  EXPECT_EQ(told.at("/steps/0/branches/0/else"), R"(Add after this branch {"goto":"end","when":{}}.)");
}

TEST(DesignMending, AnExampleAsInAndOutIsToldAsInputAndOutput) {
  const auto told = fixes(R"({"name": "x", "steps": [{"id": "a", "examples": [{"in": {"n": 1}, "out": {"m": 2}}]}]})");
  EXPECT_EQ(told.at("/steps/0/examples/0/in"), R"("input": {"n":1})");
  EXPECT_EQ(told.at("/steps/0/examples/0/out"), R"("output": {"m":2})");
}

TEST(DesignMending, AFieldThatNothingStandsForIsToBeLeftOut) {
  const auto told = fixes(R"({"name": "x", "steps": [{"id": "a", "depends_on": ["b"]}]})");
  EXPECT_EQ(told.at("/steps/0/depends_on"), "Leave it out, or say it in a text that there is a field for.");
}

TEST(DesignMending, OneSlipIsToldOnce) {
  const auto findings =
      decode_design(Json::parse(R"({"name": "x", "steps": [{"id": "a", "branches": [{"next": "end"}]}]})")).findings;
  EXPECT_EQ(findings.size(), 1U) << "goto is not also said to be missing";
}

TEST(DesignMending, WordsForOurValuesAreToldAsOurs) {
  const auto told = fixes(R"({"name": "x", "steps": [{"id": "a", "on_failure": {"then": "abort"}}],
      "edge_cases": [{"id": "e", "when": "w", "then": "t", "severity": "critical"}], "escalation": {"to": "Manager"}})");
  EXPECT_EQ(told.at("/steps/0/on_failure/then"), R"("then": "fail")");
  EXPECT_EQ(told.at("/edge_cases/0/severity"), R"("severity": "high")");
  EXPECT_EQ(told.at("/escalation/to"), R"("to": "human")");
}

TEST(DesignMending, StepsInAnObjectBecomeAListInItsOrder) {
  const auto told = fixes(R"({"name": "x", "steps": {"Look Up": {"instruction": "Look."}, "reply": "Answer."}})");
  EXPECT_EQ(told.at("/steps"),
            R"("steps": [{"id":"look-up","instruction":"Look."},{"id":"reply","instruction":"Answer."}])");
}

TEST(DesignMending, EveryFixThatIsToldMendsWhatItIsToldOf) {
  Json design = Json::parse(R"({"name": "x", "steps": [{"id": "a", "prompt": "Do it.", "retries": 3,
      "branches": [{"condition": "output.n > 2", "target": "end"}]}], "tags": "mail"})");
  for (int round = 0; round < 5; ++round) {
    const std::vector<Refusal> findings = decode_design(design).findings;
    if (findings.empty()) break;
    for (const Refusal& finding : findings) EXPECT_TRUE(apply_fix(design, finding)) << finding.place << finding.message;
  }
  EXPECT_TRUE(decode_design(design).findings.empty()) << design;
  EXPECT_EQ(design["steps"][0]["on_failure"]["retries"], 3);
  EXPECT_EQ(design["steps"][0]["branches"][0]["goto"], "end");
}

TEST(DesignMending, BranchesInAnObjectBecomeAListWithElseLast) {
  const auto told =
      fixes(R"({"name": "x", "steps": [{"id": "a", "branches": {"else": "end", "output.kind == 'bug'": "a"}}]})");
  EXPECT_EQ(told.at("/steps/0/branches"),
            R"("branches": [{"goto":"a","when":{"output.kind":{"const":"bug"}}},{"goto":"end","when":{}}])");
}

TEST(DesignMending, ElseInABranchIsItsGoto) {
  const auto told = fixes(R"({"name": "x", "steps": [{"id": "a", "branches": [{"else": "a"}]}]})");
  EXPECT_EQ(told.at("/steps/0/branches/0/else"), R"("goto": "a")");
}

TEST(DesignMending, AnExampleWithoutOutputAroundItIsToldOnce) {
  const auto told = fixes(R"({"name": "x", "steps": [{"id": "a", "examples": [{"kind": "bug", "score": 1}]}]})");
  EXPECT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("/steps/0/examples/0"), R"({"output":{"kind":"bug","score":1}})");
}

TEST(DesignMending, AnEdgeCaseInWordsBecomesOne) {
  const auto told = fixes(R"({"name": "x", "edge_cases": ["No sum: ask the customer"]})");
  EXPECT_EQ(told.at("/edge_cases/0"), R"({"id":"no-sum","then":"ask the customer","when":"No sum"})");
}

TEST(DesignMending, AnEdgeCaseInWordsIsPartedWhereItSaysWhatToDo) {
  const auto edge_case = [](const char* text) {
    const DecodedDesign decoded = decode_design({{"name", "x"}, {"edge_cases", Json::array({text})}});
    const EdgeCase& read = decoded.design.edge_cases.at(0);
    return read.when + " | " + read.then;
  };
  EXPECT_EQ(edge_case("If the sum is missing, ask the customer."), "If the sum is missing | ask the customer.");
  EXPECT_EQ(edge_case("no sum -> ask"), "no sum | ask");
  EXPECT_EQ(edge_case("Angry customers always go to a human."),
            "Angry customers always go to a human. | Angry customers always go to a human.")
      << "nothing is made up";
}

TEST(DesignMending, EdgeCasesInAnObjectOfTextsHaveTheirSituationAsName) {
  const auto told = fixes(R"({"name": "x", "edge_cases": {"No signature": "Ask for one."}})");
  EXPECT_EQ(told.at("/edge_cases"),
            R"("edge_cases": [{"id":"no-signature","then":"Ask for one.","when":"No signature"}])");
}

TEST(DesignMending, APercentageIsToldAsTheSuccessRateThatItMeant) {
  EXPECT_EQ(fixes(R"({"name": "x", "tolerance": 95})").at("/tolerance"), R"("tolerance": 0.95)");
  EXPECT_EQ(fixes(R"({"name": "x", "tolerance": 5})").at("/tolerance"), R"("tolerance": 0.95)") << "5 % may fail";
}

TEST(DesignMending, WhoeverIsNamedToEscalateToIsAHuman) {
  EXPECT_EQ(fixes(R"({"name": "x", "escalation": {"to": "team lead"}})").at("/escalation/to"), R"("to": "human")");
  EXPECT_EQ(fixes(R"({"name": "x", "escalation": {"to": "Ms Meyer"}})").at("/escalation/to"), R"("to": "human")");
  EXPECT_EQ(fixes(R"({"name": "x", "intelligence_level": "mid"})").at("/intelligence_level"),
            R"("intelligence_level": "medium")");
}

TEST(DesignMending, ChecksGivenAsASampleAskForItsValues) {
  const auto told = fixes(R"({"name": "x", "cases": [{"input": {}, "checks": {"verdict": "bug"}}]})");
  EXPECT_EQ(told.at("/cases/0/checks"),
            R"("checks": {"properties":{"verdict":{"const":"bug"}},"required":["verdict"],"type":"object"})");
}

TEST(DesignMending, LongFixesAreCutBetweenCharacters) {
  Refusal finding{"wrong_type", "x", "/context"};
  std::string text;
  while (text.size() < 9'000) text += "gr\xC3\xBC";
  finding.data["fix"] = text;
  std::vector<Refusal> findings{finding};
  shorten_fixes(findings);
  const std::string fix = findings[0].data["fix"];
  EXPECT_LT(fix.size(), 4'010U);
  EXPECT_TRUE(fix.ends_with("..."));
  EXPECT_NO_THROW(static_cast<void>(Json(fix).dump())) << "still UTF-8";
}

TEST(StepIdFrom, MakesAnIdOfAnyText) {
  EXPECT_EQ(step_id_from("Look Up!"), "look-up");
  EXPECT_EQ(step_id_from("  "), "step");
  EXPECT_EQ(step_id_from("End"), "step-end") << "end is no step's id";
  EXPECT_TRUE(is_step_id(step_id_from(std::string(500, 'x'))));
  EXPECT_EQ(fresh_id("a", {"a", "a-2"}), "a-3");
  EXPECT_EQ(slug_from("Triage_Mail!"), "triage-mail");
  EXPECT_EQ(slug_from("\xC3\x9C"
                      "ber die Stra\xC3\x9F"
                      "e, \xC5\x81\xC3\xB3"
                      "d\xC5\xBA"),
            "uber-die-strasse-lodz");
  EXPECT_EQ(slug_from("\xE6\x96\x87 plan"), "plan") << "no Latin letters";
}

}  // namespace
}  // namespace pianola::workflow
