#include "server/http_worker.h"

#include "base/ascii.h"
#include "base/list_text.h"
#include "mcp/authorize.h"
#include "mcp/http_message.h"
#include "store/open.h"
#include "tools/roles.h"
#include "workflow/access.h"

namespace pianola::server {
namespace {

using workflow::WorkspaceName;

// The token of "Bearer TOKEN"; nothing where it is not that.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::size_t kScheme = 7;
  if (lower_case(authorization.substr(0, kScheme)) != "bearer ") return std::nullopt;
  return trimmed(authorization.substr(kScheme));
}

constexpr const char* kWorkspaceClaim = "pianola_workspace";

// What all the scopes together give, which blanks part (RFC 6749, 3.3).
mcp::Rights rights_of_scope(const std::string& scope) {
  mcp::Rights rights = 0;
  for (const ScopeRow& row : scopes()) {
    const bool has = (" " + scope + " ").find(" " + std::string(row.scope) + " ") != std::string::npos;
    if (has) rights |= tools::rights_of(row.role);
  }
  return rights;
}

std::string scope_names() {
  std::vector<std::string> names;
  for (const ScopeRow& row : scopes()) names.emplace_back(row.scope);
  return list_text(names);
}

// Executions of the caller's workspace that ended, as the accounts have them: by all servers on the store.
void write_executions(std::string& text, const std::vector<workflow::AccountEntry>& entries) {
  using Entry = workflow::AccountEntry;
  constexpr std::pair<std::string_view, std::int64_t Entry::*> kEnds[] = {{"succeeded", &Entry::succeeded},
                                                                          {"failed", &Entry::failed},
                                                                          {"escalated", &Entry::escalated},
                                                                          {"abandoned", &Entry::abandoned}};
  constexpr std::string_view kName = "pianola_executions_total";
  write_header(text, kName, "Executions of the key's workspace that ended, by how.", "counter");
  for (const auto& [how, count] : kEnds) {
    std::int64_t sum = 0;
    for (const Entry& entry : entries) sum += entry.*count;
    write_sample(text, kName, {{"ended", how}}, sum);
  }
}

}  // namespace

HttpWorker::HttpWorker(Program& program, mcp::Caller local, bool is_local, const mcp::RequestLog& log, Metrics& metrics,
                       TokenSource* tokens)
    : store_(store::open_store(program.resolved_store_path())),
      environment_{*store_, program.clock(), program.ids(), program.settings},
      context_{environment_},
      seal_(workflow::store_secret(environment_, "request_state"), program.clock()),
      features_(tools::all_features(context_, kVersion)),
      server_(features_),
      local_(std::move(local)),
      is_local_(is_local),
      metrics_(metrics),
      tokens_(tokens) {
  features_.request_log = log;
  features_.state_seal = &seal_;
}

Result<mcp::Caller> HttpWorker::caller(std::optional<std::string_view> authorization) {
  if (!authorization) {
    if (is_local_ && !store_->access().has_keys()) return local_;
    return refuse("unauthorized", "Send a key: Authorization: Bearer KEY. \"pianola key create\" makes one");
  }
  const auto token = bearer_token(*authorization);
  if (!token) return refuse("unauthorized", "Authorization is not Bearer KEY");
  // Tokens have dots, keys have none.
  if (tokens_ != nullptr && token->find('.') != token->npos) return token_caller(*token);
  const Result<workflow::AccessKey> key = workflow::check_key(environment_, *token);
  if (!key) return refuse(key.error());
  return mcp::Caller{key->workspace.text(), tools::rights_of(key->role), key->prefix, false, key->expires_at};
}

Result<Json> HttpWorker::token_claims(std::string_view token) {
  const auto jwks = tokens_->jwks();
  if (jwks == nullptr)
    return refuse(std::string(mcp::kNoKeysYet), "The issuer's keys could not be read yet: try again");
  if (jwks != jwks_) {
    token_keys_ = mcp::TokenKeys::parse(*jwks).value();
    jwks_ = jwks;
  }
  return token_keys_->check(token, tokens_->rules(), environment_.clock.now());
}

Result<mcp::Caller> HttpWorker::token_caller(std::string_view token) {
  const Result<Json> claims = token_claims(token);
  if (!claims) return refuse(claims.error());
  const mcp::Rights rights = rights_of_scope(text_member(*claims, "scope"));
  if (rights == 0) return refuse("insufficient_scope", "The token's scope has none of " + scope_names());
  const Result<WorkspaceName> workspace = WorkspaceName::parse(
      claims->contains(kWorkspaceClaim) ? text_member(*claims, kWorkspaceClaim) : local_.workspace);
  if (!workspace) return refuse("unauthorized", "The token names no workspace: " + workspace.error().message);
  return mcp::Caller{workspace->text(), rights, "sub:" + text_member(*claims, "sub"), true, mcp::token_end(*claims)};
}

bool HttpWorker::renew(const Refusal& refusal, const std::function<void()>& then) {
  const bool lacks_key = refusal.code == mcp::kUnknownSigner || refusal.code == mcp::kNoKeysYet;
  return lacks_key && tokens_->renew(then);
}

void HttpWorker::commit() {
  const Timestamp began = environment_.clock.now();
  store_->commit_batch();
  metrics_.note_commit(environment_.clock.now().micros_since(began));
}

mcp::HttpResponse HttpWorker::page(std::string_view path, const mcp::Caller& caller) {
  if (path == kReadyPath) {
    store_->access().has_keys();  // the store can be read
    return mcp::text_response(200, "ready");
  }
  std::string text = metrics_.text();
  write_executions(text, store_->accounts().entries(WorkspaceName::parse(caller.workspace).value(), {}));
  return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, std::move(text)};
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
