// The threads that handle requests, so that the listener's never waits for a store. Each has a store and a Server of
// its own; what waits when a thread becomes free is handled together, as one unit of durable work (group commit).
// Thread rule: HttpWorkers is safe from any thread; what it makes belongs to one worker thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/fault.h"
#include "base/result.h"
#include "mcp/caller.h"
#include "mcp/http_message.h"
#include "mcp/http_session.h"
#include "mcp/server.h"
#include "mcp/work_batch.h"

namespace pianola::mcp {

// What one worker thread works with; given by the product.
class HttpWorker {
 public:
  virtual ~HttpWorker() = default;
  virtual const Server& server() = 0;
  // Null: nothing is made durable.
  virtual WorkBatch* batch() = 0;
  virtual SessionMemory& sessions() = 0;
  // Who asks, by the field Authorization. Refuses ("unauthorized") whom it does not know, and ("insufficient_scope")
  // whose token is for other things.
  virtual Result<Caller> caller(std::optional<std::string_view> authorization) = 0;
  // Has what credentials are checked with read anew, where that may change this refusal of caller()'s: `then` is called
  // once, from any thread, when it is. False, and never, where the refusal stands.
  virtual bool renew(const Refusal& refusal, const std::function<void()>& then) {
    static_cast<void>(refusal);
    static_cast<void>(then);
    return false;
  }
  // A page beside MCP (HttpSettings::pages). Throws Fault where the store cannot be read.
  virtual HttpResponse page(std::string_view path, const Caller& caller) {
    static_cast<void>(caller);
    return text_response(404, "There is no page " + std::string(path));
  }
};

class WorkerThread;

// One request to be handled.
class WorkerJob {
 public:
  virtual ~WorkerJob() = default;
  // On a worker thread.
  virtual void run(WorkerThread& thread) = 0;
  // Answers so: run() threw. No request ends the process.
  virtual void fail(int status, std::string_view why) = 0;
  // What run() did was not kept: on a worker thread.
  virtual void take_back(const Fault& fault, const Server& server) = 0;
  // Says what came of it, once that is durable: on the listener's thread.
  virtual void finish() = 0;
};

using Jobs = std::vector<std::shared_ptr<WorkerJob>>;

class HttpWorkers {
 public:
  using MakeWorker = std::function<std::unique_ptr<HttpWorker>()>;
  // Has finish() called for each of the jobs, on the listener's thread.
  using Deliver = std::function<void(Jobs)>;

  HttpWorkers(MakeWorker make_worker, Deliver deliver);
  ~HttpWorkers();

  // Starts so many threads; with none, what is added is handled at once by whoever adds it. Throws Fault where what
  // they work with cannot be made.
  void start(int threads);
  void add(Jobs jobs);
  // Finishes what was added, and takes no more.
  void end();

 private:
  friend class WorkerThread;
  // As many jobs as one thread should take; waits for the first. Empty: there will be none.
  Jobs take();

  MakeWorker make_worker_;
  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::shared_ptr<WorkerJob>> waiting_;
  bool ended_ = false;
  std::size_t count_ = 1;  // of threads
  std::vector<std::thread> threads_;
  std::unique_ptr<WorkerThread> own_;  // where there are no threads
};

// What a job may ask of the thread that runs it.
class WorkerThread {
 public:
  WorkerThread(HttpWorkers& workers, std::unique_ptr<HttpWorker> worker)
      : workers_(workers), worker_(std::move(worker)) {}

  void work();
  void handle(Jobs jobs);
  HttpWorker& worker() { return *worker_; }
  // Set while work cannot be made durable.
  const std::optional<Fault>& work_fault() const { return work_fault_; }
  // Makes durable what was done so far, and lets its answers go, before a job waits for its client. Gives the fault
  // where nothing of it was kept.
  std::optional<Fault> settle();

 private:
  void begin();
  void run(WorkerJob& job);

  HttpWorkers& workers_;
  std::unique_ptr<HttpWorker> worker_;
  Jobs done_;
  bool begun_ = false;
  std::optional<Fault> work_fault_;
};

}  // namespace pianola::mcp
