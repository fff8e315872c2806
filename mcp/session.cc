// initialize, server/discover, ping, subscriptions.
#include <algorithm>
#include <set>

#include "mcp/server_call.h"

namespace pianola::mcp {
namespace {

const char* const kEmptyResult = "{}";
constexpr std::size_t kMostSubscriptions = 1000;  // resources, on one connection or stream

}  // namespace

OrderedJson Server::capabilities(const Revision& revision) const {
  const auto listed = [](bool changing) {
    return changing ? OrderedJson{{"listChanged", true}} : OrderedJson::object();
  };
  OrderedJson capabilities = {{"tools", listed(features_.changing.tools)}};
  if (features_.resources.read) {
    capabilities["resources"] = {{"subscribe", true}};
    capabilities["resources"].update(listed(features_.changing.resources));
  }
  if (!features_.prompts.empty()) capabilities["prompts"] = listed(features_.changing.prompts);
  if (features_.logging) capabilities["logging"] = OrderedJson::object();
  if (features_.resources.complete && revision.annotations) capabilities["completions"] = OrderedJson::object();
  // SEP-2640: the server declares the extension; a client that does not know it asks for nothing of it.
  if (features_.skills.list) capabilities["extensions"][std::string(kSkillsExtension)] = {{"directoryRead", true}};
  return capabilities;
}

void Server::initialize(Call& call) const {
  if (call.session.revision != nullptr) {
    throw ProtocolError{code::kInvalidRequest, "This connection is initialized already"};
  }
  const Revision* asked = find_revision(call.text_param("protocolVersion"));
  const bool known = asked != nullptr && asked->era == Era::legacy && (asked->http || !call.session.http);
  const Revision& revision = known ? *asked : newest_legacy_revision();
  if (const auto info = call.params().find("clientInfo"); info != call.params().end() && info->is_object()) {
    call.session.client_name = text_member(*info, "name");
    call.session.client_version = text_member(*info, "version");
  }
  const auto declared = call.params().find("capabilities");
  if (declared != call.params().end() && declared->is_object()) call.session.client_capabilities = *declared;
  call.session.revision = &revision;
  OrderedJson result = {{"protocolVersion", revision.name},
                        {"capabilities", capabilities(revision)},
                        {"serverInfo", server_info(revision)}};
  add_instructions(result, call.session.caller);
  call.answer += dump_compact(result);
}

void Server::discover(Call& call) const {
  OrderedJson versions = OrderedJson::array();
  for (const Revision& revision : revisions()) versions.push_back(revision.name);
  OrderedJson result = {{"supportedVersions", versions}, {"capabilities", capabilities(call.revision)}};
  add_instructions(result, call.session.caller);
  call.answer += finish(std::move(result), call.revision, true);
}

void Server::add_instructions(OrderedJson& result, const Caller& caller) const {
  std::string text = features_.instructions ? features_.instructions(caller) : "";
  if (!text.empty()) result["instructions"] = std::move(text);
}

void Server::ping(Call& call) const { call.answer += kEmptyResult; }

void Server::set_log_level(Call& call) const {
  if (!features_.logging) throw ProtocolError{code::kMethodNotFound, "This server has no log messages"};
  const std::string name = call.text_param("level");
  const std::optional<LogLevel> level = parse_log_level(name);
  if (!level) throw ProtocolError{code::kInvalidParams, "Unknown log level: " + name.substr(0, 100)};
  call.session.log_level = *level;
  call.answer += kEmptyResult;
}

bool Server::has_resource(Call& call, const std::string& uri) const {
  return features_.resources.read && (features_.resources.read(uri, call.request) || call.request.needs_input());
}

void Server::subscribe(Call& call) const {
  const std::string uri = call.text_param("uri");
  if (call.session.subscribed.size() >= kMostSubscriptions) {
    throw ProtocolError{code::kInvalidRequest, "At most 1000 resources can be watched on one connection"};
  }
  if (!has_resource(call, uri)) {
    throw ProtocolError{call.revision.resource_not_found, "There is no such resource to watch", {{"uri", uri}}};
  }
  call.session.subscribed.insert(uri);
  call.answer += kEmptyResult;
}

void Server::unsubscribe(Call& call) const {
  call.session.subscribed.erase(call.text_param("uri"));
  call.answer += kEmptyResult;
}

Json Server::known_resources(Call& call, const Json& uris) const {
  const std::set<std::string> asked(uris.begin(), uris.end());
  if (asked.size() > kMostSubscriptions) {
    throw ProtocolError{code::kInvalidParams, "At most 1000 resources can be watched by one subscription"};
  }
  Json known = Json::array();
  for (const std::string& uri : asked) {
    if (has_resource(call, uri)) known.push_back(uri);
  }
  return known;
}

// MCP 2026-07-28, subscriptions/listen: acknowledged first, with the subset that is honoured; answered at its end.
void Server::listen(Call& call) const {
  const auto asked = call.params().find("notifications");
  if (asked == call.params().end() || !asked->is_object()) {
    throw ProtocolError{code::kInvalidParams, "\"notifications\" must be an object"};
  }
  Json honoured = Json::object();
  for (const WatchedList& list : watched_lists()) {
    if (features_.changing.*list.changed && asked->value(list.filter, Json(false)) == true)
      honoured[list.filter] = true;
  }
  const auto uris = asked->find("resourceSubscriptions");
  if (features_.resources.read && uris != asked->end()) {
    const bool texts = uris->is_array() && std::ranges::all_of(*uris, [](const Json& uri) { return uri.is_string(); });
    if (!texts) throw ProtocolError{code::kInvalidParams, "\"resourceSubscriptions\" must be an array of strings"};
    honoured["resourceSubscriptions"] = known_resources(call, *uris);
  }
  constexpr std::size_t kMostListeners = 100;
  if (call.session.listeners.size() >= kMostListeners) {
    throw ProtocolError{code::kInvalidRequest, "At most 100 subscriptions can be open on one connection"};
  }
  call.session.listeners.push_back({call.message.id, honoured});
  call.answered_later = true;
  call.answer = write_notification("notifications/subscriptions/acknowledged",
                                   {{"notifications", honoured}, {"_meta", {{kMetaSubscription, call.message.id}}}});
}

}  // namespace pianola::mcp
