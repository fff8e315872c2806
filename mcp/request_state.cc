#include "mcp/request_state.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <array>

#include "base/fault.h"

namespace pianola::mcp {
namespace {

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

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
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size) == nullptr) {
    throw Fault(FaultKind::bug, "HMAC-SHA-256 is not available");
  }
  return to_hex({reinterpret_cast<const char*>(mac.data()), size});
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
  if (given.size() != expected.size() || CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0) {
    return bad_state("was changed, or belongs to another request");
  }
  const Result<Json> sealed = parse_json(payload);
  if (!sealed) return bad_state("is not ours");
  if (clock_.now().micros() > sealed->at("expires").get<std::int64_t>()) return bad_state("has expired");
  return sealed->at("state");
}

}  // namespace pianola::mcp
