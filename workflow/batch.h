// A batch: one version carried out on many inputs, item by item. Each item is an execution of its own; it starts when
// the one before it has ended, however that was, or waits for another model. The first item's execution holds all
// inputs, and its id is the batch's; every item's execution knows which item it is, and which execution came next. All
// items stay on the first one's version, as what is the same for all was handed out once.
// Thread rule: as the Environment.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/environment.h"

namespace pianola::workflow {

inline constexpr std::size_t kMostBatchItems = 100;
inline constexpr std::string_view kBatchFile = "inputs";  // the name under which input_files gives a batch's file

// What a start gives as input, in the three ways there are.
struct GivenInput {
  const Json& input;
  const std::optional<std::vector<Json>>& inputs;
  const std::map<std::string, std::string>& files;
};

// The inputs of a batch, all checked; nothing where one execution is started. They are `inputs`, or stand in the file
// that `files` names "inputs", a JSON object a line, unless that is a property of the input itself. Refuses: inputs
// from two places, lines that are no JSON and everything wrong with the inputs (bad_input), too_many_items, and what
// take_input_files refuses.
Result<std::optional<std::vector<Json>>> batch_inputs(const Settings& settings, const CompiledVersion& version,
                                                      const GivenInput& given);

// How far a batch has come, as of now.
struct BatchProgress {
  struct Item {
    int item = 1;
    std::string id;
    std::string state;
  };
  int items = 0;
  int not_started = 0;
  std::map<std::string, int> by_state;  // of those started
  std::vector<Item> not_succeeded;      // of those started, in order
};
BatchProgress batch_progress(Environment& environment, const WorkspaceName& workspace, const BatchItem& item);

// The item that a batch goes on with behind an ended one: the first that neither ended nor waits. Nothing where all are
// started and none is left.
std::optional<Execution> item_to_go_on_with(Environment& environment, const WorkspaceName& workspace,
                                            const Execution& ended);
// The execution of the item behind one that has ended or waits, which then knows it; not stored. Nothing where it is
// known already, behind the last item, and outside of batches.
std::optional<Execution> next_item(Environment& environment, const WorkspaceName& workspace, Execution& before);

}  // namespace pianola::workflow
