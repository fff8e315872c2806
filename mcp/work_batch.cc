#include "mcp/work_batch.h"

namespace pianola::mcp {

namespace {

// Here faults of a batch end: who asked is answered with them.
std::optional<Fault> fault_of(WorkBatch& batch, void (WorkBatch::*step)()) {
  try {
    (batch.*step)();
    return std::nullopt;
  } catch (const Fault& fault) {
    return fault;
  }
}

}  // namespace

std::optional<Fault> begin_work(WorkBatch& batch) { return fault_of(batch, &WorkBatch::begin); }

std::optional<Fault> commit_work(WorkBatch& batch) { return fault_of(batch, &WorkBatch::commit); }

}  // namespace pianola::mcp
