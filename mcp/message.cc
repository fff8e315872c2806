#include "mcp/message.h"

#include <utility>

#include "base/json_reader.h"

namespace pianola::mcp {
namespace {

bool is_usable_id(const Json& id) { return id.is_string() || id.is_number_integer(); }

Message invalid(Json id, std::string why) {
  Message message;
  message.id = std::move(id);
  message.why = std::move(why);
  return message;
}

// The members of one message, gathered in any order.
class MessageParts {
 public:
  // Where that member's value goes; null where it has been there.
  Json* place_of(std::string& name) {
    for (Part* part : {&jsonrpc_, &id_, &method_, &params_}) {
      if (name == part->name) return std::exchange(part->is_given, true) ? nullptr : &part->value;
    }
    const auto [other, is_new] = others_.try_emplace(std::move(name));
    return is_new ? &other->second : nullptr;
  }

  // Classifies what was gathered; the last call.
  Message take() {
    Json id = is_usable_id(id_.value) ? std::move(id_.value) : Json();
    const std::string* const version = jsonrpc_.value.get_ptr<const std::string*>();
    if (version == nullptr || *version != "2.0") return invalid(std::move(id), "\"jsonrpc\" must be \"2.0\"");
    if (!method_.is_given) return take_response(std::move(id));
    if (!method_.value.is_string()) return invalid(std::move(id), "\"method\" must be a string");
    if (id_.is_given && id.is_null()) return invalid(nullptr, "\"id\" must be a string or an integer");
    if (params_.is_given && !params_.value.is_object()) return invalid(std::move(id), "\"params\" must be an object");
    return {id_.is_given ? MessageKind::request : MessageKind::notification, std::move(id),
            std::move(method_.value.get_ref<std::string&>()),
            params_.is_given ? std::move(params_.value) : Json::object()};
  }

 private:
  struct Part {
    std::string_view name;
    bool is_given = false;
    Json value = nullptr;
  };

  Message take_response(Json id) const {
    if (others_.contains("result") == others_.contains("error")) return invalid(std::move(id), "\"method\" is missing");
    return {MessageKind::response, std::move(id)};
  }

  Part jsonrpc_{"jsonrpc"};
  Part id_{"id"};
  Part method_{"method"};
  Part params_{"params"};
  Json::object_t others_;
};

}  // namespace

Message read_message(Json value) {
  if (!value.is_object()) return invalid(nullptr, "a message is a JSON object");
  MessageParts parts;
  for (auto& [name, member] : value.get_ref<Json::object_t&>()) {
    std::string own_name = name;
    *parts.place_of(own_name) = std::move(member);
  }
  return parts.take();
}

std::optional<Message> read_common_message(std::string_view line) {
  MessageParts parts;
  if (!read_common_members(line, {}, [&](std::string& name) { return parts.place_of(name); })) return std::nullopt;
  return parts.take();
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
  constexpr std::size_t kUsualSize = 256;  // of a short answer, and of all that is before a long one
  out.reserve(kUsualSize);
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
