// JSON with comments and trailing commas, as hosts' settings are written, with the offsets of what stands where: what
// nlohmann/json does not tell. Nothing is built; a container's members are found by scanning it.
// Thread rule: a plain value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace pianola::server {

inline constexpr std::size_t kNowhere = std::string_view::npos;

// A member of an object, or an element of an array.
struct JsoncMember {
  std::string key;               // empty in an array
  std::size_t begin = 0;         // of the key, or of an element's value
  std::size_t value = 0;         // where its value begins
  std::size_t end = 0;           // behind its value
  std::size_t comma = kNowhere;  // the one that follows, if one does
};

// An object or array.
struct JsoncContainer {
  std::size_t open = 0;   // of its brace or bracket
  std::size_t close = 0;  // the one that closes it
  std::vector<JsoncMember> members;
};

// Scans one text, which must outlive it.
class JsoncScanner {
 public:
  explicit JsoncScanner(std::string_view text) : text_(text) {}

  // Where the text's one value begins; kNowhere where it holds blanks and comments alone. Refuses ("bad_config", with
  // the line) what is no JSON.
  Result<std::size_t> root();
  // What the object or array at `open` holds. The text must have passed root().
  JsoncContainer container_at(std::size_t open);
  // The value between two offsets of a text that has passed root().
  OrderedJson value_between(std::size_t begin, std::size_t end) const;

 private:
  bool fail(std::string why);
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool skip_trivia();
  bool skip_value();
  bool skip_container(JsoncContainer* kept);
  bool skip_member(bool is_object, JsoncMember& member, bool is_kept);
  bool skip_string();
  bool skip_word();

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string why_;
};

}  // namespace pianola::server
