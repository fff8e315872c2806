// A server under test: sends lines to it and gives what it answers. Thread rule: for one test thread.
#pragma once

#include <string>
#include <vector>

#include "mcp/server.h"
#include "tests/conformance/fixture_features.h"

namespace pianola::tests {

class Lines final : public mcp::Sink {
 public:
  explicit Lines(mcp::Features features = fixture_features()) : features_(std::move(features)), server(features_) {}

  void send(mcp::Outgoing message) override { answers_.push_back(std::move(message)); }
  void changed(const mcp::ChangeSet& changes) override { server.tell(changes, session, *this); }

  std::vector<std::string> handle(const std::string& line) {
    answers_.clear();
    server.handle(line, session, *this);
    std::vector<std::string> lines;
    for (const mcp::Outgoing& answer : answers_) lines.push_back(answer.text);
    return lines;
  }
  // The one answer, parsed; null where there is not exactly one.
  Json ask(const std::string& line) {
    const auto lines = handle(line);
    return lines.size() == 1 ? Json::parse(lines.front()) : Json();
  }
  void initialize(const std::string& revision) {
    ask(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + revision + R"("}})");
  }
  const std::vector<mcp::Outgoing>& outgoing() const { return answers_; }

 private:
  mcp::Features features_;
  std::vector<mcp::Outgoing> answers_;

 public:
  mcp::Server server;
  mcp::Session session;
};

}  // namespace pianola::tests
