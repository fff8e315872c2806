// The protocol: takes one message, answers it in the revision it came in. Knows JSON-RPC and MCP, both eras; knows no
// workflow and no transport.
// Thread rule: one Server and its Session serve one connection on one thread; several Servers may share the Features.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fault.h"
#include "mcp/caller.h"
#include "mcp/message.h"
#include "mcp/prompt.h"
#include "mcp/request_log.h"
#include "mcp/resource.h"
#include "mcp/sink.h"
#include "mcp/skill.h"
#include "mcp/tool.h"

namespace pianola::mcp {

// What a product offers; lists are in the order given.
struct Features {
  std::string name;  // serverInfo
  std::string title;
  std::string version;
  // What a caller's model is told at the start; empty: nothing.
  std::function<std::string(const Caller&)> instructions;
  std::vector<Tool> tools;
  ResourceSource resources;
  std::vector<Prompt> prompts;
  SkillSource skills;                        // an extension: not offered unless it is set
  OrderedJson icons = OrderedJson::array();  // serverInfo
  Changes changing;                          // the lists that handlers may change while the server runs
  bool logging = false;                      // handlers log to the client
  const StateSeal* state_seal = nullptr;     // for requestState; it must outlive the features
  RequestLog request_log;                    // what is written down of every request
  // What to do, told a caller who lacks the rights that a tool or prompt needs: one sentence. Not set: nothing is told.
  std::function<std::string(const Caller&, Rights needed)> how_to_get_rights;
};

// Answers the messages of one connection.
class Server {
 public:
  static constexpr std::string_view kCancelled = "notifications/cancelled";  // MCP's method that cancels a request

  // The features must outlive the server.
  explicit Server(const Features& features) : features_(features) {}

  // Handles one line (a message, or a batch where the session's revision has them). Never throws for any input.
  void handle(std::string_view line, Session& session, Sink& sink) const;
  // The same for what a transport has parsed itself, and for a message that it has read.
  void handle_value(Json value, Session& session, Sink& sink) const;
  void handle_message(const Message& message, Session& session, Sink& sink) const;
  // What a message needs its caller to be allowed, where it calls a tool or gets a prompt that there is; else nothing.
  Rights needed_for(const Json& message) const;
  // The error that answers a text which could not be parsed: its code, by the refusal of parse_json.
  static int parse_error_code(const Refusal& refusal);
  // The id of the request that `line` cancels, where it is a notification of that; null otherwise.
  static Json cancelled_id(std::string_view line);
  // The response that `line` is to our request `question`; nothing where it is none.
  static std::optional<Json> response_to(std::string_view line, const std::string& question);
  // The answer to what could not even be read as a line of JSON.
  static std::string unreadable(int error_code, std::string_view why) { return write_error(nullptr, error_code, why); }
  // What takes the place of `answer` where the work done for it could not be made durable: tool calls are answered
  // with the fault, all else stays as it is.
  std::string fault_answer(const Outgoing& answer, const Fault& fault) const;
  // Tells the session of what it watches among the changes.
  void tell(const ChangeSet& changes, const Session& session, Sink& sink) const;
  // Every method that is answered in one revision or another.
  static std::vector<std::string_view> methods();
  // Answers the open subscriptions before the connection ends in order.
  void close(Session& session, Sink& sink) const;

 private:
  struct Call;  // one request under way
  // A method of MCP: appends the result's JSON text to the call's answer, or fails by throwing ProtocolError.
  using Method = void (Server::*)(Call&) const;
  struct MethodRow {
    std::string_view name;
    bool legacy;
    bool modern;
    Method method;
    bool of_skills = false;  // part of the extension
  };
  static std::span<const MethodRow> method_table();
  // The method of that name, where the revision has it and this server offers it; else null.
  const MethodRow* find_method(std::string_view name, const Revision& revision) const;

  void handle_request(const Message& message, Session& session, Sink& sink) const;
  void handle_notification(const Message& message, Session& session) const;
  void handle_batch(const Json& batch, Session& session, Sink& sink) const;
  const Revision& revision_of(const Message& message, const Json& meta, const Session& session) const;
  void answer(const Json& meta, Exchange& exchange) const;
  void tell_updated(const std::string& uri, const Session& session, Sink& sink) const;

  void initialize(Call& call) const;
  void discover(Call& call) const;
  void ping(Call& call) const;
  void set_log_level(Call& call) const;
  void list_tools(Call& call) const;
  void call_tool(Call& call) const;
  void list_resources(Call& call) const;
  void list_templates(Call& call) const;
  void read_resource(Call& call) const;
  // True where the resource can be read by this caller.
  bool has_resource(Call& call, const std::string& uri) const;
  // Those of the URIs that can be read.
  Json known_resources(Call& call, const Json& uris) const;
  void subscribe(Call& call) const;
  void unsubscribe(Call& call) const;
  void listen(Call& call) const;
  void list_skills(Call& call) const;
  void get_skill(Call& call) const;
  void read_folder(Call& call) const;
  void list_prompts(Call& call) const;
  void get_prompt(Call& call) const;
  void complete(Call& call) const;
  // Throws ProtocolError where the prompt or template that is completed is not there.
  void check_completed(const CompletionRequest& asked, const Caller& caller) const;

  OrderedJson capabilities(const Revision& revision) const;
  OrderedJson server_info(const Revision& revision) const;
  void add_instructions(OrderedJson& result, const Caller& caller) const;
  // The result that asks the client for what the handler needs.
  void ask_for_input(Call& call) const;
  // The members that every result of a modern revision has, added to it.
  std::string finish(OrderedJson result, const Revision& revision, bool cacheable) const;
  const std::string& common_meta(const Revision& revision) const;

  const Features& features_;
  mutable std::map<const Revision*, std::string> common_metas_;                    // rendered once
  mutable std::map<std::pair<std::string_view, Rights>, std::string> tool_lists_;  // by revision: rendered once
};

}  // namespace pianola::mcp
