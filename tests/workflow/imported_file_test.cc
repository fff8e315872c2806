// Skills, slash commands and Goose recipes as designs; that each keeps every line of its text is tested for each form.
#include "workflow/imported_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <set>
#include <sstream>

#include "tests/support/builders.h"
#include "workflow/agent_files.h"
#include "workflow/lint.h"

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Design imported(const std::string& file_name, std::string_view text, const std::string& form) {
  const Result<ImportedFile> file = import_file(file_name, text);
  if (!file) {
    ADD_FAILURE() << file.error().message;
    return {};
  }
  EXPECT_EQ(file->form, form);
  const DecodedDesign decoded = decode_design(Json(encode_design(file->design)));
  EXPECT_THAT(decoded.findings, IsEmpty());
  EXPECT_EQ(decoded.design, file->design);
  return file->design;
}

Refusal refused(const std::string& file_name, std::string_view text) {
  const Result<ImportedFile> file = import_file(file_name, text);
  EXPECT_FALSE(file) << text;
  return file ? Refusal{} : file.error();
}

// Every text of a design, names of properties included.
std::string all_text(const Json& json) {
  if (json.is_string()) return json.get<std::string>() + "\n";
  if (!json.is_structured()) return json.dump() + "\n";
  std::string text;
  for (const auto& [key, value] : json.items()) text += (json.is_object() ? key + "\n" : "") + all_text(value);
  return text;
}

std::string with_single_blanks(std::string text) {
  RE2::GlobalReplace(&text, R"(\s+)", " ");
  return text;
}

// Lines of the source that the design does not have. Marks at a line's front (#, -, >, a number, "Step 2:", a field's
// name in a head) are the design's structure; `placeholders` are the source's, `said` lines are told by fields.
std::vector<std::string> lost_lines(std::string_view source, const Design& design,
                                    const std::vector<std::pair<std::string, std::string>>& placeholders = {},
                                    const std::vector<std::string>& said = {}) {
  std::string words = all_text(Json(encode_design(design)));
  for (const auto& [binding, placeholder] : placeholders) {
    for (std::size_t at = words.find(binding); at != std::string::npos; at = words.find(binding, at)) {
      words.replace(at, binding.size(), placeholder);
    }
  }
  words = " " + with_single_blanks(words);
  std::vector<std::string> lost;
  std::istringstream lines{std::string(source)};
  for (std::string line; std::getline(lines, line);) {
    std::string text = with_single_blanks(line);
    RE2::Replace(&text, R"(^ ?(?:#+|[-*>]) )", "");
    RE2::Replace(&text, R"(^ ?(?i)(?:step )?\d+[.):]? (?:- )?)", "");
    RE2::Replace(&text, R"(^ ?(?:name|title|description|instructions|prompt|key|input_type): ?[|>]?-? ?)", "");
    RE2::Replace(&text, R"re(^"(.*)"$)re", R"(\1)");
    const bool is_delimiter = text == "---" || text == " ";
    if (is_delimiter || text.empty() || std::find(said.begin(), said.end(), line) != said.end()) continue;
    while (text.starts_with(' ')) text.erase(0, 1);
    while (text.ends_with(' ')) text.pop_back();
    if (words.find(text) == std::string::npos) lost.push_back(line);
  }
  return lost;
}

constexpr std::string_view kSkill = R"(---
# who wrote it
name: release-package
description: >
  Releases a package.
  Use when: somebody asks for a release.
license: Apache-2.0
allowed-tools: Bash(git:*), Read
metadata:
  version: "1.2"
---

# Release a package

Speak plainly.

## When to use

Not on Fridays.

## Step 1: Check the tree

Look at it: `git status | awk '{print $1}'`.

### Hints

```sh
## this is no heading
1. nor is this a step
```

## Step 2 - Build

1. Clean.
2. Make.

## Step 3. Publish

## Notes

Ask $5.00 for it.
)";

TEST(ImportedFile, ASkillsNumberedHeadingsAreItsSteps) {
  const Design design = imported("SKILL.md", kSkill, "a skill");
  EXPECT_EQ(design.name, "release-package");
  EXPECT_EQ(design.title, "Release a package");
  EXPECT_EQ(design.description, "Releases a package. Use when: somebody asks for a release.");
  ASSERT_THAT(design.step_ids(), ElementsAre("check-the-tree", "build", "publish"));
  EXPECT_EQ(design.steps[0].title, "Check the tree");
  EXPECT_THAT(design.steps[0].instruction, HasSubstr("### Hints\n\n```sh\n## this is no heading"));
  EXPECT_EQ(design.steps[1].instruction, "1. Clean.\n2. Make.");
  EXPECT_EQ(design.steps[2].instruction, "Publish");
  EXPECT_THAT(design.context, StartsWith("Speak plainly.\n\n## When to use\n\nNot on Fridays.\n\n## Notes"));
  EXPECT_THAT(design.context,
              HasSubstr("```yaml\n# who wrote it\nlicense: Apache-2.0\nallowed-tools: Bash(git:*), Read\n"));
  EXPECT_FALSE(design.inputs);
}

TEST(ImportedFile, NothingOfASkillIsLost) {
  EXPECT_THAT(lost_lines(kSkill, imported("SKILL.md", kSkill, "a skill")), IsEmpty());
  EXPECT_THAT(lost_lines("Not in it.\n", imported("SKILL.md", kSkill, "a skill")), ElementsAre("Not in it."));
}

TEST(ImportedFile, WhatIsMissingLintTells) {
  const LintReport report = lint(imported("SKILL.md", kSkill, "a skill"));
  EXPECT_FALSE(report.has_errors());
  std::set<std::string> codes;
  for (const LintFinding& finding : report.findings) codes.insert(finding.code);
  EXPECT_THAT(codes, testing::IsSupersetOf({"no_checkable_output", "no_when_to_use", "no_edge_cases"}));
}

TEST(ImportedFile, ALongestListIsTheSteps) {
  constexpr std::string_view kText =
      "---\nname: x\ndescription: y\n---\nSay hello.\n\n## Rules\n\n1. Be kind.\n2. Be short.\n\n## Workflow\n\nIn "
      "this "
      "order:\n\n1. **Read** it.\n\n   All of it.\n2. Sort it:\n```\ncode\n```\n3. Answer.\n\nThen rest.\n";
  const Design design = imported("anything.md", kText, "a skill");
  ASSERT_EQ(design.steps.size(), 3u);
  EXPECT_EQ(design.steps[0].title, "**Read** it.");
  EXPECT_EQ(design.steps[0].instruction, "   All of it.");
  EXPECT_EQ(design.steps[1].instruction, "```\ncode\n```");
  EXPECT_EQ(design.context,
            "Say hello.\n\n## Rules\n\n1. Be kind.\n2. Be short.\n\n## Workflow\n\nIn this order:\n\nThen rest.");
  EXPECT_THAT(lost_lines(kText, design), IsEmpty());
}

TEST(ImportedFile, HeadingsWithoutNumbersAreStepsUnlessTheyAreReferences) {
  const Design design = imported(
      "SKILL.md",
      "---\nname: x\n---\n# X\n## Overview\nO.\n## Gather facts\nG.\n### Where\nW.\n## Write\nR.\n## Examples\nE.\n",
      "a skill");
  EXPECT_THAT(design.step_ids(), ElementsAre("gather-facts", "write"));
  EXPECT_EQ(design.steps[0].instruction, "G.\n### Where\nW.");
  EXPECT_EQ(design.context, "## Overview\nO.\n\n## Examples\nE.");
}

TEST(ImportedFile, ATextWithoutStepsIsOneStep) {
  const Design design = imported("ask.md", "---\ndescription: Asks.\n---\nAsk them.\nTwice.\n", "a slash command");
  ASSERT_EQ(design.steps.size(), 1u);
  EXPECT_EQ(design.name, "ask");
  EXPECT_EQ(design.steps[0].instruction, "Ask them.\nTwice.");
}

TEST(ImportedFile, AnExportedSkillHasTheStepsThatItHad) {
  const Design design = tests::a_design("triage")
                            .with_context("# Notes\n\n## 1. No step\n\nText.")
                            .with_step("parse", "Read {{input.mail}}.")
                            .with_step("look-up", "## Look\n\nUp {{steps.parse.topic}}.")
                            .changed([](Design& made) { made.steps[1].title = "Look it up: 2. part"; });
  const std::string skill = render_skill(tests::version_of(design))[0].text;
  const Design again = imported("SKILL.md", skill, "a skill");
  EXPECT_EQ(again.name, "triage");
  EXPECT_EQ(again.title, design.title);
  ASSERT_EQ(again.step_ids(), design.step_ids());
  EXPECT_EQ(again.steps[0].title, design.steps[0].title);
  EXPECT_EQ(again.steps[0].instruction, design.steps[0].instruction);
  EXPECT_EQ(again.steps[1].title, design.steps[1].title);
}

constexpr std::string_view kCommand = R"(---
description: Fixes an issue
argument-hint: [issue] [priority]
allowed-tools: Bash(gh:*)
model: sonnet
---

# Fix it

Fix issue $1 with priority $2. All of it: $ARGUMENTS. Costs $100, $5,000 or $5K.

## Your task

1. Read `gh issue view $1`.
2. Mend it, see @docs/style.md.

!`git status`
)";
const std::vector<std::pair<std::string, std::string>> kCommandPlaceholders = {
    {"{{input.issue}}", "$1"}, {"{{input.priority}}", "$2"}, {"{{input.arguments}}", "$ARGUMENTS"}};

TEST(ImportedFile, ACommandsArgumentsAreInputs) {
  const Design design = imported("fix-issue.md", kCommand, "a slash command");
  EXPECT_EQ(design.name, "fix-issue");
  EXPECT_EQ(design.title, "Fix it");
  const Json inputs = design.inputs.value();
  EXPECT_EQ(inputs["required"], Json::array({"arguments", "issue", "priority"}));
  EXPECT_EQ(inputs["properties"]["arguments"]["description"], "[issue] [priority]");
  EXPECT_THAT(design.context, StartsWith("Fix issue {{input.issue}} with priority {{input.priority}}."));
  ASSERT_EQ(design.steps.size(), 2u);
  EXPECT_EQ(design.steps[0].title, "Read `gh issue view $1`.");
  EXPECT_EQ(design.steps[0].instruction, "Read `gh issue view {{input.issue}}`.");
  EXPECT_FALSE(lint(design).has_errors());
}

TEST(ImportedFile, NothingOfACommandIsLost) {
  const Design design = imported("fix-issue.md", kCommand, "a slash command");
  EXPECT_THAT(lost_lines(kCommand, design, kCommandPlaceholders), IsEmpty());
}

TEST(ImportedFile, ACommandNeedsNoHead) {
  const Design design = imported("look.md", "Look at $ARGUMENTS[0] and $ARGUMENTS[1].\n", "a slash command");
  EXPECT_EQ(design.inputs.value()["required"], Json::array({"argument_0", "argument_1"}));
  EXPECT_EQ(design.steps[0].instruction, "Look at {{input.argument_0}} and {{input.argument_1}}.");
  EXPECT_EQ(imported("pay.md", "Ask $1 for $", "a slash command").steps[0].instruction,
            "Ask {{input.argument_1}} for $");
  EXPECT_EQ(imported("list.md", "1. Look.\n2. Tell.\n", "a slash command").steps.size(), 2u);
  imported("release.md", "# R\n\n## Steps\n\n### 1. A\nA.\n### 2. B\nB.\n", "an SOP");
}

TEST(ImportedFile, AHeadThatIsNoYamlIsReadAsHostsReadIt) {
  const Design design =
      imported("ask.md", "---\ndescription: Use when: asked\n# x\nmodel:\n---\nAsk.\n", "a slash command");
  EXPECT_EQ(design.description, "Use when: asked");
  EXPECT_THAT(design.context, HasSubstr("# x\nmodel:\n"));
  const Design listed = imported("ask.md", "---\nargument-hint: [who]\n---\nAsk $1.\n", "a slash command");
  EXPECT_EQ(listed.steps[0].instruction, "Ask {{input.who}}.");
}

constexpr std::string_view kRecipe = R"(version: "1.0.0"
title: Review a pull request
description: Reads a pull request, and says what to mend.
author:
  contact: somebody
parameters:
  - key: pr
    input_type: number
    requirement: required
    description: Number of the pull request
  - key: depth
    input_type: select
    requirement: optional
    description: How deep
    default: short
    options:
      - short
      - long
instructions: |
  You review code. Use {{ depth }} answers.

  1. Read pull request {{ pr }}.
  2. Judge it:
     - tests
  3. Write it down.
prompt: Review {{pr}} now.
extensions:
  - type: stdio
    name: github
    cmd: gh-mcp   # a comment
sub_recipes:
  - name: lint
    path: ./lint.yaml
response:
  json_schema:
    type: object
    properties:
      verdict:
        type: string
settings:
  temperature: 0.2
)";

TEST(ImportedFile, ARecipesParametersAreInputsAndItsListTheSteps) {
  const Design design = imported("review.yaml", kRecipe, "a Goose recipe");
  EXPECT_EQ(design.name, "review-a-pull-request");
  const Json inputs = design.inputs.value();
  EXPECT_EQ(inputs["required"], Json::array({"pr"}));
  EXPECT_EQ(inputs["properties"]["pr"], Json({{"type", "number"}, {"description", "Number of the pull request"}}));
  EXPECT_EQ(inputs["properties"]["depth"]["enum"], Json::array({"short", "long"}));
  EXPECT_EQ(inputs["properties"]["depth"]["default"], "short");
  ASSERT_EQ(design.steps.size(), 3u);
  EXPECT_EQ(design.steps[0].instruction, "Read pull request {{input.pr}}.");
  EXPECT_EQ(design.outputs.value()["properties"]["verdict"]["type"], "string");
  EXPECT_THAT(design.context, StartsWith("You review code. Use {{input.depth}} answers.\n\nReview {{input.pr}} now."));
  EXPECT_THAT(design.context, HasSubstr("cmd: gh-mcp   # a comment"));
  EXPECT_FALSE(lint(design).has_errors());
}

TEST(ImportedFile, NothingOfARecipeIsLost) {
  const Design design = imported("review.yml", kRecipe, "a Goose recipe");
  EXPECT_EQ(design.inputs.value()["required"], Json::array({"pr"}));
  EXPECT_THAT(
      lost_lines(
          kRecipe, design,
          {{"{{input.depth}}", "{{ depth }}"}, {"{{input.pr}}", "{{ pr }}"}, {"Review {{ pr }}", "Review {{pr}}"}},
          {"parameters:", "    requirement: required", "    requirement: optional", "    input_type: select",
           "    default: short", "    options:", "response:", "  json_schema:", "    type: object",
           "    properties:", "      verdict:", "        type: string"}),
      IsEmpty());
}

TEST(ImportedFile, AParameterWithMoreThanASchemaSaysIsKeptAsWritten) {
  const Design design = imported("r.yaml",
                                 "title: T\ninstructions: Do {{ x }}.\nparameters:\n  - key: x\n    input_type: file\n"
                                 "    requirement: user_prompt\n    hint: look here\n",
                                 "a Goose recipe");
  EXPECT_THAT(design.context, HasSubstr("    hint: look here"));
  EXPECT_EQ(design.steps[0].instruction, "Do {{input.x}}.");
}

TEST(ImportedFile, AnInputTypeThatNoSchemaSaysIsKeptAsWritten) {
  for (const auto& [type, is_kept] : std::vector<std::pair<std::string, bool>>{
           {"file", true}, {"secret", true}, {"select", true}, {"7", true}, {"string", false}, {"date", false}}) {
    const Design design = imported(
        "r.yaml", "title: T\ninstructions: Do {{ x }}.\nparameters:\n  - key: x\n    input_type: " + type + "\n",
        "a Goose recipe");
    EXPECT_EQ(design.context.find("input_type: " + type) != std::string::npos, is_kept) << type << design.context;
  }
}

TEST(ImportedFile, ThousandsOfEqualTitlesHaveIdsOfTheirOwn) {
  std::string text = "# T\n\n## Steps\n";
  const std::string title = "Look at the thing that has a rather long name, as titles go, of 80 bytes and more";
  for (int i = 1; i <= 5'000; ++i) text += "\n### " + std::to_string(i) + ". " + title + "\nDo it.\n";
  const Design design = import_file("long.sop.md", text).value().design;
  std::set<std::string> ids;
  for (const Step& step : design.steps) {
    EXPECT_TRUE(is_step_id(step.id)) << step.id;
    ids.insert(step.id);
  }
  EXPECT_EQ(ids.size(), 5'000U);
}

TEST(ImportedFile, BadFilesAreToldWithTheLine) {
  EXPECT_THAT(refused("SKILL.md", "# No head\n").message, StartsWith("line 1: a SKILL.md opens with"));
  EXPECT_THAT(refused("SKILL.md", "---\nname: x\nname: y\n---\nText.\n").message,
              StartsWith("line 3: \"name\" stands twice"));
  EXPECT_THAT(refused("x.md", "---\nmore:\n  a: b: c\n---\nText.\n").message, StartsWith("line 3: no YAML"));
  EXPECT_THAT(refused("SKILL.md", "---\ndescription: b\n---\nText.\n").message, HasSubstr("has no name"));
  EXPECT_THAT(refused("SKILL.md", "---\nname: x\n---\n\n").code, "no_text");
  EXPECT_THAT(refused("x.md", "---\n- a\n---\nText.\n").message, StartsWith("line 2: the head is no mapping"));
  EXPECT_EQ(refused("SKILL.md", "---\nname: \xff\n---\nText.\n").code, "not_utf8");
  EXPECT_THAT(refused("r.yaml", "title: T\nprompt: [a]\n").message, StartsWith("line 2: \"prompt\" must be a text"));
  EXPECT_THAT(refused("r.yaml", "title: T\nprompt: x\nparameters: y\n").message,
              StartsWith("line 3: \"parameters\" must be"));
  EXPECT_EQ(refused("r.yaml", "title: T\n").code, "no_text");
  EXPECT_EQ(refused("r.yaml", "prompt: T\n").code, "no_title");
  EXPECT_THAT(refused("r.yaml", "- a\n").message, StartsWith("line 1: a recipe is a mapping"));
  EXPECT_EQ(refused("notes.md", "# Notes\n").code, "no_steps");
}

}  // namespace
}  // namespace pianola::workflow
