// skills/*, resources/directory/read.
#include <openssl/evp.h>

#include <array>

#include "base/hmac.h"
#include "mcp/server_call.h"
#include "mcp/skill.h"

namespace pianola::mcp {
namespace {

// "sha256:" and 64 hexadecimal digits.
std::string digest_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw Fault(FaultKind::bug, "SHA-256 failed");
  }
  return "sha256:" + to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

// What the product answers; in every revision what is refused is a wrong parameter.
template <class Answer>
Answer taken(Result<Answer> answer, const std::string& uri) {
  if (answer) return *std::move(answer);
  const OrderedJson data = uri.empty() ? OrderedJson() : OrderedJson{{"uri", uri}};
  throw ProtocolError{code::kInvalidParams, answer.error().message, data};
}

// An entry of skills/list: URI, head, and of every file its size and SHA-256 digest.
OrderedJson skill_json(const Skill& skill) {
  OrderedJson files = OrderedJson::array();
  for (const SkillFile& file : skill.files) {
    files.push_back({{"uri", file.uri}, {"digest", digest_of(file.text)}, {"size", file.text.size()}});
  }
  return {{"uri", skill.uri}, {"frontmatter", skill.frontmatter}, {"resources", std::move(files)}};
}

}  // namespace

void Server::list_skills(Call& call) const {
  SkillPage page = taken(features_.skills.list(call.cursor(), call.request), "");
  OrderedJson skills = OrderedJson::array();
  for (const Skill& skill : page.skills) skills.push_back(skill_json(skill));
  OrderedJson result = {{"skills", std::move(skills)}};
  if (!page.next.empty()) result["nextCursor"] = page.next;
  call.answer += finish(std::move(result), call.revision, true);
}

void Server::get_skill(Call& call) const {
  const std::string uri = call.text_param("uri");
  const Skill skill = taken(features_.skills.get(uri, call.request), uri);
  call.answer += finish({{"skill", skill_json(skill)}}, call.revision, true);
}

void Server::read_folder(Call& call) const {
  const std::string uri = call.text_param("uri");
  const ResourcePage page = taken(features_.skills.read_folder(uri, call.cursor(), call.request), uri);
  call.answer += finish(page_json(page, call.revision), call.revision, false);
}

}  // namespace pianola::mcp
