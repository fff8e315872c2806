// How grave a log message is: the levels of RFC 5424, as MCP's logging has them.
// Thread rule: constants and plain functions.
#pragma once

#include <optional>
#include <string_view>

namespace pianola::mcp {

// From the mildest to the gravest: a client asks for one and gets it and the graver ones.
enum class LogLevel { debug, info, notice, warning, error, critical, alert, emergency };

// Its name in the protocol: "debug", "info", ...
std::string_view to_string(LogLevel level);
// The level of that name; nothing where there is none.
std::optional<LogLevel> parse_log_level(std::string_view text);

}  // namespace pianola::mcp
