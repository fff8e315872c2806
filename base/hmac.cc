#include "base/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "base/fault.h"

namespace pianola {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// HMAC-SHA-256, set up for the key that it was used with last: that is nearly always the next one's, and setting up
// takes longer than a short text does.
class Hmac {
 public:
  std::string_view of(std::string_view key, std::string_view text) {
    const bool is_set_up = context_ != nullptr && key == key_;
    const bool is_ready = is_set_up ? EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 : set_up(key);
    std::size_t size = 0;
    if (!is_ready || EVP_MAC_update(context_.get(), bytes_of(text), text.size()) != 1 ||
        EVP_MAC_final(context_.get(), mac_.data(), &size, mac_.size()) != 1) {
      context_.reset();
      throw Fault(FaultKind::bug, "HMAC-SHA-256 is not available");
    }
    return {reinterpret_cast<const char*>(mac_.data()), size};
  }

 private:
  struct Release {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };

  bool set_up(std::string_view key) {
    const std::unique_ptr<EVP_MAC, Release> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    context_.reset(mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac.get()));
    std::string digest = "SHA256";
    const std::array parameters = {OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
    key_ = key;
    return context_ != nullptr && EVP_MAC_init(context_.get(), bytes_of(key), key.size(), parameters.data()) == 1;
  }

  std::unique_ptr<EVP_MAC_CTX, Release> context_;
  std::string key_;
  std::array<unsigned char, 32> mac_{};
};

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(bytes.size() * 2, '\0');
  char* to = hex.data();
  for (const char byte : bytes) {
    *to++ = kDigits[static_cast<unsigned char>(byte) >> 4];
    *to++ = kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  thread_local Hmac hmac;
  return to_hex(hmac.of(key, text));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace pianola
