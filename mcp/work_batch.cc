#include "mcp/work_batch.h"

namespace pianola::mcp {

// Here faults of a batch end: who asked is answered with them.

std::optional<Fault> begin_work(WorkBatch& batch) {
  try {
    batch.begin();
    return std::nullopt;
  } catch (const Fault& fault) {
    return fault;
  }
}

std::optional<Fault> commit_work(WorkBatch& batch) {
  try {
    batch.commit();
    return std::nullopt;
  } catch (const Fault& fault) {
    return fault;
  }
}

}  // namespace pianola::mcp
