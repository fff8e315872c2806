#include "mcp/stdio.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace pianola::mcp {
namespace {

constexpr std::size_t kReadSize = 256 * 1024;

// Cuts what arrives into lines, however it is sliced. A line beyond the limit is skipped and said once.
class LineReader {
 public:
  explicit LineReader(std::size_t limit) : limit_(limit) {}

  // Calls line(text) for each complete line and too_long() for each that is beyond the limit.
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
      if (!skipping_) {
        if (pending_.empty()) {
          line(part);
        } else {
          pending_ += part;
          line(pending_);
        }
      }
      skipping_ = false;
      pending_.clear();
      bytes.remove_prefix(end + 1);
    }
  }

  // What came after the last line's end.
  const std::string& rest() const { return pending_; }

 private:
  std::size_t limit_;
  std::string pending_;
  bool skipping_ = false;
};

// Keeps answers until their work is durable.
class AnswerBuffer final : public Sink {
 public:
  void send(Outgoing message) override { messages_.push_back(std::move(message)); }
  std::vector<Outgoing>& messages() { return messages_; }

  // All of them as lines; empties the buffer.
  std::string take_lines() {
    std::size_t size = 0;
    for (const Outgoing& message : messages_) size += message.text.size() + 1;
    std::string lines;
    lines.reserve(size);
    for (const Outgoing& message : messages_) {
      lines += message.text;
      lines += '\n';
    }
    messages_.clear();
    return lines;
  }

 private:
  std::vector<Outgoing> messages_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{fd, POLLOUT, 0};
      poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

enum class Wait { readable, stopped };

Wait wait_for_input(const StdioPipes& pipes) {
  std::array<pollfd, 2> waiting = {{{pipes.in, POLLIN, 0}, {pipes.stop, POLLIN, 0}}};
  while (true) {
    const int ready = poll(waiting.data(), pipes.stop < 0 ? 1 : 2, -1);
    if (ready < 0 && errno == EINTR) continue;
    if (pipes.stop >= 0 && waiting[1].revents != 0) return Wait::stopped;
    return Wait::readable;
  }
}

class Connection {
 public:
  Connection(Server& server, Session& session, WorkBatch* work, const StdioPipes& pipes, std::size_t line_limit)
      : server_(server), session_(session), work_(work), pipes_(pipes), reader_(line_limit), line_limit_(line_limit) {}

  bool run() {
    std::vector<char> buffer(kReadSize);
    while (wait_for_input(pipes_) == Wait::readable) {
      const ssize_t got = read(pipes_.in, buffer.data(), buffer.size());
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got <= 0) {
        if (!reader_.rest().empty() && !serve("\n")) return false;
        break;
      }
      if (!serve(std::string_view(buffer.data(), static_cast<std::size_t>(got)))) return false;
    }
    server_.close(session_, answers_);
    return write_all(pipes_.out, answers_.take_lines());
  }

 private:
  // Handles what one read delivered: durable first, then said.
  bool serve(std::string_view bytes) {
    reader_.feed(
        bytes, [this](std::string_view line) { handle_line(line); },
        [this] {
          const std::string why = "A line may have " + std::to_string(line_limit_) + " bytes at most";
          answers_.send({Server::unreadable(code::kInvalidRequest, why), nullptr, nullptr});
        });
    if (begun_) commit();
    session_.work_fault.reset();
    return write_all(pipes_.out, answers_.take_lines());
  }

  void handle_line(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    if (work_ != nullptr && !begun_ && !session_.work_fault) begin();
    server_.handle(line, session_, answers_);
  }

  // Begins with the first line of a read: a part of a line is no work yet.
  void begin() {
    // Where work cannot begin, the read's tool calls are answered with the reason.
    try {
      work_->begin();
      begun_ = true;
    } catch (const Fault& fault) {
      session_.work_fault = fault;
    }
  }

  void commit() {
    begun_ = false;
    // The one place that learns whether the batch was kept: what was answered in its name is taken back otherwise.
    try {
      work_->commit();
    } catch (const Fault& fault) {
      for (Outgoing& answer : answers_.messages()) {
        answer.text = server_.fault_answer(answer, fault);
      }
    }
  }

  Server& server_;
  Session& session_;
  WorkBatch* work_;
  const StdioPipes& pipes_;
  LineReader reader_;
  std::size_t line_limit_;
  AnswerBuffer answers_;
  bool begun_ = false;  // work of this read is under way
};

}  // namespace

bool serve_stdio(Server& server, Session& session, WorkBatch* work, const StdioPipes& pipes, std::size_t line_limit) {
  return Connection(server, session, work, pipes, line_limit).run();
}

}  // namespace pianola::mcp
