#include "mcp/stdio.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/line_reader.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kReadSize = 262'144;
constexpr std::size_t kMostSpare = 16;  // texts, of which none is larger than
constexpr std::size_t kLargestSpare = 65'536;
constexpr int kPipeSize = 1'048'576;  // of answers: what one write says should fit, so that it never waits half said

// What follows the first line.
std::string_view behind_first_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  return end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
}

bool holds_cancellation(std::string_view bytes) {
  // memmem takes no null pointer, which is what an empty view may hold.
  return !bytes.empty() &&
         memmem(bytes.data(), bytes.size(), Server::kCancelled.data(), Server::kCancelled.size()) != nullptr;
}

// What is left of `parts` after `written` bytes of them.
std::span<iovec> without_first(std::span<iovec> parts, std::size_t written) {
  while (!parts.empty() && written >= parts.front().iov_len) {
    written -= parts.front().iov_len;
    parts = parts.subspan(1);
  }
  if (!parts.empty()) {
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + written;
    parts.front().iov_len -= written;
  }
  return parts;
}

// Writes all of it, as much at a time as the system takes. False where nobody reads.
bool write_all(int fd, std::span<iovec> parts) {
  while (!parts.empty()) {
    // One part alone is cheaper by write().
    const ssize_t written =
        parts.size() == 1 ? write(fd, parts.front().iov_base, parts.front().iov_len)
                          : writev(fd, parts.data(), static_cast<int>(std::min<std::size_t>(parts.size(), IOV_MAX)));
    if (written >= 0) {
      parts = without_first(parts, static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{fd, POLLOUT, 0};
      poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

// Whether a read of `fd` would not wait, or whether it stops to within `timeout` milliseconds (-1: for ever).
bool is_readable(int fd, int timeout) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, timeout) > 0;
}

// One thread serves the connection, so a request that looks for its cancellation, or waits for the client's answer to a
// question, reads ahead: what it finds stays in `ahead_`, to be handled in its turn.
class Connection final : public Sink {
 public:
  Connection(const Server& server, Session& session, WorkBatch* work, const StdioPipes& pipes, std::size_t line_limit)
      : server_(server), session_(session), work_(work), pipes_(pipes), reader_(line_limit), line_limit_(line_limit) {}

  bool run() {
    fcntl(pipes_.out, F_SETPIPE_SZ, kPipeSize);  // in vain where it is no pipe, or larger ones are not allowed
    while (!stopped_) {
      if (!ahead_.empty()) {
        const std::string bytes = std::exchange(ahead_, {});
        if (!serve(bytes)) return false;
      } else if (ended_) {
        if (!reader_.rest().empty() && !serve("\n")) return false;
        break;
      } else if (!serve(read_some(Wait::for_input))) {
        return false;
      }
    }
    server_.close(session_, *this);
    return write_answers();
  }

  void send(Outgoing message) override { answers_.push_back(std::move(message)); }

  std::string spare_text() override {
    if (spare_texts_.empty()) return {};
    std::string text = std::move(spare_texts_.back());
    spare_texts_.pop_back();
    return text;
  }

  void send_now(std::string text) override {
    text += '\n';
    iovec line{text.data(), text.size()};
    broken_ = broken_ || !write_all(pipes_.out, {&line, 1});
  }

  void changed(const ChangeSet& changes) override { server_.tell(changes, session_, *this); }

  bool is_cancelled(const Json& id, Look look) override {
    if (look == Look::arriving) read_ahead(Wait::not_at_all);
    if (stopped_) return true;
    if (!may_cancel_) return false;
    return find_ahead([&](std::string_view line) { return Server::cancelled_id(line) == id; });
  }

  std::optional<Json> wait_for_answer(const std::string& question, const Json& id) override {
    // The client may need the answers given so far to answer ours.
    if (!settle()) return std::nullopt;
    std::optional<Json> answer;
    while (!find_ahead([&](std::string_view line) {
      answer = Server::response_to(line, question);
      return answer.has_value();
    })) {
      if (ended_ || is_cancelled(id, Look::delivered) || is_ahead_full()) return std::nullopt;
      read_ahead(Wait::for_input);
    }
    return answer;
  }

 private:
  enum class Wait { not_at_all, for_input };

  // Handles what one read delivered: durable first, then said.
  bool serve(std::string_view bytes) {
    may_cancel_ = holds_cancellation(behind_first_line(bytes));
    reader_.feed(
        bytes,
        [this](std::string_view line, std::string_view rest) {
          rest_ = rest;
          rest_is_ahead_ = false;
          handle_line(line);
          return !rest_is_ahead_;
        },
        [this] {
          const std::string why = "A line may have " + std::to_string(line_limit_) + " bytes at most";
          send({Server::unreadable(code::kInvalidRequest, why), nullptr, nullptr});
        });
    const bool settled = settle();
    session_.work_fault.reset();
    return settled;
  }

  void handle_line(std::string_view line) {
    if (stopped_ || line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    if (work_ != nullptr && !begun_ && !session_.work_fault) begin();
    server_.handle(line, session_, *this);
  }

  // Makes the work so far durable and says its answers.
  bool settle() {
    if (begun_) commit();
    return write_answers();
  }

  // All answers in one write, from where they lie.
  bool write_answers() {
    lines_.clear();
    for (Outgoing& answer : answers_) {
      answer.text += '\n';
      lines_.push_back({answer.text.data(), answer.text.size()});
    }
    broken_ = broken_ || !write_all(pipes_.out, lines_);
    for (Outgoing& answer : answers_) keep_spare(std::move(answer.text));
    answers_.clear();
    return !broken_;
  }

  void keep_spare(std::string text) {
    if (spare_texts_.size() >= kMostSpare || text.capacity() > kLargestSpare) return;
    text.clear();
    spare_texts_.push_back(std::move(text));
  }

  // Begins with the first line of a read: a part of a line is no work yet.
  void begin() {
    // Where work cannot begin, the read's tool calls are answered with the reason.
    session_.work_fault = begin_work(*work_);
    begun_ = !session_.work_fault;
  }

  void commit() {
    begun_ = false;
    const std::optional<Fault> lost = commit_work(*work_);
    if (!lost) return;
    std::erase_if(answers_, [](const Outgoing& answer) { return answer.tells_change; });
    for (Outgoing& answer : answers_) answer.text = server_.fault_answer(answer, *lost);
  }

  // What the next read delivers; empty where nothing came.
  std::string_view read_some(Wait wait) {
    const bool reads = wait == Wait::for_input || is_readable(pipes_.in, 0);
    const ssize_t got = reads ? read(pipes_.in, buffer_.get(), kReadSize) : 0;
    stopped_ = stopped_ || (pipes_.told_to_end != nullptr && *pipes_.told_to_end);
    if (stopped_ || !reads) return {};
    if (got < 0 && errno == EINTR) return {};
    if (got < 0 && errno == EAGAIN) {
      // The client gave an input that does not wait.
      if (wait == Wait::for_input) is_readable(pipes_.in, -1);
      return {};
    }
    ended_ = got <= 0;
    return {buffer_.get(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  // Adds what arrives to what waits to be handled.
  void read_ahead(Wait wait) {
    if (ended_ || stopped_ || is_ahead_full()) return;
    if (!rest_is_ahead_) {
      ahead_.assign(rest_);
      rest_is_ahead_ = true;
    }
    const std::string_view bytes = read_some(wait);
    if (bytes.empty()) return;
    const std::size_t from = ahead_.size() - std::min(ahead_.size(), Server::kCancelled.size());
    ahead_ += bytes;
    may_cancel_ = may_cancel_ || holds_cancellation(std::string_view(ahead_).substr(from));
  }

  // The client goes on writing without reading: it waits until we have caught up.
  bool is_ahead_full() const { return rest_is_ahead_ && ahead_.size() > line_limit_ + kReadSize; }

  // Whether `wanted` holds for one of the complete lines that wait to be handled.
  template <class Wanted>
  bool find_ahead(const Wanted& wanted) const {
    std::string_view bytes = rest_is_ahead_ ? std::string_view(ahead_) : rest_;
    for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
      if (wanted(bytes.substr(0, end))) return true;
    }
    return false;
  }

  const Server& server_;
  Session& session_;
  WorkBatch* work_;
  const StdioPipes& pipes_;
  LineReader reader_;
  std::size_t line_limit_;
  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(kReadSize);  // touched as far as it is used
  std::vector<Outgoing> answers_;
  std::vector<iovec> lines_;              // of the answers, while they are written
  std::vector<std::string> spare_texts_;  // taking memory for an answer costs more than most of what is done for it
  std::string_view rest_;                 // of the bytes in hand, after the line under way
  std::string ahead_;                     // in place of rest_ once something was read ahead
  bool rest_is_ahead_ = false;
  bool may_cancel_ = false;  // a cancellation may be among the bytes in hand
  bool begun_ = false;       // work of this read is under way
  bool ended_ = false;       // there is no more input
  bool stopped_ = false;     // the process is to end
  bool broken_ = false;      // nobody reads the output
};

}  // namespace

bool serve_stdio(const Server& server, Session& session, WorkBatch* work, const StdioPipes& pipes,
                 std::size_t line_limit) {
  return Connection(server, session, work, pipes, line_limit).run();
}

}  // namespace pianola::mcp
