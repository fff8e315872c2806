// Who may use what, over both transports: each tool, resource, prompt, method and page, as the server itself lists
// them, against one table. A new one fails here until the table says whom it is for.
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <sstream>

#include "base/hmac.h"
#include "mcp/server.h"
#include "server/program.h"
#include "tests/server/oauth.h"
#include "workflow/access.h"

namespace pianola::tests {
namespace {

using Names = std::set<std::string>;
using testing::HasSubstr;

// e: executor, r: reviewer, d: designer, a: admin.
using Table = std::map<std::string, std::string>;
const std::map<char, std::string> kRoles = {{'e', "executor"}, {'r', "reviewer"}, {'d', "designer"}, {'a', "admin"}};

const Table kTools = {{"workflow_find", "erda"}, {"workflow_get", "erda"},    {"execution_start", "eda"},
                      {"execution_step", "eda"}, {"execution_finish", "eda"}, {"report_edge_case", "eda"},
                      {"workflow_save", "da"},   {"workflow_review", "rda"},  {"edge_case_resolve", "da"},
                      {"cost_summary", "rda"}};
const Table kPrompts = {
    {"execute_workflow", "eda"}, {"design_workflow", "da"}, {"review_edge_cases", "da"}, {"improve_workflow", "da"}};
const Table kResources = {{"workflow://triage", "erda"}, {"pianola://prices", "rda"}, {"pianola://savings", "rda"}};
const Table kTemplates = {{"workflow://{name}", "erda"},
                          {"workflow://{name}/{version}", "erda"},
                          {"workflow://{name}/edge-cases", "rda"},
                          {"execution://{id}", "erda"}};
const Table kPages = {{"/metrics", "a"}};
const Names kOpenPages = {"/healthz", "/readyz", "/.well-known/oauth-protected-resource",
                          "/.well-known/oauth-protected-resource/mcp"};

Names keys_of(const Table& table) {
  Names names;
  for (const auto& [name, roles] : table) names.insert(name);
  return names;
}

// What a role may use of a table.
Names allowed(const Table& table, char role) {
  Names names;
  for (const auto& [name, roles] : table) {
    if (roles.find(role) != std::string::npos) names.insert(name);
  }
  return names;
}

Names member_of_each(const Json& list, const char* member) {
  Names names;
  for (const Json& each : list) names.insert(each.at(member).get<std::string>());
  return names;
}

// A server with one workflow, an execution of a designer's and one of an executor's, a report, and keys of all kinds.
class AccessMatrix : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    signer_ = std::make_unique<Signer>("EC");
    scratch_->write("triage.json", triage_json());
    scratch_->write("jwks.json", jwks_of(*signer_));
    EXPECT_EQ(scratch_->run("workflow import triage.json").code, 0);
    for (const auto& [letter, role] : kRoles) keys_[letter] = new_key(*scratch_, "--role " + role);
    elsewhere_ = new_key(*scratch_, "--role admin --workspace elsewhere");
    bad_keys_ = {{"of nobody", "pia_00000000_" + std::string(64, '0')},
                 {"revoked", new_key(*scratch_, "--role admin")},
                 {"expired", expired_key()},
                 {"cut", keys_['a'].substr(0, 40)}};
    EXPECT_EQ(scratch_->run("key revoke " + bad_keys_["revoked"].substr(0, 12)).code, 0);
    server_ = std::make_unique<HttpProgram>(
        *scratch_, std::vector<std::string>{"serve", "--http", "127.0.0.1:0", "--oauth-issuer", kIssuer,
                                            "--oauth-audience", kResource, "--oauth-jwks", *scratch_ / "jwks.json"});
    execution_ = started('d');
    executors_execution_ = started('e');
    const Json told = {{"situation", "A mail in Latin."}, {"name", "triage"}};
    report_ = call("report_edge_case", told, keys_['d'])["result"]["structuredContent"].value("id", "");
  }
  static void TearDownTestSuite() {
    server_.reset();
    scratch_.reset();
    signer_.reset();
  }

  // A key as one made a year ago is now.
  static std::string expired_key() {
    std::ostringstream out;
    server::Program program(out, out);
    program.store_path = scratch_->store();
    ManualClock clock(Timestamp::from_micros(program.clock().now().micros() - 365 * kMicrosPerDay));
    workflow::Environment past{program.environment().store, clock, program.ids(), {}};
    return workflow::create_key(past, program.actor().value(), {workflow::AccessRole::admin, "old", kMicrosPerDay})
        .text;
  }
  static std::string started(char role) {
    const Json meta = call("execution_start", {{"name", "triage"}, {"input", {{"mail", "hello"}}}}, keys_[role]);
    return meta["result"]["_meta"]["pianola/execution"].value("execution_id", "");
  }

  static HttpAnswer post(const Json& message, const std::string& credential) {
    return ask(*server_, modern_post(message, credential.empty() ? Fields() : bearer(credential)));
  }
  static Json answer(const std::string& method, const Json& params, const std::string& credential) {
    return post(modern_request(method, params), credential).json();
  }
  static Json call(const std::string& tool, const Json& arguments, const std::string& credential) {
    return answer("tools/call", {{"name", tool}, {"arguments", arguments}}, credential);
  }
  static Names listed(const std::string& method, const char* list, const char* member, const std::string& credential) {
    return member_of_each(answer(method, Json::object(), credential)["result"][list], member);
  }
  // An example of each template.
  static std::string example_of(const std::string& uri_template) {
    if (uri_template == "workflow://{name}") return "workflow://triage";
    if (uri_template == "workflow://{name}/{version}") return "workflow://triage/1.0.0";
    if (uri_template == "workflow://{name}/edge-cases") return "workflow://triage/edge-cases";
    if (uri_template == "execution://{id}") return "execution://" + executors_execution_;
    ADD_FAILURE() << "no example of " << uri_template;
    return "";
  }
  static bool is_read(const std::string& uri, const std::string& credential) {
    return answer("resources/read", {{"uri", uri}}, credential).contains("result");
  }

  static inline std::unique_ptr<Scratch> scratch_;
  static inline std::unique_ptr<Signer> signer_;
  static inline std::unique_ptr<HttpProgram> server_;
  static inline std::map<char, std::string> keys_;
  static inline std::string elsewhere_;
  static inline std::map<std::string, std::string> bad_keys_;
  static inline std::string execution_;  // the designer's
  static inline std::string executors_execution_;
  static inline std::string report_;
};

TEST_F(AccessMatrix, ToolsAreListedForAndTakenFromTheirRolesAlone) {
  EXPECT_EQ(listed("tools/list", "tools", "name", keys_['a']), keys_of(kTools)) << "a new tool belongs into the table";
  for (const auto& [role, key] : keys_) {
    const Names may = allowed(kTools, role);
    EXPECT_EQ(listed("tools/list", "tools", "name", key), may) << role;
    for (const auto& [tool, roles] : kTools) {
      const Json said = call(tool, Json::object(), key);
      EXPECT_EQ(said.contains("result"), may.contains(tool)) << role << " " << tool << said;
      EXPECT_TRUE(may.contains(tool) || said["error"]["code"] == -32602) << said;
    }
  }
}

TEST_F(AccessMatrix, PromptsAreListedForAndGivenToTheirRolesAlone) {
  EXPECT_EQ(listed("prompts/list", "prompts", "name", keys_['a']), keys_of(kPrompts));
  for (const auto& [role, key] : keys_) {
    const Names may = allowed(kPrompts, role);
    EXPECT_EQ(listed("prompts/list", "prompts", "name", key), may) << role;
    for (const auto& [prompt, roles] : kPrompts) {
      EXPECT_EQ(answer("prompts/get", {{"name", prompt}}, key).contains("result"), may.contains(prompt))
          << role << prompt;
      const Json completed = {{"ref", {{"type", "ref/prompt"}, {"name", prompt}}},
                              {"argument", {{"name", "name"}, {"value", ""}}}};
      EXPECT_EQ(answer("completion/complete", completed, key).contains("result"), may.contains(prompt))
          << role << prompt;
    }
  }
}

TEST_F(AccessMatrix, ResourcesAreListedForAndShownToTheirRolesAlone) {
  EXPECT_EQ(listed("resources/list", "resources", "uri", keys_['a']), keys_of(kResources));
  for (const auto& [role, key] : keys_) {
    const Names may = allowed(kResources, role);
    EXPECT_EQ(listed("resources/list", "resources", "uri", key), may) << role;
    for (const auto& [uri, roles] : kResources) EXPECT_EQ(is_read(uri, key), may.contains(uri)) << role << uri;
  }
}

TEST_F(AccessMatrix, TemplatesAreListedForAndFilledInForTheirRolesAlone) {
  const auto templates = [](const std::string& key) {
    return listed("resources/templates/list", "resourceTemplates", "uriTemplate", key);
  };
  EXPECT_EQ(templates(keys_['a']), keys_of(kTemplates));
  for (const auto& [role, key] : keys_) {
    const Names may = allowed(kTemplates, role);
    EXPECT_EQ(templates(key), may) << role;
    for (const auto& [uri_template, roles] : kTemplates) {
      EXPECT_EQ(is_read(example_of(uri_template), key), may.contains(uri_template)) << role << uri_template;
      const Json completed = {{"ref", {{"type", "ref/resource"}, {"uri", uri_template}}},
                              {"argument", {{"name", "name"}, {"value", ""}}}};
      EXPECT_EQ(answer("completion/complete", completed, key).contains("result"), may.contains(uri_template))
          << role << uri_template;
    }
    EXPECT_EQ(is_read("execution://" + execution_, key), role != 'e') << "an executor sees its own alone: " << role;
  }
}

TEST_F(AccessMatrix, PagesAreShownToTheirRolesAlone) {
  const auto status = [](const std::string& page, const std::string& key = {}) {
    return ask(*server_, get_text(page, key)).status;
  };
  for (const std::string& page : kOpenPages) {
    EXPECT_EQ(status(page), 200) << page;
    for (const auto& [kind, key] : bad_keys_) EXPECT_EQ(status(page, key), 200) << page << kind;
  }
  for (const auto& [page, roles] : kPages) {
    EXPECT_EQ(status(page), 401) << page;
    for (const auto& [kind, key] : bad_keys_) EXPECT_EQ(status(page, key), 401) << page << kind;
    for (const auto& [role, key] : keys_) {
      const HttpAnswer shown = ask(*server_, get_text(page, key));
      const bool may = roles.find(role) != std::string::npos;
      EXPECT_EQ(shown.status, may ? 200 : 403) << page << role;
      if (!may) {
        EXPECT_THAT(shown.field("www-authenticate"),
                    HasSubstr("error=\"insufficient_scope\", scope=\"pianola:admin\""));
      }
    }
  }
}

// Before a message is even read: what a caller without a key in force asks makes no difference.
TEST_F(AccessMatrix, NoMethodIsAnsweredWithoutAKeyInForce) {
  bad_keys_[""] = "";
  for (const auto& [kind, key] : bad_keys_) {
    for (const std::string_view method : mcp::Server::methods()) {
      const HttpAnswer modern = post(modern_request(std::string(method)), key);
      EXPECT_EQ(modern.status, 401) << method << kind;
      EXPECT_THAT(modern.field("www-authenticate"), HasSubstr("Bearer resource_metadata=\"https://mcp.example.com/"));
      const Json legacy = {{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", Json::object()}};
      EXPECT_EQ(ask(*server_, post_text(legacy.dump(), key.empty() ? Fields() : bearer(key))).status, 401);
    }
    for (const std::string verb : {"GET", "DELETE"}) {
      std::string text = get_text("/mcp", key);
      text.replace(0, 3, verb);
      text.insert(text.size() - 2, "Accept: text/event-stream\r\n");
      EXPECT_EQ(ask(*server_, text).status, 401) << verb << kind;
    }
  }
  bad_keys_.erase("");
}

TEST_F(AccessMatrix, AScopeGivesWhatTheRoleHas) {
  const auto tools = [](const std::string& scope) {
    return listed("tools/list", "tools", "name", access_token(*signer_, {{"scope", scope}}));
  };
  EXPECT_EQ(tools("pianola:execute"), allowed(kTools, 'e'));
  EXPECT_EQ(tools("pianola:review"), allowed(kTools, 'r'));
  EXPECT_EQ(tools("pianola:design"), allowed(kTools, 'd'));
  EXPECT_EQ(tools("pianola:admin"), allowed(kTools, 'a'));
  Names both = allowed(kTools, 'e');
  both.merge(allowed(kTools, 'r'));
  EXPECT_EQ(tools("pianola:review pianola:execute"), both) << "scopes add up";
}

// A client that can get another token is told which one; a key has the role that it has.
TEST_F(AccessMatrix, ATokenThatLacksAScopeIsToldWhichOne) {
  const auto told = [](const std::string& scope, const std::string& method, const std::string& name) {
    const HttpAnswer refused =
        post(modern_request(method, {{"name", name}}), access_token(*signer_, {{"scope", scope}}));
    EXPECT_EQ(refused.status, 403) << name;
    return refused.field("www-authenticate");
  };
  EXPECT_EQ(told("pianola:execute", "tools/call", "workflow_save"),
            "Bearer resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\", "
            "error=\"insufficient_scope\", scope=\"pianola:design\"");
  EXPECT_THAT(told("pianola:execute", "tools/call", "cost_summary"), HasSubstr("scope=\"pianola:review\""));
  EXPECT_THAT(told("pianola:review", "prompts/get", "execute_workflow"), HasSubstr("scope=\"pianola:execute\""));
  const Json nosuch = answer("tools/call", {{"name", "nosuch"}}, access_token(*signer_));
  EXPECT_EQ(nosuch["error"]["code"], -32602) << nosuch;
}

TEST_F(AccessMatrix, StdioGoesByTheSameTable) {
  for (const auto& [letter, role] : kRoles) {
    std::string lines = kInitializeLine;
    int id = 0;
    for (const char* method : {"tools/list", "prompts/list", "resources/list", "resources/templates/list"}) {
      lines += Json{{"jsonrpc", "2.0"}, {"id", ++id}, {"method", method}}.dump() + "\n";
    }
    for (const auto& [tool, roles] : kTools) lines += tool_call(++id, tool, Json::object());
    std::istringstream said(scratch_->run("serve --role " + role, lines).out);
    std::map<int, Json> answers;
    for (std::string line; std::getline(said, line);) {
      const Json each = Json::parse(line);
      answers[each.value("id", -1)] = each;
    }
    EXPECT_EQ(member_of_each(answers[1]["result"]["tools"], "name"), allowed(kTools, letter));
    EXPECT_EQ(member_of_each(answers[2]["result"]["prompts"], "name"), allowed(kPrompts, letter));
    EXPECT_EQ(member_of_each(answers[3]["result"]["resources"], "uri"), allowed(kResources, letter));
    EXPECT_EQ(member_of_each(answers[4]["result"]["resourceTemplates"], "uriTemplate"), allowed(kTemplates, letter));
    int at = 4;
    for (const auto& [tool, roles] : kTools) {
      EXPECT_EQ(answers[++at].contains("result"), roles.find(letter) != std::string::npos) << role << " " << tool;
    }
  }
}

// Ids of a workspace are answered in another as if nobody had ever given them out: word for word.
TEST_F(AccessMatrix, IdsOfAnotherWorkspaceAreUnknown) {
  const std::string nobodys = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  const auto said = [&](const std::string& method, const Json& params, const std::string& id) {
    std::string text = answer(method, params, elsewhere_).dump();
    for (std::size_t at = text.find(id); at != text.npos; at = text.find(id)) text.replace(at, id.size(), "ID");
    return text;
  };
  // `make` gives the request for an id.
  const auto is_unknown = [&](const std::string& method, const std::string& id, const std::string& other, auto make) {
    const std::string real = said(method, make(id), id);
    EXPECT_EQ(real, said(method, make(other), other));
    EXPECT_TRUE(real.find("\"isError\":true") != real.npos || real.find("\"error\":") != real.npos) << real;
  };
  const auto tool = [](const std::string& name, const Json& arguments) {
    return Json{{"name", name}, {"arguments", arguments}};
  };
  for (const std::string name : {"execution_step", "execution_finish", "report_edge_case"}) {
    is_unknown("tools/call", execution_, nobodys, [&](const std::string& id) {
      Json arguments = {{"execution_id", id}};
      if (name == "execution_finish") arguments["outcome"] = "failed";
      if (name == "report_edge_case") arguments["situation"] = "A mail in Latin.";
      return tool(name, arguments);
    });
  }
  is_unknown("tools/call", report_, nobodys, [&](const std::string& id) {
    return tool("edge_case_resolve", {{"id", id}, {"resolution", "accepted"}});
  });
  for (const std::string name : {"workflow_get", "workflow_review", "execution_start", "cost_summary"}) {
    is_unknown("tools/call", "triage", "nosuch", [&](const std::string& id) { return tool(name, {{"name", id}}); });
  }
  for (const std::string& uri : {"execution://" + execution_, std::string("workflow://triage"),
                                 std::string("workflow://triage/1.0.0"), std::string("workflow://triage/edge-cases")}) {
    EXPECT_FALSE(is_read(uri, elsewhere_)) << uri;
  }
}

TEST_F(AccessMatrix, NothingOfAnotherWorkspaceIsListedOrCompleted) {
  EXPECT_EQ(listed("resources/list", "resources", "uri", elsewhere_), (Names{"pianola://prices", "pianola://savings"}));
  for (const Json& arguments : {Json::object(), Json{{"task", "sort a customer's mail"}}, Json{{"cursor", "a"}}}) {
    EXPECT_EQ(call("workflow_find", arguments, elsewhere_).dump().find("triage"), std::string::npos) << arguments;
  }
  for (const char* argument : {"name", "version", "id"}) {
    const Json asked = {{"ref", {{"type", "ref/resource"}, {"uri", "workflow://{name}/{version}"}}},
                        {"argument", {{"name", argument}, {"value", ""}}},
                        {"context", {{"arguments", {{"name", "triage"}}}}}};
    EXPECT_EQ(answer("completion/complete", asked, elsewhere_)["result"]["completion"]["total"], 0) << argument;
  }
  EXPECT_EQ(call("workflow_review", Json::object(), elsewhere_).dump().find("triage"), std::string::npos);
  EXPECT_EQ(call("cost_summary", Json::object(), elsewhere_).dump().find("triage"), std::string::npos);
}

// A session is its key's: whoever comes by its id can do nothing with it, with a better key neither.
TEST_F(AccessMatrix, SessionsOfOthersAreUnknown) {
  const auto in_session = [](const std::string& id, const std::string& credential, const std::string& verb = "POST") {
    Fields fields = credential.empty() ? Fields() : bearer(credential);
    fields.emplace_back("Mcp-Session-Id", id);
    fields.emplace_back("MCP-Protocol-Version", "2025-11-25");
    std::string text = post_text(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", fields);
    return ask(*server_, text.replace(0, 4, verb)).status;
  };
  const HttpAnswer opened =
      ask(*server_, post_text(kInitializeLine.substr(0, kInitializeLine.size() - 1), bearer(keys_['e'])));
  const std::string id = opened.field("mcp-session-id");
  EXPECT_EQ(in_session(id, keys_['e']), 200);
  EXPECT_EQ(in_session(id, ""), 401);
  for (const std::string& thief : {keys_['d'], keys_['a'], elsewhere_, access_token(*signer_)}) {
    EXPECT_EQ(in_session(id, thief), 404);
    EXPECT_EQ(in_session(id, thief, "DELETE"), 404);
  }
  EXPECT_EQ(in_session(id, keys_['e']), 200) << "nobody has ended it";
  std::string changed = id;
  changed[10] = changed[10] == '0' ? '1' : '0';
  EXPECT_EQ(in_session(changed, keys_['e']), 404);
  EXPECT_EQ(in_session(id, keys_['e'], "DELETE"), 204);
  EXPECT_EQ(in_session(id, keys_['e']), 404) << "ended";
}

}  // namespace
}  // namespace pianola::tests
