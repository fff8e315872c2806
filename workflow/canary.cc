#include "workflow/canary.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "workflow/audit_change.h"
#include "workflow/look_up.h"
#include "workflow/publishing.h"
#include "workflow/quarantine.h"
#include "workflow/read_accounts.h"
#include "workflow/rebook.h"
#include "workflow/trusted_evidence.h"

namespace pianola::workflow {
namespace {

constexpr int kMostPaid = 200;  // executions of each version whose costs are compared

Actor pianola_itself(const WorkspaceName& workspace) {
  return {workspace, {.model = "", .client = "pianola", .key = ""}};
}

// The published version below `number` that would be the stable one, or nothing.
std::optional<SemVer> stable_below(Environment& environment, const Actor& actor, const WorkflowName& name,
                                   SemVer number) {
  for (const VersionSummary& line : environment.store.versions().history(actor.workspace, name)) {
    if (line.status != VersionStatus::published || line.is_canary || line.number == number) continue;
    return line.number < number ? std::optional(line.number) : std::nullopt;
  }
  return std::nullopt;
}

Refusal no_stable_version(const WorkflowName& name, SemVer number) {
  return {"no_stable_version",
          "No published version of \"" + name.text() + "\" is below " + number.text() +
              " that the other executions could take, or a higher one is published: publish " + number.text() +
              " wholly, or make the newest version the canary.",
          "/version"};
}

Json side_json(const CanarySide& side) { return {{"executions", side.executions}, {"succeeded", side.succeeded}}; }

CanaryEvidence read_evidence(Environment& environment, const Actor& actor, const WorkflowName& name,
                             const Canary& canary, const Version& stable, double tolerance) {
  const std::string day = canary.started_at.date();
  const auto of_canary = trusted_evidence(environment, actor, name, canary.version).entries;
  const auto of_stable = trusted_evidence(environment, actor, name, stable.number).entries;
  return {.canary = sum_side(of_canary, day, ""),
          .stable = sum_side(of_stable, day, ""),
          .past = sum_side(of_stable, "", day),
          .percent = canary.percent,
          .tolerance = tolerance};
}

// The newest executions of a version since the canary's start whose cost is known, without those of quarantined
// authors.
std::vector<PaidExecution> paid_executions(Environment& environment, const Actor& actor, const Version& version,
                                           Timestamp since) {
  const PriceBook prices = price_book(environment, actor);
  const QuarantinedAuthors quarantined = quarantined_authors(environment, actor);
  ExecutionFilter filter;
  filter.workflow = version.name;
  filter.version = version.number;
  std::vector<PaidExecution> paid;
  for (const Execution& execution : environment.store.executions().list(actor.workspace, filter, "", kMostPaid)) {
    if (is_open(execution.state) || execution.started_at < since) continue;
    if (quarantined.contains(execution)) continue;
    Money cost;
    std::int64_t unpriced = 0;
    for (const AccountEntry& entry : booked_so_far(environment.store, actor.workspace, execution, version, prices)) {
      cost += entry.cost;
      unpriced += entry.unpriced;
    }
    if (unpriced == 0) paid.push_back({cost.usd(), is_success(execution)});
  }
  return paid;
}

void hold(CanaryVerdict& verdict, const std::string& because) {
  verdict.decision = CanaryDecision::hold;
  verdict.why += ", but " + because;
}

void hold_by_cost(Environment& environment, const Actor& actor, const Version& version, const Version& stable,
                  Timestamp since, CanaryVerdict& verdict) {
  const std::string dearer = clearly_dearer(paid_executions(environment, actor, version, since),
                                            paid_executions(environment, actor, stable, since));
  if (!dearer.empty()) hold(verdict, dearer);
}

// Promoted, it is no canary any more, and so the newest version.
void promote(Environment& environment, const Actor& actor, const WorkflowName& name, const Canary& canary, Json body) {
  environment.store.versions().end_canary(actor.workspace, name);
  body["version"] = canary.version.text();
  append_audit(environment, actor, chain_of(name), "canary_promoted", body);
}

std::string side_line(const char* which, SemVer number, const CanarySide& side) {
  std::string line = "- " + std::string(which) + " " + number.text() + ": " + std::to_string(side.succeeded) + " of " +
                     std::to_string(side.executions) + " executions succeeded";
  if (side.adherence_known > 0) {
    const double mean =
        static_cast<double>(side.adherence_micros) / kAdherenceMicros / static_cast<double>(side.adherence_known);
    line += ", adherence " + std::to_string(std::lround(mean * 100)) + " %";
  }
  if (side.succeeded > 0 && side.unpriced == 0) {
    line += ", " + Money::from_nanos(side.cost.nanos() / side.succeeded).unit_text() + " a success";
  }
  return line + "\n";
}

}  // namespace

Result<StatusChange> start_canary(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number,
                                  int percent, bool by_hand) {
  if (percent < 1 || percent > 99) {
    return refuse("bad_percent",
                  "A canary takes 1 to 99 % of the executions, not " + std::to_string(percent) +
                      ": publish the version for all of them.",
                  "/percent");
  }
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  VersionStore& versions = environment.store.versions();
  const Result<SharedVersion> version = look_up_version(environment, actor, name.text(), number.text());
  if (!version) return refuse(version.error());
  const std::optional<SemVer> stable = stable_below(environment, actor, name, number);
  if (!stable) return refuse(no_stable_version(name, number));
  if (const auto blocked = find_trust_block(environment, actor, **version)) return refuse(*blocked);
  std::optional<Canary> before = versions.canary(actor.workspace, name);
  if (before && before->version != number) {
    withdraw_canary(environment, actor, name, "canary_replaced", {{"by", number.text()}});
    before.reset();
  }
  std::vector<std::string> resolved;
  if ((*version)->status != VersionStatus::published) {
    Result<StatusChange> published = publish_version(environment, actor, name, number);
    if (!published) return published;
    resolved = std::move(published->resolved);
  }
  const Timestamp since = before ? before->started_at : environment.clock.now();
  const Canary canary{.version = number, .percent = percent, .by_hand = by_hand, .started_at = since};
  versions.set_canary(actor.workspace, name, canary);
  append_audit(environment, actor, chain_of(name), "canary_started",
               {{"version", number.text()}, {"beside", stable->text()}, {"percent", percent}, {"by_hand", by_hand}});
  transaction->commit();
  return StatusChange{.name = name,
                      .number = number,
                      .status = VersionStatus::published,
                      .newest_published = stable,
                      .resolved = std::move(resolved),
                      .canary = canary};
}

SharedVersion canary_for(Environment& environment, const Actor& actor, const WorkflowName& name,
                         const ExecutionId& id) {
  const std::optional<Canary> canary = environment.store.versions().canary(actor.workspace, name);
  if (!canary) return nullptr;
  constexpr std::size_t kDigits = 8;
  const std::string digits = Hash::of("canary " + id.text()).text().substr(0, kDigits);
  std::uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (static_cast<int>(number % 100) >= canary->percent) return nullptr;
  SharedVersion version = environment.store.versions().find(actor.workspace, name, canary->version);
  if (!version || version->status != VersionStatus::published) return nullptr;
  return quarantined_authors(environment, actor).contains(version->author) ? nullptr : version;
}

std::optional<SemVer> withdraw_canary(Environment& environment, const Actor& actor, const WorkflowName& name,
                                      const std::string& action, Json body) {
  VersionStore& versions = environment.store.versions();
  const std::optional<Canary> canary = versions.canary(actor.workspace, name);
  if (!canary) return std::nullopt;
  versions.end_canary(actor.workspace, name);
  versions.set_status(actor.workspace, name, canary->version, VersionStatus::retired, environment.clock.now());
  body["version"] = canary->version.text();
  append_audit(environment, actor, chain_of(name), action, body);
  return canary->version;
}

void follow_publishing(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer published) {
  const std::optional<Canary> canary = environment.store.versions().canary(actor.workspace, name);
  if (!canary || canary->version > published) return;
  if (canary->version == published) return promote(environment, actor, name, *canary, Json::object());
  withdraw_canary(environment, actor, name, "canary_replaced", {{"by", published.text()}});
}

void follow_retiring(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer retired) {
  VersionStore& versions = environment.store.versions();
  const std::optional<Canary> canary = versions.canary(actor.workspace, name);
  if (!canary) return;
  if (canary->version != retired && versions.newest_published(actor.workspace, name)) return;
  if (canary->version == retired) return versions.end_canary(actor.workspace, name);
  Json body = {{"why", "no other is published"}};
  const SharedVersion version = versions.find(actor.workspace, name, canary->version);
  const auto blocked = version ? find_trust_block(environment, actor, *version) : std::nullopt;
  if (!blocked) return promote(environment, actor, name, *canary, std::move(body));
  body["blocked"] = blocked->code;
  withdraw_canary(environment, actor, name, "canary_rolled_back", std::move(body));
}

std::optional<CanaryReport> report_canary(Environment& environment, const Actor& actor, const WorkflowName& name) {
  VersionStore& versions = environment.store.versions();
  const std::optional<Canary> canary = versions.canary(actor.workspace, name);
  if (!canary) return std::nullopt;
  const SharedVersion stable = versions.newest_published(actor.workspace, name);
  const SharedVersion version = versions.find(actor.workspace, name, canary->version);
  if (!stable || !version) return std::nullopt;
  CanaryReport report{*canary,
                      stable->number,
                      read_evidence(environment, actor, name, *canary, *stable, version->design.tolerance),
                      {}};
  report.verdict = judge_canary(report.evidence);
  if (report.verdict.decision == CanaryDecision::promote) {
    hold_by_cost(environment, actor, *version, *stable, canary->started_at, report.verdict);
    if (find_trust_block(environment, actor, *version)) hold(report.verdict, "nobody approved it");
  }
  return report;
}

std::string render_canary(const CanaryReport& report) {
  const Canary& canary = report.canary;
  return "- Canary since " + canary.started_at.date() + ": " + canary.version.text() + " takes " +
         std::to_string(canary.percent) + " % of the executions, " + report.stable.text() + " the others" +
         (canary.by_hand ? "; decided by hand" : "") + "\n" +
         side_line("Canary", canary.version, report.evidence.canary) +
         side_line("Stable", report.stable, report.evidence.stable) + "- Decision: " + report.verdict.text() + "\n";
}

OrderedJson encode_canary(const CanaryReport& report) {
  const auto side = [](SemVer number, const CanarySide& of) {
    return OrderedJson{{"version", number.text()}, {"executions", of.executions}, {"succeeded", of.succeeded}};
  };
  OrderedJson json = {{"version", report.canary.version.text()},
                      {"percent", report.canary.percent},
                      {"by_hand", report.canary.by_hand},
                      {"since", report.canary.started_at.iso8601()},
                      {"canary", side(report.canary.version, report.evidence.canary)},
                      {"stable", side(report.stable, report.evidence.stable)},
                      {"decision", to_string(report.verdict.decision)},
                      {"why", report.verdict.why}};
  if (report.verdict.executions_needed) json["executions_needed"] = *report.verdict.executions_needed;
  return json;
}

void decide_canary(Environment& environment, const WorkspaceName& workspace, const WorkflowName& name) {
  VersionStore& versions = environment.store.versions();
  std::optional<Canary> canary = versions.canary(workspace, name);
  if (!canary || canary->by_hand) return;
  const Actor actor = pianola_itself(workspace);
  const std::optional<CanaryReport> report = report_canary(environment, actor, name);
  if (!report) return;
  Json body = {{"beside", report->stable.text()},
               {"why", report->verdict.why},
               {"canary", side_json(report->evidence.canary)},
               {"stable", side_json(report->evidence.stable)}};
  switch (report->verdict.decision) {
    case CanaryDecision::undecided:
      return;
    case CanaryDecision::promote:
      return promote(environment, actor, name, *canary, std::move(body));
    case CanaryDecision::roll_back:
      withdraw_canary(environment, actor, name, "canary_rolled_back", std::move(body));
      return;
    case CanaryDecision::hold:
      canary->by_hand = true;
      versions.set_canary(workspace, name, *canary);
      body["version"] = canary->version.text();
      append_audit(environment, actor, chain_of(name), "canary_held", body);
  }
}

}  // namespace pianola::workflow
