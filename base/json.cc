#include "base/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/json_bytes.h"
#include "base/json_reader.h"
#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace pianola {
namespace {

constexpr double kMaxExactInteger = 9007199254740991.0;  // 2^53-1: what every JSON reader keeps exactly (RFC 7493)

// Builds a value from the parser's events, within the limits: nlohmann/json itself knows neither depth nor duplicates.
class BoundedBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit BoundedBuilder(int max_depth) : max_depth_(static_cast<std::size_t>(max_depth)) {
    open_.reserve(8);  // deeper is seldom
  }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return fail("json_syntax", "binary values are no JSON"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    const auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(value));
    if (!is_new) {
      return fail("json_duplicate_key", "the key \"" + value.substr(0, 100) + "\" stands twice in one object");
    }
    member_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    std::string why = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..." -> what follows the place
    if (const auto at = why.find(": "); at != std::string::npos) why = why.substr(at + 2);
    return fail("json_syntax", "no JSON at byte " + std::to_string(position) + ": " + why.substr(0, 200));
  }

  Json take() { return std::move(root_); }
  const Refusal& refusal() const { return refusal_; }

 private:
  bool fail(std::string code, std::string message) {
    refusal_ = Refusal{std::move(code), std::move(message), {}};
    return false;
  }

  Json* place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    *member_ = std::move(value);
    return member_;
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (open_.size() >= max_depth_) {
      return fail("json_too_deep", "objects and arrays are nested deeper than " + std::to_string(max_depth_));
    }
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  Json root_;
  std::vector<Json*> open_;  // a child is finished before its parent grows again, so the pointers stay good
  Json* member_ = nullptr;   // of the object that is open, the one whose value comes next
  Refusal refusal_;
};

// How a byte is written in a JSON string: 0 as it stands, 'u' as four digits, else behind a backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

char escape_of(char c) { return kEscapes[static_cast<unsigned char>(c)]; }

// Bytes of a JSON string that are looked at together, and how many of those at `at` stand before one that needs an
// escape: a control character, a quote or a backslash.
#ifdef __SSE2__
constexpr std::size_t kStride = 16;
std::size_t plain_run(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const int marked = _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
  return marked == 0 ? kStride : static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(marked)));
}
#else
constexpr std::size_t kStride = 8;
std::size_t plain_run(const char* at) { return json_bytes::find_escape({at, kStride}, 0); }
#endif

// Writes the escape of a byte that needs one; gives where the next byte goes.
char* write_escape(char* to, char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const char escape = escape_of(c);
  *to++ = '\\';
  *to++ = escape;
  if (escape != 'u') return to;
  const auto code = static_cast<unsigned char>(c);
  for (const char digit : {'0', '0', kDigits[code >> 4], kDigits[code & 15]}) *to++ = digit;
  return to;
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// What is rare or needs mending (fractions, texts that are no UTF-8) nlohmann/json writes: it sets up a kilobyte of
// buffers for each value that it is asked to write.
template <class AnyJson>
void append_by_library(std::string& out, const AnyJson& value) {
  out += value.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}

template <class AnyJson>
void append_text(std::string& out, const std::string& text) {
  is_utf8(text) ? append_json_string(out, text) : append_by_library(out, AnyJson(text));
}

template <class AnyJson>
void append_compact(std::string& out, const AnyJson& value) {
  char before = '\0';
  switch (value.type()) {
    case AnyJson::value_t::object:
      before = '{';
      for (const auto& [key, member] : value.template get_ref<const typename AnyJson::object_t&>()) {
        out += std::exchange(before, ',');
        append_text<AnyJson>(out, key);
        out += ':';
        append_compact(out, member);
      }
      out += before == '{' ? "{}" : "}";
      return;
    case AnyJson::value_t::array:
      before = '[';
      for (const AnyJson& element : value) {
        out += std::exchange(before, ',');
        append_compact(out, element);
      }
      out += before == '[' ? "[]" : "]";
      return;
    case AnyJson::value_t::string:
      return append_text<AnyJson>(out, value.template get_ref<const std::string&>());
    case AnyJson::value_t::boolean:
      out += value.template get<bool>() ? "true" : "false";
      return;
    case AnyJson::value_t::number_integer:
      return append_integer(out, value.template get<std::int64_t>());
    case AnyJson::value_t::number_unsigned:
      return append_integer(out, value.template get<std::uint64_t>());
    case AnyJson::value_t::null:
      out += "null";
      return;
    case AnyJson::value_t::number_float:
    case AnyJson::value_t::binary:
    case AnyJson::value_t::discarded:
      return append_by_library(out, value);
  }
}

std::u16string utf16_units(std::string_view text) {
  std::u16string units;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence(text, at));
    const char32_t point = code_point(text.substr(at, length));
    if (point >= 0x10000) {
      units += static_cast<char16_t>(0xd800 + ((point - 0x10000) >> 10));
      units += static_cast<char16_t>(0xdc00 + ((point - 0x10000) & 0x3ff));
    } else {
      units += static_cast<char16_t>(point);
    }
    at += length;
  }
  return units;
}

bool is_ascii(std::string_view text) {
  std::size_t at = 0;
  while (at + 8 <= text.size() && (json_bytes::word_at(text, at) & json_bytes::kTops) == 0) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at == text.size();
}

// Where a value stands, as a chain of tokens that lie on the stack: a pointer is written only where one is asked for.
struct ValuePlace {
  const ValuePlace* parent = nullptr;
  std::string_view key{};
  std::size_t index = 0;

  std::string pointer() const {
    if (parent == nullptr) return {};
    return key.data() == nullptr ? pointer_child(parent->pointer(), index) : pointer_child(parent->pointer(), key);
  }
};

// Writes the canonical form; remembers the first number that has none.
class CanonicalWriter {
 public:
  bool write(const Json& value, const ValuePlace& place) {
    switch (value.type()) {
      case Json::value_t::object:
        return write_object(value, place);
      case Json::value_t::array:
        return write_array(value, place);
      case Json::value_t::string:
        append_json_string(out_, value.get_ref<const std::string&>());
        return true;
      case Json::value_t::boolean:
        out_ += value.get<bool>() ? "true" : "false";
        return true;
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned:
      case Json::value_t::number_float:
        return write_number(value, place);
      case Json::value_t::null:
      case Json::value_t::binary:
      case Json::value_t::discarded:
        out_ += "null";
        return true;
    }
    return true;
  }

  std::string take() { return std::move(out_); }
  const Refusal& refusal() const { return refusal_; }

 private:
  bool write_object(const Json& value, const ValuePlace& place) {
    out_ += '{';
    bool well = true;
    bool first = true;
    for (const Json::object_t::value_type* member : in_order(value)) {
      if (!first) out_ += ',';
      first = false;
      append_json_string(out_, member->first);
      out_ += ':';
      well = well && write(member->second, {&place, member->first});
    }
    out_ += '}';
    return well;
  }

  // RFC 8785 sorts keys by UTF-16 units; a Json keeps them sorted by bytes, which is the same for ASCII.
  static std::vector<const Json::object_t::value_type*> in_order(const Json& object) {
    std::vector<const Json::object_t::value_type*> members;
    bool all_ascii = true;
    for (const Json::object_t::value_type& member : object.get_ref<const Json::object_t&>()) {
      members.push_back(&member);
      all_ascii = all_ascii && is_ascii(member.first);
    }
    if (all_ascii) return members;
    std::ranges::sort(members, {}, [](const auto* member) { return utf16_units(member->first); });
    return members;
  }

  bool write_array(const Json& value, const ValuePlace& place) {
    out_ += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i != 0) out_ += ',';
      if (!write(value[i], {&place, {}, i})) return false;
    }
    out_ += ']';
    return true;
  }

  bool write_number(const Json& value, const ValuePlace& place) {
    const auto number = value.get<double>();
    if (!std::isfinite(number) || (!value.is_number_float() && std::abs(number) > kMaxExactInteger)) {
      refusal_ = Refusal{"json_number_range", "the number " + value.dump() + " is beyond 2^53-1: write it as a string",
                         place.pointer()};
      return false;
    }
    if (value.is_number_float()) {
      out_ += ecmascript_number(number);
    } else {
      append_integer(out_, static_cast<std::int64_t>(number));
    }
    return true;
  }

  std::string out_;
  Refusal refusal_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return refuse("json_too_large", "the JSON has " + std::to_string(text.size()) + " bytes; at most " +
                                        std::to_string(limits.bytes) + " are taken");
  }
  if (Json value; read_common_json(text, limits, value)) return Result<Json>(std::move(value));
  if (!is_utf8(text)) return refuse("json_syntax", "the text is not UTF-8");
  BoundedBuilder builder(std::min(limits.depth, kMaxJsonDepth));
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return refuse(builder.refusal());
  return builder.take();
}

Result<std::string> canonical_json(const Json& value) {
  CanonicalWriter writer;
  if (!writer.write(value, {})) return refuse(writer.refusal());
  return writer.take();
}

std::string ecmascript_number(double value) {
  // ECMA-262, Number::toString: the shortest digits that read back, laid out by the decimal exponent.
  if (value == 0) return "0";
  std::array<char, 32> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific);
  const std::string_view written(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = written.find('e');
  std::string digits;
  for (const char c : written.substr(0, e)) {
    if (c != '.') digits += c;
  }
  int exponent = 0;
  const std::string_view exponent_text = written.substr(written[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;
  std::string text = value < 0 ? "-" : "";
  if (k <= n && n <= 21) return text + digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21)
    return text + digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0) return text + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  text += digits.substr(0, 1);
  if (k > 1) text += "." + digits.substr(1);
  return text + "e" + (n - 1 < 0 ? "-" : "+") + std::to_string(std::abs(n - 1));
}

std::string dump_compact(const Json& value) {
  std::string text;
  append_compact(text, value);
  return text;
}

std::string dump_compact(const OrderedJson& value) {
  std::string text;
  append_compact(text, value);
  return text;
}

std::string text_member(const Json& object, std::string_view name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

void append_json_string(std::string& out, std::string_view text) {
  // Through a buffer: JSON within JSON has an escape every few bytes.
  constexpr std::size_t kFull = 512;
  constexpr std::size_t kRoom = 128;  // for less than a stride, all of it escaped
  std::array<char, kFull + kRoom> buffer;
  char* to = buffer.data();
  const auto empty_if_full = [&](std::size_t full) {
    const auto size = static_cast<std::size_t>(to - buffer.data());
    if (size < full) return;
    out.append(buffer.data(), size);
    to = buffer.data();
  };
  out.reserve(out.size() + text.size() + 2);
  *to++ = '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (end - at >= static_cast<std::ptrdiff_t>(kStride)) {
    empty_if_full(kFull);
    const std::size_t plain = plain_run(at);
    std::memcpy(to, at, kStride);
    to += plain;
    at += plain;
    if (plain != kStride) to = write_escape(to, *at++);
  }
  empty_if_full(kFull);
  for (; at != end; ++at) {
    if (escape_of(*at) == 0) {
      *to++ = *at;
    } else {
      to = write_escape(to, *at);
    }
  }
  *to++ = '"';
  empty_if_full(0);
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (at + 8 <= text.size() && (json_bytes::word_at(text, at) & json_bytes::kTops) == 0) {
      at += 8;
      continue;
    }
    const std::size_t length = utf8_sequence(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

Result<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  if (pointer.front() != '/') {
    return refuse("bad_pointer", "\"" + std::string(pointer) + "\" is no JSON Pointer: it must start with \"/\"");
  }
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] != '~') {
      tokens.back() += pointer[i];
    } else if (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      tokens.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      return refuse("bad_pointer", "\"" + std::string(pointer) + "\" is no JSON Pointer: write \"~\" as \"~0\"");
    }
  }
  return tokens;
}

std::string pointer_child(std::string_view pointer, std::string_view token) {
  std::string child(pointer);
  child += '/';
  for (const char c : token) {
    if (c == '~') {
      child += "~0";
    } else if (c == '/') {
      child += "~1";
    } else {
      child += c;
    }
  }
  return child;
}

std::string pointer_child(std::string_view pointer, std::size_t index) {
  return pointer_child(pointer, std::to_string(index));
}

const Json* find_pointer(const Json& value, std::string_view pointer) {
  const Result<std::vector<std::string>> tokens = split_pointer(pointer);
  if (!tokens) return nullptr;
  const Json* at = &value;
  for (const std::string& token : *tokens) {
    if (at->is_object()) {
      const auto found = at->find(token);
      if (found == at->end()) return nullptr;
      at = &*found;
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
      const bool number =
          error == std::errc() && end == token.data() + token.size() && (token.size() == 1 || token.front() != '0');
      if (!number || index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

}  // namespace pianola
