// The texts of tools/hand_out.h in pages of at most `--page-bytes`, since hosts cut longer ones in the middle. All but
// the last page end with a line that gives a cursor for execution_step; without that line (and the line break before
// it) the pages concatenate to the text. A cursor names a body, the number of hand-ins it was made at and a place in
// it, so nothing is kept between calls, and a page of a hand-out that is no longer current is never given.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/hand_out.h"

namespace pianola::tools {

// The text blocks of a head and its body: all of it where it fits (Body::whole in its blocks: head, playbook, and data
// if there are any), else the head and the body's first page.
std::vector<std::string> first_page(Body body, std::string head, const HandOut& hand_out, std::size_t page_bytes);

// The page that a cursor names. Refuses bad_cursor: none of ours, or of a hand-out that is no longer the current one.
Result<std::string> page_at(std::string_view cursor, const HandOut& hand_out, std::size_t page_bytes);

// True where a stronger model must do the current step: the execution waits, or was left idle while it did.
bool is_handed_off(const HandOut& hand_out);

}  // namespace pianola::tools
