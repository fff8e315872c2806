#include "store/writer_queue.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
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

// A stretch of the sidecar.
struct Place {
  off_t first;
  off_t bytes = 1;
};
// The two places of the queue. Whoever holds the door is next.
constexpr Place kDoor{0};
constexpr Place kTurn{1};
constexpr Place kDoorAndTurn{0, 2};

// `command`: F_OFD_SETLK or, to wait, F_OFD_SETLKW. False where any of the place is taken.
bool change_lock(int file, Place place, short type, int command) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = place.first;
  lock.l_len = place.bytes;
  int failed = 0;
  do {
    failed = ::fcntl(file, command, &lock);
  } while (failed != 0 && errno == EINTR);
  return failed == 0;
}

bool try_take(int file, Place place) { return change_lock(file, place, F_WRLCK, F_OFD_SETLK); }
bool wait_for(int file, Place place) { return change_lock(file, place, F_WRLCK, F_OFD_SETLKW); }
void give_back(int file, Place place) { change_lock(file, place, F_UNLCK, F_OFD_SETLK); }

// One bounded wait. The kernel's locks know no deadline, so a thread waits for them; whoever comes second closes the
// file.
struct Wait {
  std::mutex mutex;
  std::condition_variable changed;
  bool granted = false;
  bool given_up = false;
  int system_error = 0;  // why the kernel gives no locks, where it gives none
};

void wait_in_thread(const std::shared_ptr<Wait>& wait, int file) {
  const bool taken = wait_for(file, kDoor) && wait_for(file, kTurn);
  const int why = taken ? 0 : errno;
  give_back(file, kDoor);
  const std::lock_guard lock(wait->mutex);
  wait->system_error = why;
  if (wait->given_up) {
    ::close(file);  // gives the turn back, too
    return;
  }
  wait->granted = true;
  wait->changed.notify_one();
}

// SQLite puts its log beside the file that a link leads to, so the queue stands there too.
std::string sidecar_of(const std::string& database_path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(database_path, error);
  return (error ? database_path : real.string()) + ".lock";
}

// Somebody may have deleted the sidecar: who comes next makes another one, and would not meet those who hold this.
bool is_deleted(int file) {
  struct stat status = {};
  return ::fstat(file, &status) == 0 && status.st_nlink == 0;
}

}  // namespace

WriterQueue::WriterQueue(const std::string& database_path, int wait_millis)
    : path_(sidecar_of(database_path)), wait_millis_(wait_millis) {}

WriterQueue::~WriterQueue() {
  if (file_ >= 0) ::close(file_);
}

bool WriterQueue::try_enter() {
  if (file_ >= 0 && is_deleted(file_)) {
    ::close(file_);
    file_ = -1;
  }
  if (file_ < 0) file_ = open_sidecar(path_);
  if (!try_take(file_, kDoorAndTurn)) return false;
  give_back(file_, kDoor);
  inside_ = true;
  return true;
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
  if (wait->system_error != 0) {
    ::close(waiting);
    throw_system_fault("cannot lock the writers' queue " + path_, wait->system_error);
  }
  ::close(file_);
  file_ = waiting;
  inside_ = true;
}

void WriterQueue::leave() noexcept {
  if (inside_) give_back(file_, kTurn);
  inside_ = false;
}

}  // namespace pianola::store
