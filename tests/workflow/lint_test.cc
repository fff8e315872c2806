#include "workflow/lint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using tests::a_design;
using tests::DesignBuilder;
using tests::object_schema;

const LintFinding* find_code(const LintReport& report, std::string_view code) {
  const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                  [&](const LintFinding& finding) { return finding.code == code; });
  return found == report.findings.end() ? nullptr : &*found;
}

std::string place_of(const Design& design, std::string_view code) {
  const LintReport report = lint(design);
  const LintFinding* finding = find_code(report, code);
  return finding == nullptr ? "(not found)" : finding->place;
}

std::string fix_of(const Design& design, std::string_view code, Kept kept = Kept::no) {
  const LintReport report = lint(design, kept);
  const LintFinding* finding = find_code(report, code);
  return finding == nullptr ? "(not found)" : finding->fix;
}

constexpr const char* kNone = "(not found)";

// A design that lint has nothing to say about.
DesignBuilder a_perfect_design() {
  return a_design()
      .with_inputs(object_schema({"text"}))
      .with_step("parse", "Read {{input.text}} and name its topic.")
      .with_output({"topic"})
      .with_example({{"text", "x"}}, {{"topic", "x"}})
      .with_edge_case("empty", "the text has no words", "answer that it is empty")
      .with_escalation({"the text is no language"})
      .changed([](Design& design) { design.when_to_use = {"a text has to be named"}; })
      .changed([](Design& design) { design.description = "Names the topic of a text."; });
}

TEST(Lint, PerfectDesignHasNoFindingsAndScoresHundred) {
  const LintReport report = lint(a_perfect_design());
  EXPECT_TRUE(report.findings.empty()) << report.findings.front().code << " " << report.findings.front().message;
  EXPECT_EQ(report.readiness, 100);
  EXPECT_FALSE(report.has_errors());
}

TEST(Lint, EmptyDesignHasErrorsAndLowReadiness) {
  const LintReport report = lint(Design{});
  EXPECT_TRUE(report.has_errors());
  EXPECT_NE(find_code(report, "no_steps"), nullptr);
  EXPECT_NE(find_code(report, "bad_name"), nullptr);
  EXPECT_LT(report.readiness, 50);
  EXPECT_GE(report.readiness, 0);
}

TEST(Lint, EveryFindingHasPlaceMessageAndFix) {
  const LintReport report =
      lint(a_design("Bad Name").with_step("a", "{{input.}} if needed").with_branch({{"x", true}}, "b"));
  ASSERT_FALSE(report.findings.empty());
  for (const LintFinding& finding : report.findings) {
    EXPECT_TRUE(finding.place.starts_with("/")) << finding.code;
    EXPECT_FALSE(finding.message.empty()) << finding.code;
    EXPECT_FALSE(finding.fix.empty()) << finding.code;
  }
}

TEST(Lint, ErrorsComeBeforeWarnings) {
  const LintReport report = lint(a_design("Bad Name").with_step("a").with_step("a"));
  EXPECT_TRUE(std::is_partitioned(report.findings.begin(), report.findings.end(),
                                  [](const LintFinding& finding) { return finding.error; }));
}

TEST(Lint, BadNameIsFixedToASlug) {
  EXPECT_EQ(fix_of(a_design("Triage_Mail!"), "bad_name"), "\"name\": \"triage-mail\"");
}

TEST(Lint, DuplicateStepIdGetsAFreshOne) {
  const Design design = a_design().with_step("a").with_step("a");
  EXPECT_EQ(place_of(design, "duplicate_step_id"), "/steps/1/id");
  EXPECT_EQ(fix_of(design, "duplicate_step_id"), "\"id\": \"a-2\"");
}

TEST(Lint, ReservedAndMalformedStepIdsAreErrors) {
  EXPECT_EQ(place_of(a_design().with_step("end"), "bad_step_id"), "/steps/0/id");
  EXPECT_EQ(fix_of(a_design().with_step("Look Up"), "bad_step_id"), "\"id\": \"look-up\"");
}

TEST(Lint, DuplicateEdgeCaseIdIsAnError) {
  const Design design = a_design().with_step("a").with_edge_case("e", "x", "y").with_edge_case("e", "z", "y");
  EXPECT_EQ(place_of(design, "duplicate_edge_case_id"), "/edge_cases/1/id");
}

TEST(Lint, DanglingGotoNamesTheNearestStep) {
  const Design design = a_design().with_step("a").with_branch(Json::object(), "replyy").with_step("reply");
  EXPECT_EQ(place_of(design, "dangling_goto"), "/steps/0/branches/0/goto");
  EXPECT_EQ(fix_of(design, "dangling_goto"), "\"goto\": \"reply\"");
}

TEST(Lint, GotoEndAndEscalateAreKnown) {
  const Design design = a_design()
                            .with_step("a")
                            .with_output({"x"})
                            .with_branch({{"output.x", {{"const", "y"}}}}, "escalate")
                            .with_branch(Json::object(), "end");
  EXPECT_EQ(place_of(design, "dangling_goto"), kNone);
}

TEST(Lint, CircleWithoutAWayOutHasNoPathToTheEnd) {
  const Design design =
      a_design().with_step("a").with_branch(Json::object(), "b").with_step("b").with_branch(Json::object(), "a");
  EXPECT_EQ(place_of(design, "no_path_to_end"), "/steps/1/branches");
  EXPECT_EQ(fix_of(design, "no_path_to_end"), R"("branches": [{"goto":"end","when":{}}])");
}

TEST(Lint, BindingToAnUnknownStepIsAnError) {
  const Design design = a_design().with_step("parse").with_output({"topic"}).with_step("b", "{{steps.pars.topic}}");
  EXPECT_EQ(place_of(design, "dangling_binding"), "/steps/1/instruction");
  EXPECT_EQ(fix_of(design, "dangling_binding"), "{{steps.parse.topic}}");
}

TEST(Lint, BindingToAPropertyThatTheSchemaLacksIsAnError) {
  const Design design = a_design().with_inputs(object_schema({"mail"})).with_step("a", "Read {{input.mial}}.");
  EXPECT_EQ(fix_of(design, "dangling_binding"), "{{input.mail}}");
}

TEST(Lint, MalformedBindingIsAnError) {
  EXPECT_EQ(place_of(a_design().with_step("a", "{{ mail }}"), "dangling_binding"), "/steps/0/instruction");
  EXPECT_EQ(place_of(a_design().with_step("a", "{{output.x}}"), "dangling_binding"), "/steps/0/instruction");
}

TEST(Lint, BindingIntoAnOpenSchemaIsNotJudged) {
  const Json open = {{"type", "object"}, {"additionalProperties", true}};
  EXPECT_EQ(place_of(a_design().with_inputs(open).with_step("a", "{{input.mail}}"), "dangling_binding"), kNone);
  EXPECT_EQ(place_of(a_design().with_step("a", "{{input.mail}}"), "dangling_binding"), kNone);
}

TEST(Lint, BindingFollowsReferencesAndLists) {
  const Json schema =
      Json::parse(R"({"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/$defs/i"}}},
    "additionalProperties":false,"$defs":{"i":{"type":"object","properties":{"n":{"type":"string"}}}}})");
  EXPECT_EQ(place_of(a_design().with_inputs(schema).with_step("a", "{{input.items.0.n}}"), "dangling_binding"), kNone);
  EXPECT_NE(place_of(a_design().with_inputs(schema).with_step("a", "{{input.items.0.m}}"), "dangling_binding"), kNone);
}

TEST(Lint, BindingToALaterStepIsAnErrorMendedByReordering) {
  const Design design = a_design().with_step("a", "{{steps.b.x}}").with_step("b").with_output({"x"}).with_step("c");
  EXPECT_EQ(place_of(design, "binding_too_early"), "/steps");
  EXPECT_EQ(fix_of(design, "binding_too_early", Kept::yes), R"("steps": [{"id":"b"},{"id":"a"},{"id":"c"}])");
  const Design circle =
      a_design().with_step("a", "{{steps.b.x}}").with_output({"y"}).with_step("b", "{{steps.a.y}}").with_output({"x"});
  EXPECT_TRUE(fix_of(circle, "binding_too_early").starts_with("Bind an earlier step"));
}

TEST(Lint, WhereNothingIsKeptStepsAreMovedWholeAndUnderTheIdsThatAreProposed) {
  const Design design =
      a_design().with_step("a", "{{steps.b.x}}").with_step("b").with_output({"x"}).with_step("b", "Post it.");
  EXPECT_EQ(fix_of(design, "binding_too_early"),
            "Put the step \"b\" before \"a\" in the list that you send, each step whole; this order mends all: "
            "b, a, b-2.");
  EXPECT_EQ(fix_of(design, "duplicate_step_id"), "\"id\": \"b-2\"");
  EXPECT_EQ(fix_of(design, "binding_too_early", Kept::yes), R"("steps": [{"id":"b"},{"id":"a"},{"id":"b-2"}])");
  for (const Kept kept : {Kept::no, Kept::yes}) {
    const LintReport report = lint(design, kept);
    const bool tells = find_code(report, "binding_too_early")->message.find("save onto this") != std::string::npos;
    EXPECT_EQ(tells, kept == Kept::yes);
  }
}

TEST(Lint, OneOrderMendsAllBindingsThatComeTooEarly) {
  // c reads b, and a reads c: b alone before a would still leave c behind it.
  const Design design = a_design()
                            .with_step("a", "{{steps.c.x}}")
                            .with_step("d", "{{steps.a.x}}")
                            .with_step("b")
                            .with_step("c", "{{steps.b.x}}");
  EXPECT_EQ(fix_of(design, "binding_too_early", Kept::yes),
            R"("steps": [{"id":"b"},{"id":"c"},{"id":"a"},{"id":"d"}])");
  const Design mended = a_design()
                            .with_step("b")
                            .with_step("c", "{{steps.b.x}}")
                            .with_step("a", "{{steps.c.x}}")
                            .with_step("d", "{{steps.a.x}}");
  EXPECT_EQ(place_of(mended, "binding_too_early"), kNone);
}

TEST(Lint, AStepCannotBindWhatItIsYetToHandIn) {
  const auto own = [](const char* instruction) {
    return a_design()
        .with_inputs(object_schema({"topic"}))
        .with_step("a", instruction)
        .with_output({"topic"})
        .with_step("b");
  };
  EXPECT_EQ(place_of(own("{{steps.a.topic}}"), "binding_too_early"), "/steps/0/instruction");
  EXPECT_EQ(fix_of(own("{{steps.a.topic}}"), "binding_too_early"), "{{input.topic}}") << "not the same again";
  const Design misspelled = own("{{steps.a.topik}}");
  EXPECT_EQ(fix_of(misspelled, "dangling_binding"), "Bind {{input.NAME}} or an earlier step's {{steps.ID.NAME}}.");
  EXPECT_EQ(place_of(misspelled, "binding_too_early"), kNone) << "told once";
  const Design loop = a_design()
                          .with_step("a", "Before it was {{steps.a.topic}}.")
                          .with_output({"topic"})
                          .with_branch({{"output.topic", {{"const", "x"}}}}, "a")
                          .with_branch(Json::object(), "end");
  EXPECT_EQ(place_of(loop, "binding_too_early"), kNone) << "a later visit reads the one before";
}

TEST(Lint, AStepNamedByItsTitleIsFound) {
  Design design = a_design().with_step("s1").with_output({"topic"}).with_step("b", "{{steps.Parse Intent.topic}}");
  design.steps[0].title = "Parse intent";
  EXPECT_EQ(fix_of(design, "dangling_binding"), "{{steps.s1.topic}}");
}

TEST(Lint, PathsAreMendedToWhatTheyMeant) {
  const auto fix = [](const std::string& binding) {
    return fix_of(a_design()
                      .with_inputs(object_schema({"mail"}))
                      .with_step("parse")
                      .with_output({"topic"})
                      .with_step("answer", "Read {{" + binding + "}}.")
                      .with_output({"text"}),
                  "dangling_binding");
  };
  EXPECT_EQ(fix("mail"), "{{input.mail}}");
  EXPECT_EQ(fix("inputs.mail"), "{{input.mail}}");
  EXPECT_EQ(fix("topic"), "{{steps.parse.topic}}");
  EXPECT_EQ(fix("parse.topic"), "{{steps.parse.topic}}");
  EXPECT_EQ(fix("steps.parse.output.topic"), "{{steps.parse.topic}}");
  EXPECT_EQ(fix("steps.Parse.topic"), "{{steps.parse.topic}}");
  EXPECT_EQ(fix("input.topic"), "{{steps.parse.topic}}");
  EXPECT_TRUE(fix("weather").starts_with("Write {{input.NAME}}")) << "what it meant cannot be told";
}

TEST(Lint, GotoIsMendedToWhatItMeant) {
  const auto fix = [](const std::string& go_to) {
    return fix_of(a_design().with_step("a").with_branch(Json::object(), go_to).with_step("draft-reply"),
                  "dangling_goto");
  };
  EXPECT_EQ(fix("Draft Reply"), R"("goto": "draft-reply")");
  EXPECT_EQ(fix("done"), R"("goto": "end")");
  EXPECT_EQ(fix("END"), R"("goto": "end")");
  EXPECT_EQ(fix("Step A"), R"("goto": "a")") << "by its title";
  EXPECT_EQ(fix("human"), R"("goto": "escalate")");
  EXPECT_EQ(fix("abort"), R"("goto": "escalate")");
  EXPECT_EQ(fix("somewhere-else"), R"("goto": "escalate")") << "what nobody can tell is not called done";
  const Design numbered =
      a_design().with_step("1").with_branch(Json::object(), "3").with_step("step2").with_step("step3");
  EXPECT_EQ(fix_of(numbered, "dangling_goto"), R"("goto": "step3")") << "no other number is near it";
  EXPECT_EQ(fix("3"), R"("goto": "escalate")");
}

TEST(Lint, EveryMistakeInASchemaIsToldAtOnceAndWhatHangsOnItToo) {
  const Json schema = Json::parse(
      R"({"type":"object","properties":{"number":{"type":"int"},"kind":{"enum":"a|b"}},"requird":["number"],
          "additionalProperties":false})");
  const LintReport report =
      lint(a_design().with_step("s").with_output_schema(schema).with_step("t", "{{steps.s.numbr}}"));
  std::vector<std::string> told;
  for (const LintFinding& finding : report.findings) {
    if (finding.error) told.push_back(finding.place + " " + finding.fix);
  }
  EXPECT_EQ(told, (std::vector<std::string>{R"(/steps/0/output/properties/kind/enum "enum": ["a","b"])",
                                            R"(/steps/0/output/properties/number/type "type": "integer")",
                                            R"(/steps/0/output/requird "required": ["number"])",
                                            "/steps/1/instruction {{steps.s.number}}"}));
}

TEST(Lint, QuotesWithoutAnOutputSchemaGetOne) {
  const Design design = a_design().with_step("a").with_quotes({"/quote", "/all/*"});
  EXPECT_EQ(place_of(design, "dangling_quote"), "/steps/0/output");
  const Json fixed = Json::parse("{" + fix_of(design, "dangling_quote") + "}")["output"];
  EXPECT_EQ(fixed["properties"]["quote"]["type"], "string");
  EXPECT_EQ(fixed["properties"]["all"]["items"]["type"], "string");
}

// Every kind of finding, each with a design that has it: the errors and the warnings of the contract.
struct Kind {
  const char* code;
  bool error;
  Design design;
};

std::vector<Kind> every_kind() {
  const DesignBuilder step = a_design().with_step("a");
  const auto with = [&](void (*change)(Design&)) { return DesignBuilder(step).changed(change); };
  return {
      {"duplicate_step_id", true, DesignBuilder(step).with_step("a")},
      {"duplicate_edge_case_id", true, DesignBuilder(step).with_edge_case("e", "x", "y").with_edge_case("e", "z", "y")},
      {"bad_name", true, a_design("A B").with_step("a")},
      {"bad_step_id", true, a_design().with_step("A")},
      {"bad_edge_case_id", true, DesignBuilder(step).with_edge_case("E", "x", "y")},
      {"no_steps", true, a_design()},
      {"dangling_goto", true, DesignBuilder(step).with_branch(Json::object(), "b")},
      {"dangling_binding", true, a_design().with_step("a", "{{steps.b.x}}")},
      {"binding_too_early", true, a_design().with_step("a", "{{steps.b.x}}").with_step("b").with_output({"x"})},
      {"dangling_when", true, DesignBuilder(step).with_output({"x"}).with_branch({{"output.yes", true}}, "end")},
      {"dangling_quote", true, DesignBuilder(step).with_quotes({"/x"})},
      {"bad_schema", true, DesignBuilder(step).with_output_schema({{"type", "txt"}})},
      {"schema_not_object", true, DesignBuilder(step).with_output_schema({{"type", "string"}})},
      {"no_path_to_end", true, DesignBuilder(step).with_branch(Json::object(), "a")},
      {"bad_limit", true, DesignBuilder(step).with_max_visits(0)},
      {"example_fails_schema", true, DesignBuilder(step).with_output({"x"}).with_example(Json::object(), {{"y", 1}})},
      {"case_fails_schema", false, with([](Design& d) {
         d.inputs = object_schema({"x"});
         d.cases.push_back({Json{{"y", 1}}, std::nullopt, std::nullopt});
       })},
      {"no_instruction", true, a_design().with_step("a", " ")},
      {"not_a_checklist", false, with([](Design& d) { d.description = "Brainstorm and figure out a strategy."; })},
      {"no_checkable_output", false, DesignBuilder(step).with_output_schema({{"type", "object"}})},
      {"unreachable_step", false, DesignBuilder(step).with_branch(Json::object(), "end").with_step("b")},
      {"branches_without_else", false,
       DesignBuilder(step).with_output({"x"}).with_branch({{"output.x", {{"const", "y"}}}}, "end")},
      {"unreachable_branch", false,
       DesignBuilder(step).with_branch(Json::object(), "end").with_branch(Json::object(), "end")},
      {"branch_never_matches", false,
       DesignBuilder(step).with_output({"x"}).with_branch({{"output.x", {{"const", 1}}}}, "end")},
      {"optional_binding", false,
       a_design()
           .with_step("a")
           .with_output_schema(Json::parse(R"({"type": "object", "properties": {"x": {"type": "string"}}})"))
           .with_step("b", "{{steps.a.x}}")},
      {"low_tolerance", false, with([](Design& d) { d.tolerance = 0.05; })},
      {"input_not_read", false, DesignBuilder(step).with_inputs(object_schema({"text"}))},
      {"example_misquotes", false,
       DesignBuilder(step).with_output({"x"}).with_quotes({"/x"}).with_example({{"text", "a"}}, {{"x", "b"}})},
      {"vague_words", false, a_design().with_step("a", "Sort it appropriately.")},
      {"too_many_rules", false, a_design().with_step("a", "- 1\n- 2\n- 3\n- 4\n- 5\n- 6\n- 7\n- 8\n- 9\n")},
      {"long_step", false, a_design().with_step("a", std::string(6145, 'x'))},
      {"no_when_to_use", false, step},
      {"no_description", false, with([](Design& d) { d.description = "Short."; })},
      {"no_inputs", false, step},
      {"no_examples", false, DesignBuilder(step).with_output({"x"})},
      {"no_escalation", false, step},
      {"no_edge_cases", false, step},
  };
}

TEST(Lint, EveryKindOfFindingIsFoundWithItsSeverityAndIsAbsentFromAPerfectDesign) {
  const LintReport perfect = lint(a_perfect_design());
  std::ifstream file(PIANOLA_SOURCE_DIR "/docs/lint.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const Kind& kind : every_kind()) {
    EXPECT_NE(page.find('`' + std::string(kind.code) + '`'), std::string::npos)
        << kind.code << " is not in docs/lint.md";
    const LintReport report = lint(kind.design);
    const LintFinding* finding = find_code(report, kind.code);
    ASSERT_NE(finding, nullptr) << kind.code;
    EXPECT_EQ(finding->error, kind.error) << kind.code;
    EXPECT_TRUE(finding->place.starts_with("/")) << kind.code;
    EXPECT_FALSE(finding->message.empty()) << kind.code;
    EXPECT_FALSE(finding->fix.empty()) << kind.code;
    EXPECT_EQ(find_code(perfect, kind.code), nullptr) << kind.code;
    EXPECT_LT(report.readiness, 100) << kind.code;
  }
}

TEST(Lint, BindingAroundALoopIsFine) {
  const Design design = a_design()
                            .with_step("a", "{{steps.b.x}}")
                            .with_step("b")
                            .with_output({"x"})
                            .with_branch({{"output.x", {{"const", "again"}}}}, "a")
                            .with_branch(Json::object(), "end");
  EXPECT_EQ(place_of(design, "binding_too_early"), kNone);
}

TEST(Lint, RefusedSchemaIsAnErrorAtItsKeyword) {
  const Design design = a_design().with_step("a").with_output_schema({{"type", "object"}, {"requird", {"x"}}});
  EXPECT_TRUE(place_of(design, "bad_schema").starts_with("/steps/0/output"));
}

TEST(Lint, RefusedSchemaOfABranchIsAnError) {
  const Design design =
      a_design().with_step("a").with_output({"x"}).with_branch({{"output.x", {{"type", "txt"}}}}, "end");
  EXPECT_TRUE(place_of(design, "bad_schema").starts_with("/steps/0/branches/0/when/output.x"));
}

TEST(Lint, SchemaOfNoObjectIsAnError) {
  const Design design = a_design().with_step("a").with_output_schema({{"type", "string"}});
  EXPECT_EQ(place_of(design, "schema_not_object"), "/steps/0/output");
  EXPECT_EQ(Json::parse(fix_of(design, "schema_not_object"))["type"], "object");
}

TEST(Lint, WhenPathMustLeadSomewhere) {
  const Design design = a_design().with_step("a").with_output({"kind"}).with_branch({{"output.kin", true}}, "end");
  EXPECT_EQ(place_of(design, "dangling_when"), "/steps/0/branches/0/when/output.kin");
  EXPECT_EQ(fix_of(design, "dangling_when"), "\"output.kind\": true");
  EXPECT_NE(place_of(a_design().with_step("a").with_branch({{"kind", true}}, "end"), "dangling_when"), kNone);
}

TEST(Lint, QuotesMustPointIntoTheOutputSchema) {
  const DesignBuilder step = a_design().with_step("a").with_output({"quote"});
  EXPECT_EQ(place_of(DesignBuilder(step).with_quotes({"/quote"}), "dangling_quote"), kNone);
  EXPECT_EQ(place_of(DesignBuilder(step).with_quotes({"quote"}), "dangling_quote"), "/steps/0/quotes/0");
  EXPECT_EQ(fix_of(DesignBuilder(step).with_quotes({"/quot"}), "dangling_quote"), "\"/quote\"");
  EXPECT_NE(place_of(a_design().with_step("a").with_quotes({"/quote"}), "dangling_quote"), kNone);
}

TEST(Lint, QuoteMustPointAtAText) {
  const auto quoting = [](const char* pointer) {
    return a_design()
        .with_step("a")
        .with_output_schema(Json::parse(R"({"type": "object", "properties": {"total": {"type": "integer"},
            "quotes": {"type": "array", "items": {"type": "string"}}, "maybe": {"type": ["string", "null"]}}})"))
        .with_quotes({pointer});
  };
  EXPECT_EQ(place_of(quoting("/total"), "dangling_quote"), "/steps/0/quotes/0");
  EXPECT_EQ(fix_of(quoting("/total_"), "dangling_quote"),
            "Add it to the output schema, or point at a text that it has.")
      << "a number is never proposed";
  EXPECT_EQ(fix_of(quoting("/quotes"), "dangling_quote"), R"("/quotes/*")");
  EXPECT_EQ(place_of(quoting("/maybe"), "dangling_quote"), kNone);
}

TEST(Lint, QuotesIntoAListWithoutAStarGetOne) {
  for (const char* quote :
       {"/lines/quote", "lines[].quote", "$.lines[*].quote", "lines[0].quote", "output.lines.quote"}) {
    Design design = a_design().with_step("a").with_output({"x"}).with_quotes({quote});
    design.steps[0].output = Json::parse(R"({"type": "object", "properties": {"lines": {"type": "array",
        "items": {"type": "object", "properties": {"quote": {"type": "string"}}}}}})");
    EXPECT_EQ(fix_of(design, "dangling_quote"), R"("/lines/*/quote")") << quote;
  }
}

TEST(Lint, QuotesOfEveryElementAreFollowed) {
  const Json schema = Json::parse(
      R"({"type":"object","properties":{"q":{"type":"array","items":{"type":"string"}}},"additionalProperties":false})");
  EXPECT_EQ(place_of(a_design().with_step("a").with_output_schema(schema).with_quotes({"/q/*"}), "dangling_quote"),
            kNone);
}

TEST(Lint, ExampleThatFailsItsOwnSchemaIsAnError) {
  const Design design = a_design().with_step("a").with_output({"x"}).with_example(Json::object(), {{"y", 1}});
  EXPECT_EQ(place_of(design, "example_fails_schema"), "/steps/0/examples/0/output");
}

TEST(Lint, GoldenCaseThatFailsASchemaIsAWarning) {
  const Design design = a_design().with_inputs(object_schema({"x"})).with_step("a").changed([](Design& d) {
    d.cases.push_back({Json{{"y", 1}}, std::nullopt, std::nullopt});
  });
  EXPECT_EQ(place_of(design, "case_fails_schema"), "/cases/0/input");
}

TEST(Lint, RetriesVisitsAndToleranceHaveLimits) {
  EXPECT_EQ(place_of(a_design().with_step("a").with_on_failure(FailureThen::skip, -1), "bad_limit"),
            "/steps/0/on_failure/retries");
  EXPECT_EQ(place_of(a_design().with_step("a").with_max_visits(0), "bad_limit"), "/steps/0/max_visits");
  EXPECT_EQ(place_of(a_design().with_step("a").changed([](Design& d) { d.tolerance = 1.5; }), "bad_limit"),
            "/tolerance");
}

TEST(Lint, VagueWordsAreListedWhereTheyStand) {
  const Design design = a_design().with_step("a", "Answer Appropriately, and sort if needed, etc.");
  const LintReport report = lint(design);
  const LintFinding* finding = find_code(report, "vague_words");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->place, "/steps/0/instruction");
  for (const char* word : {"appropriately", "if needed", "etc"})
    EXPECT_NE(finding->message.find(word), std::string::npos);
}

TEST(Lint, UnreachableStepIsAWarning) {
  const Design design = a_design().with_step("a").with_branch(Json::object(), "c").with_step("b").with_step("c");
  EXPECT_EQ(place_of(design, "unreachable_step"), "/steps/1");
}

TEST(Lint, BranchBehindAnElseIsUnreachable) {
  const Design design = a_design()
                            .with_step("a")
                            .with_output({"x"})
                            .with_branch(Json::object(), "end")
                            .with_branch({{"output.x", true}}, "end");
  EXPECT_EQ(place_of(design, "unreachable_branch"), "/steps/0/branches/1");
}

TEST(Lint, BranchOnAValueThatItsSchemaRefusesNeverMatches) {
  const auto branching_on = [](const Json& value) {
    return a_perfect_design().changed([&](Design& design) {
      design.steps[0].output = Json::parse(
          R"({"type": "object", "properties": {"topic": {"enum": ["a", "b"]}, "n": {"type": "integer"}}, "required": ["topic"]})");
      design.steps[0].examples[0].output = {{"topic", "a"}};
      design.steps[0].branches = {{{{"output.topic", value}}, std::string(kGotoEscalate), ""},
                                  {{}, std::string(kGotoEnd), ""}};
    });
  };
  EXPECT_EQ(place_of(branching_on({{"const", "c"}}), "branch_never_matches"), "/steps/0/branches/0/when/output.topic");
  EXPECT_EQ(place_of(branching_on({{"enum", {"c", "a"}}}), "branch_never_matches"), kNone);
  EXPECT_EQ(place_of(branching_on({{"pattern", "c"}}), "branch_never_matches"), kNone) << "a pattern is not judged";
}

TEST(Lint, ToleranceBelowAHalfIsDoubted) {
  const auto with = [](double rate) { return a_perfect_design().changed([&](Design& d) { d.tolerance = rate; }); };
  EXPECT_EQ(fix_of(with(0.05), "low_tolerance"), R"("tolerance": 0.95)");
  EXPECT_EQ(place_of(with(0.5), "low_tolerance"), kNone);
}

TEST(Lint, RequiredInputThatNoStepReadsIsAWarning) {
  const Design design = a_perfect_design().changed([](Design& d) { d.steps[0].instruction = "Name its topic."; });
  EXPECT_EQ(place_of(design, "input_not_read"), "/steps/0/instruction");
  const Design whole =
      a_perfect_design().changed([](Design& d) { d.steps[0].instruction = "Name the topic of {{input}}."; });
  EXPECT_EQ(place_of(whole, "input_not_read"), kNone) << "the whole input is shown";
}

TEST(Lint, ExampleThatMisquotesItsOwnInputIsAWarning) {
  const auto quoting = [](const char* topic) {
    return a_perfect_design().changed([&](Design& design) {
      design.steps[0].quotes = {"/topic"};
      design.steps[0].examples[0] = {.input = {{"text", "The printer is on fire"}}, .output = {{"topic", topic}}};
    });
  };
  EXPECT_EQ(place_of(quoting("printer jam"), "example_misquotes"), "/steps/0/examples/0/output/topic");
  EXPECT_EQ(place_of(quoting("printer"), "example_misquotes"), kNone);
}

TEST(Lint, BranchesWithoutAnElseAreAWarningUnlessTheyCoverEveryValue) {
  const Json kinds = Json::parse(R"({"type":"object","properties":{"k":{"enum":["a","b"]}},"required":["k"]})");
  DesignBuilder design =
      a_design().with_step("s").with_output_schema(kinds).with_branch({{"output.k", {{"const", "a"}}}}, "end");
  EXPECT_EQ(place_of(design, "branches_without_else"), "/steps/0/branches");
  EXPECT_EQ(fix_of(design, "branches_without_else"), R"({"when": {}, "goto": "end"})");
  design.with_branch({{"output.k", {{"const", "b"}}}}, "end");
  EXPECT_EQ(place_of(design, "branches_without_else"), kNone);
}

TEST(Lint, MoreThanEightRulesInAStepAreAWarning) {
  std::string rules;
  for (int i = 0; i < 8; ++i) rules += "- one rule\n";
  EXPECT_EQ(place_of(a_design().with_step("a", rules), "too_many_rules"), kNone);
  EXPECT_EQ(place_of(a_design().with_step("a", rules + "Never shout."), "too_many_rules"), "/steps/0/instruction");
}

TEST(Lint, StepOverSixKilobytesIsAWarning) {
  EXPECT_EQ(place_of(a_design().with_step("a", std::string(6145, 'x')), "long_step"), "/steps/0/instruction");
  EXPECT_EQ(place_of(a_design().with_step("a", std::string(6144, 'x')), "long_step"), kNone);
}

TEST(Lint, ProseOnlyDesignHasNoErrors) {
  const LintReport report = lint(a_design().with_step("a").with_step("b"));
  EXPECT_FALSE(report.has_errors());
  for (const char* code : {"no_checkable_output", "no_escalation", "no_edge_cases", "no_when_to_use", "no_inputs"}) {
    EXPECT_NE(find_code(report, code), nullptr) << code;
  }
}

TEST(Lint, NovelProblemIsNoChecklist) {
  const Design design = a_design().with_step("a").changed(
      [](Design& d) { d.description = "Brainstorm names and figure out a strategy."; });
  EXPECT_EQ(place_of(design, "not_a_checklist"), "/description");
  EXPECT_EQ(place_of(a_perfect_design(), "not_a_checklist"), kNone);
}

TEST(Readiness, EachErrorCostsTwentyFiveAndCapsAtFortyNine) {
  EXPECT_EQ(readiness_of({{"bad_name", true, "", "", ""}}), 49);
  EXPECT_EQ(
      readiness_of({{"bad_name", true, "", "", ""}, {"no_steps", true, "", "", ""}, {"bad_schema", true, "", "", ""}}),
      25);
}

TEST(Readiness, RepeatedWarningCostsHalfAndIsCapped) {
  const LintFinding vague{"vague_words", false, "", "", ""};
  EXPECT_EQ(readiness_of({vague}), 96);
  EXPECT_EQ(readiness_of({vague, vague}), 94);
  EXPECT_EQ(readiness_of(std::vector<LintFinding>(50, vague)), 88);
}

Design with_output_property(const Json& property) {
  return a_perfect_design().changed([&](Design& design) {
    design.steps[0].output = Json{{"type", "object"},
                                  {"properties", {{"topic", {{"type", "string"}}}, {"x", property}}},
                                  {"required", {"topic"}}};
  });
}

TEST(Lint, AFormatThatChecksNothingIsToldWithThePatternThatDoes) {
  const Design dated = with_output_property({{"type", "string"}, {"format", "date"}});
  EXPECT_EQ(place_of(dated, "format_not_checked"), "/steps/0/output/properties/x/format");
  const std::string fix = fix_of(dated, "format_not_checked");
  const Json pattern = Json::parse("{" + fix + "}")["pattern"];
  EXPECT_EQ(fix_of(with_output_property({{"type", "string"}, {"pattern", pattern}}), "format_not_checked"), kNone);
  EXPECT_NE(fix_of(with_output_property({{"contentEncoding", "base64"}}), "format_not_checked").find("\"pattern\""),
            std::string::npos);
  EXPECT_NE(fix_of(with_output_property({{"items", {{"format", "idn-email"}}}}), "format_not_checked")
                .find("Write a pattern"),
            std::string::npos);
}

TEST(Lint, AFormatBesideWhatIsCheckedOrOfNoTextIsNotTold) {
  for (const Json& property :
       {Json{{"type", "string"}, {"format", "date"}, {"pattern", "^2"}}, Json{{"enum", {"a"}}, {"format", "date"}},
        Json{{"type", "integer"}, {"format", "int32"}},
        Json{{"type", "object"}, {"properties", {{"format", {{"type", "string"}}}}}}}) {
    EXPECT_EQ(fix_of(with_output_property(property), "format_not_checked"), kNone) << property;
  }
}

}  // namespace
}  // namespace pianola::workflow
