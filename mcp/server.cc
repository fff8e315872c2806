#include "mcp/server.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "mcp/icons.h"
#include "mcp/server_call.h"

namespace pianola::mcp {
namespace {

const Json kNoMeta = Json::object();

const Json& meta_of(const Message& message) {
  const auto meta = message.params.find(std::string_view("_meta"));
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
const Revision& modern_revision(const Json& version, const Json& meta) {
  if (!version.is_string()) {
    throw ProtocolError{code::kInvalidParams, std::string("_meta[\"") + kMetaRevision + "\"] must be a string"};
  }
  const Revision* revision = find_revision(version.get_ref<const std::string&>());
  if (revision == nullptr || revision->era != Era::modern) {
    throw ProtocolError{code::kUnsupportedRevision,
                        "Unsupported protocol version",
                        {{"supported", revision_names()}, {"requested", version.get<std::string>()}}};
  }
  const auto capabilities = meta.find(kMetaCapabilities);
  if (capabilities == meta.end() || !capabilities->is_object()) {
    throw ProtocolError{code::kInvalidParams, std::string("_meta[\"") + kMetaCapabilities + "\"] must be an object"};
  }
  const auto level = meta.find(kMetaLogLevel);
  if (level != meta.end() && !(level->is_string() && parse_log_level(level->get_ref<const std::string&>()))) {
    throw ProtocolError{code::kInvalidParams, std::string("_meta[\"") + kMetaLogLevel + "\"] must be a log level"};
  }
  return *revision;
}

// A notification of a change; `listener`: on whose subscription, null for a legacy client.
Outgoing change_of(const char* method, OrderedJson params, const Session::Listener* listener) {
  if (listener != nullptr) params["_meta"][kMetaSubscription] = listener->id;
  Outgoing message{write_notification(method, params), nullptr, nullptr};
  message.tells_change = true;
  return message;
}

// An error that answers a message.
Outgoing error_of(std::string text, int error_code, bool is_unread = true) {
  Outgoing message{std::move(text), nullptr, nullptr};
  message.error_code = error_code;
  message.is_unread = is_unread;
  return message;
}

// An id names one request at a time: that of an open subscription is taken.
void refuse_id_in_use(const Message& message, const Session& session) {
  for (const Session::Listener& listener : session.listeners) {
    if (listener.id == message.id) {
      throw ProtocolError{code::kInvalidRequest, "The id is in use by an open subscription"};
    }
  }
}

}  // namespace

const std::string& Server::Call::text_param(std::string_view name) const {
  const auto param = params().find(name);
  if (param == params().end() || !param->is_string()) {
    throw ProtocolError{code::kInvalidParams, "\"" + std::string(name) + "\" must be a string"};
  }
  return param->get_ref<const std::string&>();
}

// Every method, in the order of the specification's pages. (Lists are sorted by nothing but this table.)
std::span<const Server::MethodRow> Server::method_table() {
  static constexpr MethodRow kMethods[] = {
      {"tools/call", true, true, &Server::call_tool},
      {"initialize", true, false, &Server::initialize},
      {"server/discover", false, true, &Server::discover},
      {"ping", true, false, &Server::ping},
      {"logging/setLevel", true, false, &Server::set_log_level},
      {"tools/list", true, true, &Server::list_tools},
      {"resources/list", true, true, &Server::list_resources},
      {"resources/templates/list", true, true, &Server::list_templates},
      {"resources/read", true, true, &Server::read_resource},
      {"resources/subscribe", true, false, &Server::subscribe},
      {"resources/unsubscribe", true, false, &Server::unsubscribe},
      {"subscriptions/listen", false, true, &Server::listen},
      {"skills/list", true, true, &Server::list_skills, true},
      {"skills/get", true, true, &Server::get_skill, true},
      {"resources/directory/read", true, true, &Server::read_folder, true},
      {"prompts/list", true, true, &Server::list_prompts},
      {"prompts/get", true, true, &Server::get_prompt},
      {"completion/complete", true, true, &Server::complete},
  };
  return kMethods;
}

const Server::MethodRow* Server::find_method(std::string_view name, const Revision& revision) const {
  for (const MethodRow& row : method_table()) {
    const bool is_in_revision = revision.era == Era::modern ? row.modern : row.legacy;
    if (row.name == name && is_in_revision && (!row.of_skills || features_.skills.list)) return &row;
  }
  return nullptr;
}

std::vector<std::string_view> Server::methods() {
  std::vector<std::string_view> names;
  for (const MethodRow& row : method_table()) names.push_back(row.name);
  return names;
}

int Server::parse_error_code(const Refusal& refusal) {
  return refusal.code == "json_duplicate_key" ? code::kInvalidRequest : code::kParseError;
}

void Server::handle(std::string_view line, Session& session, Sink& sink) const {
  if (const std::optional<Message> message = read_common_message(line)) return handle_message(*message, session, sink);
  Result<Json> value = parse_json(line);
  if (!value) {
    const int error_code = parse_error_code(value.error());
    return sink.send(error_of(unreadable(error_code, value.error().message), error_code));
  }
  handle_value(std::move(*value), session, sink);
}

void Server::handle_value(Json value, Session& session, Sink& sink) const {
  if (value.is_array() && session.revision != nullptr && session.revision->batches) {
    return handle_batch(value, session, sink);
  }
  handle_message(read_message(std::move(value)), session, sink);
}

namespace {

// The message on a line, where it is one and holds `word`: lines that are looked at ahead are many, and few matter.
std::optional<Json> message_with(std::string_view line, std::string_view word) {
  if (line.find(word) == std::string_view::npos) return std::nullopt;
  Result<Json> value = parse_json(line);
  if (!value || !value->is_object()) return std::nullopt;
  return *std::move(value);
}

}  // namespace

Json Server::cancelled_id(std::string_view line) {
  const std::optional<Json> value = message_with(line, kCancelled);
  if (!value) return nullptr;
  const Message message = read_message(*value);
  if (message.kind != MessageKind::notification || message.method != kCancelled) return nullptr;
  const auto id = message.params.find("requestId");
  return id == message.params.end() ? Json() : *id;
}

std::optional<Json> Server::response_to(std::string_view line, const std::string& question) {
  std::optional<Json> value = message_with(line, question);
  if (!value) return std::nullopt;
  const Message message = read_message(*value);
  if (message.kind != MessageKind::response || message.id != question) return std::nullopt;
  return value;
}

// MCP 2025-03-26 alone has batches: the answers go out as one array.
void Server::handle_batch(const Json& batch, Session& session, Sink& sink) const {
  // Keeps the answers together; notifications of changes follow them, all else passes through.
  struct Collector final : Sink {
    explicit Collector(Sink& outer_sink) : outer(outer_sink) {}
    void send(Outgoing message) override { messages.push_back(std::move(message)); }
    void send_now(std::string text) override { outer.send_now(std::move(text)); }
    void changed(const ChangeSet& set) override { changes.push_back(set); }
    void break_stream() override { outer.break_stream(); }
    bool is_cancelled(const Json& id, Look look) override { return outer.is_cancelled(id, look); }
    std::optional<Json> wait_for_answer(const std::string& question, const Json& id) override {
      return outer.wait_for_answer(question, id);
    }
    Sink& outer;
    std::vector<Outgoing> messages;
    std::vector<ChangeSet> changes;
  };
  if (batch.empty())
    return sink.send(
        error_of(write_error(nullptr, code::kInvalidRequest, "the batch is empty"), code::kInvalidRequest));
  Collector answers(sink);
  for (const Json& each : batch) handle_message(read_message(each), session, answers);
  if (!answers.messages.empty()) {
    std::string text = joined(answers.messages, [](const Outgoing& each) { return each.text; });
    sink.send({std::move(text), nullptr, session.revision, std::move(answers.messages)});
  }
  for (const ChangeSet& change : answers.changes) sink.changed(change);
}

void Server::handle_message(const Message& message, Session& session, Sink& sink) const {
  switch (message.kind) {
    case MessageKind::request:
      return handle_request(message, session, sink);
    case MessageKind::notification:
      return handle_notification(message, session);
    case MessageKind::response:
      return;  // whoever asked has looked for it already
    case MessageKind::invalid:
      return sink.send(error_of(write_error(message.id, code::kInvalidRequest, message.why), code::kInvalidRequest));
  }
}

void Server::handle_notification(const Message& message, Session& session) const {
  // MCP 2026-07-28, subscriptions over stdio: cancelling the listen request ends the subscription.
  if (message.method != kCancelled) return;
  const auto id = message.params.find("requestId");
  if (id == message.params.end()) return;
  std::erase_if(session.listeners, [&](const Session::Listener& listener) { return listener.id == *id; });
}

const Revision& Server::revision_of(const Message& message, const Json& meta, const Session& session) const {
  if (const auto version = meta.find(kMetaRevision); version != meta.end()) return modern_revision(*version, meta);
  if (session.revision != nullptr) return *session.revision;
  if (message.method == "initialize" || message.method == "ping") return newest_legacy_revision();
  if (message.method == "server/discover") return modern_revision(nullptr, meta);
  throw ProtocolError{code::kInvalidParams,
                      std::string("Send \"initialize\" first, or _meta[\"") + kMetaRevision + "\"] with every request"};
}

void Server::handle_request(const Message& message, Session& session, Sink& sink) const {
  if (sink.is_cancelled(message.id, Look::delivered) && message.method != "initialize") return;
  Exchange exchange{message, session, sink, features_.state_seal};
  const LoggedRequest logged(features_.request_log, exchange);
  Outgoing error;
  // A ProtocolError is this layer's own way out of a method; a Fault or a library's exception that reached here is
  // answered, so that no request ends the process.
  try {
    return answer(meta_of(message), exchange);
  } catch (const ProtocolError& failed) {
    exchange.outcome = std::to_string(failed.error_code);
    error = error_of(write_error(message.id, failed.error_code, failed.message, failed.data), failed.error_code,
                     !exchange.began);
  } catch (const std::exception& failed) {
    exchange.outcome = std::to_string(code::kInternalError);
    error = error_of(write_error(message.id, code::kInternalError, failed.what()), code::kInternalError, false);
  }
  if (!exchange.cancelled) sink.send(std::move(error));
}

void Server::answer(const Json& meta, Exchange& exchange) const {
  const Message& message = exchange.message;
  Session& session = exchange.session;
  const Revision& revision = revision_of(message, meta, session);
  exchange.revision = &revision;
  refuse_id_in_use(message, session);
  const MethodRow* const row = find_method(message.method, revision);
  if (row == nullptr) throw ProtocolError{code::kMethodNotFound, "Method not found: " + message.method};
  Call call{message, session, revision, Request(session, revision, meta, &exchange), exchange.sink.spare_text()};
  exchange.began = true;
  append_result_start(call.answer, message.id);
  (this->*row->method)(call);
  if (!call.refusal.empty()) exchange.outcome = call.refusal;
  if (exchange.cancelled) return;
  if (call.answered_later) {
    exchange.sink.send({std::move(call.answer), nullptr, nullptr});
  } else {
    call.answer += kResultEnd;
    exchange.sink.send({std::move(call.answer), call.is_tool_call ? message.id : Json(), &revision});
  }
  if (call.request.changed().any()) exchange.sink.changed(call.request.changed());
}

std::string Server::fault_answer(const Outgoing& answer, const Fault& fault) const {
  if (!answer.batch.empty()) {
    return joined(answer.batch, [&](const Outgoing& each) { return fault_answer(each, fault); });
  }
  if (answer.tool_call_id.is_null()) return answer.text;
  std::string result;
  append_tool_result(result, refused(fault_refusal(fault)), *answer.revision, common_meta(*answer.revision));
  return write_result(answer.tool_call_id, result);
}

OrderedJson Server::server_info(const Revision& revision) const {
  OrderedJson info = {{"name", features_.name}};
  if (revision.titles) info["title"] = features_.title;
  info["version"] = features_.version;
  add_icons(info, features_.icons, revision);
  return info;
}

const std::string& Server::common_meta(const Revision& revision) const {
  const auto [kept, is_new] = common_metas_.try_emplace(&revision);
  if (is_new && revision.result_type) {
    kept->second = "\"io.modelcontextprotocol/serverInfo\":" + dump_compact(server_info(revision));
  }
  return kept->second;
}

std::string Server::finish(OrderedJson result, const Revision& revision, bool cacheable) const {
  if (revision.result_type) {
    result["resultType"] = "complete";
    result["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info(revision);
  }
  if (revision.caching && cacheable) {
    result["ttlMs"] = 0;  // another process may publish a version at any time
    result["cacheScope"] = "private";
  }
  return dump_compact(result);
}

void Server::tell_updated(const std::string& uri, const Session& session, Sink& sink) const {
  constexpr const char* kMethod = "notifications/resources/updated";
  if (session.subscribed.contains(uri)) sink.send(change_of(kMethod, {{"uri", uri}}, nullptr));
  for (const Session::Listener& listener : session.listeners) {
    const auto uris = listener.filter.find("resourceSubscriptions");
    if (uris != listener.filter.end() && std::find(uris->begin(), uris->end(), uri) != uris->end()) {
      sink.send(change_of(kMethod, {{"uri", uri}}, &listener));
    }
  }
}

void Server::tell(const ChangeSet& changes, const Session& session, Sink& sink) const {
  for (const std::string& uri : changes.updated) tell_updated(uri, session, sink);
  for (const WatchedList& list : watched_lists()) {
    if (!(changes.lists.*list.changed) || !(features_.changing.*list.changed)) continue;
    if (session.revision != nullptr) sink.send(change_of(list.method, OrderedJson::object(), nullptr));
    for (const Session::Listener& listener : session.listeners) {
      if (listener.filter.contains(list.filter)) sink.send(change_of(list.method, OrderedJson::object(), &listener));
    }
  }
}

void Server::close(Session& session, Sink& sink) const {
  const Revision& newest = revisions().front();  // subscriptions are of modern revisions alone
  for (const Session::Listener& listener : session.listeners) {
    const OrderedJson result = {
        {"resultType", "complete"},
        {"_meta", {{kMetaSubscription, listener.id}, {"io.modelcontextprotocol/serverInfo", server_info(newest)}}}};
    sink.send({write_result(listener.id, dump_compact(result)), nullptr, nullptr});
  }
  session.listeners.clear();
}

}  // namespace pianola::mcp
