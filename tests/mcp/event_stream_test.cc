#include "mcp/event_stream.h"

#include <gtest/gtest.h>

namespace pianola::mcp {
namespace {

constexpr std::size_t kPlenty = 1'000'000;

// What a client has got.
class Client final : public HttpReply {
 public:
  void respond(HttpResponse) override {}
  void begin_stream(HttpResponse) override {}
  void write(std::string_view text) override { got += text; }
  void end_stream() override { is_ended = true; }
  void on_gone(std::function<void()>) override {}
  void note(std::string, std::string) override {}

  bool has(const std::string& text) const { return got.find("data: " + text + "\n") != got.npos; }

  std::string got;
  bool is_ended = false;
};

// What a client gets that comes back to the stream after that event.
Client come_back(EventStream& stream, std::uint64_t after) {
  const auto client = std::make_shared<Client>();
  stream.connect(client, nullptr, after);
  stream.disconnect();
  return *client;
}

TEST(EventStream, GivesWhatCameAfterTheLastEventSeen) {
  KeptEvents kept(kPlenty);
  EventStream stream("s", true, kept);
  for (const char* message : {"one", "two", "three"}) stream.send(message);
  const Client client = come_back(stream, 1);
  EXPECT_FALSE(client.has("one"));
  EXPECT_TRUE(client.has("two"));
  EXPECT_TRUE(client.has("three"));
}

TEST(EventStream, KeepsAQuarterOfAMegabyteItself) {
  KeptEvents kept(std::size_t{1} << 30);
  EventStream stream("s", false, kept);
  for (int i = 0; i < 1000; ++i) stream.send(std::string(1000, 'a'));
  EXPECT_LT(kept.bytes(), 300'000U);
}

// Connected or not: a thousand streams are a thousand times as much.
TEST(EventStream, OfAllThatIsKeptTheOldestIsForgotten) {
  KeptEvents kept(10'000);
  EventStream quiet("q", false, kept);
  const auto client = std::make_shared<Client>();
  quiet.connect(client);
  quiet.send("first");
  EventStream busy("b", false, kept);
  for (int i = 0; i < 50; ++i) {
    busy.send("number " + std::to_string(i));
    EXPECT_LE(kept.bytes(), 10'000U);
  }
  EXPECT_TRUE(come_back(quiet, 0).has("first")) << "there is room";
  for (int i = 0; i < 100; ++i) busy.send(std::string(1000, 'a'));
  EXPECT_LE(kept.bytes(), 10'000U);
  EXPECT_FALSE(come_back(quiet, 0).has("first"));
  busy.send("last");
  EXPECT_TRUE(come_back(busy, 0).has("last"));
}

TEST(EventStream, WhatAStreamKeptGoesWithIt) {
  KeptEvents kept(kPlenty);
  {
    EventStream stream("s", false, kept);
    stream.send("message");
    EXPECT_GT(kept.bytes(), 0U);
  }
  EXPECT_EQ(kept.bytes(), 0U);
}

TEST(EventStream, HoldsItsPlaceWhileItIsConnected) {
  std::size_t taken = 1;
  KeptEvents kept(kPlenty);
  EventStream stream("s", false, kept);
  stream.connect(std::make_shared<Client>(), StreamPlace(&taken));
  EXPECT_EQ(taken, 1U);
  ++taken;
  stream.connect(std::make_shared<Client>(), StreamPlace(&taken));
  EXPECT_EQ(taken, 1U) << "the new connection's";
  stream.end();
  EXPECT_EQ(taken, 0U);
}

}  // namespace
}  // namespace pianola::mcp
