// What a tool's result, a prompt's message and a resource are made of, and how a result is written. A result is written
// by appending text, never through a JSON tree: a page of several KB that was escaped once is spliced in as it is. Not
// the whole of the specification on purpose: a kind enters with its first user. Thread rule: plain values and
// functions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/fault.h"
#include "base/json.h"
#include "mcp/revision.h"

namespace pianola::mcp {

// Text that a model reads; UTF-8.
struct Text {
  std::string text;
};

// Text that already is a JSON string literal, quotes included: made once, sent often.
struct EscapedText {
  std::shared_ptr<const std::string> literal;  // shared by a cache and the answers under way
};

// A picture, for clients whose model can see.
struct Image {
  std::string data;  // base64
  std::string mime_type;
};

// A sound; before 2025-03-26 it is said in words.
struct Audio {
  std::string data;  // base64
  std::string mime_type;
};

// The text (or base64 blob) of one resource.
struct ResourceContents {
  std::string uri;
  std::string mime_type;
  std::string text;
  std::optional<std::string> blob;
};

// Where a resource is that the client may read itself.
struct ResourceLink {
  std::string uri;
  std::string name;
  std::string description;
  std::string mime_type;
};

using Content = std::variant<Text, EscapedText, Image, Audio, ResourceContents, ResourceLink>;

// What a tool answers: text to be read, or facts, and whether it is an error that the model can mend.
struct ToolResult {
  std::vector<Content> content;
  std::optional<OrderedJson>
      structured;  // where set, one text block with exactly its compact JSON is written before `content`
  bool is_error = false;
  std::string meta{};  // members of _meta as JSON text, without braces
};

// A result that is to be read: text alone.
ToolResult text_result(std::string text);
// A result that states facts: structured, and the same as compact JSON in a text block.
ToolResult facts(OrderedJson structured);
// A refusal as a model sees it: isError, with structuredContent.error {code, message, place, ...data}.
ToolResult refused(const Refusal& refusal);

// A fault as a refusal: internal_error or storage_fault, with `retryable`.
Refusal fault_refusal(const Fault& fault);

// One content block as JSON; in words where the revision cannot carry its kind.
void append_content(std::string& out, const Content& content, const Revision& revision);
// An element of resources/read: `text`, or `blob` where there is one.
OrderedJson contents_json(const ResourceContents& contents);

// The whole `result` of tools/call. `common` is what every result of the revision carries: `"resultType":"complete",`
// and the members of _meta, both as JSON text without braces; either may be empty.
void append_tool_result(std::string& out, const ToolResult& result, const Revision& revision,
                        std::string_view common_meta);

}  // namespace pianola::mcp
