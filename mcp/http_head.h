// What is refused of a request's head though a reader could take it or repair it: others before us may read it
// otherwise, and what two readers take for two requests lets strangers in. Source: RFC 9112 where no other is named.
// Thread rule: plain values and functions.
#pragma once

#include <optional>
#include <string_view>

#include "mcp/http_message.h"

namespace pianola::mcp {

// What a request is answered whose head is refused.
struct BadHead {
  int status = 400;
  std::string_view why;
};

// Why these bytes cannot be part of a head: nothing where they can. What comes before them is `before` ('\0': nothing).
std::optional<std::string_view> bad_bytes(std::string_view bytes, char before);

// Whether the request's line says some version of HTTP as it should be said.
bool names_a_version(std::string_view request_line);

// What a head of that version (11: HTTP/1.1) must not say, whatever the request is for.
std::optional<BadHead> bad_head(const HttpRequest& request, std::size_t most_fields, int version);

// Takes an absolute target apart: its host is the request's Host then, whatever the field said (3.2.2). False where
// the target is neither one nor a path.
bool take_target(HttpRequest& request);

}  // namespace pianola::mcp
