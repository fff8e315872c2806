// Asking another server for one small document: what an authorization server says of itself, or whether a server of
// ours answers. HTTPS, with the system's certificates (OpenSSL's SSL_CERT_FILE and SSL_CERT_DIR name others); plain
// HTTP to this machine alone. Nobody is followed elsewhere: a redirection is a failure. Thread rule: plain values; the
// functions block their thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mcp/http_message.h"

namespace pianola::mcp {

// An address that may be asked. Made only from valid text.
struct Url {
  std::string text;
  bool tls = true;
  std::string host;    // without brackets
  std::string port;    // "443" where none is given
  std::string origin;  // "https://login.example.com:8443"
  std::string path;    // from the first "/" on, with what is asked; empty where there is none
  bool is_loopback = false;

  // Refuses ("bad_url") what is no https URL; http is taken for loopback.
  static Result<Url> parse(std::string_view text);
};

inline constexpr std::size_t kMostDocumentBytes = std::size_t{1} << 20;

// The body of an answer with status 200. Refuses ("cannot_get") all else, and what takes longer than this, or is
// larger than kMostDocumentBytes; says why.
Result<std::string> http_get(const Url& url, std::chrono::milliseconds longest);

// What comes back for a POST, whatever its status. Refuses ("cannot_get") as http_get does.
Result<HttpResponse> http_post(const Url& url, const HttpFields& fields, std::string body,
                               std::chrono::milliseconds longest);

}  // namespace pianola::mcp
