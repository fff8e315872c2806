// Who may do what: rights, which tools, resources, prompts and pages say that they need, and the one table of the
// rights that a role has. Both transports go by it. Thread rule: constants and plain functions.
#pragma once

#include <string>
#include <string_view>

#include "mcp/caller.h"
#include "workflow/access.h"

namespace pianola::tools {

// Find and read what is published, and the caller's own executions.
inline constexpr mcp::Rights kMayRead = 1;
// Carry out workflows, and report what came up.
inline constexpr mcp::Rights kMayExecute = 2;
// See drafts, everybody's executions and reports, and what all of it cost.
inline constexpr mcp::Rights kMayReview = 4;
// Save versions, and decide on reports.
inline constexpr mcp::Rights kMayDesign = 8;
// Watch the server itself, whose figures are of all workspaces.
inline constexpr mcp::Rights kMayOperate = 16;

// What a role may do.
mcp::Rights rights_of(workflow::AccessRole role);

// The role that may do exactly this; "" where none is so (an access token may have several scopes).
std::string_view role_of(mcp::Rights rights);

// How a caller that lacks what is needed gets it, keeping what it has, in a sentence.
std::string how_to_get_rights(const mcp::Caller& caller, mcp::Rights needed);

}  // namespace pianola::tools
