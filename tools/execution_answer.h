// What the tools of executions share: reading a hand-in, knowing a repeated call, and saying where an execution stands.
// What an executor reads is text alone; the same facts for programs stand in _meta["pianola/execution"], of errors too.
// Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "mcp/content.h"
#include "schema/describe.h"
#include "tools/hand_out.h"
#include "tools/tool_context.h"
#include "workflow/run_execution.h"

namespace pianola::workflow {

// The JSON names of the arguments' enums.
std::span<const schema::EnumName<Mode>> enum_names(schema::Of<Mode>);
std::span<const schema::EnumName<HandInOutcome>> enum_names(schema::Of<HandInOutcome>);
std::span<const schema::EnumName<FinishOutcome>> enum_names(schema::Of<FinishOutcome>);

}  // namespace pianola::workflow

namespace pianola::tools {

// One step as an executor hands it in, by execution_step or among execution_finish's `steps`.
struct HandedInStep {
  std::string step;
  std::optional<Json> output;
  workflow::HandInOutcome outcome = workflow::HandInOutcome::done;
  std::string note;
  std::string executor;
  std::optional<Json> usage;
};

// The domain's request for it, with the hash by which a repeat is known: the same in both tools. `executor` is taken as
// it is written. Refuses bad_usage, and json_number_range for numbers that JSON cannot carry exactly; places begin with
// `place`.
Result<workflow::HandInRequest> hand_in_request(HandedInStep given, const std::string& place = {});

// The `usage` argument. Refuses bad_usage.
Result<std::optional<workflow::Usage>> usage_of(const std::optional<Json>& given, const std::string& place);

// The hash of a call's arguments. Refuses json_number_range.
Result<std::string> hash_arguments(const Json& arguments, const std::string& place = {});

// A refusal that says unknown_execution, with the newest open executions that the caller may see: who lost the id finds
// it there. Any other comes back as it is.
Refusal with_open_executions(ToolContext& context, const workflow::Actor& actor, Refusal refusal);

// What the texts of hand_out.h are made from; points into `view`.
HandOut hand_out_of(const workflow::ExecutionView& view);

// The result with the execution's facts in its _meta.
mcp::ToolResult with_meta(mcp::ToolResult result, const workflow::ExecutionView& view);

// A head and its body as text, the first page where it is long, with the execution's facts in its _meta.
mcp::ToolResult hand_out_result(Body body, std::string head, const workflow::ExecutionView& view,
                                std::size_t page_bytes);

// "You are here": where the execution stands and what is asked for; of a waiting one the hand-off packet.
mcp::ToolResult here_result(const workflow::ExecutionView& view, std::size_t page_bytes);

// Behind an ended item of a batch (its `next_item` is there): what became of it, with what is `told` of that, and the
// next one, without what the first answer gave for all.
mcp::ToolResult next_item_result(const workflow::ExecutionView& ended, const std::string& told, std::size_t page_bytes);

// A refusal of a call for an item of a batch that has ended, with the way to the item that is next.
Refusal with_next_item(Refusal refusal, const workflow::ExecutionView& view);

// A call whose arguments cannot be read: the refusal as an error. Where they name an execution, the call is counted as
// blocked there, and the execution's facts stand in the _meta.
mcp::ToolResult refused_call(ToolContext& context, const mcp::Request& request, const Json& arguments,
                             const Refusal& refusal);

// Whole mode: what was handed in and what is still open, after a line that says what became of the last hand-in.
std::string render_progress(const workflow::ExecutionView& view, std::string_view opening);

// Says which input files are no longer what they were at the start; empty where none.
std::string changed_files_line(const workflow::ExecutionView& view);

}  // namespace pianola::tools
