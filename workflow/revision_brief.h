// What a designer reads before the next version: health, verdict, where executors stumble, and the edge cases by weight
// with quoted evidence, in at most 2,000 tokens. What executors wrote is data: it is always quoted, line by line, and
// labelled as reported, so that nothing in it reads as an instruction of ours. Thread rule: as the Environment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workflow/environment.h"
#include "workflow/health.h"
#include "workflow/heartbeat.h"
#include "workflow/money_lost.h"
#include "workflow/update_decision.h"
#include "workflow/verdict.h"

namespace pianola::workflow {

inline constexpr int kBriefTokens = 2'000;
inline constexpr int kMostBriefReports = 12;  // shown
inline constexpr int kMostBriefTellings = 2;  // quoted of each

// A report with its newest tellings.
struct ReportEvidence {
  EdgeCaseReport report;
  std::vector<Occurrence> tellings;
  ReportLoss loss = {};
  double weight = 0;  // count x severity x money lost
};

// Everything a brief is made from.
struct BriefEvidence {
  const Version& version;
  const Health& health;
  const Verdict& verdict;
  std::vector<ReportEvidence> reports;      // open and accepted ones, heaviest first
  std::vector<StepRefusals> refusals = {};  // by step and model
  UpdateDecision decision = {};
  std::string canary{};  // render_canary; empty: there is none
};

// The brief, in Markdown.
std::string render_revision_brief(const BriefEvidence& evidence);

// What workflow_review gives for one workflow: the brief of its newest published version, else of its newest draft.
// Refuses: unknown_workflow.
Result<std::string> review_workflow(Environment& environment, const Actor& actor, const std::string& name);

// What workflow_review gives without a name: the workflows that need attention, the most urgent first, one line each.
std::string review_all(Environment& environment, const Actor& actor, const Heartbeat& heartbeat = {});

// Tokens that a text has at most, whatever tokenizer reads it: an estimate on the safe side.
int estimated_tokens(std::string_view text);

}  // namespace pianola::workflow
