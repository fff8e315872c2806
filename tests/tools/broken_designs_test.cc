// A strong model gets a design right at the second save: designs broken in the ways that models break them are sent to
// workflow_save, one answer names every error with the corrected fragment, the fragments are written in as a model
// would copy them, and the second save publishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/scratch_library.h"

namespace pianola::tools {
namespace {

using testing::UnorderedElementsAreArray;

struct BrokenDesign {
  const char* name;
  const char* json;
  std::vector<std::string> errors;  // "code place" of each, all of them
};

void PrintTo(const BrokenDesign& design, std::ostream* out) { *out << design.name; }

std::string parent_of(const std::string& place) { return place.substr(0, place.rfind('/')); }
std::string last_of(const std::string& place) { return place.substr(place.rfind('/') + 1); }

// Replaces the binding that the message names by the one to write.
bool write_binding(Json& design, const OrderedJson& finding) {
  const std::string message = finding["message"];
  const std::size_t from = message.find("{{");
  Json& text = design.at(Json::json_pointer(finding["place"].get<std::string>()));
  std::string instruction = text;
  const std::string wrong = message.substr(from, message.find("}}", from) + 2 - from);
  const std::size_t at = instruction.find(wrong);
  if (at == std::string::npos) return false;
  text = instruction.replace(at, wrong.size(), finding["fix"].get<std::string>());
  return true;
}

// Puts the steps in the order in which the fix lists their ids.
bool write_order(Json& design, const OrderedJson& finding) {
  const Json order = Json::parse("{" + finding["fix"].get<std::string>() + "}", nullptr, false);
  if (order.is_discarded()) return false;
  Json sorted = Json::array();
  for (const Json& listed : order["steps"]) {
    for (const Json& step : design["steps"]) {
      if (step["id"] == listed["id"]) sorted.push_back(step);
    }
  }
  design["steps"] = sorted;
  return true;
}

// Writes one finding's fix into the design, as the texts of the tool say: `"name": value` in place of the member that
// stands there (or into the object that lacks it), a value in place of the value. False where it is no fragment.
bool write_fix(Json& design, const OrderedJson& finding) {
  const std::string fix = finding.value("fix", "");
  const std::string place = finding["place"];
  if (fix.starts_with("{{")) return write_binding(design, finding);
  if (finding["code"] == "binding_too_early") return write_order(design, finding);
  if (const Json whole = Json::parse(fix, nullptr, false); !whole.is_discarded()) {
    design[Json::json_pointer(place)] = whole;
    return true;
  }
  const Json member = Json::parse("{" + fix + "}", nullptr, false);
  if (member.is_discarded() || member.size() != 1) return false;
  const bool lacks_it = finding["code"] == "missing_field";
  Json& holder = design[Json::json_pointer(lacks_it ? place : parent_of(place))];
  if (!lacks_it) holder.erase(last_of(place));
  holder.update(member);
  return true;
}

// The findings of a save that block publishing, whether it was refused or kept as a draft.
std::vector<OrderedJson> errors_of(const mcp::ToolResult& result) {
  const OrderedJson& facts = result.structured.value();
  std::vector<OrderedJson> errors;
  for (const OrderedJson& finding : result.is_error ? facts["error"]["findings"] : facts["findings"]) {
    if (finding.value("severity", "error") == "error") errors.push_back(finding);
  }
  return errors;
}

class BrokenDesigns : public testing::TestWithParam<BrokenDesign> {};

TEST_P(BrokenDesigns, OneAnswerNamesEveryErrorAndItsFragmentsMendThemAll) {
  tests::ScratchLibrary library;
  const mcp::Tool save = workflow_save_tool(library.context);
  const Json sent = Json::parse(GetParam().json);
  const mcp::ToolResult first = library.call(save, {{"workflow", sent}});
  std::vector<std::string> told;
  Json mended = sent.is_string() ? Json::parse(sent.get<std::string>()) : sent;
  for (const OrderedJson& error : errors_of(first)) {
    told.push_back(error["code"].get<std::string>() + " " + error["place"].get<std::string>());
    EXPECT_TRUE(write_fix(mended, error)) << error.dump();
  }
  EXPECT_THAT(told, UnorderedElementsAreArray(GetParam().errors)) << first.structured->dump(2);

  Json arguments = {{"workflow", mended}};
  if (!first.is_error && !GetParam().errors.empty()) arguments["base_version"] = (*first.structured)["version"];
  const OrderedJson second = GetParam().errors.empty() ? *first.structured : *library.call(save, arguments).structured;
  EXPECT_EQ(second.value("status", ""), "published") << second.dump(2) << mended.dump(2);
}

TEST(RefusedSave, NoFixLosesWhatTheStepsSay) {
  tests::ScratchLibrary library;
  const Json sent = Json::parse(R"json({
    "name": "Bad Name", "description": "Sums up one report.",
    "steps": [
      {"id": "write", "instruction": "Write three lines from {{steps.collect.facts}}."},
      {"id": "collect", "instruction": "List the facts.",
       "output": {"type": "object", "properties": {"facts": {"type": "string"}}, "required": ["facts"]}},
      {"id": "collect", "instruction": "Post them.", "max_visits": 0}]})json");
  const mcp::ToolResult refused = library.call(workflow_save_tool(library.context), {{"workflow", sent}});
  const std::vector<OrderedJson> errors = errors_of(refused);
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors.back()["code"], "binding_too_early") << "last: it moves the places of the others";
  EXPECT_EQ(errors.back()["fix"],
            "Put the step \"collect\" before \"write\" in the list that you send, each step whole; this order mends "
            "all: collect, write, collect-2.");
}

const BrokenDesign kDesigns[] = {
    {"StepsAsAnObjectWithMistakesInside",
     R"json({
       "name": "triage-ticket", "description": "Sorts one support ticket.",
       "inputs": {"type": "object", "properties": {"ticket": {"type": "string"}}, "required": ["ticket"]},
       "steps": {
         "Classify": {"title": "Classify", "instruction": "Read {{input.ticket}} and pick a category.",
           "output": {"type": "object", "properties": {"category": {"enum": ["billing", "bug"]}}, "required": ["category"]},
           "branches": [{"when": {"output.category": {"const": "bug"}}, "goto": "Reply"}, {"when": {}, "goto": "end"}]},
         "Reply": {"title": "Reply", "instruction": "Answer the {{steps.Classify.category}} ticket."}}})json",
     {"wrong_type /steps", "dangling_goto /steps/0/branches/0/goto", "dangling_binding /steps/1/instruction"}},

    {"SchemasAsBarePropertyMaps",
     R"json({
       "name": "extract-invoice", "description": "Takes the facts out of one invoice.",
       "inputs": {"invoice_text": "string"},
       "outputs": {"title": {"type": "string"}, "total": {"type": "number"}},
       "steps": [
         {"id": "extract", "instruction": "Read {{input.invoice_text}}.",
          "output": {"vendor": {"type": "string"}, "total": {"type": "float"}, "currency": {"enum": ["EUR", "USD"]}}},
         {"id": "check", "instruction": "Compare {{steps.extract.total}} with the lines.",
          "output": {"type": "object", "title": {"type": "string"}, "ok": {"type": "boolean"}}}]})json",
     {"not_a_schema /inputs", "bad_schema /outputs", "not_a_schema /steps/0/output",
      "bad_schema /steps/0/output/properties/total/type", "bad_schema /steps/1/output"}},

    {"WrongEnumsAndCapitals",
     R"json({
       "name": "Review_PR", "title": "Review a pull request", "description": "Reviews one pull request by the rules.",
       "intelligence_level": "High",
       "steps": [
         {"id": "ReadDiff", "instruction": "Read {{input.diff}}.", "on_failure": {"retries": 1, "then": "abort"}},
         {"id": "Verdict", "instruction": "Judge {{steps.ReadDiff}}."}],
       "edge_cases": [{"id": "Huge Diff", "when": "over 2,000 lines", "then": "escalate", "severity": "critical"}],
       "escalation": {"when": ["it touches security"], "to": "person"}})json",
     {"bad_name /name", "bad_value /intelligence_level", "bad_step_id /steps/0/id",
      "bad_value /steps/0/on_failure/then", "bad_step_id /steps/1/id", "bad_step_id /edge_cases/0/id",
      "bad_value /edge_cases/0/severity", "bad_value /escalation/to", "dangling_binding /steps/1/instruction",
      "dangling_binding /steps/0/output"}},

    {"GotoAndBindingsToNothing",
     R"json({
       "name": "answer-mail", "description": "Answers one customer mail.",
       "inputs": {"type": "object", "properties": {"mail": {"type": "string"}}, "required": ["mail"], "additionalProperties": false},
       "steps": [
         {"id": "classify", "instruction": "Read {{mail}}.",
          "output": {"type": "object", "properties": {"kind": {"enum": ["refund", "other"]}}, "required": ["kind"], "additionalProperties": false},
          "branches": [{"when": {"kind": {"const": "refund"}}, "goto": "escalation"}, {"when": {}, "goto": "repply"}]},
         {"id": "reply", "instruction": "Answer {{inputs.mail}} as {{steps.classify.output.kind}}.",
          "output": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": false},
          "quotes": ["text"], "branches": [{"when": {}, "goto": "done"}]}]})json",
     {"dangling_binding /steps/0/instruction", "dangling_when /steps/0/branches/0/when/kind",
      "dangling_goto /steps/0/branches/0/goto", "dangling_goto /steps/0/branches/1/goto",
      "dangling_binding /steps/1/instruction", "dangling_binding /steps/1/instruction",
      "dangling_quote /steps/1/quotes/0", "dangling_goto /steps/1/branches/0/goto"}},

    {"BindingToALaterStep",
     R"json({
       "name": "summarise-report", "description": "Summarises one report in three lines.",
       "steps": [
         {"id": "write", "instruction": "Write three lines from {{steps.collect.facts}}.",
          "output": {"type": "object", "properties": {"lines": {"type": "array", "items": {"type": "string"}}}}},
         {"id": "collect", "instruction": "List the facts of {{input.report}}.",
          "output": {"type": "object", "properties": {"facts": {"type": "array", "items": {"type": "string"}}}}}]})json",
     {"binding_too_early /steps"}},

    {"OutputsThatAreNoObjects",
     R"json({
       "name": "tag-article", "description": "Gives one article its tags.",
       "outputs": {"type": "array", "items": {"type": "string"}},
       "steps": [
         {"id": "tags", "instruction": "Pick tags for {{input.article}}.", "output": {"type": "array", "items": {"type": "string"}, "maxItems": 5}},
         {"id": "check", "instruction": "Check them.", "output": "boolean"}]})json",
     {"schema_not_object /outputs", "schema_not_object /steps/0/output", "wrong_type /steps/1/output"}},

    {"NearFieldsAndKeywords",
     R"json({
       "name": "onboard-customer", "descripton": "Onboards one customer.", "model": "claude-haiku-5-5",
       "steps": [
         {"id": "collect", "prompt": "Collect the address from {{input.form}}.", "retries": 3,
          "output_schema": {"type": "object", "properties": {"zip": {"type": "string", "min_length": 5, "nullable": true},
            "country": {"type": "string", "required": true}, "status": {"type": "string", "values": ["new", "old"]}}},
          "next": "check"},
         {"id": "check", "instruction": "Check {{steps.collect.zip}}.", "max_visit": 3}]})json",
     {"unknown_field /descripton", "unknown_field /model", "unknown_field /steps/0/prompt",
      "unknown_field /steps/0/retries", "unknown_field /steps/0/output_schema", "unknown_field /steps/0/next",
      "unknown_field /steps/1/max_visit", "bad_schema /steps/0/output"}},

    {"WhenAsATextExpression",
     R"json({
       "name": "approve-expense", "description": "Approves or forwards one expense.",
       "steps": [
         {"id": "read", "instruction": "Read {{input.receipt}}.",
          "output": {"type": "object", "properties": {"kind": {"enum": ["travel", "meal"]}, "amount": {"type": "number"}, "ok": {"type": "boolean"}}, "required": ["kind", "amount", "ok"], "additionalProperties": false},
          "branches": [
            {"when": "output.kind == 'travel'", "goto": "travel"},
            {"if": "output.amount > 500", "then": "escalate"},
            {"when": {"output.ok": false}, "goto": "escalate"},
            {"when": "else", "goto": "end"}]},
         {"id": "travel", "instruction": "Check the dates."}]})json",
     {"wrong_type /steps/0/branches/0/when", "unknown_field /steps/0/branches/1/if",
      "unknown_field /steps/0/branches/1/then", "wrong_type /steps/0/branches/2/when/output.ok",
      "wrong_type /steps/0/branches/3/when"}},

    {"TextWithDuplicatesAndBadExamples",
     R"json("{\"name\": \"label-photo\", \"description\": \"Labels one photo.\", \"steps\": [{\"id\": \"label\", \"instruction\": \"Label {{input.photo}}.\", \"output\": {\"type\": \"object\", \"properties\": {\"label\": {\"enum\": [\"cat\", \"dog\"]}, \"sure\": {\"type\": \"number\", \"maximum\": 1}}, \"required\": [\"label\", \"sure\"], \"additionalProperties\": false}, \"examples\": [{\"input\": {\"photo\": \"p1\"}, \"output\": {\"label\": \"cats\"}}]}, {\"id\": \"label\", \"instruction\": \"Check the label.\"}], \"edge_cases\": [{\"id\": \"dark\", \"when\": \"it is dark\", \"then\": \"say so\"}, {\"id\": \"dark\", \"when\": \"it is black\", \"then\": \"say so\"}]}")json",
     {"duplicate_step_id /steps/1/id", "duplicate_edge_case_id /edge_cases/1/id",
      "example_fails_schema /steps/0/examples/0/output"}},

    {"RequiredFieldsMissingAndTextsForLists",
     R"json({
       "title": "Check a contract", "description": "Checks one contract for the clauses we need.",
       "when_to_use": "a contract comes in", "tags": "legal",
       "steps": [
         "Read the contract and list its clauses.",
         {"title": "Compare with the template", "instruction": "Compare.", "on_failure": "skip", "max_visits": "3",
          "branches": {"when": {}}}],
       "edge_cases": {"no-signature": {"when": "nobody signed", "then": "say so"}},
       "escalation": "a clause is missing", "tolerance": 95})json",
     {"missing_field ", "wrong_type /when_to_use", "wrong_type /tags", "wrong_type /steps/0", "missing_field /steps/1",
      "wrong_type /steps/1/on_failure", "wrong_type /steps/1/max_visits", "wrong_type /steps/1/branches",
      "wrong_type /edge_cases", "wrong_type /escalation", "out_of_range /tolerance",
      "missing_field /steps/1/branches/0"}},

    {"EdgeCasesAndStepsWithNamesAndIfs",
     R"json({
       "name": "answer-support", "description": "Answers one support mail.", "parameters": {"mail": "string"},
       "steps": [
         {"name": "Parse Intent", "prompt": "Read {{mail}}.",
          "output": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "properties": {"intent": {"type": "string"},
              "proofs": {"type": "array", "items": {"type": "object", "properties": {"quote": {"type": "string"}}, "required": ["quote"]}}},
            "required": ["intent", "proofs"]},
          "quotes": ["/proofs/quote", "proofs[].quote"],
          "examples": [{"in": {"mail": "Where is it?"}, "out": {"intent": "order", "proofs": []}}]},
         {"name": "Reply", "instruction": "Answer by {{steps.Parse Intent.intent}}."}],
       "edge_cases": [
         {"if": "The customer is angry", "do": "Escalate at once."},
         {"name": "Billing", "condition": "A bill is asked about", "response": "Verify the account first."}]})json",
     {"unknown_field /parameters",
      "not_a_schema /inputs",
      "missing_field /steps/0",
      "unknown_field /steps/0/name",
      "unknown_field /steps/0/prompt",
      "unknown_field /steps/0/examples/0/in",
      "unknown_field /steps/0/examples/0/out",
      "bad_schema /steps/0/output/$schema",
      "dangling_binding /steps/0/instruction",
      "dangling_quote /steps/0/quotes/0",
      "dangling_quote /steps/0/quotes/1",
      "missing_field /steps/1",
      "unknown_field /steps/1/name",
      "dangling_binding /steps/1/instruction",
      "missing_field /edge_cases/0",
      "unknown_field /edge_cases/0/if",
      "unknown_field /edge_cases/0/do",
      "unknown_field /edge_cases/1/name",
      "unknown_field /edge_cases/1/condition",
      "unknown_field /edge_cases/1/response"}},

    {"ARoundWithoutAWayOutAndOddSchemas",
     R"json({
       "name": "poll-status", "description": "Asks a service until it is done.",
       "steps": [
         {"id": "ask", "instruction": "Ask {{input.service}}.", "max_visits": 0, "on_failure": {"retries": -1},
          "output": {"type": "object", "properties": {"state": "done|running", "code": {"type": "int"}, "at": {"type": "date"}},
            "required": "state"},
          "branches": [{"when": {}, "goto": "wait"}]},
         {"id": "wait", "instruction": "Wait a minute.", "branches": [{"goto": "ask"}]}]})json",
     {"out_of_range /steps/0/max_visits", "out_of_range /steps/0/on_failure/retries",
      "no_path_to_end /steps/1/branches", "bad_schema /steps/0/output/properties/at",
      "bad_schema /steps/0/output/properties/code/type", "bad_schema /steps/0/output/properties/state",
      "bad_schema /steps/0/output/required"}},
};

INSTANTIATE_TEST_SUITE_P(Typical, BrokenDesigns, testing::ValuesIn(kDesigns),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace pianola::tools
