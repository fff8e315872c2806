// JSON as every folder uses it: parsing with bounds, the canonical form that is hashed, and JSON Pointer.
// Json (keys sorted) holds what came in; OrderedJson (keys in the order written) is what we say to others.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pianola {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

inline constexpr int kMaxJsonDepth = 64;  // nlohmann/json recurses: nothing deeper is ever built

// What a text may hold at most before it is refused.
struct JsonLimits {
  int depth = kMaxJsonDepth;                         // levels of objects and arrays
  std::size_t bytes = std::size_t{4} * 1024 * 1024;  // of text
};

// Parses one JSON text. Refuses with code json_syntax (also invalid UTF-8 and lone surrogates), json_too_deep,
// json_too_large or json_duplicate_key; never throws, and never builds more than the limits allow.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 units, numbers as ECMAScript writes them.
// Refuses integers beyond 2^53-1 and numbers that are not finite (json_number_range), naming the place.
Result<std::string> canonical_json(const Json& value);

// One number as ECMAScript's Number::toString writes it.
std::string ecmascript_number(double value);

// Compact text of any value; strings that are not UTF-8 are mended with U+FFFD, so that it never throws.
std::string dump_compact(const Json& value);
std::string dump_compact(const OrderedJson& value);

// The value as JSON, null where there is none.
template <class T>
OrderedJson or_null(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

// The text of an object's member; empty where it has none, or one that is no text.
std::string text_member(const Json& object, std::string_view name);

// Appends `text` as a JSON string literal, quotes included, to `out`. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

// True where `text` is well-formed UTF-8 without surrogates.
bool is_utf8(std::string_view text);

// RFC 6901: the reference tokens of a pointer, unescaped. Refuses ("bad_pointer") text that is no pointer.
Result<std::vector<std::string>> split_pointer(std::string_view pointer);
// One more token appended to a pointer, escaped: "/steps" + "a/b" -> "/steps/a~1b".
std::string pointer_child(std::string_view pointer, std::string_view token);
std::string pointer_child(std::string_view pointer, std::size_t index);
// What the pointer points at in `value`, or null.
const Json* find_pointer(const Json& value, std::string_view pointer);

}  // namespace pianola
