// The fast way through common JSON: a scanner that hands what it reads to a builder (nlohmann/json's SAX events). It
// takes well-formed texts of strings without \u, integers and literals; of anything else it is unsure, and
// nlohmann/json has the last word on what that is. Private to json.cc.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pianola {

// How far the pass came.
enum class Scanned {
  done,     // the builder holds the value
  refused,  // by the builder: a limit, or a duplicate key
  unsure,   // ask the other parser
};

// One pass over a text that is UTF-8. Recursion is as deep as the builder lets values open.
template <class Builder>
class JsonScanner {
 public:
  JsonScanner(std::string_view text, Builder& builder) : at_(text.data()), end_(at_ + text.size()), builder_(builder) {}

  // Reads the whole text; what follows the value but white space makes it unsure.
  Scanned scan() {
    skip_space();
    const Scanned scanned = value();
    skip_space();
    return scanned == Scanned::done && at_ != end_ ? Scanned::unsure : scanned;
  }

 private:
  static Scanned taken(bool by_builder) { return by_builder ? Scanned::done : Scanned::refused; }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool skip(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  bool skip(std::string_view word) {
    if (!std::string_view(at_, end_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Scanned value() {
    if (at_ == end_) return Scanned::unsure;
    switch (*at_) {
      case '{':
        return object();
      case '[':
        return array();
      case '"': {
        std::string text;
        return string(text) ? taken(builder_.string(text)) : Scanned::unsure;
      }
      case 't':
        return skip("true") ? taken(builder_.boolean(true)) : Scanned::unsure;
      case 'f':
        return skip("false") ? taken(builder_.boolean(false)) : Scanned::unsure;
      case 'n':
        return skip("null") ? taken(builder_.null()) : Scanned::unsure;
      default:
        return integer();
    }
  }

  Scanned object() {
    ++at_;
    if (!builder_.start_object(0)) return Scanned::refused;
    skip_space();
    if (skip('}')) return taken(builder_.end_object());
    std::string name;
    do {
      skip_space();
      name.clear();
      if (!string(name)) return Scanned::unsure;
      if (!builder_.key(name)) return Scanned::refused;
      skip_space();
      if (!skip(':')) return Scanned::unsure;
      skip_space();
      if (const Scanned member = value(); member != Scanned::done) return member;
      skip_space();
    } while (skip(','));
    return skip('}') ? taken(builder_.end_object()) : Scanned::unsure;
  }

  Scanned array() {
    ++at_;
    if (!builder_.start_array(0)) return Scanned::refused;
    skip_space();
    if (skip(']')) return taken(builder_.end_array());
    do {
      skip_space();
      if (const Scanned element = value(); element != Scanned::done) return element;
      skip_space();
    } while (skip(','));
    return skip(']') ? taken(builder_.end_array()) : Scanned::unsure;
  }

  // Appends the string that stands here, without its quotes.
  bool string(std::string& text) {
    if (!skip('"')) return false;
    while (true) {
      const char* plain = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
      text.append(plain, at_);
      if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) return false;
      if (*at_++ == '"') return true;
      if (!escape(text)) return false;
    }
  }

  // What follows a backslash.
  bool escape(std::string& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    const std::size_t which = at_ == end_ ? kNames.npos : kNames.find(*at_);
    if (which == kNames.npos) return false;
    text += kMeant[which];
    ++at_;
    return true;
  }

  Scanned integer() {
    constexpr std::ptrdiff_t kMostDigits = 18;  // fewer than any 64-bit integer may need
    const char* start = at_;
    const bool negative = skip('-');
    const char* digits = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    const bool leading_zero = at_ != digits && *digits == '0' && (negative || at_ - digits > 1);
    const bool goes_on = at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E');
    if (at_ == digits || at_ - digits > kMostDigits || leading_zero || goes_on) return Scanned::unsure;
    std::int64_t number = 0;
    std::from_chars(start, at_, number);
    return taken(negative ? builder_.number_integer(number)
                          : builder_.number_unsigned(static_cast<std::uint64_t>(number)));
  }

  const char* at_;
  const char* end_;
  Builder& builder_;
};

}  // namespace pianola
