#include "mcp/request_state.h"

#include "base/hmac.h"

namespace pianola::mcp {
namespace {

// The bytes of lower-case hexadecimal digits; empty where it is none.
std::string from_hex(std::string_view hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  if (hex.size() % 2 != 0) return bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = kDigits.find(hex[i]);
    const std::size_t low = kDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

tl::unexpected<Refusal> bad_state(const char* why) {
  return refuse("bad_state", std::string("requestState ") + why + ": ask again without it");
}

}  // namespace

std::string StateSeal::sign(std::string_view payload, std::string_view binding) const {
  // The length keeps the two parts apart.
  const std::string text = std::to_string(payload.size()) + ":" + std::string(payload) + std::string(binding);
  return hmac_sha256(key_, text);
}

std::string StateSeal::seal(const Json& state, std::string_view binding) const {
  const std::int64_t expires = clock_.now().micros() + lifetime_micros_;
  const std::string payload = dump_compact(Json{{"state", state}, {"expires", expires}});
  return to_hex(payload) + "." + sign(payload, binding);
}

Result<Json> StateSeal::open(std::string_view text, std::string_view binding) const {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return bad_state("is not ours");
  const std::string payload = from_hex(text.substr(0, dot));
  const std::string expected = sign(payload, binding);
  const std::string_view given = text.substr(dot + 1);
  if (!equal_in_constant_time(given, expected)) {
    return bad_state("was changed, or belongs to another request");
  }
  const Result<Json> sealed = parse_json(payload);
  if (!sealed) return bad_state("is not ours");
  if (clock_.now().micros() > sealed->at("expires").get<std::int64_t>()) return bad_state("has expired");
  return sealed->at("state");
}

}  // namespace pianola::mcp
