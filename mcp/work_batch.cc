#include "mcp/work_batch.h"

namespace pianola::mcp {

// Here faults of a batch end: who asked is answered with them.
std::optional<Fault> begin_work(WorkBatch& batch) {
  return fault_of([&] { batch.begin(); });
}

std::optional<Fault> commit_work(WorkBatch& batch) {
  return fault_of([&] { batch.commit(); });
}

}  // namespace pianola::mcp
