// A JSON object written as text, member by member, without building a value first: for what is written often and read
// seldom. Members stand in the order in which they are added; their names need no escape.
// Thread rule: a plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace pianola {

// Begins with no member; take() closes it and gives it up.
class ObjectText {
 public:
  // `bytes`: about how long it becomes.
  explicit ObjectText(std::size_t bytes = 256) { text_.reserve(bytes); }
  // A text, escaped; it must be UTF-8.
  ObjectText& add(std::string_view name, std::string_view value) {
    add_name(name);
    append_json_string(text_, value);
    return *this;
  }
  ObjectText& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
  ObjectText& add(std::string_view name, std::int64_t value) {
    add_name(name);
    text_ += std::to_string(value);
    return *this;
  }
  // What is JSON already.
  ObjectText& add_json(std::string_view name, std::string_view json) {
    add_name(name);
    text_ += json;
    return *this;
  }
  // Closes the object; the last call.
  std::string take() {
    text_ += text_.empty() ? "{}" : "}";
    return std::move(text_);
  }

 private:
  void add_name(std::string_view name) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += name;
    text_ += "\":";
  }

  std::string text_;
};

}  // namespace pianola
