// The authorization server whose access tokens are taken beside keys: its name, and its keys from a file that may be
// exchanged while the server runs. Thread rule: safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "mcp/access_token.h"

namespace pianola::server {

// What a token's scope lets its bearer do (as AccessRole).
inline constexpr std::string_view kExecuteScope = "pianola:execute";
inline constexpr std::string_view kDesignScope = "pianola:design";

class TokenSource {
 public:
  TokenSource(mcp::TokenRules rules, std::string path) : rules_(std::move(rules)), path_(std::move(path)) {}

  const mcp::TokenRules& rules() const { return rules_; }
  // Reads the file; where it cannot be used, what was read before stays. Refuses ("bad_jwks").
  Result<void> read();
  // What was read last: another object after each read.
  std::shared_ptr<const std::string> jwks() const;

 private:
  mcp::TokenRules rules_;
  std::string path_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::string> jwks_;
};

}  // namespace pianola::server
