#include "mcp/message.h"

namespace pianola::mcp {
namespace {

bool is_usable_id(const Json& id) { return id.is_string() || id.is_number_integer(); }

Message invalid(Json id, std::string why) {
  Message message;
  message.id = std::move(id);
  message.why = std::move(why);
  return message;
}

}  // namespace

Message read_message(Json value) {
  if (!value.is_object()) return invalid(nullptr, "a message is a JSON object");
  const auto id = value.find("id");
  const bool has_id = id != value.end();
  Json usable = has_id && is_usable_id(*id) ? *id : Json();
  if (text_member(value, "jsonrpc") != "2.0") return invalid(usable, "\"jsonrpc\" must be \"2.0\"");
  const auto method = value.find("method");
  if (method == value.end()) {
    if (value.contains("result") == value.contains("error")) return invalid(usable, "\"method\" is missing");
    Message response;
    response.kind = MessageKind::response;
    response.id = std::move(usable);
    return response;
  }
  if (!method->is_string()) return invalid(usable, "\"method\" must be a string");
  if (has_id && usable.is_null()) return invalid(nullptr, "\"id\" must be a string or an integer");
  Message message;
  message.kind = has_id ? MessageKind::request : MessageKind::notification;
  message.id = std::move(usable);
  message.method = std::move(method->get_ref<std::string&>());
  if (const auto params = value.find("params"); params != value.end()) {
    if (!params->is_object()) return invalid(message.id, "\"params\" must be an object");
    message.params = std::move(*params);
  }
  return message;
}

std::string write_result(const Json& id, std::string_view result) {
  std::string text;
  text.reserve(result.size() + 64);
  append_result_start(text, id);
  text += result;
  text += kResultEnd;
  return text;
}

void append_result_start(std::string& out, const Json& id) {
  out += R"({"jsonrpc":"2.0","id":)";
  out += dump_compact(id);
  out += R"(,"result":)";
}

std::string write_error(const Json& id, int error_code, std::string_view message, const OrderedJson& data) {
  OrderedJson error = {{"code", error_code}, {"message", message}};
  if (!data.is_null()) error["data"] = data;
  return R"({"jsonrpc":"2.0","id":)" + dump_compact(id) + R"(,"error":)" + dump_compact(error) + '}';
}

std::string write_request(const std::string& id, std::string_view method, const OrderedJson& params) {
  return dump_compact(OrderedJson{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}});
}

std::string write_notification(std::string_view method, const OrderedJson& params) {
  OrderedJson message = {{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.empty()) message["params"] = params;
  return dump_compact(message);
}

}  // namespace pianola::mcp
