#include "server/token_source.h"

#include "server/read_file.h"

namespace pianola::server {

Result<void> TokenSource::read() {
  Result<std::string> text = read_text_file(path_);
  if (!text) return refuse(text.error());
  if (const auto keys = mcp::TokenKeys::parse(*text); !keys) {
    return refuse("bad_jwks", "\"" + path_ + "\": " + keys.error().message);
  }
  const std::scoped_lock lock(mutex_);
  jwks_ = std::make_shared<const std::string>(*std::move(text));
  return {};
}

std::shared_ptr<const std::string> TokenSource::jwks() const {
  const std::scoped_lock lock(mutex_);
  return jwks_;
}

}  // namespace pianola::server
