#include "workflow/batch.h"

#include "base/counted.h"
#include "base/fault.h"
#include "base/list_text.h"
#include "base/text_lines.h"
#include "workflow/check_output.h"
#include "workflow/hand_in.h"
#include "workflow/input_files.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostToldOfItems = 10;  // items whose mistakes a message repeats

std::optional<Execution> stored_item(Environment& environment, const WorkspaceName& workspace, const std::string& id) {
  const Result<ExecutionId> parsed = ExecutionId::parse(id);
  if (!parsed) return std::nullopt;
  std::optional<Execution> execution = environment.store.executions().find(workspace, *parsed);
  if (execution) {
    execution->state = state_at(*execution, environment.clock.now(), environment.settings.idle_limit_micros);
  }
  return execution;
}

// A batch's inputs, and where they come from a file the line of each.
struct GivenItems {
  std::vector<Json> inputs;
  std::vector<int> lines{};  // counted from 1, as editors do
};

// Why a line is no input, empty where it is one.
std::string problem_of_line(std::string_view line, GivenItems& items) {
  Result<Json> input = parse_json(line);
  if (!input) return input.error().message;
  const Result<std::string> exact = canonical_json(*input);
  if (!exact) return exact.error().message;
  items.inputs.push_back(*std::move(input));
  return {};
}

// Line by line; empty lines are left out. All lines that are wrong are told, up to a limit.
Result<GivenItems> parse_input_lines(std::string_view text) {
  GivenItems items;
  std::string problems;
  std::size_t wrong = 0;
  int number = 0;
  for (const std::string_view line : newline_lines(text)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string problem = problem_of_line(line, items);
    if (problem.empty()) {
      items.lines.push_back(number);
    } else if (++wrong <= kMostToldOfItems) {
      problems += " Line " + std::to_string(number) + ": " + as_sentence(problem);
    }
  }
  if (wrong == 0) return items;
  return refuse("bad_input",
                counted(static_cast<std::int64_t>(wrong), "line") +
                    " of the file of inputs cannot be read, and none was "
                    "started." +
                    problems + (wrong > kMostToldOfItems ? " And others." : ""),
                "/input_files/inputs");
}

Result<GivenItems> read_batch_file(const Settings& settings, const std::string& path) {
  const std::string name(kBatchFile);
  const Result<std::vector<InputFile>> files = take_input_files(settings, {{name, path}});
  if (!files) return refuse(files.error());
  std::vector<ChangedFile> changed;
  const Json read = with_file_texts(Json::object(), *files, changed);
  if (!read.contains(name)) return refuse("unreadable_file", "\"" + path + "\" cannot be read.", "/input_files/inputs");
  return parse_input_lines(read[name].get_ref<const std::string&>());
}

bool names_batch_file(const Design& design, const std::map<std::string, std::string>& files) {
  const bool is_property =
      design.inputs && find_pointer(*design.inputs, "/properties/" + std::string(kBatchFile)) != nullptr;
  return !is_property && files.contains(std::string(kBatchFile));
}

std::vector<BrokenRule> check_item(const CompiledVersion& version, const Json& input) {
  if (!input.is_object()) return {{"", "must be an object"}};
  return check_input(version, input);
}

// Everything wrong with the items, at once.
std::optional<Refusal> refuse_items(const CompiledVersion& version, const GivenItems& items) {
  const std::vector<Json>& inputs = items.inputs;
  if (inputs.empty() || inputs.size() > kMostBatchItems) {
    return Refusal{"too_many_items",
                   "inputs has " + std::to_string(inputs.size()) + " items: give 1 to " +
                       std::to_string(kMostBatchItems) + ", and start the others as another batch.",
                   "/inputs"};
  }
  std::optional<Refusal> refusal;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<BrokenRule> broken = check_item(version, inputs[i]);
    if (broken.empty()) continue;
    const std::string place = pointer_child("/inputs", i);
    if (!refusal) refusal = Refusal{"bad_input", "", place};
    if (++wrong <= kMostToldOfItems) {
      const std::string line = items.lines.empty() ? "" : " (line " + std::to_string(items.lines[i]) + ")";
      refusal->message += " Item " + std::to_string(i + 1) + line + ": " + list_broken(broken, "the input");
    }
    for (OrderedJson& one : broken_places(broken, place)) refusal->data["broken"].push_back(std::move(one));
  }
  if (!refusal) return std::nullopt;
  refusal->message = std::to_string(wrong) + " of " + std::to_string(inputs.size()) +
                     " inputs do not fit the workflow, and none was started." + refusal->message;
  if (wrong > kMostToldOfItems) refusal->message += " And others: data.broken names them all.";
  return refusal;
}

}  // namespace

Result<std::optional<std::vector<Json>>> batch_inputs(const Settings& settings, const CompiledVersion& version,
                                                      const GivenInput& given) {
  const bool from_file = names_batch_file(version.design(), given.files);
  if (!given.inputs && !from_file) return std::optional<std::vector<Json>>();
  const std::size_t places = given.files.size() + (given.inputs ? 1U : 0U) + (given.input.empty() ? 0U : 1U);
  if (places > 1) {
    return refuse("bad_input",
                  "A batch takes its inputs from one place: give inputs, or input_files {\"inputs\": FILE} with a JSON "
                  "object a line, and neither input nor other files.",
                  "/inputs");
  }
  Result<GivenItems> items = from_file ? read_batch_file(settings, given.files.begin()->second)
                                       : Result<GivenItems>(GivenItems{*given.inputs});
  if (!items) return refuse(items.error());
  if (std::optional<Refusal> refusal = refuse_items(version, *items)) return refuse(*std::move(refusal));
  return std::optional(std::move(items->inputs));
}

BatchProgress batch_progress(Environment& environment, const WorkspaceName& workspace, const BatchItem& item) {
  BatchProgress progress{.items = item.items, .not_started = item.items, .by_state = {}, .not_succeeded = {}};
  auto execution = stored_item(environment, workspace, item.batch);
  while (execution && execution->batch) {
    --progress.not_started;
    const std::string state(to_string(execution->state));
    ++progress.by_state[state];
    if (execution->state != ExecutionState::succeeded) {
      progress.not_succeeded.push_back({execution->batch->item, execution->id.text(), state});
    }
    execution = stored_item(environment, workspace, execution->next_in_batch);
  }
  return progress;
}

std::optional<Execution> item_to_go_on_with(Environment& environment, const WorkspaceName& workspace,
                                            const Execution& ended) {
  auto next = stored_item(environment, workspace, ended.next_in_batch);
  while (next && (!is_open(next->state) || next->state == ExecutionState::waiting)) {
    next = stored_item(environment, workspace, next->next_in_batch);
  }
  return next;
}

std::optional<Execution> next_item(Environment& environment, const WorkspaceName& workspace, Execution& before) {
  const bool goes_on = before.batch && (!is_open(before.state) || before.state == ExecutionState::waiting) &&
                       before.next_in_batch.empty() && before.batch->item < before.batch->items;
  if (!goes_on) return std::nullopt;
  const bool is_first = before.batch->item == 1;
  const std::optional<Execution> first =
      is_first ? std::optional(before) : stored_item(environment, workspace, before.batch->batch);
  if (!first || !first->batch || first->batch->inputs.size() <= static_cast<std::size_t>(before.batch->item)) {
    throw Fault(FaultKind::bug, "the inputs of batch " + before.batch->batch + " are not stored");
  }
  const Timestamp now = environment.clock.now();
  Execution next{*ExecutionId::parse(environment.ids.next_uuid()), before.workflow, before.version};
  next.batch = BatchItem{before.batch->batch, before.batch->item + 1, before.batch->items};
  next.input = first->batch->inputs[static_cast<std::size_t>(before.batch->item)];
  next.mode = first->mode;
  next.executor = first->executor;
  next.author = first->author;
  next.started_at = now;
  next.last_hand_in_at = now;
  before.next_in_batch = next.id.text();
  return next;
}

}  // namespace pianola::workflow
