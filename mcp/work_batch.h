// Work that is made durable together: what one read of a pipe delivered, or what waited while other work was committed.
// Thread rule: used by one thread.
#pragma once

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

}  // namespace pianola::mcp
