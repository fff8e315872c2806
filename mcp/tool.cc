#include "mcp/tool.h"

#include "mcp/icons.h"

namespace pianola::mcp {

OrderedJson Effects::annotations() const {
  return {{"readOnlyHint", change_ == Change::reads_only},
          {"destructiveHint", change_ == Change::destroys},
          {"idempotentHint", repeat_ == Repeat::same_effect},
          {"openWorldHint", reach_ == Reach::outside}};
}

OrderedJson tool_json(const Tool& tool, const Revision& revision) {
  OrderedJson json = {{"name", tool.name}};
  if (revision.titles) json["title"] = tool.title;
  json["description"] = tool.description;
  json["inputSchema"] = tool.input_schema;
  if (revision.annotations) json["annotations"] = tool.effects.annotations();
  add_icons(json, tool.icons, revision);
  if (revision.titles && !tool.meta.empty()) json["_meta"] = tool.meta;
  return json;
}

}  // namespace pianola::mcp
