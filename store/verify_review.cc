#include "store/verify_review.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "store/codec.h"
#include "workflow/review_policy.h"

namespace pianola::store {
namespace {

using workflow::AuditEntry;
using workflow::ChainProblem;

// Entries that hand a version out to some or all.
constexpr std::string_view kPublishing[] = {"version_published", "version_released", "canary_started",
                                            "canary_promoted"};

constexpr Statement kReviewRules{R"(
  SELECT written_at, action FROM audit_log WHERE workspace_id = :workspace_id AND chain = :chain ORDER BY seq)"};

// From when on a rule holds, and until when.
class Rules {
 public:
  Rules(Database& database, const workflow::WorkspaceName& workspace) {
    for (Row& row :
         database.query(kReviewRules, {{":workspace_id", workspace.text()}, {":chain", workflow::kTrustChain}})) {
      const std::int64_t at = row.take_integer();
      const std::string action = row.take_text();
      if (action == workflow::kReviewRequired) changes_[at] = true;
      if (action == workflow::kReviewNotRequired) changes_[at] = false;
    }
  }
  bool empty() const { return changes_.empty(); }
  // At a time at which the rule itself changed, what held before it.
  bool require_review_at(Timestamp at) const {
    const auto later = changes_.lower_bound(at.micros());
    return later != changes_.begin() && std::prev(later)->second;
  }

 private:
  std::map<std::int64_t, bool> changes_;
};

}  // namespace

std::vector<ChainProblem> find_unreviewed(Database& database, const workflow::WorkspaceName& workspace,
                                          const std::vector<AuditEntry>& entries) {
  std::vector<ChainProblem> problems;
  const Rules rules(database, workspace);
  if (rules.empty()) return problems;
  std::map<std::string, std::string> hashes;  // of versions
  std::set<std::string> approved;             // hashes
  for (const AuditEntry& entry : entries) {
    const bool is_saved = entry.action == "version_saved";
    const bool is_published = std::ranges::find(kPublishing, entry.action) != std::end(kPublishing);
    if (!is_saved && !is_published && entry.action != workflow::kVersionApproved) continue;
    const Json body = stored_json(entry.body);
    const std::string version = body.value("version", "");
    if (entry.action == workflow::kVersionApproved) approved.insert(body.value("hash", ""));
    if (is_saved) hashes[version] = body.value("hash", "");
    const bool goes_out = is_published || (is_saved && body.value("status", "") == "published");
    if (!goes_out || !rules.require_review_at(entry.at) || approved.contains(hashes[version])) continue;
    problems.push_back({"versions/" + version, "was published without an approval, which the workspace required"});
  }
  return problems;
}

}  // namespace pianola::store
