// A fault is what the caller cannot mend by asking differently: a full disk, a database that went away, a bug.
// It is the one exception type of the program. Other libraries' exceptions are translated into it where they
// arise; the protocol layer catches it once and turns it into an answer.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace pianola {

// What kind of failure; data errors name it in logs and in the command line's messages.
enum class FaultKind {
  storage_full,          // nothing was written; free room and try again
  storage_not_writable,  // permissions or a read-only disk
  storage_not_ours,      // the file is no database, or not Pianola's
  storage_newer,         // written by a newer program
  storage_busy,          // waited past the limit for other writers
  storage_io,            // the disk or the connection failed
  cancelled,             // the client does not want it any more; nothing is answered
  bug,                   // an invariant of ours does not hold
};

// What failed, in words for a person, and whether the same request may succeed later.
class Fault : public std::runtime_error {
 public:
  Fault(FaultKind kind, const std::string& message, bool retryable = false)
      : std::runtime_error(message), kind_(kind), retryable_(retryable) {}

  // What failed.
  FaultKind kind() const { return kind_; }
  // True where the same request may succeed later.
  bool retryable() const { return retryable_; }

 private:
  FaultKind kind_;
  bool retryable_;
};

// The fault that `act` throws, for callers that go on: nothing where it throws none.
template <class Act>
[[nodiscard]] std::optional<Fault> fault_of(const Act& act) {
  try {
    act();
    return std::nullopt;
  } catch (const Fault& fault) {
    return fault;
  }
}

}  // namespace pianola
