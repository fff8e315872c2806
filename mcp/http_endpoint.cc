#include "mcp/http_endpoint.h"

#include <algorithm>
#include <charconv>

#include "mcp/http_admission.h"
#include "mcp/http_call.h"
#include "mcp/http_page.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kMostEarly = 16;
constexpr double kBurstSeconds = 5;            // of a key's rate, at once
constexpr int kSecondsKept = 300;              // a stream without a connection
constexpr std::ptrdiff_t kMostAlone = 10'000;  // streams without a connection

// Sends what a watcher is told to its stream.
class StreamSink final : public Sink {
 public:
  explicit StreamSink(EventStream& stream) : stream_(stream) {}
  void send(Outgoing message) override { stream_.send(message.text); }

 private:
  EventStream& stream_;
};

// The URIs that a session watches.
void add_watched(const Session& session, Watched& watched) {
  std::set<std::string>& uris = watched[session.caller.workspace];
  uris.insert(session.subscribed.begin(), session.subscribed.end());
  for (const Session::Listener& listener : session.listeners) {
    const auto wanted = listener.filter.find("resourceSubscriptions");
    if (wanted == listener.filter.end()) continue;
    for (const Json& uri : *wanted) uris.insert(uri.get<std::string>());
  }
}

HttpResponse method_refused() {
  HttpResponse response = text_response(405, "This path takes POST, GET and DELETE");
  response.fields.emplace_back("Allow", "POST, GET, DELETE");
  return response;
}

}  // namespace

HttpEndpoint::HttpEndpoint(const Features& features, const SessionIds& ids, HttpSettings settings,
                           HttpWorkers::MakeWorker make_worker)
    : ids_(ids),
      teller_(features),
      settings_(std::move(settings)),
      mirrored_(mirrored_arguments(features.tools)),
      rate_limit_(settings_.requests_per_second, std::max(1.0, kBurstSeconds * settings_.requests_per_second)),
      kept_events_(settings_.kept_event_bytes),
      stream_prefix_(ids.fresh() + "-"),
      watch_(settings_.make_feed,
             [this](Sight found) {
               post([this, found = std::move(found)] {
                 for (const WorkspaceChanges& each : found.changes) tell(each.changes, each.workspace);
                 for (const auto& go_on : found.followed) go_on();
                 dismiss(found.dismissed);
               });
             }),
      workers_(std::move(make_worker), [this](Jobs jobs) {
        post([jobs = std::move(jobs)] {
          for (const std::shared_ptr<WorkerJob>& job : jobs) job->finish();
        });
      }) {}

HttpEndpoint::~HttpEndpoint() = default;

HttpHandler HttpEndpoint::handler() {
  return [this](HttpRequest request, const std::shared_ptr<HttpReply>& reply) { handle(std::move(request), reply); };
}

void HttpEndpoint::start(std::function<void(std::function<void()>)> post) {
  post_ = std::move(post);
  workers_.start(settings_.workers);
  watch_.start();
}

void HttpEndpoint::serve(HttpListener& listener) {
  start([&listener](std::function<void()> task) { listener.post(std::move(task)); });
  listener.use_gate(gate());
  listener.on_tick([this] { tick(); });
  listener.on_stop([this] { stop(); });
  listener.on_late([this] { late_ = true; });
  listener.run();
  late_ = true;  // nobody waits any more
  workers_.end();
  watch_.end();
}

void HttpEndpoint::post(std::function<void()> task) { post_(std::move(task)); }

void HttpEndpoint::handle(HttpRequest request, const std::shared_ptr<HttpReply>& reply) {
  admit(std::move(request), [this, reply](HttpRequest admitted, std::optional<HttpResponse> refused) {
    refused ? reply->respond(*std::move(refused)) : begin(std::move(admitted), reply);
  });
}

void HttpEndpoint::begin(HttpRequest request, const std::shared_ptr<HttpReply>& reply) {
  if (const HttpPage* page = page_of(request)) {
    return hand_over(std::make_shared<HttpPageJob>(*page, settings_.authorization, std::move(request), reply));
  }
  const auto call = std::make_shared<HttpCall>(*this, std::move(request), reply);
  reply->on_gone([waiting = std::weak_ptr(call)] {
    if (const auto gone = waiting.lock()) gone->client_gone();
  });
  hand_over(call);
}

void HttpEndpoint::admit(HttpRequest request, std::function<void(HttpRequest, std::optional<HttpResponse>)> decide) {
  if (auto answer = answer_at_once(request)) return decide(std::move(request), std::move(answer));
  const HttpPage* page = page_of(request);
  const bool is_open = page != nullptr && !page->needs;
  const auto now = std::chrono::steady_clock::now();
  if (is_open || known_.knows(request, now)) return decide(std::move(request), std::nullopt);
  if (const int wait = known_.wait(request, now); wait > 0) {
    constexpr std::string_view kWhy = "Too many requests without a key that is taken came from this address";
    return decide(std::move(request), later_response(429, kWhy, wait));
  }
  hand_over(std::make_shared<HttpAdmission>(*this, std::move(request), std::move(decide)));
}

HttpGate HttpEndpoint::gate() {
  return [this](HttpRequest head, std::function<void(std::optional<HttpResponse>)> decide) {
    admit(std::move(head), [decide = std::move(decide)](const HttpRequest&, std::optional<HttpResponse> refused) {
      decide(std::move(refused));
    });
  };
}

// What arrived in one turn of the listener goes to the workers together: each time that a thread is woken costs as much
// as a short request.
void HttpEndpoint::hand_over(std::shared_ptr<WorkerJob> job) {
  if (arrived_.empty()) post([this] { workers_.add(std::exchange(arrived_, {})); });
  arrived_.push_back(std::move(job));
}

const HttpPage* HttpEndpoint::page_of(const HttpRequest& request) const {
  const auto page = std::ranges::find(settings_.pages, request.path(), &HttpPage::path);
  return page == settings_.pages.end() ? nullptr : &*page;
}

std::optional<HttpResponse> HttpEndpoint::answer_at_once(const HttpRequest& request) const {
  const std::string_view path = request.path();
  const std::string_view below = path.substr(std::min(path.size(), kMetadataPath.size()));
  const bool is_metadata = path.starts_with(kMetadataPath) && (below.empty() || below == kMcpPath);
  const HttpPage* page = page_of(request);
  if (page == nullptr && !is_metadata && path != kAlivePath) return refusal(request);
  // Probes come from whoever runs the server, by addresses, and say nothing that a stranger could use.
  const bool is_probe = path == kAlivePath || (page != nullptr && !page->needs);
  if (const auto why = bad_host(request, settings_.known); why && !is_probe) return text_response(403, *why);
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refused = text_response(405, "This path takes GET");
    refused.fields.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  if (is_metadata) return resource_metadata(request, settings_.authorization);
  if (path == kAlivePath) return text_response(200, "alive");
  if (stopping_) return text_response(503, "The server is about to end");
  return std::nullopt;
}

std::optional<HttpResponse> HttpEndpoint::refusal(const HttpRequest& request) const {
  if (const auto why = bad_host(request, settings_.known)) return text_response(403, *why);
  if (request.path() != kMcpPath) return text_response(404, "MCP is at /mcp");
  for (const char* field : {"authorization", "mcp-session-id", "last-event-id"}) {
    // Which of two counts, others may see otherwise.
    if (request.count(field) > 1) return text_response(400, std::string(field) + " comes more than once");
  }
  if (request.method == "DELETE") return std::nullopt;
  if (request.method == "GET") {
    if (accepts(request, "text/event-stream")) return std::nullopt;
    return text_response(406, "Accept text/event-stream to listen; messages are sent with POST");
  }
  if (request.method != "POST") return method_refused();
  if (!sends_json(request)) return text_response(415, "Send JSON, with Content-Type: application/json");
  if (!accepts(request, "application/json") || !accepts(request, "text/event-stream")) {
    return text_response(406, "Accept both application/json and text/event-stream");
  }
  return std::nullopt;
}

std::shared_ptr<EventStream> HttpEndpoint::make_stream(const std::shared_ptr<HttpCall>& call,
                                                       const HttpSession& session, bool polling) {
  const std::uint64_t number = ++streams_made_;
  auto stream = session.uid.empty()
                    ? std::make_shared<EventStream>()
                    : std::make_shared<EventStream>(stream_prefix_ + std::to_string(number), polling, kept_events_);
  streams_[number] = {stream, session.uid, session.session.caller, call};
  return stream;
}

std::shared_ptr<EventStream> HttpEndpoint::take_up(const HttpSession& session, const std::string& id) {
  if (!id.starts_with(stream_prefix_)) return nullptr;
  std::uint64_t number = 0;
  std::from_chars(id.data() + stream_prefix_.size(), id.data() + id.size(), number);
  const auto found = streams_.find(number);
  if (found == streams_.end() || found->second.uid != session.uid || found->second.stream->id() != id) return nullptr;
  found->second.caller = session.session.caller;
  for (Watcher& watcher : watchers_) {
    if (watcher.stream == found->second.stream) watcher.session.caller = session.session.caller;
  }
  return found->second.stream;
}

StreamPlace HttpEndpoint::take_place() {
  if (places_taken_ >= settings_.streams) return nullptr;
  ++places_taken_;
  return StreamPlace(&places_taken_);
}

// MCP, multiple connections: a message goes to one stream of a session; the newest.
void HttpEndpoint::watch(std::shared_ptr<EventStream> stream, Session session, const std::string& uid) {
  if (!uid.empty()) std::erase_if(watchers_, [&](const Watcher& each) { return each.uid == uid; });
  watchers_.push_back({std::move(stream), std::move(session), uid});
  if (stopping_) stop();
}

void HttpEndpoint::end_with_client(HttpReply& reply, std::shared_ptr<EventStream> stream) {
  reply.on_gone([this, stream = std::move(stream)] {
    stream->disconnect();
    if (!stream->is_resumable()) unwatch(stream.get());
  });
}

void HttpEndpoint::unwatch(const EventStream* stream) {
  std::erase_if(watchers_, [&](const Watcher& each) { return each.stream.get() == stream; });
}

// What the session asked for since its stream was opened.
void HttpEndpoint::follow(const HttpSession& session) {
  for (Watcher& watcher : watchers_) {
    if (watcher.uid == session.uid) watcher.session.subscribed = session.session.subscribed;
  }
}

void HttpEndpoint::end_session(const std::string& uid) {
  std::erase_if(watchers_, [&](const Watcher& each) { return each.uid == uid; });
  std::erase_if(streams_, [&](const auto& each) {
    if (each.second.uid != uid) return false;
    each.second.stream->end();
    return true;
  });
}

void HttpEndpoint::changed(const ChangeSet& changes, const std::string& workspace) {
  watch_.has_feed() ? watch_.nudge() : tell(changes, workspace);
}

void HttpEndpoint::once_followed(const Session& session, std::function<void()> go_on) {
  if (!watch_.has_feed()) return go_on();
  Audience audience;
  add_watched(session, audience.watched);
  audience.callers.insert(session.caller);
  ++following_;
  watch_.add(audience, [this, go_on = std::move(go_on)] {
    --following_;
    go_on();
  });
}

void HttpEndpoint::tell(const ChangeSet& changes, const std::string& workspace) {
  for (const Watcher& watcher : watchers_) {
    if (watcher.session.caller.workspace != workspace) continue;
    StreamSink sink(*watcher.stream);
    teller_.tell(changes, watcher.session, sink);
  }
}

void HttpEndpoint::tick() {
  std::ptrdiff_t alone = 0;
  for (const auto& [number, each] : streams_) {
    each.stream->tick();
    if (!each.stream->is_connected() && each.stream->is_resumable()) ++alone;
  }
  if (following_ == 0) watch_.replace(audience());
  // Ended ones are kept too: their last event may be what the client has lost. Of too many the oldest go.
  std::erase_if(streams_, [&](const auto& each) {
    const EventStream& stream = *each.second.stream;
    if (stream.is_connected()) return false;
    if (!stream.is_resumable()) return true;  // nobody comes back for it
    const bool drop = stream.seconds_alone() > kSecondsKept || alone > kMostAlone;
    if (drop) {
      --alone;
      unwatch(&stream);
    }
    return drop;
  });
}

Audience HttpEndpoint::audience() const {
  Audience all;
  for (const Watcher& watcher : watchers_) add_watched(watcher.session, all.watched);
  for (const auto& [number, each] : streams_) {
    if (each.stream->is_connected()) all.callers.insert(each.caller);
  }
  return all;
}

void HttpEndpoint::dismiss(const Callers& callers) {
  if (callers.empty()) return;
  std::erase_if(watchers_, [&](Watcher& each) {
    if (!callers.contains(each.session.caller)) return false;
    close(each);
    return true;
  });
  std::erase_if(streams_, [&](const auto& each) {
    if (!callers.contains(each.second.caller)) return false;
    if (const auto call = each.second.call.lock()) call->cancel();
    each.second.stream->end();
    return true;
  });
}

// Says that it ends, and ends it.
void HttpEndpoint::close(Watcher& watcher) {
  StreamSink sink(*watcher.stream);
  teller_.close(watcher.session, sink);
  watcher.stream->end();
}

// Ends what would stay open for ever; what is being handled is answered.
void HttpEndpoint::stop() {
  stopping_ = true;
  {
    const std::scoped_lock lock(calls_mutex_);
    for (const auto& [key, call] : awaited_) call->stop_waiting();
  }
  for (Watcher& watcher : std::exchange(watchers_, {})) close(watcher);
}

void HttpEndpoint::begin_call(const CallKey& key, HttpCall& call) {
  const std::scoped_lock lock(calls_mutex_);
  calls_[key] = &call;
}

void HttpEndpoint::end_call(const CallKey& key, const HttpCall& call) {
  const std::scoped_lock lock(calls_mutex_);
  const auto found = calls_.find(key);
  if (found != calls_.end() && found->second == &call) calls_.erase(found);
  if (has_calls(key.first)) return;
  std::erase_if(early_, [&](const auto& each) { return each.first.first == key.first; });
}

bool HttpEndpoint::has_calls(const std::string& uid) const {
  const auto first = calls_.lower_bound({uid, ""});
  return first != calls_.end() && first->first.first == uid;
}

void HttpEndpoint::cancel_call(const CallKey& key) {
  const std::scoped_lock lock(calls_mutex_);
  const auto found = calls_.find(key);
  if (found != calls_.end()) found->second->cancel();
}

void HttpEndpoint::await(const CallKey& question, HttpCall* call) {
  const std::scoped_lock lock(calls_mutex_);
  if (call == nullptr) {
    awaited_.erase(question);
    return;
  }
  awaited_[question] = call;
  if (auto early = early_.extract(question)) call->give_answer(early.mapped());
}

void HttpEndpoint::answer(const CallKey& question, const Json& response) {
  const std::scoped_lock lock(calls_mutex_);
  const auto found = awaited_.find(question);
  if (found != awaited_.end()) return found->second->give_answer(response);
  // The question leaves before what was done until then is committed: a quick client answers meanwhile.
  if (has_calls(question.first) && early_.size() < kMostEarly) early_[question] = response;
}

}  // namespace pianola::mcp
