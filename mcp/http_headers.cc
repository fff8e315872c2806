#include "mcp/http_headers.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "mcp/message.h"

namespace pianola::mcp {
namespace {

// The host of "host", "host:port", "[::1]" or "[::1]:port", in lower case; nothing where it is none of these.
std::optional<std::string> host_name(std::string_view authority) {
  std::size_t end = authority.find(':');
  if (authority.starts_with('[')) {
    end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    ++end;
  }
  const std::string_view host = authority.substr(0, end);
  const std::string_view rest = authority.substr(host.size());
  const bool port = rest.size() > 1 && rest.size() <= 6 && rest.front() == ':' &&
                    std::ranges::all_of(rest.substr(1), [](char c) { return c >= '0' && c <= '9'; });
  if (host.empty() || !(rest.empty() || port)) return std::nullopt;
  return lower_case(host);
}

bool is_known(const std::optional<std::string>& host, const KnownHosts& known) {
  constexpr std::array<std::string_view, 3> kLoopback = {"localhost", "127.0.0.1", "[::1]"};
  return host && (std::ranges::find(kLoopback, *host) != kLoopback.end() ||
                  std::ranges::find(known.hosts, *host) != known.hosts.end());
}

bool is_known_origin(std::string_view origin, const KnownHosts& known) {
  if (std::ranges::find(known.origins, origin) != known.origins.end()) return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return is_known(host_name(origin.substr(scheme.size())), known);
  }
  return false;
}

// Calls each(part) for the parts of a list with commas, without blanks and parameters.
template <class Each>
void for_each_part(std::string_view list, const Each& each) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view part = list.substr(0, comma);
    each(trimmed(part.substr(0, part.find(';'))));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

// RFC 4648, 4: with padding, and nothing else. Nothing where it is not that.
std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  // OpenSSL would pass over blanks at both ends.
  if (text.size() % 4 != 0 || digits.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);  // it counts the padding as bytes
  return bytes;
}

// What a field means: base64-wrapped or as it is. Nothing where it is malformed.
std::optional<std::string> decoded(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (std::ranges::any_of(value, [](char c) { return (c < 0x20 && c != '\t') || c == 0x7F; })) return std::nullopt;
  if (!value.starts_with(kPrefix) || !value.ends_with(kSuffix) || value.size() < kPrefix.size() + kSuffix.size()) {
    return std::string(value);
  }
  return from_base64(value.substr(kPrefix.size(), value.size() - kPrefix.size() - kSuffix.size()));
}

// Whether a field says what the argument does: numbers by value, booleans and text as written.
bool says(const std::string& value, const Json& argument) {
  if (argument.is_string()) return value == argument.get_ref<const std::string&>();
  if (argument.is_boolean()) return value == (argument.get<bool>() ? "true" : "false");
  if (!argument.is_number()) return false;
  double number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  return read.ec == std::errc() && read.ptr == value.data() + value.size() && number == argument.get<double>();
}

void collect_mirrored(const OrderedJson& schema, std::vector<std::string>& path, std::vector<MirroredArgument>& found) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return;
  for (const auto& [name, property] : properties->items()) {
    if (!property.is_object()) continue;
    path.push_back(name);
    if (const auto header = property.find("x-mcp-header"); header != property.end() && header->is_string()) {
      found.push_back({"mcp-param-" + lower_case(header->get<std::string>()), path});
    }
    collect_mirrored(property, path, found);
    path.pop_back();
  }
}

// The value at that path of the arguments; null where there is none.
const Json* argument_at(const Json& params, const std::vector<std::string>& path) {
  const auto arguments = params.find("arguments");
  const Json* at = arguments == params.end() ? nullptr : &*arguments;
  for (const std::string& name : path) {
    if (at == nullptr || !at->is_object() || !at->contains(name)) return nullptr;
    at = &at->at(name);
  }
  return at != nullptr && at->is_null() ? nullptr : at;
}

// Which member of params the field Mcp-Name mirrors; null for methods without.
const char* named_member(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  return method == "resources/read" ? "uri" : nullptr;
}

std::optional<std::string> field_mismatch(const HttpRequest& request, const char* field, const std::string& expected,
                                          bool may_be_wrapped) {
  const auto given = request.field(lower_case(field));
  if (!given) return std::string(field) + " is missing";
  if (request.count(lower_case(field)) > 1) return std::string(field) + " comes more than once";
  const std::optional<std::string> value = may_be_wrapped ? decoded(*given) : std::string(*given);
  if (!value) return std::string(field) + " is malformed";
  if (*value == expected) return std::nullopt;
  return std::string(field) + " does not say what the body says";
}

std::optional<std::string> argument_mismatch(const HttpRequest& request, const Json& params,
                                             const std::vector<MirroredArgument>& mirrored) {
  for (const MirroredArgument& each : mirrored) {
    const Json* argument = argument_at(params, each.path);
    const auto given = request.field(each.field);
    if (argument == nullptr && !given) continue;
    if (!given) return each.field + " is missing";
    if (request.count(each.field) > 1) return each.field + " comes more than once";
    const std::optional<std::string> value = decoded(*given);
    if (!value) return each.field + " is malformed";
    if (argument == nullptr || !says(*value, *argument)) return each.field + " does not say what the body says";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> bad_host(const HttpRequest& request, const KnownHosts& known) {
  const auto host = request.field("host");
  if (!known.any_host && !(host && is_known(host_name(trimmed(*host)), known))) {
    return "The Host is not one of this server's: start it with --allow-host to name it";
  }
  for (const auto& [name, value] : request.fields) {
    if (name == "origin" && !is_known_origin(value, known)) {
      return "Pages of this Origin may not ask: start the server with --allow-origin to let them";
    }
  }
  return std::nullopt;
}

bool accepts(const HttpRequest& request, std::string_view media_type) {
  bool any = request.count("accept") == 0;
  const std::string group = std::string(media_type.substr(0, media_type.find('/'))) + "/*";
  for (const auto& [name, value] : request.fields) {
    if (name != "accept") continue;
    for_each_part(value, [&](std::string_view part) {
      const std::string type = lower_case(part);
      any = any || type == media_type || type == "*/*" || type == group;
    });
  }
  return any;
}

bool sends_json(const HttpRequest& request) {
  if (request.count("content-type") != 1) return false;
  const std::string type = lower_case(*request.field("content-type"));
  const std::size_t semicolon = type.find(';');
  if (trimmed(std::string_view(type).substr(0, semicolon)) != "application/json") return false;
  const std::size_t charset = type.find("charset=");
  if (charset == std::string::npos) return true;
  const std::string_view named = std::string_view(type).substr(charset + 8);
  return named.starts_with("utf-8") || named.starts_with("\"utf-8\"");
}

MirroredArguments mirrored_arguments(const std::vector<Tool>& tools) {
  MirroredArguments all;
  for (const Tool& tool : tools) {
    std::vector<std::string> path;
    std::vector<MirroredArgument> found;
    collect_mirrored(tool.input_schema, path, found);
    if (!found.empty()) all[tool.name] = std::move(found);
  }
  return all;
}

std::optional<std::string> header_mismatch(const HttpRequest& request, const Message& message,
                                           const MirroredArguments& mirrored) {
  const Json& params = message.params;
  const auto meta = params.find("_meta");
  const std::string version = meta != params.end() && meta->is_object() ? text_member(*meta, kMetaRevision) : "";
  // Without a version in the body there is nothing to compare with: of a request the protocol layer says that it is
  // missing, and notifications need none.
  const bool is_unsaid = version.empty() && request.count("mcp-protocol-version") == 1;
  if (is_unsaid && message.kind == MessageKind::request) return std::nullopt;
  if (!is_unsaid) {
    if (auto mismatch = field_mismatch(request, "MCP-Protocol-Version", version, false)) return mismatch;
  }
  if (auto mismatch = field_mismatch(request, "Mcp-Method", message.method, false)) return mismatch;
  const char* named = named_member(message.method);
  if (named == nullptr) return std::nullopt;
  const std::string name = text_member(params, named);
  if (auto mismatch = field_mismatch(request, "Mcp-Name", name, true)) return mismatch;
  const auto arguments = mirrored.find(name);
  if (message.method != "tools/call" || arguments == mirrored.end()) return std::nullopt;
  return argument_mismatch(request, params, arguments->second);
}

}  // namespace pianola::mcp
