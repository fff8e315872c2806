// What workflow_review gives: the evidence on a version is read, judged and weighed; revision_brief.cc says it.
#include <algorithm>
#include <functional>
#include <set>

#include "base/counted.h"
#include "base/text_lines.h"
#include "workflow/canary.h"
#include "workflow/look_up.h"
#include "workflow/newest_outcomes.h"
#include "workflow/read_accounts.h"
#include "workflow/revision_brief.h"
#include "workflow/trusted_evidence.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostWeighed = 30;    // reports, the heaviest, whose losses are looked up
constexpr int kMostTellingsWeighed = 30;    // of each, the newest
constexpr int kMostLookedAt = 100;          // tellings of a report, where some are not quoted
constexpr std::size_t kMostAttention = 20;  // workflows listed as needing attention
constexpr double kCanaryRuns = 500;         // urgency: below a version that deserves a look
constexpr int kLastLineTokens = 40;
constexpr int kMostWorkflows = 1'000;
constexpr int kMostReports = 1'000;       // of each status
constexpr int kMostOutcomesTold = 1'000;  // executions looked at one by one

// The newest tellings of a report, but for those of quarantined authors.
std::vector<Occurrence> tellings_of(Environment& environment, const Actor& actor, const QuarantinedAuthors& quarantined,
                                    const ReportId& id) {
  const int looked_at = quarantined.empty() ? kMostBriefTellings : kMostLookedAt;
  std::vector<Occurrence> tellings = environment.store.edge_cases().occurrences(actor.workspace, id, looked_at);
  std::erase_if(tellings, [&](const Occurrence& told) { return quarantined.contains(told.author); });
  if (tellings.size() > kMostBriefTellings) tellings.resize(kMostBriefTellings);
  return tellings;
}

// What the executions that told a report lost.
class Losses {
 public:
  Losses(Environment& environment, const Actor& actor, const QuarantinedAuthors& quarantined)
      : environment_(environment), actor_(actor), quarantined_(quarantined), prices_(price_book(environment, actor)) {}
  ReportLoss of(const ReportId& report) {
    ReportLoss loss;
    std::set<std::string> counted_ones;
    for (const Occurrence& told :
         environment_.store.edge_cases().occurrences(actor_.workspace, report, kMostTellingsWeighed)) {
      if (quarantined_.contains(told.author)) continue;
      const Result<ExecutionId> id = ExecutionId::parse(told.execution_id);
      if (!id || !counted_ones.insert(told.execution_id).second) continue;
      const std::optional<Money> lost = by_execution(*id);
      if (!lost) continue;
      loss.sum += *lost;
      ++loss.executions;
    }
    return loss;
  }

 private:
  std::optional<Money> by_execution(const ExecutionId& id) {
    const std::optional<Execution> execution = environment_.store.executions().find(actor_.workspace, id);
    if (!execution) return std::nullopt;
    const SharedVersion version =
        environment_.store.versions().find(actor_.workspace, execution->workflow, execution->version);
    return version ? money_lost(*execution, entries_of(*execution, *version, prices_)) : std::nullopt;
  }

  Environment& environment_;
  const Actor& actor_;
  const QuarantinedAuthors& quarantined_;
  PriceBook prices_;
};

std::vector<ReportEvidence> waiting_reports(Environment& environment, const Actor& actor, const WorkflowName& name,
                                            const std::optional<Money>& success_cost) {
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  Losses losses(environment, actor, quarantined);
  std::vector<EdgeCaseReport> listed;
  for (const ReportStatus status : {ReportStatus::open, ReportStatus::accepted}) {
    std::ranges::move(environment.store.edge_cases().list(actor.workspace, name, status, kMostReports),
                      std::back_inserter(listed));
  }
  std::vector<ReportEvidence> waiting;
  for (EdgeCaseReport& report : trusted_reports(environment, actor, std::move(listed))) {
    waiting.push_back({std::move(report), {}});
  }
  const auto sort_by_weight = [&] {
    std::ranges::stable_sort(waiting, std::ranges::greater(), &ReportEvidence::weight);
  };
  for (ReportEvidence& evidence : waiting) evidence.weight = report_weight(evidence.report);
  sort_by_weight();
  for (std::size_t i = 0; i < waiting.size() && i < kMostWeighed; ++i) {
    waiting[i].loss = losses.of(waiting[i].report.id);
    waiting[i].weight *= times_lost(waiting[i].loss, success_cost);
  }
  sort_by_weight();
  for (std::size_t i = 0; i < waiting.size() && i < kMostBriefReports; ++i) {
    waiting[i].tellings = tellings_of(environment, actor, quarantined, waiting[i].report.id);
  }
  return waiting;
}

// What a version of a workflow is judged from, kept for as long as the judgement.
struct Judged {
  Version version;
  std::vector<ReportEvidence> reports;
  std::vector<StepRefusals> refusals;
  Health health;
  Verdict verdict;
  UpdateDecision decision;
};

Judged judge(Environment& environment, const Actor& actor, Version version) {
  const auto [entries, refusals] = trusted_evidence(environment, actor, version.name, version.number);
  std::vector<ReportEvidence> reports = waiting_reports(environment, actor, version.name, cost_per_success(entries));
  std::vector<EdgeCaseReport> open;
  for (const ReportEvidence& evidence : reports) open.push_back(evidence.report);
  HealthEvidence evidence{entries,
                          refusals,
                          open,
                          version.design.tolerance,
                          design_cost_of(environment, actor, version),
                          newest_outcomes(environment, actor, version, entries, kMostOutcomesTold)};
  Health health = judge_health(evidence);
  const PriceBook prices = price_book(environment, actor);
  Verdict verdict = judge_models(entries, version.design, prices);
  const std::vector<DesignBooking> designs = design_bookings(environment, actor, version.name);
  const bool has_grave =
      std::ranges::any_of(reports, [](const ReportEvidence& each) { return is_grave(each.report, each.loss); });
  UpdateDecision decision =
      decide_update({entries, designs, health, has_grave, version.design.tolerance, environment.clock.now()}, prices);
  return {std::move(version), std::move(reports), refusals, std::move(health), std::move(verdict), decision};
}

// The newest published version, else the newest there is.
SharedVersion version_to_review(Environment& environment, const Actor& actor, const WorkflowName& name) {
  VersionStore& versions = environment.store.versions();
  if (SharedVersion newest = versions.newest_published(actor.workspace, name)) return newest;
  const std::vector<VersionSummary> history = versions.history(actor.workspace, name);
  if (history.empty()) return nullptr;
  return versions.find(actor.workspace, name, history.front().number);
}

std::string canary_section(Environment& environment, const Actor& actor, const WorkflowName& name) {
  const std::optional<CanaryReport> report = report_canary(environment, actor, name);
  return report ? render_canary(*report) : std::string();
}

// How much a workflow asks for attention: a version that pays first, then by the weight of what waits.
double urgency(const Judged& judged) {
  constexpr double kPays = 1e6;
  constexpr double kNow = 1e4;
  constexpr double kWorthALook = 1e3;
  double urgency = judged.health.open_weight;
  if (judged.health.advice == UpdateAdvice::pays) urgency += kPays;
  if (judged.decision.is_now) urgency += kNow;
  if (judged.health.advice == UpdateAdvice::worth_a_look) urgency += kWorthALook;
  return urgency;
}

std::string attention_line(const Judged& judged) {
  return "- " + judged.version.name.text() + " " + judged.version.number.text() + ": " +
         (judged.decision.is_now ? "update now" : "wait") + " (" + std::string(to_string(judged.health.advice)) + ": " +
         judged.health.why + "); " + counted(judged.health.open_reports, "open edge case report") + "; " +
         on_one_line(judged.verdict.text()) + "\n";
}

}  // namespace

Result<std::string> review_workflow(Environment& environment, const Actor& actor, const std::string& name) {
  const Result<WorkflowName> slug = WorkflowName::parse(name);
  if (!slug) return refuse(unknown_workflow(environment, actor, name));
  const SharedVersion version = version_to_review(environment, actor, *slug);
  if (!version) return refuse(unknown_workflow(environment, actor, name));
  const Judged judged = judge(environment, actor, *version);
  return render_revision_brief({judged.version, judged.health, judged.verdict, judged.reports, judged.refusals,
                                judged.decision, canary_section(environment, actor, *slug)});
}

std::string review_all(Environment& environment, const Actor& actor, const Heartbeat& heartbeat) {
  std::vector<std::pair<double, std::string>> lines;
  const auto workflows = environment.store.versions().list(actor.workspace, "", kMostWorkflows, false);
  std::size_t done = 0;
  for (const WorkflowSummary& workflow : workflows) {
    if (heartbeat) heartbeat(done++, workflows.size());
    const SharedVersion version = version_to_review(environment, actor, workflow.name);
    if (!version) continue;
    const Judged judged = judge(environment, actor, *version);
    const double urgent = urgency(judged);
    if (urgent > 0) lines.emplace_back(urgent, attention_line(judged));
    if (const auto canary = report_canary(environment, actor, workflow.name)) {
      lines.emplace_back(kCanaryRuns, "- " + workflow.name.text() + ": canary " + canary->canary.version.text() +
                                          " beside " + canary->stable.text() + ": " + canary->verdict.text() + "\n");
    }
  }
  if (lines.empty()) {
    return workflows.empty() ? "No workflow is published yet.\n"
                             : "No workflow asks for attention, of " + std::to_string(workflows.size()) + ".\n";
  }
  std::ranges::stable_sort(lines, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text = "# What needs attention first\n\n";
  std::size_t shown = 0;
  for (; shown < lines.size() && shown < kMostAttention; ++shown) {
    if (estimated_tokens(text + lines[shown].second) > kBriefTokens - kLastLineTokens) break;
    text += lines[shown].second;
  }
  const std::size_t rest = lines.size() - shown;
  if (rest > 0) text += "- and " + std::to_string(rest) + " more\n";
  return text + "\nworkflow_review with a name gives its revision brief.\n";
}

}  // namespace pianola::workflow
