// Work that is made durable together: what one read of a pipe delivered, or what waited while other work was committed.
// Thread rule: used by one thread.
#pragma once

#include <optional>

#include "base/fault.h"

namespace pianola::mcp {

// The product gives one; where there is none, answers go out as they come.
class WorkBatch {
 public:
  virtual ~WorkBatch() = default;
  // Called before the first message of a batch. Throws Fault where no work can be done now.
  virtual void begin() = 0;
  // Throws Fault where nothing of the batch was kept: its tool calls are then answered with that.
  virtual void commit() = 0;
};

// Begins a batch; the fault where no work can be done now.
std::optional<Fault> begin_work(WorkBatch& batch);
// Commits it; the fault where nothing of it was kept, so that what was answered in its name is taken back.
std::optional<Fault> commit_work(WorkBatch& batch);

}  // namespace pianola::mcp
