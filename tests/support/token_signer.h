// A key pair of an authorization server, or of somebody who plays one, and the tokens it signs.
#pragma once

#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/json.h"

namespace pianola::tests {

inline std::string base64url(std::string_view bytes) {
  char* text = nullptr;
  std::size_t size = 0;
  cjose_err error{};
  EXPECT_TRUE(
      cjose_base64url_encode(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &text, &size, &error));
  std::string encoded(text, size);
  cjose_get_dealloc()(text);
  return encoded;
}

class Signer {
 public:
  explicit Signer(const std::string& kty, const std::string& id = "k1", std::size_t rsa_bits = 2048) : id_(id) {
    cjose_err error{};
    const std::uint8_t exponent[] = {1, 0, 1};
    key_ = kty == "RSA" ? cjose_jwk_create_RSA_random(rsa_bits, exponent, 3, &error)
                        : cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error);
    EXPECT_NE(key_, nullptr) << error.message;
    cjose_jwk_set_kid(key_, id.data(), id.size(), &error);
  }
  ~Signer() { cjose_jwk_release(key_); }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  Json public_key() const {
    cjose_err error{};
    char* text = cjose_jwk_to_json(key_, false, &error);
    Json key = Json::parse(text);
    cjose_get_dealloc()(text);
    return key;
  }
  std::string sign(const std::string& payload, const std::string& algorithm,
                   const Json& header = Json::object()) const {
    cjose_err error{};
    cjose_header_t* fields = cjose_header_new(&error);
    cjose_header_set(fields, CJOSE_HDR_ALG, algorithm.c_str(), &error);
    cjose_header_set(fields, CJOSE_HDR_KID, id_.c_str(), &error);
    for (const auto& [name, value] : header.items()) {
      const bool is_set = value.is_string()
                              ? cjose_header_set(fields, name.c_str(), value.get<std::string>().c_str(), &error)
                              : cjose_header_set_raw(fields, name.c_str(), value.dump().c_str(), &error);
      EXPECT_TRUE(is_set) << name;
    }
    cjose_jws_t* jws =
        cjose_jws_sign(key_, fields, reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(), &error);
    EXPECT_NE(jws, nullptr) << error.message;
    const char* text = nullptr;
    cjose_jws_export(jws, &text, &error);
    std::string token = text;
    cjose_jws_release(jws);
    cjose_header_release(fields);
    return token;
  }

 private:
  std::string id_;
  cjose_jwk_t* key_ = nullptr;
};

}  // namespace pianola::tests
