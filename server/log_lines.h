// Lines of JSON on a stream, one an event, from any thread.
#pragma once

#include <mutex>
#include <ostream>
#include <string>

#include "base/json.h"

namespace pianola::server {

class LogLines {
 public:
  explicit LogLines(std::ostream& out) : out_(out) {}
  void write(const OrderedJson& line) {
    const std::string text = dump_compact(line) + '\n';
    const std::scoped_lock lock(mutex_);
    out_ << text << std::flush;
  }

 private:
  std::mutex mutex_;
  std::ostream& out_;
};

}  // namespace pianola::server
