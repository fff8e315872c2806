#include "workflow/version.h"

#include <gtest/gtest.h>

#include "tests/support/builders.h"

namespace pianola::workflow {
namespace {

using tests::a_design;
using tests::object_schema;

Design base() {
  return a_design()
      .with_inputs(object_schema({"mail"}))
      .with_step("parse")
      .with_output({"topic"})
      .with_step("answer")
      .with_edge_case("empty", "The mail is empty.", "Ask.");
}

Bump bump_after(void (*change)(Design&)) {
  Design next = base();
  change(next);
  return bump_for_change(base(), next);
}

TEST(Version, StatusIsReadBackFromItsName) {
  for (const VersionStatus status : {VersionStatus::draft, VersionStatus::published, VersionStatus::retired}) {
    EXPECT_EQ(parse_version_status(to_string(status)), status);
  }
  EXPECT_FALSE(parse_version_status("gone"));
}

TEST(Version, RemovedStepIsMajor) {
  EXPECT_EQ(bump_after([](Design& next) { next.steps.pop_back(); }), Bump::major);
}

TEST(Version, ReorderedStepsAreMajor) {
  EXPECT_EQ(bump_after([](Design& next) { std::swap(next.steps[0], next.steps[1]); }), Bump::major);
}

TEST(Version, ChangedSchemasAreMajor) {
  EXPECT_EQ(bump_after([](Design& next) { next.inputs = object_schema({"mail", "sender"}); }), Bump::major);
  EXPECT_EQ(bump_after([](Design& next) { next.outputs = object_schema({"reply"}); }), Bump::major);
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].output = object_schema({"theme"}); }), Bump::major);
}

TEST(Version, AddedPartsAreMinor) {
  EXPECT_EQ(bump_after([](Design& next) { next.steps.insert(next.steps.begin() + 1, Step{.id = "check"}); }),
            Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.edge_cases.push_back({.id = "spam"}); }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].examples.emplace_back(); }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].branches.push_back({{}, "end", ""}); }), Bump::minor);
}

TEST(Version, RulesThatLeadOrCheckOtherwiseAreMinor) {
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].quotes = {"/topic"}; }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].on_failure.retries = 5; }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].max_visits = 2; }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.edge_cases.clear(); }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.tolerance = 0.9; }), Bump::minor);
}

TEST(Version, WordsInASchemaAreWording) {
  EXPECT_EQ(
      bump_after([](Design& next) { (*next.steps[0].output)["properties"]["topic"]["description"] = "Its topic."; }),
      Bump::patch);
  EXPECT_EQ(bump_after([](Design& next) { (*next.steps[0].output)["properties"]["topic"]["maxLength"] = 9; }),
            Bump::major);
  EXPECT_EQ(bump_after([](Design& next) {
              (*next.inputs)["properties"]["description"] = {{"type", "string"}};
            }),
            Bump::major)
      << "a property that is called description is no wording";
}

TEST(Version, WordingIsPatch) {
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].instruction = "Read it twice."; }), Bump::patch);
  EXPECT_EQ(bump_after([](Design& next) { next.edge_cases[0].then = "Ask politely."; }), Bump::patch);
  EXPECT_EQ(bump_after([](Design&) {}), Bump::patch);
}

}  // namespace
}  // namespace pianola::workflow
