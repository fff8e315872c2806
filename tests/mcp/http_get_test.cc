#include "mcp/http_get.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/document_server.h"
#include "tests/support/scratch_folder.h"

namespace pianola::mcp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tests::DocumentServer;

constexpr std::chrono::milliseconds kLong = 10s;

Result<std::string> get(const DocumentServer& server, const std::string& path, std::chrono::milliseconds time = kLong) {
  return http_get(Url::parse(server.origin() + path).value(), time);
}

std::string why_not(const Result<std::string>& got) {
  EXPECT_FALSE(got) << *got;
  if (got) return "";
  EXPECT_EQ(got.error().code, "cannot_get");
  return got.error().message;
}

TEST(Url, SaysWhomToAskAndForWhat) {
  const Url url = Url::parse("https://Login.Example.com:8443/a/b?c=d").value();
  EXPECT_EQ(url.host, "login.example.com");
  EXPECT_EQ(url.port, "8443");
  EXPECT_EQ(url.origin, "https://login.example.com:8443");
  EXPECT_EQ(url.path, "/a/b?c=d");
  EXPECT_FALSE(url.is_loopback);
  EXPECT_EQ(Url::parse("https://a.example").value().port, "443");
  const Url six = Url::parse("http://[::1]:80/x").value();
  EXPECT_EQ(six.host + " " + six.port + " " + six.path, "::1 80 /x");
}

TEST(Url, PlainHttpIsForThisMachineAlone) {
  for (const char* text : {"http://localhost", "http://127.0.0.1:80/a", "http://[::1]/"}) {
    EXPECT_TRUE(Url::parse(text)) << text;
  }
  for (const char* text : {"http://a.example", "http://127.0.0.1.a.example", "http://127.evil.example/",
                           "http://localhost@a.example/", "http://localhost.a.example", "http://10.0.0.1"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Url, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "https://", "https:///a", "file:///etc/passwd", "a.example", "https://a b", "https://a/\r\nX: y",
        "https://a/b#c", "https://a:x/", "https://a:/", "https://a:1:2/", "https://[::1", "https://[::1]x/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(HttpGet, GivesTheDocument) {
  DocumentServer server;
  server.put("/keys", R"({"keys": []})");
  EXPECT_EQ(get(server, "/keys").value(), R"({"keys": []})");
}

TEST(HttpGet, AnythingButADocumentIsAFailure) {
  DocumentServer server;
  server.put("/moved", {302, {{"Location", server.origin() + "/keys"}}, ""});
  server.put("/keys", "{}");
  server.put("/large", std::string(kMostDocumentBytes + 1, ' '));
  EXPECT_THAT(why_not(get(server, "/none")), HasSubstr("status 404"));
  EXPECT_THAT(why_not(get(server, "/moved")), HasSubstr("status 302"));
  EXPECT_EQ(server.asked("/keys"), 0) << "nobody is followed";
  EXPECT_THAT(why_not(get(server, "/large")), HasSubstr("limit"));
  server.stop();
  EXPECT_NE(why_not(get(server, "/keys")), "");
}

TEST(HttpPost, WhateverComesBackIsGiven) {
  DocumentServer server;
  server.put("/mcp", {401, {{"WWW-Authenticate", "Bearer"}}, "Send a key"});
  const Url url = Url::parse(server.origin() + "/mcp").value();
  const HttpResponse response = http_post(url, {{"Accept", "application/json"}}, "{}", kLong).value();
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body, "Send a key");
  EXPECT_THAT(response.fields, testing::Contains(testing::Pair("www-authenticate", "Bearer")));
  server.stop();
  EXPECT_EQ(http_post(url, {}, "{}", kLong).error().code, "cannot_get");
}

TEST(HttpGet, AServerThatDoesNotAnswerIsGivenUp) {
  DocumentServer server;
  server.keep_waiting("/keys");
  EXPECT_THAT(why_not(get(server, "/keys", 50ms)), HasSubstr("timed out"));
}

TEST(HttpGet, ACertificateMustBeTrustedAndForTheHost) {
  const tests::ScratchFolder folder;
  const std::string certificate = folder / "cert.pem";
  const std::string key = folder / "key.pem";
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x "
      "-addext subjectAltName=DNS:localhost -keyout '" +
      key + "' -out '" + certificate + "' 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  DocumentServer server(certificate, key);
  server.put("/keys", "{}");
  EXPECT_THAT(why_not(get(server, "/keys")), HasSubstr("certificate verify failed"));
  setenv("SSL_CERT_FILE", certificate.c_str(), 1);
  EXPECT_EQ(get(server, "/keys").value(), "{}");
  std::string by_address = server.origin();
  by_address.replace(by_address.find("localhost"), 9, "127.0.0.1");
  EXPECT_THAT(why_not(http_get(Url::parse(by_address + "/keys").value(), kLong)),
              HasSubstr("certificate verify failed"));
  unsetenv("SSL_CERT_FILE");
}

}  // namespace
}  // namespace pianola::mcp
