// The queue of everybody who wants to write to one SQLite file: locks of open file descriptions (fcntl F_OFD_SETLKW) on
// two bytes of a sidecar (FILE.lock). The kernel releases them when a process dies, however it dies, and wakes who
// waits in the order of coming; SQLite's own busy waiting polls with growing pauses, so that under load some writer
// always comes last. Two bytes, because one is not fair: who has just written would take the turn again before the one
// that the kernel has woken runs. So the next writer stands at the door (the first byte) until it has the turn (the
// second), and nobody passes it. Thread rule: one WriterQueue belongs to one thread at a time.
#pragma once

#include <string>

namespace pianola::store {

// One process's place in the queue of those that write to a file.
class WriterQueue {
 public:
  // The queue of a file, whose sidecar is made when somebody first writes; `wait_millis` bounds each wait.
  WriterQueue(const std::string& database_path, int wait_millis);
  ~WriterQueue();
  WriterQueue(const WriterQueue&) = delete;
  WriterQueue& operator=(const WriterQueue&) = delete;

  // Waits for the turn. Throws Fault (storage_busy, retryable) when it does not come in time, and where the sidecar
  // cannot be made.
  void enter();
  // Takes the turn if nobody has it.
  bool try_enter();
  // Gives the turn to whoever waits; does nothing where it is not held.
  void leave() noexcept;

 private:
  std::string path_;
  int wait_millis_;
  int file_ = -1;
  bool inside_ = false;
};

// The turn, for as long as the scope lasts.
class Turn {
 public:
  explicit Turn(WriterQueue& queue) : queue_(queue) { queue_.enter(); }
  ~Turn() { queue_.leave(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  WriterQueue& queue_;
};

}  // namespace pianola::store
