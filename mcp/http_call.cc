#include "mcp/http_call.h"

#include <chrono>

#include "mcp/request_log.h"

namespace pianola::mcp {
namespace {

constexpr std::chrono::seconds kAnswerTime{60};  // for a person at the client to answer a question

bool has_modern_meta(const Json& message) {
  if (!message.is_object()) return false;
  const auto params = message.find("params");
  if (params == message.end() || !params->is_object()) return false;
  const auto meta = params->find("_meta");
  return meta != params->end() && meta->is_object() && meta->contains(kMetaRevision);
}

bool is_method(const Json& message, std::string_view method) {
  return message.is_object() && message.contains("method") && message["method"] == method;
}

std::string id_text(const Json& id) { return dump_compact(id); }

OrderedJson http_revisions() {
  OrderedJson names = OrderedJson::array();
  for (const Revision& revision : revisions()) {
    if (revision.http) names.push_back(revision.name);
  }
  return names;
}

// The usable id of a message; null where it has none.
Json id_of(const Json& message) { return read_message(message).id; }

}  // namespace

void HttpCall::run(WorkerThread& thread) {
  thread_ = &thread;
  handle(thread);
}

void HttpCall::handle(WorkerThread& thread) {
  const Result<Caller> caller = thread.worker().caller(request_.field("authorization"));
  if (!caller) return answer(challenge(request_, endpoint_.settings_.authorization, caller.error()));
  if (const int wait = endpoint_.rate_limit_.take(caller->key, std::chrono::steady_clock::now()); wait > 0) {
    return answer(later_response(429, "This key sends too many requests: try again in a while", wait));
  }
  if (endpoint_.settings_.notes && !caller->key.empty()) notes_.emplace_back("key", caller->key);
  session_.session.caller = *caller;
  session_.session.http = true;
  session_.session.work_fault = thread.work_fault();
  if (request_.method == "GET") return open_listening(thread);
  if (request_.method == "DELETE") return end_session(thread);
  handle_post(thread);
}

void HttpCall::handle_post(WorkerThread& thread) {
  Result<Json> message = parse_json(request_.body);
  if (!message) return answer_error(400, Server::parse_error_code(message.error()), message.error().message);
  if (endpoint_.settings_.notes) note_message(*message);
  // MCP 2025-11-25, Authorization: a client is told which scope it lacks, so that it can get a token that has it.
  const Caller& caller = session_.session.caller;
  const Rights needed = caller.by_token ? thread.worker().server().needed_for(*message) : 0;
  if (!may_use(caller, needed)) {
    return answer(challenge(request_, endpoint_.settings_.authorization,
                            {"insufficient_scope", "The token's scope does not allow this", ""}, needed));
  }
  const auto version = request_.field("mcp-protocol-version");
  const Revision* named = version ? find_revision(*version) : nullptr;
  const bool modern_field = named != nullptr && named->era == Era::modern && !is_method(*message, "initialize");
  if (has_modern_meta(*message) || modern_field) return handle_modern(thread, read_message(*std::move(message)));
  handle_legacy(thread, *std::move(message));
}

// Of one message; batches are seldom, and say their part in the log of requests.
void HttpCall::note_message(const Json& message) {
  const auto note = [&](const char* name, std::string text) {
    if (!text.empty()) notes_.emplace_back(name, std::move(text));
  };
  if (!message.is_object()) return;
  note("mcp_method", text_member(message, "method"));
  const auto params = message.find("params");
  if (params == message.end() || !params->is_object()) return;
  note("name", std::string(subject_of(*params)));
  const auto meta = params->find("_meta");
  if (meta == params->end() || !meta->is_object()) return;
  for (const char* trace : kTraceFields) note(trace, text_member(*meta, trace));
}

void HttpCall::handle_modern(WorkerThread& thread, const Message& message) {
  revision_ = &revisions().front();
  if (message.kind == MessageKind::response) {
    return answer_error(400, code::kInvalidRequest, "Responses are not expected");
  }
  awaits_answer_ = message.kind == MessageKind::request;
  if (awaits_answer_ || message.kind == MessageKind::notification) {
    if (const auto mismatch = header_mismatch(request_, message, endpoint_.mirrored_)) {
      const std::string why = "Header mismatch: " + *mismatch;
      return answer(json_response(400, write_error(message.id, code::kHeaderMismatch, why)));
    }
  }
  thread.worker().server().handle_message(message, session_.session, *this);
}

// An unknown version is refused before anything else: the client is to choose another one.
bool HttpCall::is_revision_known() {
  const auto version = request_.field("mcp-protocol-version");
  if (!version) return true;
  const Revision* named = find_revision(*version);
  if (named != nullptr && named->http) return true;
  answer_error(400, code::kUnsupportedRevision, "Unsupported protocol version",
               {{"supported", http_revisions()}, {"requested", *version}});
  return false;
}

void HttpCall::handle_legacy(WorkerThread& thread, Json message) {
  is_legacy_ = true;
  if (is_method(message, "initialize")) return initialize(thread, std::move(message));
  if (!is_revision_known() || !open_session(thread)) return;
  handle_in_session(thread, std::move(message));
}

void HttpCall::initialize(WorkerThread& thread, Json message) {
  thread.worker().server().handle_value(std::move(message), session_.session, *this);
  if (session_.session.revision != nullptr) new_session_id_ = endpoint_.ids_.mint(session_.session);
}

bool HttpCall::open_session(WorkerThread& thread) {
  const auto id = request_.field("mcp-session-id");
  if (!id) {
    answer_error(400, code::kInvalidRequest,
                 "Mcp-Session-Id is missing: send \"initialize\" first, or a modern request with its _meta");
    return false;
  }
  const std::optional<Fault> work_fault = session_.session.work_fault;
  Result<HttpSession> opened = endpoint_.ids_.open(*id, session_.session.caller);
  if (opened) remember(*opened, thread.worker().sessions());
  if (!opened || opened->is_ended) {
    answer_error(404, code::kInvalidRequest, "This session is not known or has ended: initialize a new one");
    return false;
  }
  session_ = *std::move(opened);
  session_.session.work_fault = work_fault;
  session_.session.questions_asked = endpoint_.next_questions();
  revision_ = session_.session.revision;
  return true;
}

void HttpCall::handle_in_session(WorkerThread& thread, Json message) {
  const HttpEndpoint::CallKey key{session_.uid, id_text(id_of(message))};
  awaits_answer_ = read_message(message).kind == MessageKind::request;
  if (!awaits_answer_) handle_reply_or_cancellation(message);
  const Session before = session_.session;
  if (awaits_answer_) endpoint_.begin_call(key, *this);
  thread.worker().server().handle_value(std::move(message), session_.session, *this);
  if (awaits_answer_) endpoint_.end_call(key, *this);
  session_changed_ = before.log_level != session_.session.log_level || before.subscribed != session_.session.subscribed;
  if (session_changed_) keep(session_, thread.worker().sessions());
}

void HttpCall::handle_reply_or_cancellation(const Json& message) {
  const Message read = read_message(message);
  if (read.kind == MessageKind::response) return endpoint_.answer({session_.uid, id_text(read.id)}, message);
  if (read.kind != MessageKind::notification || read.method != Server::kCancelled) return;
  const auto id = read.params.find("requestId");
  if (id != read.params.end()) endpoint_.cancel_call({session_.uid, id_text(*id)});
}

void HttpCall::open_listening(WorkerThread& thread) {
  is_legacy_ = true;
  if (is_revision_known() && open_session(thread)) listens_ = true;
}

void HttpCall::end_session(WorkerThread& thread) {
  is_legacy_ = true;
  if (!is_revision_known() || !open_session(thread)) return;
  session_.is_ended = true;
  keep(session_, thread.worker().sessions());
  session_ended_ = true;
  answer({204, {}, ""});
}

void HttpCall::answer_error(int status, int error_code, std::string_view why, const OrderedJson& data) {
  answer(json_response(status, write_error(nullptr, error_code, why, data)));
}

void HttpCall::take_back(const Fault& fault, const Server& server) {
  changes_.clear();
  for (Outgoing& answer : said_) answer.text = server.fault_answer(answer, fault);
  if (session_changed_ || session_ended_) answer(text_response(503, fault.what()));
}

void HttpCall::send_now(std::string text) {
  endpoint_.post([self = shared_from_this(), text = std::move(text)] { self->stream().send(text); });
}

void HttpCall::break_stream() {
  if (revision_ == nullptr || !revision_->polling) return;
  endpoint_.post([self = shared_from_this()] { self->stream().pause(); });
}

bool HttpCall::is_cancelled(const Json&, Look) {
  if (endpoint_.is_late() || cancelled_) return true;
  return gone_ && revision_ != nullptr && revision_->closing_cancels;
}

std::optional<Json> HttpCall::wait_for_answer(const std::string& question, const Json& id) {
  // The client may need the answers given so far to answer ours.
  if (const auto lost = thread_->settle()) throw *lost;
  const HttpEndpoint::CallKey key{session_.uid, id_text(question)};
  endpoint_.await(key, this);
  std::unique_lock lock(answer_mutex_);
  // A server that stops takes no answers: their requests would be new ones.
  answered_.wait_for(lock, kAnswerTime,
                     [&] { return answer_ || endpoint_.is_stopping() || is_cancelled(id, Look::delivered); });
  lock.unlock();
  endpoint_.await(key, nullptr);
  return std::exchange(answer_, std::nullopt);
}

void HttpCall::give_answer(const Json& response) {
  const std::scoped_lock lock(answer_mutex_);
  answer_ = response;
  answered_.notify_all();
}

void HttpCall::stop_waiting() {
  const std::scoped_lock lock(answer_mutex_);
  answered_.notify_all();
}

void HttpCall::cancel() {
  cancelled_ = true;
  stop_waiting();
}

// MCP 2026-07-28: closing the stream cancels. A legacy client may come back for what follows.
void HttpCall::client_gone() {
  gone_ = true;
  if (stream_ != nullptr) stream_->disconnect();
}

EventStream& HttpCall::stream() {
  if (stream_ == nullptr) {
    stream_ = endpoint_.make_stream(shared_from_this(), session_, revision_ != nullptr && revision_->polling);
    stream_->connect(reply_, std::move(place_));
    if (gone_) stream_->disconnect();
  }
  return *stream_;
}

void HttpCall::finish() {
  for (auto& [name, value] : notes_) reply_->note(std::move(name), std::move(value));
  for (const ChangeSet& changes : changes_) endpoint_.changed(changes, session_.session.caller.workspace);
  if (session_ended_) endpoint_.end_session(session_.uid);
  const auto now = std::chrono::steady_clock::now();
  if (direct_) {
    if (direct_->status == kUnauthorized) endpoint_.known_.refuse(request_, now);
    return reply_->respond(*std::move(direct_));
  }
  endpoint_.known_.remember(request_, now);
  const bool listens = listens_ || !session_.session.listeners.empty();
  if (listens && (place_ = endpoint_.take_place()) == nullptr) {
    return reply_->respond(later_response(503, "Too many streams are open: try again in a while", 1));
  }
  if (!listens && !session_changed_) return finish_messages();
  endpoint_.once_followed(session_.session, [self = shared_from_this()] { self->finish_watching(); });
}

void HttpCall::finish_watching() {
  if (session_changed_) endpoint_.follow(session_);
  listens_ ? finish_listening() : finish_messages();
}

void HttpCall::finish_listening() {
  if (gone_) return;
  if (const auto last = request_.field("last-event-id")) {
    const auto [id, number] = EventStream::parse_event_id(*last);
    stream_ = endpoint_.take_up(session_, id);
    if (stream_ != nullptr) {
      stream_->connect(reply_, std::move(place_), number);
      return endpoint_.end_with_client(*reply_, stream_);
    }
  }
  // Events of a stream that is not kept here are lost; the session goes on.
  stream();
  endpoint_.end_with_client(*reply_, stream_);
  endpoint_.watch(stream_, session_.session, session_.uid);
}

int HttpCall::status_of(const Outgoing& message) const {
  switch (message.error_code) {
    case 0:
      return 200;
    case code::kParseError:
    case code::kInvalidRequest:
      return message.is_unread ? 400 : 200;
    case code::kMethodNotFound:
      return is_legacy_ ? 200 : 404;
    case code::kInvalidParams:
      return !is_legacy_ && message.is_unread ? 400 : 200;
    case code::kMissingCapability:
    case code::kUnsupportedRevision:
      return 400;
    default:
      return 200;
  }
}

void HttpCall::finish_messages() {
  const bool listens = !session_.session.listeners.empty();
  if (stream_ != nullptr || listens || said_.size() > 1) {
    for (const Outgoing& message : said_) stream().send(message.text);
    if (!listens || gone_) return stream_->end();
    endpoint_.end_with_client(*reply_, stream_);
    return endpoint_.watch(stream_, session_.session, "");
  }
  if (said_.empty() && awaits_answer_ && endpoint_.is_stopping()) {
    return reply_->respond(text_response(503, "The server stops, and has not done this: ask again"));
  }
  if (said_.empty()) return reply_->respond({202, {}, ""});
  HttpResponse response = json_response(status_of(said_.front()), std::move(said_.front().text));
  if (!new_session_id_.empty()) response.fields.emplace_back("Mcp-Session-Id", new_session_id_);
  reply_->respond(std::move(response));
}

}  // namespace pianola::mcp
