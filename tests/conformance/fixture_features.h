// What the conformance fixture offers: the tools, resources and prompts that the official conformance suite asks of a
// server under test, made with the protocol layer alone. Thread rule: see mcp/server.h.
#pragma once

#include "mcp/server.h"

namespace pianola::tests {

mcp::Features fixture_features();

}  // namespace pianola::tests
