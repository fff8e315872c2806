// A tool is a value: what it is called, what it is for, what it takes, what it does to the world, and its handler.
// Thread rule: plain values; handlers run on the thread that handles the request.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "mcp/caller.h"
#include "mcp/content.h"
#include "mcp/request.h"

namespace pianola::mcp {

// What a call changes: nothing, only adds, changes what is there, or takes it away.
enum class Change { reads_only, adds, changes, destroys };
enum class Repeat { same_effect, new_effect };  // what a second call with equal arguments does
// Whether it stays within the server's own data or goes out into the world.
enum class Reach { own_data, outside };

// What calling a tool does. It has no default: a tool that does not say does not compile.
class Effects {
 public:
  constexpr Effects(Change change, Repeat repeat, Reach reach) : change_(change), repeat_(repeat), reach_(reach) {}
  // readOnlyHint, destructiveHint, idempotentHint, openWorldHint: all four, always (some hosts refuse tools without).
  OrderedJson annotations() const;

 private:
  Change change_;
  Repeat repeat_;
  Reach reach_;
};

// Everything that hosts and the server know of a tool.
struct Tool {
  std::string name;  // [a-z0-9_]: hosts rewrite anything else
  std::string title;
  std::string description;   // for a model: when to use it, and when not
  OrderedJson input_schema;  // a plain object: several hosts reject anyOf, oneOf and allOf at the top
  Effects effects;
  Rights needs;      // it is not there for callers without
  OrderedJson meta;  // `_meta`; empty: left out
  // Arguments are an object. Throws Fault for what nobody can mend; answers a Refusal as a result.
  std::function<ToolResult(const Json& arguments, Request& request)> handler;
  OrderedJson icons = OrderedJson::array();
};

// The entry of tools/list; what the revision does not know is left out.
OrderedJson tool_json(const Tool& tool, const Revision& revision);

}  // namespace pianola::mcp
