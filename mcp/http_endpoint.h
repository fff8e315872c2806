// MCP over Streamable HTTP: one path that speaks every revision with `http` in its row, legacy and modern at the same
// time. Checks what comes before a message (http_headers.h), has a worker handle it (http_call.h), and keeps the
// streams of those who listen. Source: MCP, basic/transports of each revision. Thread rule: everything on the
// listener's thread, but what says otherwise.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "mcp/authorize.h"
#include "mcp/event_stream.h"
#include "mcp/http_headers.h"
#include "mcp/http_listener.h"
#include "mcp/http_session.h"
#include "mcp/http_watch.h"
#include "mcp/http_workers.h"
#include "mcp/known_credentials.h"
#include "mcp/rate_limit.h"

namespace pianola::mcp {

class HttpCall;

// A page beside MCP that a worker shows (HttpWorker::page).
struct HttpPage {
  std::string path;
  // What its callers must be allowed; nothing: whoever asks, under any Host.
  std::optional<Rights> needs = std::nullopt;
};

// What an endpoint is told once, by whoever starts the server.
struct HttpSettings {
  KnownHosts known;
  int workers = 2;  // threads; 0: HttpWorkers::start
  std::size_t streams =
      8'000;  // that listen for changes at one time; fewer than connections, so that others get through
  double requests_per_second = 0;  // of one key, in the long run; five seconds' worth at once. 0: no limit
  std::vector<HttpPage> pages;
  Authorization authorization;
  std::size_t kept_event_bytes = std::size_t{64} * 1024 * 1024;  // of all streams, for clients that come back
  bool notes = false;  // says of each request what a log may tell (HttpReply::note): key, method, name, trace
  // Without one, those who listen are told of what this server itself changes, and stay whatever comes of their keys.
  HttpWatch::MakeFeed make_feed;
};

// Stands between a listener, whose requests it takes, and workers, who answer them.
class HttpEndpoint {
 public:
  static constexpr std::string_view kAlivePath = "/healthz";  // answered without a worker

  // The features, the same that the workers' servers have, must outlive the endpoint, as must all else.
  HttpEndpoint(const Features& features, const SessionIds& ids, HttpSettings settings,
               HttpWorkers::MakeWorker make_worker);
  ~HttpEndpoint();

  // Serves what the listener accepts, until it is stopped. Throws Fault where the workers cannot be made.
  void serve(HttpListener& listener);
  // The same without sockets: what must happen on the listener's thread is given to `post`. With no workers requests
  // are handled by whoever calls handler().
  void start(std::function<void(std::function<void()>)> post);
  // What a listener is to be made with, and what it is to use.
  HttpHandler handler();
  HttpGate gate();

 private:
  friend class HttpCall;
  friend class HttpAdmission;

  // One who is told of changes: a subscriptions/listen request, or the stream of a legacy session.
  struct Watcher {
    std::shared_ptr<EventStream> stream;
    Session session;
    std::string uid;  // of the legacy session; empty: modern
  };
  // A legacy request under way, by its session and its id: it can be cancelled, or be answered by the client.
  using CallKey = std::pair<std::string, std::string>;

  void handle(HttpRequest request, const std::shared_ptr<HttpReply>& reply);
  void hand_over(std::shared_ptr<WorkerJob> job);
  // Goes on with a request whose credential is taken.
  void begin(HttpRequest request, const std::shared_ptr<HttpReply>& reply);
  // Decides about a request by its head: at once where that can be, else a worker finds out whether its credential is
  // taken.
  void admit(HttpRequest request, std::function<void(HttpRequest, std::optional<HttpResponse>)> decide);
  // What needs no worker: probes, metadata, and what can be refused by a request's head.
  std::optional<HttpResponse> answer_at_once(const HttpRequest& request) const;
  // The page that the request asks for; null where it is none.
  const HttpPage* page_of(const HttpRequest& request) const;
  std::optional<HttpResponse> refusal(const HttpRequest& request) const;
  void tick();
  void stop();
  Audience audience() const;
  // Ends the streams of those who may not ask any more, and what is under way on them.
  void dismiss(const Callers& callers);
  void close(Watcher& watcher);

  // For calls, on the listener's thread:
  // A stream for the answer to that call; resumable where it is of a legacy session.
  std::shared_ptr<EventStream> make_stream(const std::shared_ptr<HttpCall>& call, const HttpSession& session,
                                           bool polling);
  // The session's stream that an event id names, from now on the caller's; null where it is not kept here.
  std::shared_ptr<EventStream> take_up(const HttpSession& session, const std::string& id);
  // Lets go of a stream that outlives its call, when its client goes.
  void end_with_client(HttpReply& reply, std::shared_ptr<EventStream> stream);
  // For one more stream that listens; null where there are as many as there may be.
  StreamPlace take_place();
  void watch(std::shared_ptr<EventStream> stream, Session session, const std::string& uid);
  void unwatch(const EventStream* stream);
  void follow(const HttpSession& session);
  void end_session(const std::string& uid);
  // A request has changed this: tells those who listen, or has the feed find it.
  void changed(const ChangeSet& changes, const std::string& workspace);
  void tell(const ChangeSet& changes, const std::string& workspace);
  // Goes on once what the session watches is followed, so that no change after its answer is missed.
  void once_followed(const Session& session, std::function<void()> go_on);

  // For calls, from any thread:
  void post(std::function<void()> task);
  bool is_stopping() const { return stopping_; }
  // There is no time left for what is not done yet.
  bool is_late() const { return late_; }
  void begin_call(const CallKey& key, HttpCall& call);
  void end_call(const CallKey& key, const HttpCall& call);
  void cancel_call(const CallKey& key);
  bool has_calls(const std::string& uid) const;         // with calls_mutex_ held
  void await(const CallKey& question, HttpCall* call);  // null: no longer
  void answer(const CallKey& question, const Json& response);
  std::uint64_t next_questions() { return questions_asked_.fetch_add(1000); }

  struct OpenStream {
    std::shared_ptr<EventStream> stream;
    std::string uid;  // of the legacy session; empty: modern
    Caller caller;
    std::weak_ptr<HttpCall> call;  // that it began with
  };

  const SessionIds& ids_;
  Server teller_;  // tells watchers, on the listener's thread
  HttpSettings settings_;
  MirroredArguments mirrored_;
  RateLimit rate_limit_;
  KnownCredentials known_;
  std::function<void(std::function<void()>)> post_;
  Jobs arrived_;  // in this turn of the listener
  KeptEvents kept_events_;
  std::size_t places_taken_ = 0;
  std::list<Watcher> watchers_;
  int following_ = 0;                            // sessions that once_followed() has not gone on with yet
  std::map<std::uint64_t, OpenStream> streams_;  // that are connected, or kept for clients that come back; by age
  std::uint64_t streams_made_ = 0;
  std::string stream_prefix_;  // different in each process
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> late_ = false;
  std::atomic<std::uint64_t> questions_asked_ = 0;
  std::mutex calls_mutex_;
  std::map<CallKey, HttpCall*> calls_;
  std::map<CallKey, HttpCall*> awaited_;
  std::map<CallKey, Json> early_;  // answers that came before they were awaited, while their session has calls
  HttpWatch watch_;
  HttpWorkers workers_;  // the last members: their threads end first
};

}  // namespace pianola::mcp
