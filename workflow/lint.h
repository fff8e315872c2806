// Lint: is this design good enough for a weaker model to follow? A table of rules, each with a code, a check and a
// fix; everything is found at once. Errors block publishing, warnings do not; the sum is a readiness score.
// Thread rule: plain values and functions.
#pragma once

#include <string>
#include <vector>

#include "workflow/design.h"

namespace pianola::workflow {

// One thing to mend in a design.
struct LintFinding {
  std::string code;     // e.g. "dangling_goto"
  bool error = false;   // an error blocks publishing, a warning does not
  std::string place;    // JSON Pointer into the design, e.g. "/steps/0/branches/1/goto"
  std::string message;  // what is wrong, with the value
  std::string fix;      // the corrected fragment, or one sentence that says what to do
  bool operator==(const LintFinding&) const = default;
};

// Everything found in one design, errors first, else by place in the design.
struct LintReport {
  std::vector<LintFinding> findings;
  int readiness = 100;  // 0 to 100: see readiness_of
  // True where something blocks publishing.
  bool has_errors() const;
};

// Whether the design that is linted is a stored version, so that a save onto it need not repeat what stays.
enum class Kept { no, yes };

// Checks a design against every rule. Never refuses: a design with any mistakes can be linted.
LintReport lint(const Design& design, Kept kept = Kept::no);

// 100, less 25 for every error, less a warning's weight (2 to 8, lint.cc) once for its first place and half of it
// for each further one, at most three times the weight together; never under 0, and at most 49 with an error.
int readiness_of(const std::vector<LintFinding>& findings);

}  // namespace pianola::workflow
