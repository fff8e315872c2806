// Streams over HTTP whose callers may not ask any more, as a feed finds it.
#include <gtest/gtest.h>

#include "tests/mcp/http_client.h"

namespace pianola::tests {
namespace {

// Whose keys are revoked.
class Revoked {
 public:
  void add(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    keys_.insert(key);
  }
  bool has(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    return keys_.contains(key);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> keys_;
};

class RevokedFeed final : public mcp::ChangeFeed {
 public:
  explicit RevokedFeed(Revoked& revoked) : revoked_(revoked) {}
  std::vector<mcp::WorkspaceChanges> look(const mcp::Watched&) override { return {}; }
  mcp::Callers dismissed(const mcp::Callers& callers) override {
    mcp::Callers gone;
    for (const mcp::Caller& caller : callers) {
      if (revoked_.has(caller.key)) gone.insert(caller);
    }
    return gone;
  }

 private:
  Revoked& revoked_;
};

class HttpDismissal : public testing::Test {
 protected:
  static std::string listen_as(const std::string& key) {
    return modern_post(modern_request("subscriptions/listen", {{"notifications", {{"toolsListChanged", true}}}}),
                       bearer(key));
  }
  mcp::HttpSettings settings() {
    mcp::HttpSettings settings;
    settings.make_feed = [this] { return std::make_unique<RevokedFeed>(revoked_); };
    return settings;
  }

  Revoked revoked_;
  HttpServerUnderTest server_{{}, nullptr, nullptr, settings()};
};

TEST_F(HttpDismissal, ASubscriptionIsAnsweredAndOthersStay) {
  HttpClient anna(server_);
  anna.send(listen_as("anna"));
  anna.take_head();
  anna.take_message();
  HttpClient bert(server_);
  bert.send(listen_as("bert"));
  bert.take_head();
  bert.take_message();
  revoked_.add("anna");
  EXPECT_TRUE(anna.take_message().contains("result")) << "its end in order";
  EXPECT_EQ(anna.take_event(), "");
  server_.begin_stop();
  EXPECT_TRUE(bert.take_message().contains("result")) << "until the server ends";
}

TEST_F(HttpDismissal, AStreamOfASessionEndsAndIsNotKept) {
  HttpLegacySession session(server_, "2025-11-25", bearer("anna"));
  HttpClient listener(server_);
  listener.send(session.bare("GET"));
  listener.take_head();
  const std::string primer = listener.take_event();
  revoked_.add("anna");
  EXPECT_EQ(listener.take_event(), "");
}

TEST_F(HttpDismissal, WhatIsUnderWayOnAStreamIsCancelled) {
  HttpClient anna(server_);
  anna.send(
      modern_post(modern_request("tools/call", {{"name", "test_until_cancelled"}, {"_meta", {{"progressToken", 1}}}}),
                  bearer("anna")));
  anna.take_head();
  anna.take_message();
  revoked_.add("anna");
  Json last;
  for (Json message = anna.take_message(); !message.is_null(); message = anna.take_message()) last = message;
  EXPECT_EQ(last.value("method", ""), "notifications/progress") << "no answer comes";
}

}  // namespace
}  // namespace pianola::tests
