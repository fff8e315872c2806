// What one worker thread of `serve --http` works with: a store, tools and a protocol layer of its own.
// Thread rule: belongs to one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mcp/http_workers.h"
#include "mcp/request_state.h"
#include "server/metrics.h"
#include "server/program.h"
#include "server/token_source.h"
#include "tools/catalogue.h"
#include "workflow/store.h"

namespace pianola::server {

inline constexpr std::string_view kReadyPath = "/readyz";
inline constexpr std::string_view kMetricsPath = "/metrics";

class HttpWorker final : public mcp::HttpWorker, private mcp::WorkBatch, private mcp::SessionMemory {
 public:
  // `local` is who asks without a key, where `is_local` lets anybody: while the store has no keys. `tokens` may be
  // null, and must outlive the worker.
  HttpWorker(Program& program, mcp::Caller local, bool is_local, const mcp::RequestLog& log, Metrics& metrics,
             TokenSource* tokens);

  const mcp::Server& server() override { return server_; }
  mcp::WorkBatch* batch() override { return this; }
  mcp::SessionMemory& sessions() override { return *this; }
  Result<mcp::Caller> caller(std::optional<std::string_view> authorization) override;
  // Has the authorization server's keys read, where a token's was not among them.
  bool renew(const Refusal& refusal, const std::function<void()>& then) override;
  // /readyz and /metrics.
  mcp::HttpResponse page(std::string_view path, const mcp::Caller& caller) override;

 private:
  // Who an access token of the authorization server names.
  Result<mcp::Caller> token_caller(std::string_view token);
  // The claims of such a token, by the keys that are known now.
  Result<Json> token_claims(std::string_view token);
  void begin() override { store_->begin_batch(); }
  void commit() override;
  std::optional<std::string> find(const std::string& workspace, const std::string& uid) override;
  void keep(const std::string& workspace, const std::string& uid, const std::string& text) override;

  std::unique_ptr<workflow::Store> store_;
  workflow::Environment environment_;
  tools::ToolContext context_;
  mcp::StateSeal seal_;  // with a key of the store's: another server may get the next round of a request
  mcp::Features features_;
  mcp::Server server_;
  mcp::Caller local_;
  bool is_local_;
  Metrics& metrics_;
  TokenSource* tokens_;
  std::shared_ptr<const std::string> jwks_;  // what token_keys_ are made of
  std::optional<mcp::TokenKeys> token_keys_;
};

}  // namespace pianola::server
