// What lint says of a design, as `workflow lint` and `workflow import` print it. Thread rule: plain functions.
#pragma once

#include "server/program.h"
#include "workflow/lint.h"

namespace pianola::server {

// Each finding with its fix, and the readiness; with --json one object.
void print_findings(Program& program, const workflow::LintReport& report);

}  // namespace pianola::server
