// What every tool, resource and prompt works with, and who asks. One ToolContext serves one Store, and so one thread.
#pragma once

#include <string>

#include "base/json.h"
#include "mcp/request.h"
#include "workflow/environment.h"
#include "workflow/heartbeat.h"

namespace pianola::tools {

// What tools are made with; it must outlive them.
struct ToolContext {
  workflow::Environment& environment;
};

// Whether what only designers and reviewers may see is left out for this caller.
bool is_executor(const mcp::Caller& caller);

// Who asks: the workspace and role of the caller, its client as author. Refuses nothing: the transport has checked it.
workflow::Actor actor_of(const mcp::Request& request);

// The model that the caller's host names in the request's _meta (Codex: x-codex-turn-metadata.model); empty where none.
std::string host_model(const Json& meta);

// The host's id of this tool call (claudecode/toolUseId, Codex callId), by which repeats are known; empty where none.
std::string host_call_id(const Json& meta);

// Reports progress of the request in whole percents, and stops the work where the request was cancelled. The request
// must outlive it.
workflow::Heartbeat heartbeat_of(mcp::Request& request);

}  // namespace pianola::tools
