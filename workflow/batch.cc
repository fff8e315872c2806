#include "workflow/batch.h"

#include "base/fault.h"
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

// Line by line; empty lines are left out. Lines are counted from 1, as editors do.
Result<std::vector<Json>> parse_input_lines(std::string_view text) {
  std::vector<Json> inputs;
  int number = 0;
  for (const std::string_view line : newline_lines(text)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = "Line " + std::to_string(number) + " of the file of inputs ";
    Result<Json> input = parse_json(line);
    if (!input) return refuse("bad_input", where + "is no JSON: " + input.error().message, "/input_files/inputs");
    const Result<std::string> exact = canonical_json(*input);
    if (!exact)
      return refuse(exact.error().code, where + "is refused: " + exact.error().message, "/input_files/inputs");
    inputs.push_back(*std::move(input));
  }
  return inputs;
}

Result<std::vector<Json>> read_batch_file(const Settings& settings, const std::string& path) {
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
std::optional<Refusal> refuse_items(const CompiledVersion& version, const std::vector<Json>& inputs) {
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
      refusal->message += " Item " + std::to_string(i + 1) + ": " + list_broken(broken, "the input");
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
  Result<std::vector<Json>> inputs =
      from_file ? read_batch_file(settings, given.files.begin()->second) : Result<std::vector<Json>>(*given.inputs);
  if (!inputs) return refuse(inputs.error());
  if (std::optional<Refusal> refusal = refuse_items(version, *inputs)) return refuse(*std::move(refusal));
  return std::optional(*std::move(inputs));
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
