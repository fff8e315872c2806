// What a handler may know of the request it serves, and what it may do beside answering it: report progress, log, see
// whether it was cancelled, ask the client for input, say what it changed.
// Thread rule: used by the thread that handles the request, until the handler returns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "mcp/caller.h"
#include "mcp/changes.h"
#include "mcp/log_level.h"
#include "mcp/message.h"
#include "mcp/request_state.h"
#include "mcp/sink.h"

namespace pianola::mcp {

// Where a request came from and where what it sends goes.
struct Exchange {
  const Message& message;
  Session& session;
  Sink& sink;
  const StateSeal* seal = nullptr;     // null: there is no requestState
  bool cancelled = false;              // once true, nothing is sent for the request any more
  std::string outcome = "ok";          // for the log: else the code of the refusal or the JSON-RPC error
  bool began = false;                  // a method runs for it
  const Revision* revision = nullptr;  // null: it names none that there is
};

// Something to ask of the client: sampling/createMessage, elicitation/create or roots/list, with its params.
struct Question {
  std::string method;
  OrderedJson params = OrderedJson::object();
};

// One request under way, for the handler that answers it.
class Request {
 public:
  // Without an exchange there is nobody to send to: progress and questions lead nowhere.
  Request(const Session& session, const Revision& revision, const Json& meta, Exchange* exchange = nullptr)
      : session_(session), revision_(revision), meta_(meta), exchange_(exchange) {}

  // Who asks, and by which revision the answer is written.
  const Caller& caller() const { return session_.caller; }
  const Revision& revision() const { return revision_; }
  // The request's `_meta`: an object, perhaps empty.
  const Json& meta() const { return meta_; }
  // "NAME VERSION" of the client, as far as it said so.
  std::string client() const;
  // Whether the client declared that capability ("sampling", "elicitation", "roots").
  bool client_has(const std::string& capability) const;
  // Whether the client declared that extension (SEP-2133: `extensions` of its capabilities).
  bool client_knows(std::string_view extension) const;

  // Looks whether the client has cancelled the request, or the process is to end. It costs a look at the pipe: ask
  // between units of work of a millisecond or more.
  bool is_cancelled();
  // Throws Fault (cancelled) where it was: the work's transaction is rolled back, and nothing is answered.
  void stop_if_cancelled();
  // Progress on the request's own stream. Nothing is sent where no progressToken was given, or where `progress` is not
  // more than what was said last.
  void report_progress(double progress, double total, const std::string& message);
  // A log message on the request's own stream, where its level was asked for.
  void log(LogLevel level, const std::string& logger, const OrderedJson& data);

  // The client's answer to a question, by a key of the handler's own. Legacy revisions ask and wait; nothing where the
  // client failed to answer. In modern ones nothing means that it has not been asked yet: the handler returns (anything
  // at all) and the result asks the client for all that was missing. Throws ProtocolError (missing capability) where
  // the client cannot be asked.
  std::optional<Json> input(const std::string& key, const Question& question);
  // What keep_state sealed when the request last asked for input; null where there is none. Throws ProtocolError
  // (invalid params) for a state that is not what was sealed for this request of this caller.
  Json state() const;
  // Seals what the next round needs; sent only with questions. Legacy revisions wait, and need none.
  void keep_state(const Json& state);
  // Whether the client has to be asked before the request can be completed.
  bool needs_input() const { return !questions_.empty(); }

  // Tells those who watch a resource that it changed, after the answer.
  void resource_updated(std::string uri) { changed_.updated.push_back(std::move(uri)); }
  // Tells those who watch a list that it changed, after the answer.
  void resources_changed() { changed_.lists.resources = true; }
  // The same for the lists of tools and of prompts.
  void tools_changed() { changed_.lists.tools = true; }
  void prompts_changed() { changed_.lists.prompts = true; }
  // Lets go of the connection while the request goes on, where the transport can do without it: the client comes back
  // for the rest (MCP 2025-11-25, Streamable HTTP).
  void break_stream();

  // For the server: what the handler asked for.
  const ChangeSet& changed() const { return changed_; }
  const OrderedJson& questions() const { return questions_; }
  const std::string& sealed_state() const { return sealed_state_; }

 private:
  // What the client declared; null where that is nothing.
  const Json* client_capabilities() const;
  std::optional<Json> ask(const Question& question);
  std::string state_binding() const;
  const Json* given_answer(const std::string& key) const;

  const Session& session_;
  const Revision& revision_;
  const Json& meta_;
  Exchange* exchange_;
  std::optional<double> progress_;
  ChangeSet changed_;
  OrderedJson questions_;  // null: none
  std::string sealed_state_;
};

}  // namespace pianola::mcp
