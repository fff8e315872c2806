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

TEST(Version, SchemasThatRefuseWhatWasRightAreMajor) {
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
            Bump::minor)
      << "a property that is called description is no wording";
}

Design with_topics(const char* values) {
  Design design = base();
  (*design.steps[0].output)["properties"]["topic"]["enum"] = Json::parse(values);
  return design;
}

TEST(Version, AddedEnumValueIsMinorAndARemovedOneMajor) {
  const Design two = with_topics(R"(["billing","other"])");
  EXPECT_EQ(bump_for_change(two, with_topics(R"(["billing","refund","other"])")), Bump::minor);
  EXPECT_EQ(bump_for_change(two, with_topics(R"(["billing"])")), Bump::major);
  EXPECT_EQ(bump_for_change(two, with_topics(R"(["other","billing"])")), Bump::patch) << "their order says nothing";
  EXPECT_EQ(bump_for_change(base(), two), Bump::major);
}

TEST(Version, StepsAndInputsMayTakeMoreInAMinorVersion) {
  EXPECT_EQ(bump_after([](Design& next) { next.inputs->erase("required"); }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].output->erase("required"); }), Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) {
              (*next.inputs)["properties"]["sender"] = {{"type", "string"}};
            }),
            Bump::minor);
  EXPECT_EQ(bump_after([](Design& next) { (*next.inputs)["properties"].erase("mail"); }), Bump::major);
}

TEST(Version, FinalOutputIsReadByOthersSoOnlyAdditionsToItAreMinor) {
  Design with_output = base();
  with_output.outputs = object_schema({"reply"});
  (*with_output.outputs)["properties"]["reply"]["enum"] = {"yes", "no"};
  const auto bump = [&](void (*change)(Json&)) {
    Design next = with_output;
    change(*next.outputs);
    return bump_for_change(with_output, next);
  };
  EXPECT_EQ(bump([](Json& outputs) { outputs["properties"]["reply"]["enum"].push_back("later"); }), Bump::minor);
  EXPECT_EQ(bump([](Json& outputs) { outputs["properties"]["why"] = {{"type", "string"}}; }), Bump::minor);
  EXPECT_EQ(bump([](Json& outputs) { outputs.erase("required"); }), Bump::major) << "a reader may miss it";
  EXPECT_EQ(bump([](Json& outputs) { outputs["properties"]["reply"].erase("enum"); }), Bump::major);
}

TEST(Version, WordingIsPatch) {
  EXPECT_EQ(bump_after([](Design& next) { next.steps[0].instruction = "Read it twice."; }), Bump::patch);
  EXPECT_EQ(bump_after([](Design& next) { next.edge_cases[0].then = "Ask politely."; }), Bump::patch);
  EXPECT_EQ(bump_after([](Design&) {}), Bump::patch);
}

}  // namespace
}  // namespace pianola::workflow
