#include "workflow/save_version.h"

#include <algorithm>
#include <memory>

#include "workflow/account_notes.h"
#include "workflow/audit_change.h"
#include "workflow/canary.h"
#include "workflow/diff.h"
#include "workflow/look_up.h"
#include "workflow/partial_save.h"
#include "workflow/publishing.h"
#include "workflow/quarantine.h"
#include "workflow/read_accounts.h"
#include "workflow/review_policy.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostFindings = 60;
constexpr std::size_t kMostShownChanges = 8;

// What a save works on: filled from top to bottom.
struct Plan {
  WorkflowName name;
  std::vector<VersionSummary> history{};
  // Whose versions count for nothing here. An author who is quarantined goes on from his own.
  QuarantinedAuthors set_apart{};
  SharedVersion base{};
  Design design{};
  std::string canonical{};
  std::vector<std::string> stayed{};
  std::vector<std::string> doubts{};
  LintReport lint{};
};

OrderedJson finding_json(const std::string& code, const std::string& place, const std::string& message,
                         const std::string& fix) {
  OrderedJson json = {{"code", code}, {"place", place}, {"message", message}};
  if (!fix.empty()) json["fix"] = fix;
  return json;
}

// True where one place lies in the other: two findings about the same thing.
bool overlap(const std::string& a, const std::string& b) {
  const std::string& shorter = a.size() < b.size() ? a : b;
  const std::string& longer = a.size() < b.size() ? b : a;
  return longer.starts_with(shorter) && (longer.size() == shorter.size() || longer[shorter.size()] == '/');
}

// Everything that is wrong, lint errors of the design as mended included: mended in one go, not one by one.
Refusal bad_design(const DecodedDesign& decoded) {
  OrderedJson findings = OrderedJson::array();
  for (const Refusal& finding : decoded.findings) {
    findings.push_back(finding_json(finding.code, finding.place, finding.message, finding.data.value("fix", "")));
  }
  for (const LintFinding& finding : lint(decoded.design).findings) {
    const bool known = std::any_of(decoded.unmended.begin(), decoded.unmended.end(),
                                   [&](const std::string& place) { return overlap(place, finding.place); });
    if (!finding.error || known) continue;
    findings.push_back(finding_json(finding.code, finding.place, finding.message, finding.fix));
  }
  const std::size_t count = findings.size();
  Refusal refusal{
      "bad_design",
      std::to_string(count) + " to mend; nothing was saved. Write what each finding's fix says, all at once.", ""};
  if (count > kMostFindings) findings.erase(findings.begin() + kMostFindings, findings.end());
  refusal.data["findings"] = std::move(findings);
  return refusal;
}

// The name that a design is saved under, or what is wrong with it: with everything else that is wrong.
Result<WorkflowName> name_of(const Json& workflow) {
  const auto given = workflow.find("name");
  if (given == workflow.end() || !given->is_string()) return refuse(bad_design(decode_design(workflow)));
  Result<WorkflowName> name = WorkflowName::parse(given->get<std::string>());
  if (!name) return refuse(bad_design(decode_design(workflow)));  // lint tells the name's mistake with the others
  return name;
}

// The newest version that is neither retired nor set apart, or null.
const VersionSummary* newest_kept(const Plan& plan) {
  for (const VersionSummary& line : plan.history) {
    if (line.status != VersionStatus::retired && !plan.set_apart.contains(line.author)) return &line;
  }
  return nullptr;
}

Refusal base_required(const Plan& plan) {
  const VersionSummary* newest = newest_kept(plan);
  const VersionSummary& line = newest != nullptr ? *newest : plan.history.front();
  Refusal refusal{"base_version_required",
                  "Workflow \"" + plan.name.text() + "\" exists; its newest version is " + line.number.text() + " (" +
                      std::string(to_string(line.status)) +
                      "). Read it with workflow_get, then save with base_version \"" + line.number.text() +
                      "\" and only what changes; or take another name.",
                  "/base_version"};
  refusal.data["newest_version"] = line.number.text();
  return refusal;
}

// What a save laid over it leaves unchanged would be published as somebody else's.
Refusal base_quarantined(const Plan& plan) {
  const VersionSummary* newest = newest_kept(plan);
  const std::string number = plan.base->number.text();
  Refusal refusal{
      "version_quarantined",
      "Version " + number + " of \"" + plan.name.text() +
          "\" is quarantined: a save onto it would bring in what its author wrote. " +
          (newest != nullptr
               ? "Save with base_version \"" + newest->number.text() + "\"."
               : "Take another name, or have a person import all of a design: pianola workflow import FILE --base " +
                     number + "."),
      "/base_version"};
  if (newest != nullptr) refusal.data["newest_version"] = newest->number.text();
  return refusal;
}

// Finds the base that the request names.
Result<SharedVersion> find_base(Environment& environment, const Actor& actor, const Plan& plan,
                                const std::string& number) {
  if (number.empty()) return SharedVersion();
  if (plan.history.empty()) {
    Refusal refusal = unknown_workflow(environment, actor, plan.name.text());
    refusal.message += " To save a new one, leave out base_version.";
    refusal.place = "/workflow/name";
    return refuse(std::move(refusal));
  }
  const Result<SemVer> parsed = SemVer::parse(number);
  if (!parsed) return refuse(parsed.error().code, parsed.error().message, "/base_version");
  SharedVersion base = environment.store.versions().find(actor.workspace, plan.name, *parsed);
  if (base) return base;
  Refusal refusal = unknown_version(plan.name, number, plan.history);
  refusal.place = "/base_version";
  return refuse(std::move(refusal));
}

// Reads the design, laid over its base where there is one, and lints it.
Result<Plan> read_design(Plan plan, const SaveRequest& request) {
  Json json = request.workflow;
  if (plan.base && !request.whole_design) {
    Result<MergedDesign> merged =
        merge_partial(Json(encode_design(plan.base->design)), request.workflow, request.remove);
    if (!merged) return refuse(merged.error());
    json = std::move(merged->design);
    plan.stayed = std::move(merged->stayed);
    plan.doubts = std::move(merged->doubts);
  } else if (!plan.base && !request.remove.empty()) {
    return refuse("bad_arguments", "remove takes from a base: give base_version too, or leave remove out.", "/remove");
  }
  DecodedDesign decoded = decode_design(json);
  if (!decoded.findings.empty()) return refuse(bad_design(decoded));
  Result<std::string> canonical = canonical_design(decoded.design);
  if (!canonical) return refuse(canonical.error());
  plan.design = std::move(decoded.design);
  plan.canonical = std::move(*canonical);
  plan.lint = lint(plan.design, request.dry_run ? Kept::no : Kept::yes);
  return plan;
}

// A newer version that is not retired: saving over it would lose what it brought.
Refusal version_conflict(Environment& environment, const Actor& actor, const Plan& plan, SemVer newest) {
  const std::string base = plan.base->number.text();
  Refusal refusal{"version_conflict",
                  "version " + newest.text() + " of \"" + plan.name.text() + "\" is newer than your base " + base +
                      ": get it, merge, and save with base_version " + newest.text() + ".",
                  "/base_version"};
  refusal.data["newest_version"] = newest.text();
  if (const auto version = environment.store.versions().find(actor.workspace, plan.name, newest)) {
    std::vector<std::string> changes = describe_changes(plan.base->design, version->design);
    if (changes.size() > kMostShownChanges) {
      refusal.data["left_out"] = changes.size() - kMostShownChanges;
      changes.resize(kMostShownChanges);
    }
    refusal.data["changed_since_base"] = changes;
  }
  return refusal;
}

std::optional<Bump> parse_bump(const std::string& text) {
  for (const Bump bump : {Bump::patch, Bump::minor, Bump::major}) {
    if (to_string(bump) == text) return bump;
  }
  return std::nullopt;
}

// The number to save under: numbers go on from the highest ever used.
Result<SemVer> choose_number(const Plan& plan, const std::string& asked) {
  const std::optional<Bump> bump = parse_bump(asked);
  const bool first = plan.history.empty();
  if (first && (asked.empty() || bump)) return SemVer(1, 0, 0);
  if (asked.empty() || bump) {
    const bool onto_draft = plan.base && plan.base->status == VersionStatus::draft;
    const Bump due = onto_draft || !plan.base ? Bump::patch : bump_for_change(plan.base->design, plan.design);
    return plan.history.front().number.bumped(bump.value_or(due));
  }
  const Result<SemVer> exact = SemVer::parse(asked);
  if (!exact) {
    return refuse("bad_version",
                  "version is \"" + asked.substr(0, 80) +
                      "\": write \"major\", \"minor\", \"patch\" or a number such as \"1.2.0\".",
                  "/version");
  }
  if (!first && *exact <= plan.history.front().number) {
    const std::string highest = plan.history.front().number.text();
    return refuse("version_taken",
                  "Numbers only go up, and " + highest + " is already used: ask for a number above " + highest +
                      ", for example \"" + plan.history.front().number.bumped(Bump::patch).text() + "\".",
                  "/version");
  }
  return *exact;
}

// Whether the save publishes; if it does not although it would, it notes why in `saved`.
bool decides_to_publish(Environment& environment, const Actor& actor, const SaveRequest& request, SavedVersion& saved) {
  if (!request.publish.value_or(true)) return false;
  const std::string draft = request.dry_run ? "It would be a draft: " : "Kept as a draft: ";
  if (saved.lint.has_errors()) {
    const auto errors = std::count_if(saved.lint.findings.begin(), saved.lint.findings.end(),
                                      [](const LintFinding& finding) { return finding.error; });
    saved.notices.push_back(draft + std::to_string(errors) +
                            (errors == 1 ? " lint error blocks" : " lint errors block") + " publishing." +
                            (request.dry_run ? "" : " Mend with base_version set to this draft."));
    return false;
  }
  if (quarantined_authors(environment, actor).contains(actor.author)) {
    saved.notices.push_back(draft + "what its author writes is quarantined (pianola author list).");
    return false;
  }
  if (!passes_review(environment, actor, saved.name, saved.hash)) {
    saved.notices.push_back(draft + "this workspace requires a review; " + how_to_approve(saved.name, saved.number) +
                            ".");
    saved.waits_for_review = true;
    return false;
  }
  return true;
}

bool is_known(const DesignCost& cost) { return cost.given || cost.usage; }

// The version's design cost as the accounts see it: usage that names no model is the designer's.
DesignBooking booking_of_cost(const Plan& plan, const VersionSummary& line, const DesignCost& cost) {
  const std::string& told = plan.design.designed_by;
  return {plan.name, line.number, line.created_at, told.empty() ? line.author.model : told, cost};
}

// The drafts below a version for which the cost told with it counts: of which nothing was told.
std::vector<std::string> untold_drafts(const Plan& plan, SemVer number) {
  std::vector<std::string> drafts;
  for (const VersionSummary& line : plan.history) {
    if (line.number >= number) continue;
    if (line.published_at || is_known(line.design_cost)) break;
    drafts.push_back(line.number.text());
  }
  return drafts;
}

// True where usage is told again, and comes to more: of two that were told, the dearer one stands. An amount of money
// was given on purpose, and stays.
bool corrects(const DesignCost& known, const std::optional<Money>& before, const std::optional<Money>& told) {
  return !known.given && before && told && *told > *before;
}

// Fills in what designing the newest version cost, where that is not known in money yet, or corrects it. Gives what to
// say of it.
std::string fill_in_cost(Environment& environment, const Actor& actor, const SaveRequest& request, const Plan& plan,
                         const VersionSummary& newest) {
  if (!is_known(request.design_cost)) return {};
  const PriceBook prices = price_book(environment, actor);
  const std::optional<Money> known = design_money(booking_of_cost(plan, newest, newest.design_cost), prices);
  const DesignBooking told = booking_of_cost(plan, newest, request.design_cost);
  const std::optional<Money> now = design_money(told, prices);
  if (known && !corrects(newest.design_cost, known, now)) {
    return now == known
               ? std::string()
               : "Its design cost stays " + known->unit_text() + ": pianola cost set-design changes what is known.";
  }
  environment.store.versions().set_design_cost(actor.workspace, plan.name, newest.number, request.design_cost);
  Json body = {{"version", newest.number.text()}};
  if (request.design_cost.given) body["design_cost_nanos"] = request.design_cost.given->nanos();
  if (request.design_cost.usage) body["design_usage"] = Json(encode_usage(*request.design_cost.usage));
  if (newest.design_cost.usage) body["replaced_design_usage"] = Json(encode_usage(*newest.design_cost.usage));
  append_audit(environment, actor, chain_of(plan.name), "design_cost_set", body);
  const std::string before = known ? " Until now it was " + known->unit_text() + "." : std::string();
  return note_of_design_cost(told, prices, untold_drafts(plan, newest.number)) + before;
}

// Equal to the newest version: no version to store; a draft may be published, a missing cost filled in.
Result<SavedVersion> keep_newest(Environment& environment, const Actor& actor, const SaveRequest& request,
                                 const Plan& plan, const VersionSummary& newest) {
  SavedVersion saved{.name = plan.name, .number = newest.number, .status = newest.status, .hash = newest.hash};
  saved.unchanged = true;
  saved.lint = plan.lint;
  saved.stayed = plan.stayed;
  saved.doubts = plan.doubts;
  if (plan.base) saved.base = plan.base->number;
  const Result<std::vector<EdgeCaseReport>> reports = find_reports(environment, actor, plan.name, request.resolves);
  if (!reports) return refuse(reports.error());
  const bool publishes =
      newest.status == VersionStatus::draft && decides_to_publish(environment, actor, request, saved);
  if (publishes) saved.status = VersionStatus::published;
  const std::string is_published = request.dry_run ? "would be published." : "is published.";
  saved.notices.insert(saved.notices.begin(), "Equal to version " + newest.number.text() + ": no new version" +
                                                  (publishes ? ", and that draft " + is_published : "."));
  if (request.dry_run) return saved;
  std::vector<std::string> resolves = request.resolves;
  if (publishes) {
    environment.store.versions().set_status(actor.workspace, plan.name, newest.number, VersionStatus::published,
                                            environment.clock.now());
    append_audit(environment, actor, chain_of(plan.name), "version_published", {{"version", newest.number.text()}});
    follow_publishing(environment, actor, plan.name, newest.number);
    const auto pending = pending_resolves(environment, actor, plan.name, newest.number);
    resolves.insert(resolves.end(), pending.begin(), pending.end());
  }
  if (saved.status == VersionStatus::published) {
    saved.resolved = settle_reports(environment, actor, plan.name, newest.number, resolves);
  } else if (!request.resolves.empty()) {
    append_audit(environment, actor, chain_of(plan.name), kResolvesAdded,
                 {{"version", newest.number.text()}, {"resolves", request.resolves}});
    saved.notices.emplace_back(kResolvedOnPublishing);
  }
  const std::string cost_note = fill_in_cost(environment, actor, request, plan, newest);
  if (!cost_note.empty()) saved.notices.push_back(cost_note);
  return saved;
}

Json audit_body(const Version& version, const std::vector<std::string>& resolves) {
  Json body = {{"version", version.number.text()},
               {"hash", version.hash.text()},
               {"status", std::string(to_string(version.status))}};
  if (version.base) body["base_version"] = version.base->text();
  if (!version.notes.empty()) body["notes"] = version.notes;
  if (!resolves.empty()) body["resolves"] = resolves;
  if (version.design_cost.given) body["design_cost_nanos"] = version.design_cost.given->nanos();
  return body;
}

void store_version(Environment& environment, const Actor& actor, const SaveRequest& request, Plan& plan,
                   SavedVersion& saved) {
  const Timestamp now = environment.clock.now();
  Version version{.name = plan.name, .number = saved.number, .status = saved.status, .hash = saved.hash};
  version.canonical = std::move(plan.canonical);
  version.design = std::move(plan.design);
  version.base = saved.base;
  version.notes = request.notes;
  version.author = actor.author;
  version.created_at = now;
  if (saved.status == VersionStatus::published) version.published_at = now;
  version.design_cost = request.design_cost;
  environment.store.versions().insert(actor.workspace, version);
  append_audit(environment, actor, chain_of(plan.name), "version_saved", audit_body(version, request.resolves));
  saved.notices.push_back(
      note_of_design_cost(booking_of(version), price_book(environment, actor), untold_drafts(plan, saved.number)));
  if (saved.status != VersionStatus::published) return;
  follow_publishing(environment, actor, plan.name, saved.number);
  saved.resolved = settle_reports(environment, actor, plan.name, saved.number,
                                  pending_resolves(environment, actor, plan.name, saved.number));
}

// A version of its own: numbered, compared with its base, stored.
Result<SavedVersion> add_version(Environment& environment, const Actor& actor, const SaveRequest& request, Plan plan,
                                 const Hash& hash) {
  const Result<SemVer> number = choose_number(plan, request.version);
  if (!number) return refuse(number.error());
  const Result<std::vector<EdgeCaseReport>> reports = find_reports(environment, actor, plan.name, request.resolves);
  if (!reports) return refuse(reports.error());
  SavedVersion saved{.name = plan.name, .number = *number, .status = VersionStatus::draft, .hash = hash};
  saved.lint = plan.lint;
  if (decides_to_publish(environment, actor, request, saved)) saved.status = VersionStatus::published;
  if (saved.status == VersionStatus::draft && !request.resolves.empty()) {
    saved.notices.emplace_back(kResolvedOnPublishing);
  }
  if (plan.design.steps.empty()) {
    saved.notices.push_back("Without steps it can record a run of yours: execution_start with version " +
                            saved.number.text() + " and mode whole.");
  }
  saved.stayed = plan.stayed;
  saved.doubts = plan.doubts;
  if (plan.base) {
    saved.base = plan.base->number;
    saved.changes = describe_changes(plan.base->design, plan.design);
  }
  if (!request.dry_run) store_version(environment, actor, request, plan, saved);
  return saved;
}

// A version newer than the base and not retired, or null.
const VersionSummary* newer_than_base(const Plan& plan) {
  const VersionSummary* newest = newest_kept(plan);
  return plan.base && newest != nullptr && newest->number > plan.base->number ? newest : nullptr;
}

Result<SavedVersion> save(Environment& environment, const Actor& actor, const SaveRequest& request) {
  const Result<WorkflowName> name = name_of(request.workflow);
  if (!name) return refuse(name.error());
  Plan plan{.name = *name};
  plan.history = environment.store.versions().history(actor.workspace, plan.name);
  plan.set_apart = quarantined_authors(environment, actor);
  if (plan.set_apart.contains(actor.author)) plan.set_apart = {};
  Result<SharedVersion> base = find_base(environment, actor, plan, request.base_version);
  if (!base) return refuse(base.error());
  plan.base = std::move(*base);
  const VersionSummary* newest = newest_kept(plan);
  const bool begins_anew = request.whole_design && newest == nullptr;
  if (plan.base && !begins_anew && plan.set_apart.contains(plan.base->author)) return refuse(base_quarantined(plan));
  const VersionSummary* newer = newer_than_base(plan);
  Result<Plan> read = read_design(plan, request);
  // A repeat of the save that made the newest version finds its base stale, or missing: it is answered, not refused.
  const bool repeats = read && newest != nullptr && Hash::of(read->canonical) == newest->hash;
  if (repeats) return keep_newest(environment, actor, request, *read, *newest);
  if (!plan.history.empty() && !plan.base) return refuse(base_required(plan));
  if (newer != nullptr) return refuse(version_conflict(environment, actor, plan, newer->number));
  if (!read) return refuse(read.error());
  const Hash hash = Hash::of(read->canonical);
  return add_version(environment, actor, request, std::move(*read), hash);
}

}  // namespace

Result<SavedVersion> save_version(Environment& environment, const Actor& actor, const SaveRequest& request) {
  if (!request.workflow.is_object()) return refuse("wrong_type", "workflow must be an object.", "/workflow");
  if (request.dry_run) return save(environment, actor, request);
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  Result<SavedVersion> saved = save(environment, actor, request);
  if (saved) transaction->commit();
  return saved;
}

}  // namespace pianola::workflow
