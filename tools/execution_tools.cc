#include "tools/execution_tools.h"

namespace pianola::tools {

HandOut hand_out_of(const workflow::ExecutionView& view) {
  return {view.version, view.execution, view.instruction, view.attempts_left, view.input};
}

mcp::ToolResult execution_text(const workflow::ExecutionView& view, std::string text) {
  for (const std::string& path : view.changed_files) text += "\nNote: the file " + path + " changed since the start.\n";
  mcp::ToolResult result = mcp::text_result(std::move(text));
  result.meta["pianola/execution"] = execution_meta(view.execution, view.attempts_left);
  return result;
}

mcp::ToolResult execution_refused(const workflow::ExecutionView& view, const Refusal& refusal) {
  mcp::ToolResult result = mcp::refused(refusal);
  result.meta["pianola/execution"] = execution_meta(view.execution, view.attempts_left);
  return result;
}

std::string arguments_hash(const Json& arguments) {
  const Result<std::string> canonical = canonical_json(arguments);
  return workflow::Hash::of(canonical ? *canonical : dump_compact(arguments)).text();
}

}  // namespace pianola::tools
