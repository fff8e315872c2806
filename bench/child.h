// A server under test: a child process on one core, spoken to in lines over pipes.
// Thread rule: one thread. Failures throw std::runtime_error, and the benchmark ends with it.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::bench {

// How a server is started.
struct Command {
  std::vector<std::string> words;
  std::map<std::string, std::string> environment;  // beside this process's own
};

// Keeps this thread, and the children it starts from then on, on one core. Throws where the core is not to be had.
void pin_to(int core);

class Child {
 public:
  // Starts the command; its error stream is this process's own.
  explicit Child(const Command& command);
  // Closes its input and waits until it has ended; a process that does not end by itself is killed.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Has it end (SIGTERM), where the end of its input says nothing to it.
  void ask_to_end() const;
  // Writes all of it.
  void send(std::string_view lines) const;
  // The next line without its end; good until the next call. Throws where the child closed its output.
  std::string_view read_line();
  // Where its lines arrive: to be polled.
  int output() const { return out_; }
  // True where a whole line has arrived already.
  bool has_line() const;

  // Resident memory.
  long resident_kilobytes() const;
  // User and system time spent so far.
  double cpu_seconds() const;

 private:
  pid_t process_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pianola::bench
