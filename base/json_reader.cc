#include "base/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/json_bytes.h"

namespace pianola {
namespace {

// Reads a text that is UTF-8. Recursion is as deep as the text, which is bounded.
class JsonReader {
 public:
  JsonReader(std::string_view text, int depth) : text_(text), depth_left_(depth) {}

  bool read(Json& out) {
    skip_space();
    return value(out) && is_at_end();
  }

  bool read_members(const MemberPlace& place_of) {
    skip_space();
    return object(place_of) && is_at_end();
  }

 private:
  bool has(char wanted) const { return at_ < text_.size() && text_[at_] == wanted; }

  bool skip(char wanted) {
    if (!has(wanted)) return false;
    ++at_;
    return true;
  }

  bool skip(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  static bool is_space(char c) { return c <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t'); }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool is_at_end() {
    skip_space();
    return at_ == text_.size();
  }

  bool value(Json& out) {
    if (at_ == text_.size()) return false;
    switch (text_[at_]) {
      case '{': {
        out = Json::value_t::object;
        auto& members = out.get_ref<Json::object_t&>();
        return object([&](std::string& name) -> Json* {
          const auto [member, is_new] = members.emplace(std::move(name), nullptr);
          return is_new ? &member->second : nullptr;
        });
      }
      case '[':
        out = Json::value_t::array;
        return array(out.get_ref<Json::array_t&>());
      case '"':
        out = Json::value_t::string;
        return string(out.get_ref<std::string&>());
      case 't':
        out = true;
        return skip("true");
      case 'f':
        out = false;
        return skip("false");
      case 'n':
        return skip("null");
      default:
        return integer(out);
    }
  }

  template <class PlaceOf>
  bool object(const PlaceOf& place_of) {
    if (depth_left_ == 0 || !skip('{')) return false;
    --depth_left_;
    skip_space();
    if (!has('}')) {
      std::string name;
      do {
        skip_space();
        name.clear();
        if (!string(name)) return false;
        skip_space();
        if (!skip(':')) return false;
        skip_space();
        Json* const place = place_of(name);
        if (place == nullptr || !value(*place)) return false;
        skip_space();
      } while (skip(','));
    }
    ++depth_left_;
    return skip('}');
  }

  bool array(Json::array_t& elements) {
    if (depth_left_ == 0 || !skip('[')) return false;
    --depth_left_;
    skip_space();
    if (!has(']')) {
      do {
        skip_space();
        if (!value(elements.emplace_back())) return false;
        skip_space();
      } while (skip(','));
    }
    ++depth_left_;
    return skip(']');
  }

  // Appends the string that stands here, without its quotes.
  bool string(std::string& out) {
    if (!skip('"')) return false;
    while (true) {
      const std::size_t stop = json_bytes::find_escape(text_, at_);
      out.append(text_, at_, stop - at_);
      at_ = stop;
      if (skip('"')) return true;
      if (!skip('\\') || !escape(out)) return false;
    }
  }

  // What follows a backslash.
  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    const std::size_t which = at_ == text_.size() ? kNames.npos : kNames.find(text_[at_]);
    if (which == kNames.npos) return false;
    out += kMeant[which];
    ++at_;
    return true;
  }

  bool integer(Json& out) {
    constexpr std::size_t kMostDigits = 18;  // fewer than any 64-bit integer may need
    const std::size_t start = at_;
    const bool negative = skip('-');
    const std::size_t digits = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    const std::size_t count = at_ - digits;
    const bool leading_zero = count > 0 && text_[digits] == '0' && (negative || count > 1);
    const bool goes_on = has('.') || has('e') || has('E');
    if (count == 0 || count > kMostDigits || leading_zero || goes_on) return false;
    std::int64_t number = 0;
    std::from_chars(text_.data() + start, text_.data() + at_, number);
    if (negative) {
      out = number;
    } else {
      out = static_cast<std::uint64_t>(number);
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_left_;
};

bool may_be_common(std::string_view text, const JsonLimits& limits) {
  return text.size() <= limits.bytes && is_utf8(text);
}

int depth_of(const JsonLimits& limits) { return std::clamp(limits.depth, 0, kMaxJsonDepth); }

}  // namespace

bool read_common_json(std::string_view text, const JsonLimits& limits, Json& out) {
  return may_be_common(text, limits) && JsonReader(text, depth_of(limits)).read(out);
}

bool read_common_members(std::string_view text, const JsonLimits& limits, const MemberPlace& place_of) {
  return may_be_common(text, limits) && JsonReader(text, depth_of(limits)).read_members(place_of);
}

}  // namespace pianola
