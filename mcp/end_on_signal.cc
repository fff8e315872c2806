#include "mcp/end_on_signal.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace pianola::mcp {
namespace {

// What the handler works with: it is given nothing but the signal's number.
std::atomic<bool> signal_came{false};
int input_to_end = -1;
int nothing = -1;  // /dev/null
pthread_t reading_thread;

static_assert(std::atomic<bool>::is_always_lock_free);

#ifdef __SANITIZE_THREAD__
constexpr int kFlags = 0;  // the thread sanitizer runs a handler only once the call that was interrupted has returned
#else
constexpr int kFlags = SA_RESTART;
#endif

// Calls nothing but what POSIX allows in a handler.
void end_input(int signal) {
  const int error_before = errno;
  if (pthread_equal(pthread_self(), reading_thread) != 0) {
    signal_came = true;
    dup2(nothing, input_to_end);
  } else {
    // A signal to the process is given to any of its threads, and interrupts that one alone.
    pthread_kill(reading_thread, signal);
  }
  errno = error_before;
}

}  // namespace

const std::atomic<bool>& end_on_signals(int input, std::initializer_list<int> signals) {
  if (nothing < 0) nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  signal_came = false;
  input_to_end = input;
  reading_thread = pthread_self();
  struct sigaction action = {};
  action.sa_handler = end_input;
  action.sa_flags = kFlags;
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : signals) {
    sigaction(signal, &action, nullptr);
    sigaddset(&awaited, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &awaited, nullptr);  // whoever started the process may have blocked them
  return signal_came;
}

}  // namespace pianola::mcp
