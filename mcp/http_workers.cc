#include "mcp/http_workers.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

namespace pianola::mcp {
namespace {

constexpr std::size_t kMostTogether = 32;  // jobs in one batch: more would only make the first one wait

// Signals are for the main thread.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

HttpWorkers::HttpWorkers(MakeWorker make_worker, Deliver deliver)
    : make_worker_(std::move(make_worker)), deliver_(std::move(deliver)) {}

HttpWorkers::~HttpWorkers() { end(); }

void HttpWorkers::start(int threads) {
  if (threads == 0) own_ = std::make_unique<WorkerThread>(*this, make_worker_());
  count_ = static_cast<std::size_t>(threads);
  for (int i = 0; i < threads; ++i) {
    // Made here, so that a store that cannot be opened is known before anybody is served.
    auto thread = std::make_shared<WorkerThread>(*this, make_worker_());
    threads_.emplace_back([thread] {
      block_signals();
      thread->work();
    });
  }
}

void HttpWorkers::end() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : std::exchange(threads_, {})) thread.join();
}

void HttpWorkers::add(Jobs jobs) {
  if (own_ != nullptr) return own_->handle(std::move(jobs));
  {
    const std::scoped_lock lock(mutex_);
    std::ranges::move(jobs, std::back_inserter(waiting_));
  }
  jobs.size() == 1 ? ready_.notify_one() : ready_.notify_all();
}

Jobs HttpWorkers::take() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
  // A share of what waits: the other threads may be free.
  const std::size_t share = (waiting_.size() + count_ - 1) / count_;
  const std::size_t count = std::min(share, kMostTogether);
  Jobs jobs(std::make_move_iterator(waiting_.begin()),
            std::make_move_iterator(waiting_.begin() + static_cast<std::ptrdiff_t>(count)));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  return jobs;
}

void WorkerThread::work() {
  for (Jobs jobs = workers_.take(); !jobs.empty(); jobs = workers_.take()) handle(std::move(jobs));
}

void WorkerThread::handle(Jobs jobs) {
  begin();
  for (std::shared_ptr<WorkerJob>& job : jobs) {
    run(*job);
    done_.push_back(std::move(job));
  }
  settle();
  work_fault_.reset();
}

void WorkerThread::begin() {
  if (worker_->batch() == nullptr) return;
  // Where work cannot begin, tool calls are answered with the reason.
  work_fault_ = begin_work(*worker_->batch());
  begun_ = !work_fault_;
}

void WorkerThread::run(WorkerJob& job) {
  try {
    if (const auto fault = fault_of([&] { job.run(*this); })) job.fail(503, fault->what());
  } catch (const std::exception& error) {
    job.fail(500, error.what());
  }
}

std::optional<Fault> WorkerThread::settle() {
  std::optional<Fault> lost;
  if (std::exchange(begun_, false)) lost = commit_work(*worker_->batch());
  if (lost) {
    for (const std::shared_ptr<WorkerJob>& job : done_) job->take_back(*lost, worker_->server());
  }
  if (!done_.empty()) workers_.deliver_(std::exchange(done_, {}));
  return lost;
}

}  // namespace pianola::mcp
