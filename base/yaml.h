// YAML 1.2 as JSON: what the heads of Markdown files and recipes hold. One document; no anchors and aliases, no tags.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pianola {

// A member of a document's outermost mapping, and the line on which it begins (1 is the first).
struct YamlMember {
  std::string key;
  std::size_t line = 1;
};

// A document as JSON, and where the members of its outermost mapping stand.
struct YamlDocument {
  Json value;
  std::vector<YamlMember> members;  // in the order written
};

// Reads a text by YAML's core schema: unquoted null, booleans and numbers are what they look like, all else is text.
// Refuses with code bad_yaml and "line N: ...", N counted from `first_line`; the depth is bounded as JSON's.
Result<YamlDocument> parse_yaml(std::string_view text, std::size_t first_line = 1);

// The text of a document without the lines of these members, but for comments; all of it where members share a line.
std::string lines_without(std::string_view text, const YamlDocument& document, const std::vector<std::string>& keys);

// A text as one scalar on one line, plain where every reader of YAML 1.1 and 1.2 takes it for that text, else in double
// quotes. `text` must be UTF-8.
std::string yaml_scalar(std::string_view text);

}  // namespace pianola
