#include "server/token_source.h"

#include <utility>

#include "mcp/issuer.h"
#include "server/read_file.h"

namespace pianola::server {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestGet{4};

// Asks the server at `jwks`, or the issuer where its keys are.
Result<TokenSource::Load> asking(const std::string& issuer, const std::string& jwks) {
  const Result<mcp::Url> url = mcp::Url::parse(jwks.empty() ? issuer : jwks);
  if (!url) return refuse("bad_oauth", url.error().message);
  if (jwks.empty()) return [url = *url] { return mcp::get_issuer_jwks(url, kLongestGet); };
  return [url = *url] { return mcp::http_get(url, kLongestGet); };
}

Result<std::string> read_keys_file(const std::string& path) {
  Result<std::string> text = read_text_file(path);
  if (!text) return text;
  if (const auto keys = mcp::TokenKeys::parse(*text); !keys) {
    return refuse("bad_jwks", "\"" + path + "\": " + keys.error().message);
  }
  return text;
}

}  // namespace

std::span<const ScopeRow> scopes() {
  using workflow::AccessRole;
  static constexpr ScopeRow kScopes[] = {{"pianola:execute", AccessRole::executor},
                                         {"pianola:review", AccessRole::reviewer},
                                         {"pianola:design", AccessRole::designer},
                                         {"pianola:admin", AccessRole::admin}};
  return kScopes;
}

TokenSource::~TokenSource() { end(); }

void TokenSource::end() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<void> TokenSource::read() {
  Result<std::string> text = load_();
  if (!text) return refuse(text.error());
  if (const auto keys = mcp::TokenKeys::parse(*text); !keys) return refuse(keys.error());
  const std::scoped_lock lock(mutex_);
  jwks_ = std::make_shared<const std::string>(*std::move(text));
  return {};
}

void TokenSource::keep_fresh(Pace pace, Say say) {
  pace_ = pace;
  say_ = std::move(say);
  refresh();
  thread_ = std::thread([this] { work(); });
}

bool TokenSource::refresh() {
  const Result<void> done = read();
  const std::string problem = done ? "" : done.error().message;
  if (problem != problem_) say_(problem);
  problem_ = problem;
  return done.has_value();
}

void TokenSource::work() {
  std::unique_lock lock(mutex_);
  auto pause = jwks_ == nullptr ? pace_.after_failure : pace_.usual;
  while (true) {
    changed_.wait_for(lock, pause, [this] { return ended_ || asked_; });
    if (ended_) return;
    asked_ = false;
    lock.unlock();
    pause = refresh() ? pace_.usual : pace_.after_failure;
    lock.lock();
    // Who asked while they were read waits for a read that begins afterwards.
    if (asked_ || ended_) continue;
    const auto waiting = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& then : waiting) then();
    lock.lock();
  }
}

Result<void> TokenSource::reload() {
  if (!thread_.joinable()) return read();
  {
    const std::scoped_lock lock(mutex_);
    asked_ = true;
  }
  changed_.notify_all();
  return {};
}

bool TokenSource::renew(std::function<void()> then) {
  const std::scoped_lock lock(mutex_);
  if (ended_ || !thread_.joinable()) return false;
  const Steady::time_point now = Steady::now();
  // Who comes while they are read waits for the same.
  const bool is_soon = asked_at_ && now - *asked_at_ < pace_.between_asked;
  if (is_soon && waiting_.empty()) return false;
  waiting_.push_back(std::move(then));
  if (is_soon) return true;
  asked_at_ = now;
  asked_ = true;
  changed_.notify_all();
  return true;
}

std::shared_ptr<const std::string> TokenSource::jwks() const {
  const std::scoped_lock lock(mutex_);
  return jwks_;
}

Result<std::unique_ptr<TokenSource>> open_token_source(mcp::TokenRules rules, const std::string& jwks,
                                                       const TokenSource::Say& say) {
  if (rules.issuer.empty()) return nullptr;
  const bool is_file = !jwks.empty() && jwks.find("://") == std::string::npos;
  const Result<TokenSource::Load> load =
      is_file ? TokenSource::Load([jwks] { return read_keys_file(jwks); }) : asking(rules.issuer, jwks);
  if (!load) return refuse(load.error());
  auto source = std::make_unique<TokenSource>(std::move(rules), *load);
  if (is_file) {
    if (const Result<void> read = source->read(); !read) return refuse(read.error());
  } else {
    source->keep_fresh({}, [say](const std::string& why) {
      say(why.empty() ? "the issuer's keys are read again" : "the issuer's keys are not read: " + why);
    });
  }
  return source;
}

}  // namespace pianola::server
