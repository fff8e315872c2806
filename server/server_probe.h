// Asks a server who it is and which tools it has, as a host does when it connects.
// Thread rule: plain functions; they block their thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/host_catalogue.h"

namespace pianola::server {

// What a server says of itself.
struct ServerAnswer {
  std::string name;
  std::string version;
  std::size_t tools = 0;  // over HTTP not asked for
};

// Starts a program with this environment alone, opens a session over its pipes, lists the tools and lets it end.
// Refuses
// ("no_program") what cannot be started, and ("no_answer") what does not answer as MCP says within ten seconds, with
// the end of what it wrote to standard error.
Result<ServerAnswer> probe_over_stdio(const std::string& program, const std::vector<std::string>& arguments,
                                      const Variables& environment);

// Opens a session over HTTP; `authorization` is the header's value, empty for none. Refuses ("bad_url", "cannot_get")
// what cannot be reached, ("key_refused") where the key is not taken, and ("no_answer") other answers.
Result<ServerAnswer> probe_over_http(const std::string& url, const std::string& authorization);

}  // namespace pianola::server
