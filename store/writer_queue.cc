#include "store/writer_queue.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "store/whole_file.h"

namespace pianola::store {
namespace {

int open_sidecar(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw_system_fault("cannot open the writers' queue " + path, errno);
  return file;
}

int lock_whole(int file, int operation) {
  int failed = 0;
  do {
    failed = ::flock(file, operation);
  } while (failed != 0 && errno == EINTR);
  return failed;
}

// One bounded wait. flock knows no deadline, so a thread waits for it; whoever comes second closes the file.
struct Wait {
  std::mutex mutex;
  std::condition_variable changed;
  bool granted = false;
  bool given_up = false;
};

void wait_in_thread(const std::shared_ptr<Wait>& wait, int file) {
  lock_whole(file, LOCK_EX);
  const std::lock_guard lock(wait->mutex);
  if (wait->given_up) {
    ::close(file);  // gives the lock back, too
    return;
  }
  wait->granted = true;
  wait->changed.notify_one();
}

}  // namespace

WriterQueue::WriterQueue(const std::string& database_path, int wait_millis)
    : path_(database_path + ".lock"), wait_millis_(wait_millis) {}

WriterQueue::~WriterQueue() {
  if (file_ >= 0) ::close(file_);
}

bool WriterQueue::try_enter() {
  if (file_ < 0) file_ = open_sidecar(path_);
  inside_ = lock_whole(file_, LOCK_EX | LOCK_NB) == 0;
  return inside_;
}

void WriterQueue::enter() {
  if (try_enter()) return;
  const int waiting = open_sidecar(path_);
  const auto wait = std::make_shared<Wait>();
  std::thread([wait, waiting] { wait_in_thread(wait, waiting); }).detach();
  std::unique_lock lock(wait->mutex);
  if (!wait->changed.wait_for(lock, std::chrono::milliseconds(wait_millis_), [&] { return wait->granted; })) {
    wait->given_up = true;
    throw Fault(
        FaultKind::storage_busy,
        "waited " + std::to_string(wait_millis_) + " ms for other processes that write to this store; try again", true);
  }
  ::close(file_);
  file_ = waiting;
  inside_ = true;
}

void WriterQueue::leave() noexcept {
  if (inside_) lock_whole(file_, LOCK_UN);
  inside_ = false;
}

}  // namespace pianola::store
