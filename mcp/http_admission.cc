#include "mcp/http_admission.h"

namespace pianola::mcp {

void HttpAdmission::run(WorkerThread& thread) {
  const Result<Caller> caller = thread.worker().caller(request_.field("authorization"));
  if (caller) return;
  const auto then = [self = shared_from_this()] { self->endpoint_.post([self] { self->go_on(); }); };
  if (!has_waited_) waits_ = thread.worker().renew(caller.error(), then);
  if (!waits_) refusal_ = challenge(request_, endpoint_.settings_.authorization, caller.error());
}

void HttpAdmission::finish() {
  if (std::exchange(waits_, false)) return go_on();
  const auto now = std::chrono::steady_clock::now();
  if (!refusal_) endpoint_.known_.remember(request_, now);
  if (refusal_ && refusal_->status == kUnauthorized) endpoint_.known_.refuse(request_, now);
  decide_(std::move(request_), std::move(refusal_));
}

void HttpAdmission::go_on() {
  if (std::exchange(has_waited_, true)) endpoint_.hand_over(shared_from_this());
}

}  // namespace pianola::mcp
