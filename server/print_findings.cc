#include "server/print_findings.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "base/text_lines.h"
#include "server/print.h"

namespace pianola::server {

using workflow::LintFinding;
using workflow::LintReport;

void print_findings(Program& program, const LintReport& report) {
  if (program.json) {
    OrderedJson findings = OrderedJson::array();
    for (const LintFinding& finding : report.findings) {
      findings.push_back({{"code", finding.code},
                          {"error", finding.error},
                          {"place", finding.place},
                          {"message", finding.message},
                          {"fix", finding.fix}});
    }
    print_json(program.out(), {{"readiness", report.readiness}, {"findings", std::move(findings)}});
    return;
  }
  // Advice that many places need is said once; each error has a fix of its own.
  std::vector<std::string> said;
  for (const LintFinding& finding : report.findings) {
    if (std::find(said.begin(), said.end(), finding.code) != said.end()) continue;
    if (!finding.error) said.push_back(finding.code);
    program.out() << (finding.error ? "error   " : "warning ")
                  << without_controls(finding.place + ": " + finding.message + "\n        fix: " + finding.fix) << '\n';
    std::string others;
    for (const LintFinding& other : report.findings) {
      if (!finding.error && other.code == finding.code && &other != &finding)
        others += (others.empty() ? "" : ", ") + other.place;
    }
    if (!others.empty()) program.out() << "        also at " << without_controls(others) << '\n';
  }
  program.out() << "readiness " << report.readiness << " of 100"
                << (report.has_errors() ? "; errors block publishing\n" : "\n");
}

}  // namespace pianola::server
