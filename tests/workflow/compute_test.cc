#include "workflow/compute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "workflow/diff.h"
#include "workflow/lint.h"
#include "workflow/playbook.h"

namespace pianola::workflow {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using tests::a_computed_step;
using tests::a_design;

// What {"x": COMPUTATION} gives of an input; a sentence where it gives none.
std::string computed(const Json& computation, const Json& input) {
  const Step step = a_computed_step("a", {{"x", computation}});
  BindingScope scope;
  scope.input = &input;
  const auto output = compute_output(step, scope);
  return output ? dump_compact(output->at("x")) : output.error();
}

TEST(Compute, NumbersAndTruthValues) {
  EXPECT_EQ(computed({{"number", "{{input.price}} * {{input.n}}"}}, {{"price", 19.99}, {"n", 3}}), "59.97");
  EXPECT_EQ(computed({{"number", "{{input.n}} + 1"}}, {{"n", 2}}), "3");
  EXPECT_EQ(computed({{"is", "{{input.n}} > 1"}}, {{"n", 2}}), "true");
}

TEST(Compute, FailuresNameThePropertyAndTheValue) {
  EXPECT_EQ(computed({{"number", "{{input.n}} + 1"}}, Json::object()),
            "x could not be computed: {{input.n}} is not there");
  EXPECT_THAT(computed({{"number", "1 / {{input.n}}"}}, {{"n", 0}}), HasSubstr("divides by zero"));
  EXPECT_THAT(computed({{"number", "{{input.n}} > 1"}}, {{"n", 0}}), HasSubstr("gives false, no number"));
  EXPECT_THAT(computed({{"number", "{{input.n}}"}}, {{"n", Json::array()}}), HasSubstr("{{input.n}} is a list"));
}

TEST(Compute, LookUpTakesAnyValueAndElse) {
  const Json table = {{"DE", 0.19}, {"FR", {{"rate", 0.2}}}};
  EXPECT_EQ(computed({{"look_up", "{{input.c}}"}, {"in", table}}, {{"c", "DE"}}), "0.19");
  EXPECT_EQ(computed({{"look_up", "{{input.c}}"}, {"in", table}}, {{"c", "FR"}}), R"({"rate":0.2})");
  EXPECT_EQ(computed({{"look_up", "{{input.c}}"}, {"in", table}, {"else", nullptr}}, {{"c", "XX"}}), "null");
  EXPECT_EQ(computed({{"look_up", "{{input.c}}"}, {"in", table}}, {{"c", "XX"}}),
            "x could not be computed: the table has no \"XX\", and there is no else");
}

TEST(Compute, AWholeNumberIsAKeyHoweverItIsWritten) {
  const Json table = {{"1", "one"}, {"0.5", "half"}};
  EXPECT_EQ(computed({{"look_up", "{{input.n}}"}, {"in", table}, {"else", "none"}}, {{"n", 1.0}}), R"("one")");
  EXPECT_EQ(computed({{"look_up", "{{input.n}}"}, {"in", table}, {"else", "none"}}, {{"n", 0.5}}), R"("half")");
  EXPECT_EQ(computed({{"text", "{{input.n}} kg"}}, {{"n", 12.0}}), R"("12 kg")");
}

TEST(Compute, TextHoldsValuesAsTheyStand) {
  EXPECT_EQ(computed({{"text", "Order {{input.id}}: {{input.items}}"}}, {{"id", 7}, {"items", {"a"}}}),
            R"("Order 7: [\"a\"]")");
  EXPECT_EQ(computed({{"text", "{{input.a}}"}}, {{"a", "{{input.b}}"}, {"b", "x"}}), R"("{{input.b}}")");
  EXPECT_THAT(computed({{"text", "{{input.a}}"}}, {{"a", std::string(kLongestComputedText + 1, 'a')}}),
              HasSubstr("over 100000 bytes"));
}

TEST(Compute, TimesBetweenDatesAndTimesOfAnyOffset) {
  const auto days = [](const char* from, const char* to) {
    return computed({{"days_between", {"{{input.from}}", "{{input.to}}"}}}, {{"from", from}, {"to", to}});
  };
  EXPECT_EQ(days("2024-02-28", "2024-03-01"), "2");
  EXPECT_EQ(days("2026-03-01", "2026-02-28"), "-1");
  EXPECT_EQ(days("2026-11-30T06:00:00Z", "2026-11-30T18:00:00Z"), "0.5");
  EXPECT_EQ(days("2026-11-30T00:00:00+02:00", "2026-11-29T22:00Z"), "0");
  EXPECT_THAT(days("2026-02-30", "2026-03-01"), HasSubstr("\"2026-02-30\" is no date or time"));
  EXPECT_THAT(days("30.11.2026", "2026-03-01"), HasSubstr("no date"));
  EXPECT_EQ(computed({{"hours_between", {"2026-11-30", "{{input.t}}"}}}, {{"t", "2026-11-30 12:30:00"}}), "12.5");
  EXPECT_EQ(computed({{"minutes_between", {"2026-11-30", "{{input.t}}"}}}, {{"t", "2026-11-30T00:01:30.5Z"}}),
            "1.5083333333333333");
}

TEST(Compute, PlaybookHasAStepInOneLine) {
  Design design = a_design();
  design.steps = {a_computed_step(
      "sum", {{"total", {{"number", "{{input.n}} * 2"}}}, {"vat", {{"look_up", "{{input.c}}"}, {"in", {{"DE", 1}}}}}})};
  EXPECT_EQ(render_step(design, design.steps[0]),
            "## 1. Step sum (`sum`)\n\nDone by the server: total = {{input.n}} * 2; vat = {{input.c}} looked up in a "
            "table of 1.\n");
}

TEST(Compute, IsComparedAndAsksForAMinorVersion) {
  Design base = a_design();
  base.steps = {a_computed_step("sum", {{"total", {{"number", "1"}}}})};
  Design next = base;
  next.steps[0].compute["total"].number = "2";
  EXPECT_EQ(bump_for_change(base, next), Bump::minor);
  EXPECT_THAT(describe_changes(base, next), Contains(HasSubstr("compute total changed")));
}

// The finding of that code at a step's computation, as MESSAGE | FIX; empty where there is none.
std::string finding(const Design& design, const std::string& code, const std::string& place) {
  for (const LintFinding& found : lint(design).findings) {
    if (found.code == code && found.place == place) return found.message + " | " + found.fix;
  }
  return {};
}

Design priced(const Json& compute) {
  Design design = a_design().with_inputs(
      {{"type", "object"},
       {"properties",
        {{"price", {{"type", "number"}}}, {"country", {{"type", "string"}}}, {"ordered", {{"type", "string"}}}}},
       {"required", {"price", "country", "ordered"}}});
  design.steps = {a_computed_step("sum", compute)};
  return design;
}

TEST(ComputeLint, PutsBareNamesIntoBraces) {
  const Design design = priced({{"total", {{"number", "price * 2 + input.price"}}}});
  EXPECT_THAT(finding(design, "bad_compute", "/steps/0/compute/total/number"),
              HasSubstr(R"(| "number": "{{input.price}} * 2 + {{input.price}}")"));
  EXPECT_THAT(finding(priced({{"is", {{"is", "{{input.price}} = 2"}}}}), "bad_compute", "/steps/0/compute/is/is"),
              HasSubstr(R"(| "is": "{{input.price}} == 2")"));
  EXPECT_THAT(finding(priced({{"is", {{"is", "{{input.price}} <= 9 and {{input.price}}=2"}}}}), "bad_compute",
                      "/steps/0/compute/is/is"),
              HasSubstr(R"(| "is": "{{input.price}} <= 9 and {{input.price}}==2")"));
  EXPECT_THAT(finding(priced({{"v", {{"look_up", "country"}, {"in", {{"DE", 1}}}}}}), "bad_compute",
                      "/steps/0/compute/v/look_up"),
              HasSubstr(R"("look_up": "{{input.country}}")"));
  EXPECT_THAT(finding(priced({{"d", {{"days_between", {"ordered", "2026-01-01"}}}}}), "bad_compute",
                      "/steps/0/compute/d/days_between/0"),
              HasSubstr(R"(| "{{input.ordered}}")"));
}

TEST(ComputeLint, TakesValuesOutOfQuotes) {
  EXPECT_THAT(finding(priced({{"is", {{"is", "'{{input.country}}' == 'DE' or \"{{input.country}}\"=='AT'"}}}}),
                      "bad_compute", "/steps/0/compute/is/is"),
              HasSubstr(R"(| "is": "{{input.country}} == 'DE' or {{input.country}}=='AT'")"));
  EXPECT_THAT(
      finding(priced({{"is", {{"is", "'EUR {{input.price}}' == 'EUR 2'"}}}}), "bad_compute", "/steps/0/compute/is/is"),
      HasSubstr("another property's \"text\""));
}

TEST(ComputeLint, SplitsComparisonsInARow) {
  EXPECT_THAT(finding(priced({{"is", {{"is", "(1 < price < 10) or ({{input.price}} > 20 > 3)"}}}}), "bad_compute",
                      "/steps/0/compute/is/is"),
              HasSubstr("(1 < {{input.price}} and {{input.price}} < 10) or ({{input.price}} > 20 and 20 > 3)\""));
}

TEST(ComputeLint, FindsConstantsThatNoValueCanMend) {
  for (const char* text : {"1 / 0", "sqrt(-1)", "5 % 0"}) {
    EXPECT_THAT(finding(priced({{"x", {{"number", text}}}}), "bad_compute", "/steps/0/compute/x/number"),
                AllOf(HasSubstr("divides by zero"), HasSubstr("| Write numbers with which it can be computed")))
        << text;
  }
}

TEST(ComputeLint, JudgesValuesByTheirSchemas) {
  EXPECT_THAT(
      finding(priced({{"x", {{"number", "{{input.country}} * 2"}}}}), "bad_compute", "/steps/0/compute/x/number"),
      HasSubstr("{{input.country}}"));
  EXPECT_THAT(finding(priced({{"x", {{"is", "{{input.price}} * 2"}}}}), "bad_compute", "/steps/0/compute/x/is"),
              HasSubstr("not true or false"));
  EXPECT_EQ(
      finding(priced({{"x", {{"number", "1 / ({{input.price}} - 2)"}}}}), "bad_compute", "/steps/0/compute/x/number"),
      "");
}

TEST(ComputeLint, FindsDanglingBindings) {
  EXPECT_THAT(finding(priced({{"x", {{"text", "{{input.prise}}"}}}}), "dangling_binding", "/steps/0/compute/x/text"),
              HasSubstr("| {{input.price}}"));
}

TEST(ComputeLint, WantsOneWayAndNoInstructionBeside) {
  EXPECT_NE(finding(priced({{"x", {{"number", "1"}, {"text", "a"}}}}), "bad_compute", "/steps/0/compute/x"), "");
  EXPECT_NE(finding(priced({{"x", Json::object()}}), "bad_compute", "/steps/0/compute/x"), "");
  Design both = priced({{"x", {{"number", "1"}}}});
  both.steps[0].instruction = "Add it up.";
  EXPECT_NE(finding(both, "instruction_and_compute", "/steps/0/instruction"), "");
  both.steps[0].compute.clear();
  both.steps[0].instruction.clear();
  EXPECT_NE(finding(both, "no_instruction", "/steps/0/instruction"), "");
}

TEST(ComputeLint, OutputMustTakeWhatIsComputed) {
  Design design = priced({{"total", {{"number", "1"}}}});
  design.steps[0].output = tests::object_schema({"total", "vat"});
  EXPECT_THAT(finding(design, "bad_compute", "/steps/0/output"), HasSubstr("computes no \"vat\""));
  EXPECT_THAT(finding(priced({{"total", {{"number", "1"}}}}), "no_checkable_output", "/steps/0/output"),
              HasSubstr(R"("properties":{"total":{"type":"number"}})"));
}

TEST(ComputeLint, RetriesOfAComputedStepMakeNoSense) {
  Design design = priced({{"total", {{"number", "1"}}}});
  EXPECT_EQ(finding(design, "computed_retries", "/steps/0/on_failure/retries"), "");
  design.steps[0].on_failure.retries = 5;
  EXPECT_NE(finding(design, "computed_retries", "/steps/0/on_failure/retries"), "");
}

}  // namespace
}  // namespace pianola::workflow
