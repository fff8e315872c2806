// The protocol's revisions, one row each: every difference between them is a column here, and nowhere else.
// Source: modelcontextprotocol/modelcontextprotocol, docs/specification/REVISION/ and schema/REVISION/schema.json.
// Thread rule: constants.
#pragma once

#include <span>
#include <string_view>

namespace pianola::mcp {

// Legacy revisions shake hands with `initialize`; modern ones carry everything in each request's _meta.
enum class Era { legacy, modern };

// One row: what sets this revision apart from the others.
struct Revision {
  std::string_view name;
  Era era;
  bool batches;      // a JSON array of messages on one line
  bool annotations;  // `annotations` of tools, audio content, the message of progress, the completions capability
  bool titles;       // `title` of tools, resources, prompts; `_meta` of results; structuredContent; resource links
  bool icons;        // `icons` of the server, tools, resources and prompts
  bool result_type;  // resultType and serverInfo in every result
  bool caching;      // ttlMs and cacheScope on lists, reads and server/discover
  int resource_not_found;  // JSON-RPC code
  bool http;               // is spoken over Streamable HTTP too
  bool closing_cancels;    // over HTTP: a client that closes a request's connection has cancelled the request
  bool polling;            // over HTTP: streams begin with an empty event, and may be left and taken up again
};

// All, newest first.
std::span<const Revision> revisions();
// The row of that name, or null.
const Revision* find_revision(std::string_view name);
// What `initialize` answers to a client that asks for an unknown revision.
const Revision& newest_legacy_revision();

}  // namespace pianola::mcp
