// What health, verdict and brief are judged from: everything that was recorded, without what quarantined authors wrote
// (workflow/quarantine.h). Where nobody is quarantined it is what the store has. The accounts are another matter: there
// everything counts, since its money was spent.
// Thread rule: as the Environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/environment.h"
#include "workflow/quarantine.h"

namespace pianola::workflow {

// Executions by a quarantined key or client are taken out one by one, the newest of a version first; beyond so many
// they stay in. By a quarantined model all are taken out.
inline constexpr int kMostTakenOut = 10'000;

// The evidence on one version.
struct TrustedEvidence {
  std::vector<AccountEntry> entries;
  std::vector<StepRefusals> refusals;
};

// Reads it.
TrustedEvidence trusted_evidence(Environment& environment, const Actor& actor, const WorkflowName& name, SemVer number);

// A report as those tell it who are not quarantined: situation, count and severity from their tellings alone. Nothing
// where there is none of theirs.
std::optional<EdgeCaseReport> as_trusted(Environment& environment, const Actor& actor,
                                         const QuarantinedAuthors& quarantined, const EdgeCaseReport& report);

// The same of many; where nobody is quarantined they stay as they are.
std::vector<EdgeCaseReport> trusted_reports(Environment& environment, const Actor& actor,
                                            std::vector<EdgeCaseReport> reports);

}  // namespace pianola::workflow
