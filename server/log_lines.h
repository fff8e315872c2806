// Lines on a stream, one an event, from any thread.
#pragma once

#include <mutex>
#include <ostream>
#include <string>

#include "base/json.h"

namespace pianola::server {

class LogLines {
 public:
  explicit LogLines(std::ostream& out) : out_(out) {}
  void write(const OrderedJson& line) { write(dump_compact(line)); }
  // A line that is for people.
  void write(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    out_ << line + '\n' << std::flush;
  }

 private:
  std::mutex mutex_;
  std::ostream& out_;
};

}  // namespace pianola::server
