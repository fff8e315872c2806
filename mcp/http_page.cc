#include "mcp/http_page.h"

namespace pianola::mcp {

HttpResponse HttpPageJob::show(WorkerThread& thread) const {
  if (thread.work_fault()) return text_response(503, thread.work_fault()->what());
  if (!page_.for_privileged) return thread.worker().page(page_.path, {});
  const Result<Caller> caller = thread.worker().caller(request_.field("authorization"));
  if (!caller) return challenge(request_, authorization_, caller.error());
  if (!caller->privileged) return text_response(403, "This page is for designers");
  return thread.worker().page(page_.path, *caller);
}

}  // namespace pianola::mcp
