#include "mcp/http_head.h"

#include <algorithm>

#include "base/ascii.h"

namespace pianola::mcp {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 3986, 3.2.2 and 3.2.3: what names of hosts and ports are written with.
bool can_be_host(std::string_view text) {
  constexpr std::string_view kMarks = "-._~!$&'()*+,;=%[]:";
  return std::ranges::all_of(text, [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.find(c) != kMarks.npos;
  });
}

std::optional<BadHead> bad_host_field(const HttpRequest& request, int version) {
  const int hosts = request.count("host");
  if (hosts > 1 || (hosts == 0 && version == 11)) return BadHead{400, "There must be one Host field"};
  if (hosts == 1 && !can_be_host(trimmed(*request.field("host")))) return BadHead{400, "The Host is no host and port"};
  return std::nullopt;
}

std::optional<BadHead> bad_length(const HttpRequest& request, int version) {
  const bool coded = request.count("transfer-encoding") > 0;
  if (request.count("content-length") > 1) return BadHead{400, "Content-Length comes more than once"};
  if (const auto length = request.field("content-length");
      length && (length->empty() || !std::ranges::all_of(*length, is_digit))) {
    return BadHead{400, "Content-Length is one number"};
  }
  if (!coded) return std::nullopt;
  if (request.count("content-length") > 0) {
    return BadHead{400, "Content-Length and Transfer-Encoding exclude each other"};
  }
  if (version == 10) return BadHead{400, "HTTP/1.0 has no Transfer-Encoding"};
  if (request.count("transfer-encoding") > 1 || lower_case(trimmed(*request.field("transfer-encoding"))) != "chunked") {
    return BadHead{501, "The only Transfer-Encoding is chunked"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> bad_bytes(std::string_view bytes, char before) {
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; };
  for (const char byte : bytes) {
    if (!is_control(byte) && !is_control(before)) continue;  // nearly all: what `before` is does not matter then
    if (byte == '\n' && before != '\r') return "A line of the header ends with LF alone";
    if (before == '\r' && byte != '\n') return "There is a CR inside a line of the header";
    if (before == '\n' && (byte == ' ' || byte == '\t')) return "Folded lines in the header are obsolete";
    if (is_control(byte) && byte != '\r' && byte != '\n' && byte != '\t') {
      return "There is a control character in the header";
    }
    before = byte;
  }
  return std::nullopt;
}

bool names_a_version(std::string_view request_line) {
  const std::string_view version = request_line.substr(request_line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]) && std::ranges::count(request_line, ' ') == 2;
}

std::optional<BadHead> bad_head(const HttpRequest& request, std::size_t most_fields, int version) {
  if (request.fields.size() > most_fields) return BadHead{431, "The header has too many fields"};
  if (version != 10 && version != 11) return BadHead{505, "Speak HTTP/1.1"};
  if (auto bad = bad_host_field(request, version)) return bad;
  if (auto bad = bad_length(request, version)) return bad;
  if (const auto encoding = request.field("content-encoding"); encoding && lower_case(*encoding) != "identity") {
    return BadHead{415, "Send the body as it is, without a Content-Encoding"};
  }
  return std::nullopt;
}

bool take_target(HttpRequest& request) {
  const std::string target = request.target;
  const std::size_t colon = target.find("://");
  const std::string scheme = lower_case(target.substr(0, colon));
  if (colon != target.npos && (scheme == "http" || scheme == "https")) {
    const std::size_t from = colon + 3;
    const std::size_t path = std::min(target.find_first_of("/?", from), target.size());
    for (auto& [name, value] : request.fields) {
      if (name == "host") value = target.substr(from, path - from);
    }
    request.target = target.substr(path);
    if (!request.target.starts_with('/')) request.target.insert(0, "/");
  }
  const bool is_all = request.method == "OPTIONS" && target == "*";
  return (request.target.starts_with('/') || is_all) && request.target.find('#') == std::string::npos;
}

}  // namespace pianola::mcp
