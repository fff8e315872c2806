// JSON-RPC 2.0 (https://www.jsonrpc.org/specification) as MCP uses it: what a line holds, and how answers are written.
// Thread rule: plain values and functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace pianola::mcp {

// Error codes of JSON-RPC and of MCP.
namespace code {
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kHeaderMismatch = -32020;       // MCP 2026-07-28, Streamable HTTP
inline constexpr int kMissingCapability = -32021;    // MCP 2026-07-28
inline constexpr int kUnsupportedRevision = -32022;  // MCP 2026-07-28
}  // namespace code

// Keys of a modern request's _meta.
inline constexpr const char* kMetaRevision = "io.modelcontextprotocol/protocolVersion";
inline constexpr const char* kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr const char* kMetaSubscription = "io.modelcontextprotocol/subscriptionId";
inline constexpr const char* kMetaLogLevel = "io.modelcontextprotocol/logLevel";

// A request that ends in a JSON-RPC error: the protocol layer's own way out of a method. Caught where answers are
// written.
struct ProtocolError {
  int error_code;
  std::string message;
  OrderedJson data = nullptr;
};

// What JSON-RPC tells apart by the members there are: a request has an id and a method, a notification no id, a
// response no method.
enum class MessageKind { request, notification, response, invalid };

// One message, as far as it could be read.
struct Message {
  MessageKind kind = MessageKind::invalid;
  Json id;  // a request's string or number; null where there is no usable one
  std::string method;
  Json params = Json::object();
  std::string why;  // of an invalid one
};

// Classifies one JSON value.
Message read_message(Json value);
// The message that a line holds, without a value of the whole: the quick way for what is common. Nothing where the line
// is a batch, no JSON, or JSON of an uncommon kind: parse it, and classify that.
std::optional<Message> read_common_message(std::string_view line);

// {"jsonrpc":"2.0","id":ID,"result":RESULT}; RESULT is JSON text.
std::string write_result(const Json& id, std::string_view result);
// The same in two parts, for results that are written where they go: what stands before RESULT, and kResultEnd.
void append_result_start(std::string& out, const Json& id);
inline constexpr char kResultEnd = '}';
// {"jsonrpc":"2.0","id":ID,"error":{...}}; `data` is left out where it is null.
std::string write_error(const Json& id, int error_code, std::string_view message, const OrderedJson& data = nullptr);
// {"jsonrpc":"2.0","id":ID,"method":METHOD,"params":PARAMS}: a request of ours to the client.
std::string write_request(const std::string& id, std::string_view method, const OrderedJson& params);
// {"jsonrpc":"2.0","method":METHOD,"params":PARAMS}
std::string write_notification(std::string_view method, const OrderedJson& params);

}  // namespace pianola::mcp
