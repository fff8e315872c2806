// Plays tests/transcripts/tools_*.jsonl: the product's tools, resources and prompts on a real store, with a clock
// ticked by hand and ids from a seed. What is written is what 2025-11-25 answers; every other revision must say the
// same, but for the envelope. PIANOLA_UPDATE=1 rewrites the answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "mcp/server.h"
#include "tests/support/transcript.h"
#include "tests/tools/execution_fixture.h"

namespace pianola::tests {
namespace {

constexpr const char* kWritten = "2025-11-25";

// One line and what answers it.
struct Exchanged {
  std::string line;
  std::vector<std::string> answers;
};

// The product on a store that holds the workflow "triage" (a_mail_design).
class Product final : public mcp::Sink {
 public:
  explicit Product(const mcp::Revision& revision) : revision_(revision) {
    EXPECT_TRUE(library_.save(a_mail_design()));
    if (revision.era == mcp::Era::modern) {
      library_.clock.advance_micros(kMicrosPerSecond);  // the handshake that it does without
      return;
    }
    handle(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
           std::string(revision.name) + R"(","clientInfo":{"name":"test","version":"1.0"}}})");
  }

  void send(mcp::Outgoing message) override { answers_.push_back(std::move(message.text)); }
  void changed(const mcp::ChangeSet& changes) override { server_.tell(changes, session_, *this); }

  std::vector<std::string> handle(const std::string& line) {
    library_.clock.advance_micros(kMicrosPerSecond);
    answers_.clear();
    server_.handle(in_era(line), session_, *this);
    return std::move(answers_);
  }

 private:
  // Modern requests carry in _meta what `initialize` agreed.
  std::string in_era(const std::string& line) const {
    Result<Json> message = parse_json(line);
    if (revision_.era == mcp::Era::legacy || !message || !message->contains("id")) return line;
    Json& meta = (*message)["params"]["_meta"];
    meta["io.modelcontextprotocol/protocolVersion"] = revision_.name;
    meta["io.modelcontextprotocol/clientCapabilities"] = Json::object();
    meta["io.modelcontextprotocol/clientInfo"] = {{"name", "test"}, {"version", "1.0"}};
    return dump_compact(*message);
  }

  const mcp::Revision& revision_;
  ScratchLibrary library_;
  mcp::Features features_ = tools::all_features(library_.context, "test");
  mcp::Server server_{features_};
  mcp::Session session_;
  std::vector<std::string> answers_;
};

void erase_everywhere(Json& json, const std::vector<const char*>& members) {
  if (json.is_object()) {
    for (const char* member : members) json.erase(member);
  }
  if (!json.is_structured()) return;
  for (Json& each : json) erase_everywhere(each, members);
}

// An answer without what only some revisions have.
Json without_envelope(const std::string& answer, const mcp::Revision& revision) {
  Json json = Json::parse(answer);
  if (json.contains("error") && json["error"]["code"] == -32002) json["error"]["code"] = -32602;
  if (json.contains("result")) {
    for (const char* member : {"resultType", "ttlMs", "cacheScope"}) json["result"].erase(member);
    if (json["result"].contains("_meta")) json["result"]["_meta"].erase("io.modelcontextprotocol/serverInfo");
    if (json["result"].value("_meta", Json::object()).empty()) json["result"].erase("_meta");
  }
  if (!revision.titles) erase_everywhere(json, {"title", "_meta", "structuredContent"});
  if (!revision.annotations) erase_everywhere(json, {"annotations"});
  return json;
}

std::vector<Exchanged> play_written(const std::filesystem::path& file) {
  Product product(*mcp::find_revision(kWritten));
  std::vector<Exchanged> played;
  EXPECT_EQ(Transcript(file).run([&](const std::string& line) {
    played.push_back({line, product.handle(line)});
    return played.back().answers;
  }),
            "");
  return played;
}

// Notifications of changes go, in the modern era, to who listens for them alone: mcp_subscriptions_*.jsonl.
std::vector<std::string> responses(const std::vector<std::string>& messages) {
  std::vector<std::string> with_id;
  std::copy_if(messages.begin(), messages.end(), std::back_inserter(with_id),
               [](const std::string& message) { return Json::parse(message).contains("id"); });
  return with_id;
}

void play_again(const std::vector<Exchanged>& played, const mcp::Revision& revision) {
  Product product(revision);
  for (const Exchanged& written : played) {
    const std::vector<std::string> answers = responses(product.handle(written.line));
    const std::vector<std::string> expected = responses(written.answers);
    ASSERT_EQ(answers.size(), expected.size()) << revision.name << ": " << written.line;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      EXPECT_EQ(without_envelope(answers[i], revision), without_envelope(expected[i], revision))
          << revision.name << ": " << written.line;
    }
  }
}

}  // namespace

TEST(ToolTranscripts, AreAnsweredAsWrittenInEveryRevision) {
  const auto files = Transcript::in_folder(std::filesystem::path(PIANOLA_SOURCE_DIR) / "tests/transcripts", "tools_");
  EXPECT_GE(files.size(), 20U);
  for (const auto& file : files) {
    const std::vector<Exchanged> played = play_written(file);
    for (const mcp::Revision& revision : mcp::revisions()) {
      if (revision.name != kWritten) play_again(played, revision);
    }
  }
}

}  // namespace pianola::tests
