// A page beside MCP, as a request for one is handled: probes of whoever runs the server, and what it counts of itself.
// Private to http_endpoint.cc and http_page.cc. Thread rule: as WorkerJob.
#pragma once

#include <memory>
#include <optional>

#include "mcp/http_endpoint.h"

namespace pianola::mcp {

class HttpPageJob final : public WorkerJob {
 public:
  // Page and authorization must outlive it.
  HttpPageJob(const HttpPage& page, const Authorization& authorization, HttpRequest request,
              std::shared_ptr<HttpReply> reply)
      : page_(page), authorization_(authorization), request_(std::move(request)), reply_(std::move(reply)) {}

  void run(WorkerThread& thread) override { answer_ = show(thread); }
  void fail(int status, std::string_view why) override { answer_ = text_response(status, why); }
  void take_back(const Fault& fault, const Server&) override { fail(503, fault.what()); }
  void finish() override { reply_->respond(std::move(answer_)); }

 private:
  HttpResponse show(WorkerThread& thread) const;

  const HttpPage& page_;
  const Authorization& authorization_;
  HttpRequest request_;
  std::shared_ptr<HttpReply> reply_;
  HttpResponse answer_;
};

}  // namespace pianola::mcp
