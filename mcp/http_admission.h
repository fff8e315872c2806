// Whether a request's credential is taken, found out before anything else is done for it: by a worker, who may have to
// wait for an authorization server's keys, which holds up nobody else. Private to http_endpoint.cc and
// http_admission.cc. Thread rule: as WorkerJob.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "mcp/http_endpoint.h"

namespace pianola::mcp {

class HttpAdmission final : public WorkerJob, public std::enable_shared_from_this<HttpAdmission> {
 public:
  // Takes the request back, and what it is refused with.
  using Decide = std::function<void(HttpRequest, std::optional<HttpResponse>)>;

  HttpAdmission(HttpEndpoint& endpoint, HttpRequest request, Decide decide)
      : endpoint_(endpoint), request_(std::move(request)), decide_(std::move(decide)) {}

  void run(WorkerThread& thread) override;
  void fail(int status, std::string_view why) override { refusal_ = text_response(status, why); }
  void take_back(const Fault&, const Server&) override {}  // it has changed nothing
  void finish() override;

 private:
  // Comes twice: when it is parked, and when what it waits for is read.
  void go_on();

  HttpEndpoint& endpoint_;
  HttpRequest request_;
  Decide decide_;
  std::optional<HttpResponse> refusal_;
  bool waits_ = false;  // for what credentials are checked with
  bool has_waited_ = false;
};

}  // namespace pianola::mcp
