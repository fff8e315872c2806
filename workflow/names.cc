#include "workflow/names.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <charconv>
#include <memory>

#include "base/ascii.h"
#include "base/fault.h"
#include "base/hmac.h"
#include "base/ids.h"
#include "base/list_text.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kLongestName = 64;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// [a-z0-9][a-z0-9 and `extra`]{0,63}
bool is_slug(std::string_view text, std::string_view extra) {
  if (text.empty() || text.size() > kLongestName || !is_lower_or_digit(text.front())) return false;
  for (const char c : text) {
    if (!is_lower_or_digit(c) && extra.find(c) == std::string_view::npos) return false;
  }
  return true;
}

// The nearest slug: lower case, everything else a hyphen; empty where nothing is left.
std::string slug_of(std::string_view text) {
  std::string slug;
  for (const char lower : lower_case(without_accents(text))) {
    if (is_lower_or_digit(lower)) {
      slug += lower;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() == kLongestName) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

Refusal bad_slug(std::string_view code, std::string_view what, std::string_view text) {
  const std::string slug = slug_of(text);
  return {std::string(code),
          in_quotes(text) + " is no " + std::string(what) + ": use lower-case letters, digits and hyphens, 64 at most" +
              (slug.empty() ? std::string(".") : ", for example \"" + slug + "\"."),
          ""};
}

struct FreeDigestContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigestContext>;

DigestContext sha256_context() {
  DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    throw Fault(FaultKind::bug, "OpenSSL gives no SHA-256");
  }
  return context;
}

}  // namespace

Result<WorkflowName> WorkflowName::parse(std::string_view text) {
  if (!is_slug(text, "-")) return refuse(bad_slug("bad_name", "workflow name", text));
  return WorkflowName(std::string(text));
}

Result<WorkspaceName> WorkspaceName::parse(std::string_view text) {
  if (!is_slug(text, "-_")) return refuse(bad_slug("bad_workspace", "workspace name", text));
  return WorkspaceName(std::string(text));
}

bool is_step_id(std::string_view text) { return is_slug(text, "-_") && text != "end" && text != "escalate"; }

std::string_view to_string(Bump bump) {
  switch (bump) {
    case Bump::patch:
      return "patch";
    case Bump::minor:
      return "minor";
    case Bump::major:
      return "major";
  }
  return "";
}

Result<SemVer> SemVer::parse(std::string_view text) {
  std::array<std::int32_t, 3> parts{};
  std::size_t at = 0;
  bool good = true;
  for (std::size_t i = 0; i < parts.size() && good; ++i) {
    const std::size_t end = i == 2 ? text.size() : text.find('.', at);
    const std::string_view part = end == std::string_view::npos ? "" : text.substr(at, end - at);
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), parts[i]);
    good = !part.empty() && part.size() <= 9 && error == std::errc() && stop == part.data() + part.size() &&
           part.front() != '-' && (part.size() == 1 || part.front() != '0');
    at = end + 1;
  }
  if (!good) {
    return refuse("bad_version", in_quotes(text) + " is no version: write three numbers, for example \"1.2.0\".");
  }
  return SemVer(parts[0], parts[1], parts[2]);
}

std::string SemVer::text() const {
  return std::to_string(major_) + '.' + std::to_string(minor_) + '.' + std::to_string(patch_);
}

SemVer SemVer::bumped(Bump bump) const {
  switch (bump) {
    case Bump::patch:
      return {major_, minor_, patch_ + 1};
    case Bump::minor:
      return {major_, minor_ + 1, 0};
    case Bump::major:
      return {major_ + 1, 0, 0};
  }
  return *this;
}

Hash Hash::of(std::string_view bytes) {
  // Kept ready: finding SHA-256 among OpenSSL's providers takes longer than hashing a small text.
  thread_local const DigestContext context = sha256_context();
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  const bool well = EVP_DigestInit_ex(context.get(), nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  if (!well) throw Fault(FaultKind::bug, "OpenSSL gives no SHA-256");
  return Hash(to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()}));
}

Result<Hash> Hash::parse(std::string_view text) {
  bool good = text.size() == 64;
  for (const char c : text) good = good && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  if (!good) return refuse("bad_hash", in_quotes(text) + " is no SHA-256: 64 hexadecimal digits are expected.");
  return Hash(std::string(text));
}

template <class Kind>
Result<Id<Kind>> Id<Kind>::parse(std::string_view text) {
  if (!is_uuid(text)) {
    return refuse(std::string(Kind::kUnknownCode), in_quotes(text) + " is no such id: take it from the answer of " +
                                                       std::string(Kind::kFrom) +
                                                       ", for example 01990000-0000-7000-8000-000000000000.");
  }
  return Id(std::string(text));
}

template class Id<ExecutionKind>;
template class Id<ReportKind>;

}  // namespace pianola::workflow
