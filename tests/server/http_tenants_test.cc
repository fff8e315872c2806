// Workspaces on one server: whatever belongs to another is answered in the words for what never was, so that nobody
// learns from a refusal that it exists.
#include "tests/server/oauth.h"

namespace pianola::tests {
namespace {

// The answer with the id that it was asked for taken out.
std::string without(std::string text, const std::string& id) {
  for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at))
    text.replace(at, id.size(), "ID");
  return text;
}

class Tenants : public testing::Test {
 protected:
  Tenants() {
    scratch_.write("triage.json", triage_json());
    EXPECT_EQ(scratch_.run("workflow import triage.json").code, 0);
    owner_ = new_key(scratch_, "--role designer");
    stranger_ = new_key(scratch_, "--role admin --workspace elsewhere");
    server_ = std::make_unique<HttpProgram>(scratch_, std::vector<std::string>{"serve", "--http", "127.0.0.1:0"});
    execution_ = call(owner_, "execution_start", {{"name", "triage"}, {"input", {{"mail", "hello"}}}})
                     .json()["result"]["_meta"]["pianola/execution"]
                     .value("execution_id", "");
    report_ = call(owner_, "report_edge_case", {{"situation", "A mail in Latin."}, {"name", "triage"}})
                  .json()["result"]["structuredContent"]
                  .value("id", "");
    EXPECT_NE(execution_, "");
    EXPECT_NE(report_, "");
  }

  HttpAnswer answer(const std::string& key, const std::string& method, const Json& params) const {
    return ask(*server_, modern_post(modern_request(method, params), bearer(key)));
  }
  HttpAnswer call(const std::string& key, const std::string& tool, const Json& arguments) const {
    return answer(key, "tools/call", {{"name", tool}, {"arguments", arguments}});
  }
  // Asks a stranger's question, in which ID stands for an id, of the owner's and of one that never was.
  void expect_same(const std::string& method, const std::string& params, const std::string& owners,
                   const std::string& nobodys) const {
    const auto asked = [&](const std::string& key, const std::string& id) {
      std::string filled = params;
      filled.replace(filled.find("ID"), 2, id);
      const HttpAnswer said = answer(key, method, Json::parse(filled));
      return std::to_string(said.status) + " " + without(said.body, id);
    };
    const std::string unknown = asked(stranger_, nobodys);
    EXPECT_EQ(asked(stranger_, owners), unknown) << method << params;
    EXPECT_NE(asked(owner_, owners), unknown) << "it is there: " << method << params;
  }

  Scratch scratch_;
  std::string owner_;
  std::string stranger_;
  std::unique_ptr<HttpProgram> server_;
  std::string execution_;
  std::string report_;
};

std::string params_of(const std::string& tool, const std::string& arguments) {
  return R"({"name": ")" + tool + R"(", "arguments": )" + arguments + "}";
}

TEST_F(Tenants, AnExecutionOfAnothersIsNone) {
  const std::string nobodys = "01890a5d-ac96-774b-bcce-b302099a8057";
  for (const auto& [tool, arguments] : std::vector<std::pair<std::string, std::string>>{
           {"execution_step", R"({"execution_id": "ID"})"},
           {"execution_step", R"({"execution_id": "ID", "cursor": "g.0.10"})"},
           {"execution_step", R"({"execution_id": "ID", "step": "read", "output": {}})"},
           {"report_edge_case", R"({"execution_id": "ID", "situation": "A mail in Greek."})"},
           {"execution_finish", R"({"execution_id": "ID", "outcome": "failed"})"}}) {
    expect_same("tools/call", params_of(tool, arguments), execution_, nobodys);
  }
  expect_same("resources/read", R"({"uri": "execution://ID"})", execution_, nobodys);
}

TEST_F(Tenants, AWorkflowOfAnothersIsNone) {
  for (const auto& [tool, arguments] : std::vector<std::pair<std::string, std::string>>{
           {"workflow_get", R"({"name": "ID"})"},
           {"workflow_get", R"({"name": "ID", "version": "1.0.0"})"},
           {"workflow_review", R"({"name": "ID"})"},
           {"workflow_save", R"({"workflow": {"name": "ID", "title": "Mine"}, "base_version": "1.0.0"})"},
           {"execution_start", R"({"name": "ID", "input": {"mail": "hello"}})"},
           {"cost_summary", R"({"name": "ID"})"},
           {"report_edge_case", R"({"name": "ID", "situation": "A mail in Greek."})"}}) {
    expect_same("tools/call", params_of(tool, arguments), "triage", "nobody");
  }
  for (const char* uri : {"workflow://ID", "workflow://ID/1.0.0", "workflow://ID/edge-cases"}) {
    expect_same("resources/read", R"({"uri": ")" + std::string(uri) + "\"}", "triage", "nobody");
  }
}

TEST_F(Tenants, AnEdgeCaseOfAnothersIsNone) {
  // Its own shape, and nobody's.
  std::string nobodys = report_;
  nobodys.back() = nobodys.back() == '0' ? '1' : '0';
  expect_same("tools/call",
              params_of("edge_case_resolve", R"({"id": "ID", "resolution": "rejected", "reason": "No."})"), report_,
              nobodys);
}

// A cursor is a place in one's own list, whoever it was given to first.
TEST_F(Tenants, ACursorOfAnothersShowsOnesOwnListAlone) {
  for (const auto& [key, shown] : {std::pair{owner_, true}, std::pair{stranger_, false}}) {
    const std::string found = call(key, "workflow_find", {{"cursor", "a"}}).body;
    EXPECT_EQ(found.find("Mail triage") != found.npos, shown) << found;
    const std::string listed = answer(key, "resources/list", {{"cursor", "a"}}).body;
    EXPECT_EQ(listed.find("workflow://triage") != listed.npos, shown) << listed;
  }
}

TEST_F(Tenants, ASessionOfAnothersIsNone) {
  const std::string greeting =
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
      R"("clientInfo":{"name":"test","version":"1"}}})";
  const std::string session = ask(*server_, post_text(greeting, bearer(owner_))).field("mcp-session-id");
  ASSERT_NE(session, "");
  std::string nobodys = session;
  nobodys[nobodys.size() / 2] = nobodys[nobodys.size() / 2] == '0' ? '1' : '0';
  const auto in_session = [&](const std::string& key, const std::string& id, const std::string& verb) {
    Fields fields = bearer(key);
    fields.emplace_back("Mcp-Session-Id", id);
    std::string text = post_text(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", fields);
    if (verb != "POST") text = verb + text.substr(4, text.find("\r\n\r\n")) + "\n";
    const std::size_t length = text.find("Content-Length");
    if (verb != "POST") text.erase(length, text.find("\r\n", length) + 2 - length);
    const HttpAnswer said = ask(*server_, text);
    return std::to_string(said.status) + " " + said.body;
  };
  for (const char* verb : {"POST", "GET", "DELETE"}) {
    const std::string unknown = in_session(stranger_, nobodys, verb);
    EXPECT_EQ(unknown.substr(0, 3), "404") << verb;
    EXPECT_EQ(in_session(stranger_, session, verb), unknown) << verb;
  }
  EXPECT_EQ(in_session(owner_, session, "POST").substr(0, 3), "200") << "it is there";
}

}  // namespace
}  // namespace pianola::tests
