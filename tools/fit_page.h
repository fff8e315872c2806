// Facts that do not fit on a page: lists are cut and say how many are left out. Hosts cut longer results in the middle,
// where nobody knows what is missing. Thread rule: plain functions.
#pragma once

#include <cstddef>

#include "mcp/content.h"

namespace pianola::tools {

// Cuts structured facts to `page_bytes` of JSON: an error's message at a sentence, then the longest lists from their
// end. What was cut is counted in `left_out` (beside an error's code, else at the top), by JSON Pointer, and `rest`
// says how to get it. Results that are text are pages already (tools/hand_out_page.h) and stay as they are.
mcp::ToolResult fit_page(mcp::ToolResult result, std::size_t page_bytes);

}  // namespace pianola::tools
