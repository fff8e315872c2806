#include "mcp/server.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "mcp/server_call.h"

namespace pianola::mcp {
namespace {

const Json kNoMeta = Json::object();

const Json& meta_of(const Message& message) {
  const auto meta = message.params.find("_meta");
  return meta != message.params.end() && meta->is_object() ? *meta : kNoMeta;
}

// A JSON array of what text_of makes of each message.
template <class TextOf>
std::string joined(const std::vector<Outgoing>& messages, const TextOf& text_of) {
  std::string text;
  for (const Outgoing& message : messages) {
    text += text.empty() ? '[' : ',';
    text += text_of(message);
  }
  return text + ']';
}

OrderedJson revision_names() {
  OrderedJson names = OrderedJson::array();
  for (const Revision& revision : revisions()) names.push_back(revision.name);
  return names;
}

// MCP 2026-07-28, basic: the version and the client's capabilities are in every request's _meta.
const Revision& modern_revision(const Json& meta) {
  const Json& version = meta[kMetaRevision];
  if (!version.is_string()) {
    throw ProtocolError{code::kInvalidParams, std::string("_meta[\"") + kMetaRevision + "\"] must be a string"};
  }
  const Revision* revision = find_revision(version.get<std::string>());
  if (revision == nullptr || revision->era != Era::modern) {
    throw ProtocolError{code::kUnsupportedRevision,
                        "Unsupported protocol version",
                        {{"supported", revision_names()}, {"requested", version.get<std::string>()}}};
  }
  const auto capabilities = meta.find(kMetaCapabilities);
  if (capabilities == meta.end() || !capabilities->is_object()) {
    throw ProtocolError{code::kInvalidParams, std::string("_meta[\"") + kMetaCapabilities + "\"] must be an object"};
  }
  return *revision;
}

}  // namespace

std::string Server::Call::text_param(const char* name) const {
  const auto param = params().find(name);
  if (param == params().end() || !param->is_string()) {
    throw ProtocolError{code::kInvalidParams, std::string("\"") + name + "\" must be a string"};
  }
  return param->get<std::string>();
}

// Every method, in the order of the specification's pages. (Lists are sorted by nothing but this table.)
std::span<const Server::MethodRow> Server::method_table() {
  static constexpr MethodRow kMethods[] = {
      {"tools/call", true, true, &Server::call_tool},
      {"initialize", true, false, &Server::initialize},
      {"server/discover", false, true, &Server::discover},
      {"ping", true, false, &Server::ping},
      {"tools/list", true, true, &Server::list_tools},
      {"resources/list", true, true, &Server::list_resources},
      {"resources/templates/list", true, true, &Server::list_templates},
      {"resources/read", true, true, &Server::read_resource},
      {"resources/subscribe", true, false, &Server::subscribe},
      {"resources/unsubscribe", true, false, &Server::unsubscribe},
      {"subscriptions/listen", false, true, &Server::listen},
      {"prompts/list", true, true, &Server::list_prompts},
      {"prompts/get", true, true, &Server::get_prompt},
      {"completion/complete", true, true, &Server::complete},
  };
  return kMethods;
}

void Server::handle(std::string_view line, Session& session, Sink& sink) {
  Result<Json> value = parse_json(line);
  if (!value) {
    const bool duplicate = value.error().code == "json_duplicate_key";
    const int error_code = duplicate ? code::kInvalidRequest : code::kParseError;
    return sink.send({unreadable(error_code, value.error().message), nullptr, nullptr});
  }
  if (value->is_array() && session.revision != nullptr && session.revision->batches) {
    return handle_batch(*value, session, sink);
  }
  handle_message(std::move(*value), session, sink);
}

// MCP 2025-03-26 alone has batches: the answers go out as one array.
void Server::handle_batch(const Json& batch, Session& session, Sink& sink) const {
  struct Collector final : Sink {
    void send(Outgoing message) override { messages.push_back(std::move(message)); }
    std::vector<Outgoing> messages;
  };
  if (batch.empty())
    return sink.send({write_error(nullptr, code::kInvalidRequest, "the batch is empty"), nullptr, nullptr});
  Collector answers;
  for (const Json& each : batch) handle_message(each, session, answers);
  if (answers.messages.empty()) return;
  std::string text = joined(answers.messages, [](const Outgoing& each) { return each.text; });
  sink.send({std::move(text), nullptr, session.revision, std::move(answers.messages)});
}

void Server::handle_message(Json value, Session& session, Sink& sink) const {
  const Message message = read_message(std::move(value));
  switch (message.kind) {
    case MessageKind::request:
      return handle_request(message, session, sink);
    case MessageKind::notification:
      return handle_notification(message, session);
    case MessageKind::response:
      return;  // the server asks nothing of the client, so nothing waits for it
    case MessageKind::invalid:
      return sink.send({write_error(message.id, code::kInvalidRequest, message.why), nullptr, nullptr});
  }
}

void Server::handle_notification(const Message& message, Session& session) const {
  // MCP 2026-07-28, subscriptions over stdio: cancelling the listen request ends the subscription.
  if (message.method != "notifications/cancelled") return;
  const auto id = message.params.find("requestId");
  if (id == message.params.end()) return;
  std::erase_if(session.listeners, [&](const Session::Listener& listener) { return listener.id == *id; });
}

const Revision& Server::revision_of(const Message& message, const Json& meta, const Session& session) const {
  if (meta.contains(kMetaRevision)) return modern_revision(meta);
  if (session.revision != nullptr) return *session.revision;
  if (message.method == "initialize" || message.method == "ping") return newest_legacy_revision();
  if (message.method == "server/discover") return modern_revision(Json{{kMetaRevision, nullptr}});
  throw ProtocolError{code::kInvalidParams,
                      std::string("Send \"initialize\" first, or _meta[\"") + kMetaRevision + "\"] with every request"};
}

void Server::handle_request(const Message& message, Session& session, Sink& sink) const {
  const Json& meta = meta_of(message);
  // A ProtocolError is this layer's own way out of a method; a Fault or a library's exception that reached here is
  // answered, so that no request ends the process.
  try {
    const Revision& revision = revision_of(message, meta, session);
    const bool modern = revision.era == Era::modern;
    const auto methods = method_table();
    const auto row = std::find_if(methods.begin(), methods.end(), [&](const MethodRow& each) {
      return each.name == message.method && (modern ? each.modern : each.legacy);
    });
    if (row == methods.end()) throw ProtocolError{code::kMethodNotFound, "Method not found: " + message.method};
    Call call{message, session, revision, Request(session, revision, meta), false, false, {}};
    const std::string result = (this->*row->method)(call);
    for (std::string& text : call.request.take_messages()) sink.send({std::move(text), nullptr, nullptr});
    for (std::string& text : call.before) sink.send({std::move(text), nullptr, nullptr});
    if (!call.answered_later) {
      sink.send({write_result(message.id, result), call.is_tool_call ? message.id : Json(), &revision});
    }
    tell_watchers(call.request, session, sink);
  } catch (const ProtocolError& error) {
    sink.send({write_error(message.id, error.error_code, error.message, error.data), nullptr, nullptr});
  } catch (const std::exception& error) {
    sink.send({write_error(message.id, code::kInternalError, error.what()), nullptr, nullptr});
  }
}

std::string Server::fault_answer(const Outgoing& answer, const Fault& fault) const {
  if (!answer.batch.empty()) {
    return joined(answer.batch, [&](const Outgoing& each) { return fault_answer(each, fault); });
  }
  if (answer.tool_call_id.is_null()) return answer.text;
  Refusal refusal{"storage_fault", fault.what(), ""};
  refusal.data["retryable"] = fault.retryable();
  std::string result;
  append_tool_result(result, refused(refusal), *answer.revision, common_meta(*answer.revision));
  return write_result(answer.tool_call_id, result);
}

OrderedJson Server::server_info() const {
  return {{"name", features_.name}, {"title", features_.title}, {"version", features_.version}};
}

std::string Server::common_meta(const Revision& revision) const {
  if (!revision.result_type) return "";
  return "\"io.modelcontextprotocol/serverInfo\":" + dump_compact(server_info());
}

std::string Server::finish(OrderedJson result, const Revision& revision, bool cacheable) const {
  if (revision.result_type) {
    result["resultType"] = "complete";
    result["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info();
  }
  if (revision.caching && cacheable) {
    result["ttlMs"] = 0;  // another process may publish a version at any time
    result["cacheScope"] = "private";
  }
  return dump_compact(result);
}

void Server::tell_watchers(const Request& request, const Session& session, Sink& sink) const {
  const auto tell = [&](const char* method, OrderedJson params, const Session::Listener* listener) {
    if (listener != nullptr) params["_meta"][kMetaSubscription] = listener->id;
    sink.send({write_notification(method, params), nullptr, nullptr});
  };
  for (const std::string& uri : request.updated()) {
    if (session.subscribed.contains(uri)) tell("notifications/resources/updated", {{"uri", uri}}, nullptr);
    for (const Session::Listener& listener : session.listeners) {
      const auto uris = listener.filter.find("resourceSubscriptions");
      if (uris != listener.filter.end() && std::find(uris->begin(), uris->end(), uri) != uris->end()) {
        tell("notifications/resources/updated", {{"uri", uri}}, &listener);
      }
    }
  }
  if (!request.list_changed()) return;
  if (session.revision != nullptr) tell("notifications/resources/list_changed", OrderedJson::object(), nullptr);
  for (const Session::Listener& listener : session.listeners) {
    if (listener.filter.value("resourcesListChanged", false)) {
      tell("notifications/resources/list_changed", OrderedJson::object(), &listener);
    }
  }
}

void Server::close(Session& session, Sink& sink) const {
  for (const Session::Listener& listener : session.listeners) {
    const OrderedJson result = {
        {"resultType", "complete"},
        {"_meta", {{kMetaSubscription, listener.id}, {"io.modelcontextprotocol/serverInfo", server_info()}}}};
    sink.send({write_result(listener.id, dump_compact(result)), nullptr, nullptr});
  }
  session.listeners.clear();
}

}  // namespace pianola::mcp
