// The end of a connection's input when the process is told to end, so that whoever reads it may simply wait in read():
// one system call a read, where waiting for a signal beside it takes two. Thread rule: called by the thread that reads.
#pragma once

#include <atomic>
#include <initializer_list>

namespace pianola::mcp {

// From now on each of these signals puts an end in the place of the descriptor `input` (/dev/null, by dup2): a read
// that waits begins again and finds it, as does every later one; other system calls go on as if nothing had happened.
// Gives whether a signal has come: then the end is not the client's. A second call takes the place of the first.
const std::atomic<bool>& end_on_signals(int input, std::initializer_list<int> signals);

}  // namespace pianola::mcp
