// Icons of a server, a tool, a resource or a prompt: [{"src": ..., "mimeType": ..., "sizes": [...]}].
// Thread rule: plain functions.
#pragma once

#include "base/json.h"
#include "mcp/revision.h"

namespace pianola::mcp {

// Adds the member `icons` where there are any and the revision knows them.
inline void add_icons(OrderedJson& json, const OrderedJson& icons, const Revision& revision) {
  if (revision.icons && !icons.empty()) json["icons"] = icons;
}

}  // namespace pianola::mcp
