#include "mcp/http_page.h"

namespace pianola::mcp {

HttpResponse HttpPageJob::show(WorkerThread& thread) const {
  if (thread.work_fault()) return text_response(503, thread.work_fault()->what());
  if (!page_.needs) return thread.worker().page(page_.path, {});
  const Result<Caller> caller = thread.worker().caller(request_.field("authorization"));
  if (!caller) return challenge(request_, authorization_, caller.error());
  if (!may_use(*caller, *page_.needs)) {
    return challenge(request_, authorization_, {"insufficient_scope", "This page is not for the role of your key", ""},
                     *page_.needs);
  }
  return thread.worker().page(page_.path, *caller);
}

}  // namespace pianola::mcp
