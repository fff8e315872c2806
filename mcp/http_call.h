// One HTTP request to the endpoint, from the moment a worker takes it until it is answered: which era and session it is
// of, what the protocol layer says to it, and how that goes back. Private to http_endpoint.cc and http_call.cc.
// Thread rule: run() and the functions of Sink on a worker thread, the rest on the listener's, except where noted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mcp/http_endpoint.h"

namespace pianola::mcp {

class HttpCall final : public WorkerJob, public Sink, public std::enable_shared_from_this<HttpCall> {
 public:
  HttpCall(HttpEndpoint& endpoint, HttpRequest request, std::shared_ptr<HttpReply> reply)
      : endpoint_(endpoint), request_(std::move(request)), reply_(std::move(reply)) {}

  void run(WorkerThread& thread) override;
  void fail(int status, std::string_view why) override { answer(text_response(status, why)); }
  void take_back(const Fault& fault, const Server& server) override;
  void finish() override;

  // Its client went away.
  void client_gone();
  // The client cancelled it. From any thread.
  void cancel();
  // No answer to its question will come: it goes on without. From any thread.
  void stop_waiting();
  // The client's answer to a question. From any thread.
  void give_answer(const Json& response);

  void send(Outgoing message) override { said_.push_back(std::move(message)); }
  void send_now(std::string text) override;
  void changed(const ChangeSet& changes) override { changes_.push_back(changes); }
  void break_stream() override;
  bool is_cancelled(const Json& id, Look look) override;
  std::optional<Json> wait_for_answer(const std::string& question, const Json& id) override;

 private:
  void handle(WorkerThread& thread);
  void handle_post(WorkerThread& thread);
  void handle_modern(WorkerThread& thread, const Message& message);
  void handle_legacy(WorkerThread& thread, Json message);
  void handle_in_session(WorkerThread& thread, Json message);
  void handle_reply_or_cancellation(const Json& message);
  void initialize(WorkerThread& thread, Json message);
  void open_listening(WorkerThread& thread);
  void end_session(WorkerThread& thread);
  // The session that the request names; answers it where there is none.
  bool open_session(WorkerThread& thread);
  bool is_revision_known();
  void answer(HttpResponse response) { direct_ = std::move(response); }
  void answer_error(int status, int error_code, std::string_view why, const OrderedJson& data = nullptr);
  int status_of(const Outgoing& message) const;
  void note_message(const Json& message);
  // The stream of the answer; made where there is none yet.
  EventStream& stream();
  void finish_watching();
  void finish_listening();
  void finish_messages();

  HttpEndpoint& endpoint_;
  HttpRequest request_;
  std::shared_ptr<HttpReply> reply_;
  WorkerThread* thread_ = nullptr;
  HttpSession session_;  // of a modern request: its caller alone
  bool is_legacy_ = false;
  const Revision* revision_ = nullptr;
  std::optional<HttpResponse> direct_;  // answers without the protocol layer
  HttpFields notes_;                    // for the log
  std::vector<Outgoing> said_;
  std::vector<ChangeSet> changes_;
  std::string new_session_id_;
  bool listens_ = false;        // GET: the session's own stream
  bool awaits_answer_ = false;  // the message is a request
  bool session_changed_ = false;
  bool session_ended_ = false;
  StreamPlace place_;                    // where it listens, until its stream has it; the listener's thread's
  std::shared_ptr<EventStream> stream_;  // the listener's thread's
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> gone_ = false;
  std::mutex answer_mutex_;
  std::condition_variable answered_;
  std::optional<Json> answer_;  // to the question that is asked
};

}  // namespace pianola::mcp
