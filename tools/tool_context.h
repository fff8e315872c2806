// What every tool, resource and prompt works with, and who asks. One ToolContext serves one Store, and so one thread.
#pragma once

#include <string>

#include "base/json.h"
#include "mcp/request.h"
#include "workflow/environment.h"

namespace pianola::tools {

struct ToolContext {
  workflow::Environment& environment;
};

// Who asks: the workspace and role of the caller, its client as author. Refuses nothing: the transport has checked it.
workflow::Actor actor_of(const mcp::Request& request);

// The model that the caller's host names in the request's _meta (Codex: x-codex-turn-metadata.model); empty where none.
std::string host_model(const Json& meta);

// The host's id of this tool call (claudecode/toolUseId, Codex callId), by which repeats are known; empty where none.
std::string host_call_id(const Json& meta);

}  // namespace pianola::tools
