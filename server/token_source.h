// The authorization server whose access tokens are taken beside keys: its name, and its keys, which it may exchange
// while the server runs. They are read from a file, again when told to; or fetched on a thread of their own, now and
// then and when a token is signed with an unknown one. Keys that were read stay until others can be.
// Thread rule: safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "mcp/access_token.h"
#include "workflow/access.h"

namespace pianola::server {

// A scope of tokens, and the role that it gives.
struct ScopeRow {
  std::string_view scope;
  workflow::AccessRole role;
};
// All of them, the narrowest first.
std::span<const ScopeRow> scopes();

// Holds the keys that count now, and sees to newer ones.
class TokenSource {
 public:
  // Gives a JWKS as text.
  using Load = std::function<Result<std::string>()>;
  using Say = std::function<void(const std::string&)>;
  struct Pace {
    std::chrono::milliseconds usual = std::chrono::minutes(10);  // withdrawn keys are taken no longer than this
    std::chrono::milliseconds after_failure = std::chrono::seconds(30);
    std::chrono::milliseconds between_asked = std::chrono::seconds(30);  // whoever sends tokens of unknown keys
  };

  TokenSource(mcp::TokenRules rules, Load load) : rules_(std::move(rules)), load_(std::move(load)) {}
  ~TokenSource();

  const mcp::TokenRules& rules() const { return rules_; }
  // Reads the keys; where they cannot be used, what was read before stays. Refuses ("bad_jwks", or as `load`).
  Result<void> read();
  // Reads them, and has a thread do so from now on. `say` is told why they could not be read, once for each reason, and
  // with an empty text when they are again: here, and on that thread.
  void keep_fresh(Pace pace, Say say);
  // Has them read soon, by that thread, or now where there is none (then refuses as read()).
  Result<void> reload();
  // An unknown key has signed a token: has the keys read, at most once in a while, and calls `then` when they are, or
  // could not be, on the thread that reads. False, and never, where they are not to be read now.
  bool renew(std::function<void()> then);
  // Reads no more, and calls nobody any more. From one thread.
  void end();
  // What was read last: another object after each read; null before the first.
  std::shared_ptr<const std::string> jwks() const;

 private:
  void work();
  // Reads and tells; false where there are no new keys.
  bool refresh();

  mcp::TokenRules rules_;
  Load load_;
  Pace pace_;
  Say say_;
  std::string problem_;  // that was told last
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const std::string> jwks_;
  std::optional<std::chrono::steady_clock::time_point> asked_at_;
  bool asked_ = false;
  std::vector<std::function<void()>> waiting_;  // for the read that was asked for
  bool ended_ = false;
  std::thread thread_;
};

// The keys of the issuer that the rules name, from `jwks`: a file or a URL; empty: where the issuer's metadata says.
// Null where no issuer is named. A file that cannot be used is refused; a server that does not answer may do so later:
// `say` is told, now and from a thread. Refuses ("bad_oauth") what is no URL that may be asked.
Result<std::unique_ptr<TokenSource>> open_token_source(mcp::TokenRules rules, const std::string& jwks,
                                                       const TokenSource::Say& say);

}  // namespace pianola::server
