// Cuts what arrives into lines, however it is sliced. A line beyond the limit is skipped and said once.
// Thread rule: a plain value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pianola::mcp {

class LineReader {
 public:
  explicit LineReader(std::size_t limit) : limit_(limit) {}

  // Calls line(text, rest) for each complete line, with the bytes that follow it, and too_long() for each that is
  // beyond the limit. Stops after a line for which line() gives false: somebody else has taken the rest.
  template <class OnLine, class OnTooLong>
  void feed(std::string_view bytes, const OnLine& line, const OnTooLong& too_long) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view part = bytes.substr(0, end);
      if (!skipping_ && pending_.size() + part.size() > limit_) {
        skipping_ = true;
        pending_.clear();
        pending_.shrink_to_fit();
        too_long();
      }
      if (end == std::string_view::npos) {
        if (!skipping_) pending_ += part;
        return;
      }
      const std::string_view rest = bytes.substr(end + 1);
      if (!skipping_) {
        if (pending_.empty()) {
          if (!line(part, rest)) return;
        } else {
          pending_ += part;
          const bool goes_on = line(pending_, rest);
          pending_.clear();
          if (!goes_on) return;
        }
      }
      skipping_ = false;
      pending_.clear();
      bytes = rest;
    }
  }

  // What came after the last line's end.
  const std::string& rest() const { return pending_; }

 private:
  std::size_t limit_;
  std::string pending_;
  bool skipping_ = false;
};

}  // namespace pianola::mcp
