#include "workflow/quarantine.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/list_text.h"
#include "workflow/audit_change.h"
#include "workflow/canary.h"
#include "workflow/read_accounts.h"
#include "workflow/review_policy.h"

namespace pianola::workflow {
namespace {

constexpr int kEverything = 1'000'000'000;
constexpr int kExecutionsAtOnce = 1'000;
constexpr const char* kAuthorQuarantined = "author_quarantined";
constexpr const char* kAuthorReleased = "author_released";
constexpr const char* kVersionSetApart = "version_quarantined";
constexpr const char* kVersionReleased = "version_released";

std::optional<AuthorMark> mark_of(const Json& body) {
  const auto field = parse_author_field(body.value("by", ""));
  if (!field) return std::nullopt;
  return AuthorMark{*field, body.value("author", "")};
}

Json body_of(const AuthorMark& mark, const std::string& reason) {
  return {{"by", to_string(mark.field)}, {"author", mark.value}, {"reason", reason}};
}

std::vector<Quarantine> read_quarantines(Environment& environment, const Actor& actor) {
  std::vector<Quarantine> all;
  for (const AuditEntry& entry : environment.store.audit().chain(actor.workspace, std::string(kTrustChain))) {
    if (entry.action != kAuthorQuarantined && entry.action != kAuthorReleased) continue;
    const Result<Json> body = parse_json(entry.body);
    const auto mark = body ? mark_of(*body) : std::nullopt;
    if (!mark) continue;
    std::erase_if(all, [&](const Quarantine& each) { return each.mark == *mark; });
    if (entry.action == kAuthorQuarantined) all.push_back({*mark, body->value("reason", ""), entry.at});
  }
  return all;
}

// Each version of the workspace with its author.
template <class Use>
void each_version(Environment& environment, const Actor& actor, const Use& use) {
  VersionStore& versions = environment.store.versions();
  for (const std::string& text : versions.names(actor.workspace)) {
    const WorkflowName name = WorkflowName::parse(text).value();
    for (const VersionSummary& line : versions.history(actor.workspace, name)) use(name, line);
  }
}

enum class SetApart { no, whole, canary };

// Whether a quarantine retired the version, where nothing was done about its status since, and as what.
SetApart set_apart(Environment& environment, const Actor& actor, const VersionName& version) {
  SetApart as = SetApart::no;
  for (const AuditEntry& entry : environment.store.audit().chain(actor.workspace, chain_of(version.first))) {
    const Result<Json> body = parse_json(entry.body);
    const bool is_of_it = body && body->is_object() && body->value("version", "") == version.second.text();
    if (!is_of_it || !(entry.action.starts_with("version_") || entry.action == "rolled_back")) continue;
    if (entry.action == kVersionApproved) continue;
    as = SetApart::no;
    if (entry.action == kVersionSetApart) as = body->value("canary", false) ? SetApart::canary : SetApart::whole;
  }
  return as;
}

void set_status(Environment& environment, const Actor& actor, const VersionName& version, VersionStatus status,
                const char* action, const AuthorMark& mark) {
  const auto& [name, number] = version;
  VersionStore& versions = environment.store.versions();
  const std::optional<Canary> canary = versions.canary(actor.workspace, name);
  versions.set_status(actor.workspace, name, number, status, environment.clock.now());
  Json body = {{"version", number.text()}, {"by", to_string(mark.field)}, {"author", mark.value}};
  if (canary && canary->version == number) body["canary"] = true;
  const bool is_retired = status == VersionStatus::retired;
  (is_retired ? follow_retiring : follow_publishing)(environment, actor, name, number);
  append_audit(environment, actor, chain_of(name), action, body);
}

QuarantinedAuthors only(Environment& environment, const Actor& actor, const AuthorMark& mark) {
  return {{{mark, "", Timestamp()}}, price_book(environment, actor)};
}

Refusal unknown_author(const AuthorMark& mark) {
  return {"unknown_author",
          "Nothing was written by " + std::string(to_string(mark.field)) + " " + in_quotes(mark.value) +
              " here: \"pianola author list\" shows who wrote what.",
          ""};
}

// Gathers what authors wrote.
class AuthorsFound {
 public:
  AuthorsFound(Environment& environment, const Actor& actor) : environment_(environment), actor_(actor) {}
  std::vector<AuthorWork> read() {
    each_version(environment_, actor_, [&](const WorkflowName& name, const VersionSummary& line) {
      of(line.author).versions.emplace_back(name, line.number);
    });
    add_reports();
    add_executions();
    const QuarantinedAuthors quarantined = quarantined_authors(environment_, actor_);
    std::vector<AuthorWork> all;
    for (auto& [key, work] : found_) {
      work.is_quarantined = quarantined.contains(work.author);
      all.push_back(std::move(work));
    }
    return all;
  }

 private:
  AuthorWork& of(const Author& author) {
    AuthorWork& work = found_[{author.key, author.client, author.model}];
    work.author = author;
    return work;
  }
  void add_reports() {
    EdgeCaseStore& reports = environment_.store.edge_cases();
    for (const EdgeCaseReport& report : reports.list(actor_.workspace, std::nullopt, std::nullopt, kEverything)) {
      for (const Occurrence& told : reports.occurrences(actor_.workspace, report.id, kEverything)) {
        std::vector<ReportId>& ids = of(told.author).reports;
        if (ids.empty() || ids.back() != report.id) ids.push_back(report.id);
      }
    }
  }
  void add_executions() {
    std::string before;
    while (true) {
      const auto page = environment_.store.executions().list(actor_.workspace, {}, before, kExecutionsAtOnce);
      for (const Execution& execution : page) of(execution.author).executions += 1;
      if (page.size() < kExecutionsAtOnce) return;
      before = page.back().id.text();
    }
  }

  Environment& environment_;
  const Actor& actor_;
  std::map<std::tuple<std::string, std::string, std::string>, AuthorWork> found_;
};

}  // namespace

std::string_view to_string(AuthorField field) {
  switch (field) {
    case AuthorField::key:
      return "key";
    case AuthorField::model:
      return "model";
    case AuthorField::client:
      return "client";
  }
  return "";
}

std::optional<AuthorField> parse_author_field(std::string_view text) {
  for (const AuthorField field : {AuthorField::key, AuthorField::model, AuthorField::client}) {
    if (to_string(field) == text) return field;
  }
  return std::nullopt;
}

bool QuarantinedAuthors::is_by(const AuthorMark& mark, const Author& author) const {
  switch (mark.field) {
    case AuthorField::key:
      return author.key == mark.value;
    case AuthorField::client:
      return author.client == mark.value || author.client.starts_with(mark.value + " ");
    case AuthorField::model:
      return prices_->canonical_model(author.model) == prices_->canonical_model(mark.value);
  }
  return false;
}

bool QuarantinedAuthors::contains(const Author& author) const {
  return std::ranges::any_of(all_, [&](const Quarantine& each) { return is_by(each.mark, author); });
}

bool QuarantinedAuthors::contains_model(const std::string& model) const {
  return std::ranges::any_of(all_, [&](const Quarantine& each) {
    return each.mark.field == AuthorField::model && is_by(each.mark, {.model = model, .client = {}, .key = {}});
  });
}

bool QuarantinedAuthors::contains(const Execution& execution) const {
  return contains(execution.author) || contains_model(execution.executor);
}

QuarantinedAuthors quarantined_authors(Environment& environment, const Actor& actor) {
  std::vector<Quarantine> all = read_quarantines(environment, actor);
  if (all.empty()) return {};
  return {std::move(all), price_book(environment, actor)};
}

bool is_quarantined(Environment& environment, const Actor& actor, const Version& version) {
  if (version.status == VersionStatus::published) return false;
  return quarantined_authors(environment, actor).contains(version.author);
}

Refusal version_quarantined(const Version& version) {
  return {"version_quarantined",
          "Version " + version.number.text() + " of \"" + version.name.text() +
              "\" is quarantined: what its author wrote is not to be followed. Stop here, end an execution of it with "
              "outcome escalated, and start another version.",
          "/version"};
}

Result<QuarantineChange> quarantine_author(Environment& environment, const Actor& actor, const AuthorMark& mark,
                                           const std::string& reason) {
  if (mark.value.empty() || work_by(environment, actor, mark).empty()) return refuse(unknown_author(mark));
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  QuarantineChange change{.mark = mark};
  for (const Quarantine& each : read_quarantines(environment, actor)) change.unchanged |= each.mark == mark;
  if (!change.unchanged) {
    append_audit(environment, actor, std::string(kTrustChain), kAuthorQuarantined, body_of(mark, reason));
  }
  const QuarantinedAuthors authors = only(environment, actor, mark);
  each_version(environment, actor, [&](const WorkflowName& name, const VersionSummary& line) {
    if (line.status != VersionStatus::published || !authors.contains(line.author)) return;
    change.versions.emplace_back(name, line.number);
  });
  for (const VersionName& version : change.versions) {
    set_status(environment, actor, version, VersionStatus::retired, kVersionSetApart, mark);
  }
  transaction->commit();
  return change;
}

Result<QuarantineChange> release_author(Environment& environment, const Actor& actor, const AuthorMark& mark,
                                        const std::string& reason) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const std::vector<Quarantine> before = read_quarantines(environment, actor);
  if (std::ranges::none_of(before, [&](const Quarantine& each) { return each.mark == mark; })) {
    return refuse("not_quarantined", "Nobody is quarantined by " + std::string(to_string(mark.field)) + " " +
                                         in_quotes(mark.value) + ": \"pianola author list\" shows who is.");
  }
  append_audit(environment, actor, std::string(kTrustChain), kAuthorReleased, body_of(mark, reason));
  QuarantineChange change{.mark = mark};
  const QuarantinedAuthors still = quarantined_authors(environment, actor);
  const QuarantinedAuthors released = only(environment, actor, mark);
  each_version(environment, actor, [&](const WorkflowName& name, const VersionSummary& line) {
    if (line.status != VersionStatus::retired || !released.contains(line.author)) return;
    const VersionName version(name, line.number);
    const SetApart as = set_apart(environment, actor, version);
    if (as == SetApart::no) return;
    const bool is_free =
        as == SetApart::whole && !still.contains(line.author) && passes_review(environment, actor, name, line.hash);
    (is_free ? change.versions : change.kept).push_back(version);
  });
  for (const VersionName& version : change.versions) {
    set_status(environment, actor, version, VersionStatus::published, kVersionReleased, mark);
  }
  transaction->commit();
  return change;
}

std::vector<AuthorWork> list_authors(Environment& environment, const Actor& actor) {
  return AuthorsFound(environment, actor).read();
}

std::vector<AuthorWork> work_by(Environment& environment, const Actor& actor, const AuthorMark& mark) {
  std::vector<AuthorWork> all = list_authors(environment, actor);
  const QuarantinedAuthors wanted = only(environment, actor, mark);
  std::erase_if(all, [&](const AuthorWork& work) { return !wanted.contains(work.author); });
  return all;
}

}  // namespace pianola::workflow
