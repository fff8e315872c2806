// How a use case that reads much tells how far it is, and learns that nobody waits for it any more.
// Thread rule: called on the thread of the use case.
#pragma once

#include <cstddef>
#include <functional>

namespace pianola::workflow {

// Called between units of work with how many of them are done. Throws Fault (cancelled) where the work is to stop.
using Heartbeat = std::function<void(std::size_t done, std::size_t total)>;

}  // namespace pianola::workflow
