#include "server/http_worker.h"

#include "mcp/http_message.h"
#include "store/open.h"
#include "workflow/access.h"

namespace pianola::server {
namespace {

using workflow::WorkspaceName;

// The token of "Bearer TOKEN"; nothing where it is not that.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::size_t kScheme = 7;
  if (mcp::lower_case(authorization.substr(0, kScheme)) != "bearer ") return std::nullopt;
  return mcp::trimmed(authorization.substr(kScheme));
}

}  // namespace

HttpWorker::HttpWorker(Program& program, mcp::Caller local, bool is_local, const mcp::RequestLog& log)
    : store_(store::open_store(program.resolved_store_path())),
      environment_{*store_, program.clock(), program.ids(), program.settings},
      context_{environment_},
      features_(tools::all_features(context_, kVersion)),
      server_(features_),
      local_(std::move(local)),
      is_local_(is_local) {
  features_.request_log = log;
}

Result<mcp::Caller> HttpWorker::caller(std::optional<std::string_view> authorization) {
  if (!authorization) {
    if (is_local_ && !store_->access().has_keys()) return local_;
    return refuse("unauthorized", "Send a key: Authorization: Bearer KEY. \"pianola key create\" makes one");
  }
  const auto token = bearer_token(*authorization);
  if (!token) return refuse("unauthorized", "Authorization is not Bearer KEY");
  const Result<workflow::AccessKey> key = workflow::check_key(environment_, *token);
  if (!key) return refuse(key.error());
  return mcp::Caller{key->workspace.text(), key->role == workflow::AccessRole::designer, key->prefix};
}

std::optional<std::string> HttpWorker::find(const std::string& workspace, const std::string& uid) {
  return store_->access().session(WorkspaceName::parse(workspace).value(), uid);
}

void HttpWorker::keep(const std::string& workspace, const std::string& uid, const std::string& text) {
  const std::unique_ptr<workflow::WriteTransaction> transaction = store_->begin_write();
  const Timestamp now = environment_.clock.now();
  store_->access().keep_session(WorkspaceName::parse(workspace).value(), uid, text,
                                now.plus_micros(mcp::SessionIds::kLifetimeMicros), now);
  transaction->commit();
}

}  // namespace pianola::server
