// Quarantine: everything that one author wrote, by access key, model or client, set apart in one call, and back. Whose
// work is quarantined stands in the audit log (chain "trust") and nowhere else.
//
// Versions by the author that are published become retired: new starts, searches and skills take what was before them,
// and no step of an execution under way on one is handed out. What the author saves later stays a draft. Reports by the
// author leave the brief and are no known cases to others; executions by the author leave health and verdict, and stay
// in the accounts: their money was spent (workflow/trusted_evidence.h). Nothing is deleted.
// Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workflow/environment.h"

namespace pianola::workflow {

// By what an author is known.
enum class AuthorField { key, model, client };
// Its name in options and JSON.
std::string_view to_string(AuthorField field);
std::optional<AuthorField> parse_author_field(std::string_view text);

// An author, or all that share a key's prefix, a model or a client. A client is its name with its version, or without:
// then of every version.
struct AuthorMark {
  AuthorField field = AuthorField::key;
  std::string value;
  bool operator==(const AuthorMark&) const = default;
};

// One that is in force.
struct Quarantine {
  AuthorMark mark;
  std::string reason;
  Timestamp since;
};

// All that are in force in a workspace. Models count under any name that the workspace's prices know.
class QuarantinedAuthors {
 public:
  QuarantinedAuthors() = default;
  QuarantinedAuthors(std::vector<Quarantine> all, PriceBook prices)
      : all_(std::move(all)), prices_(std::move(prices)) {}
  bool empty() const { return all_.empty(); }
  const std::vector<Quarantine>& all() const { return all_; }
  bool contains(const Author& author) const;
  // By its model alone.
  bool contains_model(const std::string& model) const;
  // Of an execution: who started it, or the model that carries it out.
  bool contains(const Execution& execution) const;

 private:
  bool is_by(const AuthorMark& mark, const Author& author) const;

  std::vector<Quarantine> all_;
  std::optional<PriceBook> prices_;  // there wherever somebody is quarantined
};

// As the audit log has it.
QuarantinedAuthors quarantined_authors(Environment& environment, const Actor& actor);

// True where a version's author is quarantined. Costs nothing where the version is published: then it is not.
bool is_quarantined(Environment& environment, const Actor& actor, const Version& version);

// The refusal ("version_quarantined") to hand out anything of such a version.
Refusal version_quarantined(const Version& version);

using VersionName = std::pair<WorkflowName, SemVer>;

// What a quarantine, or its end, did.
struct QuarantineChange {
  AuthorMark mark;
  bool unchanged = false;               // it was in force, or not, before
  std::vector<VersionName> versions{};  // that are retired by it, or published again
  std::vector<VersionName> kept{};      // of a release: retired still, for want of approval, by another, or canaries
};

// Quarantines an author. Refuses ("unknown_author") one who wrote nothing here.
Result<QuarantineChange> quarantine_author(Environment& environment, const Actor& actor, const AuthorMark& mark,
                                           const std::string& reason);

// Ends a quarantine: versions that it retired, and that nobody published or retired since, are published again. Refuses
// ("not_quarantined") where there is none.
Result<QuarantineChange> release_author(Environment& environment, const Actor& actor, const AuthorMark& mark,
                                        const std::string& reason);

// What one author wrote, counted.
struct AuthorWork {
  Author author;
  std::vector<VersionName> versions{};
  std::vector<ReportId> reports{};  // that it told, each once
  std::int64_t executions = 0;
  bool is_quarantined = false;
};

// Everybody who wrote anything, in the order of keys, clients and models. Reads all there is.
std::vector<AuthorWork> list_authors(Environment& environment, const Actor& actor);

// Of these the ones that the mark means.
std::vector<AuthorWork> work_by(Environment& environment, const Actor& actor, const AuthorMark& mark);

}  // namespace pianola::workflow
