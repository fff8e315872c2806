#include "tools/tool_context.h"

#include "tools/roles.h"

namespace pianola::tools {

bool is_executor(const mcp::Caller& caller) { return !mcp::may_use(caller, kMayReview); }

workflow::Actor actor_of(const mcp::Request& request) {
  workflow::Actor actor;
  // The transport made the name from a credential or the command line, which check it.
  if (auto workspace = workflow::WorkspaceName::parse(request.caller().workspace)) actor.workspace = *workspace;
  actor.author = {"unknown", request.client(), request.caller().key};
  actor.executor_role = is_executor(request.caller());
  return actor;
}

std::string host_model(const Json& meta) {
  const auto turn = meta.find("x-codex-turn-metadata");
  return turn != meta.end() && turn->is_object() ? text_member(*turn, "model") : std::string();
}

std::string host_call_id(const Json& meta) {
  const std::string claude = text_member(meta, "claudecode/toolUseId");
  return claude.empty() ? text_member(meta, "callId") : claude;
}

workflow::Heartbeat heartbeat_of(mcp::Request& request) {
  return [&request](std::size_t done, std::size_t total) {
    request.stop_if_cancelled();
    if (total == 0) return;
    const std::size_t percent = done * 100 / total;
    request.report_progress(static_cast<double>(percent), 100, "");
  };
}

}  // namespace pianola::tools
