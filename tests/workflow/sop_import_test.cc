#include "workflow/sop_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/builders.h"
#include "workflow/lint.h"
#include "workflow/markdown_sections.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kRelease = R"(# Release a Package

## Overview

This SOP releases a package to the registry.

It is run once a week.

## Parameters

- **package_dir** (required): Where the package lies
- **dry_run** (optional, default: true): Whether to stop before publishing
- **channel** (optional, default: "stable"): The channel:
  - "stable": for everybody
  - "beta": for those who asked
- **attempts** (optional, default: 3): Attempts
- **owner** (optional, default: whoever runs it): Who is asked

**Constraints for parameter acquisition:**
- You MUST ask for all parameters at once

## Voice

Speak plainly.

## Steps

These steps are run in order.

### 1. Check the tree

Look at {package_dir}.

**Constraints:**
- You MUST stop when files are not committed
  ```
  ## this is no heading
  ```
- You MUST NOT push

### 2. Build

Build with `make {{package_dir}}`.

#### Hints

Warnings are errors.

### 3. Publish

Publish to the channel.

## Troubleshooting

### The registry is down
Wait an hour.
)";

Design imported(std::string_view text) {
  const Result<Design> design = import_sop(text);
  if (!design) ADD_FAILURE() << design.error().message;
  return design.value_or(Design{});
}

// Every text of a design, one after the other.
std::string all_text(const Json& json) {
  std::string text;
  if (json.is_string()) return json.get<std::string>() + "\n";
  if (!json.is_structured()) return json.dump() + "\n";
  for (const auto& [key, value] : json.items()) text += (json.is_object() ? key + "\n" : "") + all_text(value);
  return text;
}

TEST(SopImport, StepsAreTheStepsOfTheFile) {
  const Design design = imported(kRelease);
  EXPECT_EQ(design.name, "release-a-package");
  EXPECT_EQ(design.title, "Release a Package");
  ASSERT_THAT(design.step_ids(), ElementsAre("check-the-tree", "build", "publish"));
  EXPECT_EQ(design.steps[0].title, "Check the tree");
  EXPECT_THAT(design.steps[0].instruction, StartsWith("Look at {package_dir}.\n\n**Constraints:**"));
  EXPECT_THAT(design.steps[1].instruction, HasSubstr("#### Hints\n\nWarnings are errors."));
}

TEST(SopImport, ItDecodesAndIsLintedWithoutErrors) {
  const DecodedDesign decoded = decode_design(Json(encode_design(imported(kRelease))));
  EXPECT_THAT(decoded.findings, IsEmpty());
  EXPECT_FALSE(lint(decoded.design).has_errors());
}

TEST(SopImport, OverviewIsTheDescriptionAndTheRestTheContext) {
  const Design design = imported(kRelease);
  EXPECT_EQ(design.description, "This SOP releases a package to the registry.\n\nIt is run once a week.");
  EXPECT_THAT(design.context,
              StartsWith("## Parameters\n\n**Constraints for parameter acquisition:**\n- You MUST ask"));
  EXPECT_THAT(design.context, HasSubstr("## Voice\n\nSpeak plainly."));
  EXPECT_THAT(design.context, HasSubstr("## Steps\n\nThese steps are run in order."));
  EXPECT_THAT(design.context, HasSubstr("## Troubleshooting\n\n### The registry is down\nWait an hour."));
}

TEST(SopImport, ParametersAreTheInputsWithTypesAndDefaults) {
  const Json inputs = imported(kRelease).inputs.value();
  EXPECT_EQ(inputs["required"], Json::array({"package_dir"}));
  const Json& properties = inputs["properties"];
  EXPECT_EQ(properties["package_dir"], Json({{"type", "string"}, {"description", "Where the package lies"}}));
  EXPECT_EQ(properties["dry_run"]["type"], "boolean");
  EXPECT_EQ(properties["dry_run"]["default"], true);
  EXPECT_EQ(properties["attempts"]["default"], 3);
  EXPECT_EQ(properties["channel"]["default"], "stable");
  EXPECT_EQ(properties["channel"]["description"],
            "The channel:\n  - \"stable\": for everybody\n  - \"beta\": for those who asked");
  EXPECT_EQ(properties["owner"]["description"], "Who is asked (default: whoever runs it)");
  EXPECT_FALSE(properties["owner"].contains("default"));
}

TEST(SopImport, BracesOfParametersAreExplainedAndDoubleOnesBound) {
  const Design design = imported(kRelease);
  EXPECT_THAT(design.context, HasSubstr("`{package_dir}`, stands for the input of that name; where it is not given: "
                                        "dry_run true, channel \"stable\", attempts 3."));
  EXPECT_THAT(design.steps[1].instruction, HasSubstr("`make {{input.package_dir}}`"));
}

TEST(SopImport, NoLineIsLost) {
  const std::string text = all_text(Json(encode_design(imported(kRelease))));
  std::string_view rest = kRelease;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    // These become the shape of the design, or the typed parts of its inputs; one line holds a binding.
    if (line.starts_with("# ") || line == "## Overview" || line.starts_with("- **") || line.starts_with("### ") ||
        line.find("{{") != std::string::npos) {
      continue;
    }
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, HasSubstr("### The registry is down"));
}

TEST(SopImport, ItemsOfANumberedListAreStepsWhereNoHeadingIsOne) {
  const Design design = *import_sop(
      "# Refund\n\n## Steps\n\nBe quick.\n\n1. Look up the order.\n2. Check its age.\n   - at most 30 days\n3) Refund "
      "it.\n",
      "");
  ASSERT_EQ(design.steps.size(), 3U);
  EXPECT_EQ(design.steps[0].title, "Look up the order.");
  EXPECT_EQ(design.steps[0].instruction, "Look up the order.");
  EXPECT_THAT(design.steps[1].instruction, HasSubstr("at most 30 days"));
  EXPECT_EQ(design.steps[2].title, "Refund it.");
  EXPECT_THAT(design.context, HasSubstr("Be quick."));
}

TEST(SopImport, AllListsOfStepsCountAndWhatStandsBeforeTheTitleIsKept) {
  const Design design = *import_sop(
      "## Overview\n\nMoves one.\n\n# Move a customer\n\nBy hand.\n\n## Steps\n\n1. Freeze\n2. Copy\n\n## Roll "
      "back\n\nCall.\n\n"
      "## Steps\n\n1. Unfreeze\n",
      "");
  ASSERT_EQ(design.steps.size(), 3U);
  EXPECT_THAT(design.steps[1].title, HasSubstr("Copy"));
  EXPECT_THAT(design.steps[2].title, HasSubstr("Unfreeze"));
  EXPECT_EQ(design.description, "Moves one.\n\nBy hand.");
}

TEST(SopImport, NumberedPartsAreStepsAndKeepTheirNumbers) {
  const Design design = imported(R"(# Coding

## Steps

### 1. Setup

Set up.

### 2. Explore Phase

Look first.

#### 2.1 Analyze

Analyze it.

##### Detail

In depth.

#### 2.2 Setup

Again.

### 3. Commit
Commit.
)");
  ASSERT_THAT(design.step_ids(), ElementsAre("setup", "analyze", "setup-2", "commit"));
  EXPECT_EQ(design.steps[1].title, "2.1 Analyze");
  EXPECT_EQ(design.steps[1].instruction,
            "### 2. Explore Phase\n\nLook first.\n\nAnalyze it.\n\n##### Detail\n\nIn depth.");
  EXPECT_EQ(design.steps[2].instruction, "Again.");
  EXPECT_EQ(design.steps[3].title, "3. Commit");
}

TEST(SopImport, WindowsLinesAndAByteOrderMarkMakeNoDifference) {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : kRelease) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(imported(text), imported(kRelease));
}

TEST(SopImport, WhatIsNoSopIsRefusedWithWhatItLacks) {
  EXPECT_EQ(import_sop("Some text.\n").error().code, "no_title");
  EXPECT_THAT(import_sop("# Title\n\n### 1. Lone\n").error().message, HasSubstr("## Steps"));
  EXPECT_EQ(import_sop("# \xff\n").error().code, "not_utf8");
  EXPECT_EQ(import_sop(kRelease, "Bad Name").error().code, "bad_name");
  EXPECT_EQ(import_sop("# Use_it\n## Steps\n### One\n").value().name, "use-it");
  EXPECT_EQ(import_sop("# Use_it\n## Steps\n### One\n").value().steps[0].instruction, "One");
}

TEST(MarkdownSections, FencesAndCommentsHideHeadings) {
  const auto sections = split_at_headings(
      "intro\n# One #\n````\n# in fence\n```\n````\n<!-- # x\n# in comment\n-->\n- item\n  ```\n  # in list\n# Two\n"
      "    # indented code\n#no heading\n`````` not a fence `\n###### Six");
  ASSERT_EQ(sections.size(), 4u);
  EXPECT_EQ(sections[0].body, "intro\n");
  EXPECT_EQ(sections[1].heading, "One");
  EXPECT_THAT(sections[1].body, HasSubstr("# in comment"));
  EXPECT_EQ(sections[2].heading, "Two");  // a list item ends its unclosed fence
  EXPECT_THAT(sections[2].body, HasSubstr("#no heading"));
  EXPECT_EQ(sections[3].level, 6);
}

TEST(MarkdownSections, SectionsConcatenateToTheText) {
  std::string text;
  for (const MarkdownSection& section : split_at_headings(kRelease)) text += section.raw();
  EXPECT_EQ(text, kRelease);
}

}  // namespace
}  // namespace pianola::workflow
