// The field Authorization as requests over HTTP bring it, through the function that lets callers in: access keys and
// access tokens. An input is "R" and such a field, or "S" and the claims of a token that the issuer itself signs.
// Nobody is let in by a field that nobody gave out, and by signed claims only as they say.
#include <cjose/cjose.h>

#include <sstream>

#include "server/http_worker.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/scratch_folder.h"
#include "workflow/names.h"

namespace {

using namespace pianola;  // NOLINT: a program of its own

constexpr const char* kIssuer = "https://i.example";
constexpr const char* kResource = "https://r.example/mcp";
// The issuer's key, of which all here is known.
constexpr std::string_view kKey =
    R"({"kty":"EC","kid":"k1","crv":"P-256","x":"zolAW5u4-M4HnZtFSsNOz62I67GjSyCRgHZ-fZhqcZg",)"
    R"("y":"Z5nEyB6LjKGQ3YeWfLUvRxHWuQWA2OZe8bg7rqRpz9I","d":"RSWT_1Ct55OuK7sSHDgfeB9zIoAUu1CUZErx0M3etFQ"})";
// Header and claims of the one token that the issuer gave out, in the corpus as "token": in force until 2286.
constexpr std::string_view kGivenOut =
    "Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0."
    "eyJpc3MiOiJodHRwczovL2kuZXhhbXBsZSIsImF1ZCI6Imh0dHBzOi8vci5leGFtcGxlL21jcCIsInN1YiI6ImFubmEiLCJleHAiOjk5OTk5OTk5OT"
    "ks"
    "InNjb3BlIjoicGlhbm9sYTpkZXNpZ24ifQ.";

std::string public_keys() {
  Json key = Json::parse(kKey);
  key.erase("d");
  return Json{{"keys", {key}}}.dump();
}

std::string sign(std::string_view claims) {
  cjose_err error{};
  static cjose_jwk_t* const key = cjose_jwk_import(kKey.data(), kKey.size(), &error);
  cjose_header_t* header = cjose_header_new(&error);
  cjose_header_set(header, CJOSE_HDR_ALG, "ES256", &error);
  const std::string payload(claims);
  cjose_jws_t* jws =
      cjose_jws_sign(key, header, reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(), &error);
  std::string token;
  const char* text = nullptr;
  if (jws != nullptr && cjose_jws_export(jws, &text, &error)) token = text;
  cjose_jws_release(jws);
  cjose_header_release(header);
  return token;
}

struct Door {
  Door() {
    program.store_path = folder / "store.db";
    program.makes_store = true;
  }

  tests::ScratchFolder folder;
  std::ostringstream said;
  server::Program program{said, said};
  server::Metrics metrics{{}};
  server::TokenSource tokens{{kIssuer, kResource}, [] { return Result<std::string>(public_keys()); }};
  const bool is_read = tokens.read().has_value();
  std::unique_ptr<server::HttpWorker> worker;

  Result<mcp::Caller> knock(std::string_view field) {
    if (worker == nullptr) {
      program.environment();
      worker = std::make_unique<server::HttpWorker>(program, mcp::Caller{}, false, mcp::RequestLog{}, metrics, &tokens);
    }
    return worker->caller(field);
  }
};

void check_claims(const mcp::Caller& caller, std::string_view claims) {
  const Result<Json> json = parse_json(claims);
  fuzz::require(json && json->is_object(), "claims are an object", claims);
  fuzz::require(text_member(*json, "iss") == kIssuer, "the issuer is ours", claims);
  fuzz::require(json->at("aud").dump().find(kResource) != std::string::npos, "the token is for us", claims);
  fuzz::require(json->at("exp").get<double>() > 1.7e9, "the token is in force", claims);
  fuzz::require(text_member(*json, "scope").find("pianola:") != std::string::npos, "the scope is ours", claims);
  fuzz::require(workflow::WorkspaceName::parse(caller.workspace).has_value(), "the workspace is one", claims);
  fuzz::require(caller.rights != 0 && !caller.key.empty(), "the caller is somebody", claims);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Door door;
  const std::string_view text = fuzz::text_of(data, size);
  if (text.empty()) return 0;
  const std::string_view rest = text.substr(1);
  const bool is_signed = text.front() == 'S';
  const Result<mcp::Caller> caller = door.knock(is_signed ? "Bearer " + sign(rest) : std::string(rest));
  if (caller && is_signed) check_claims(*caller, rest);
  if (caller && !is_signed) fuzz::require(rest.find(kGivenOut.substr(7)) != rest.npos, "it was given out", rest);
  if (!caller) {
    const std::string& code = caller.error().code;
    const bool is_known = code == "unauthorized" || code == "insufficient_scope" || code == mcp::kUnknownSigner;
    fuzz::require(is_known, "a refusal that has an answer", code);
  }
  return 0;
}
