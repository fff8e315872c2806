// initialize, server/discover, ping, subscriptions.
#include "mcp/server_call.h"

namespace pianola::mcp {
namespace {

const char* const kEmptyResult = "{}";

std::string text_member(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace

OrderedJson Server::capabilities(const Revision& revision) const {
  OrderedJson capabilities = {{"tools", OrderedJson::object()}};
  if (features_.resources.read) capabilities["resources"] = {{"subscribe", true}, {"listChanged", true}};
  if (!features_.prompts.empty()) capabilities["prompts"] = OrderedJson::object();
  if (features_.resources.complete && revision.annotations) capabilities["completions"] = OrderedJson::object();
  return capabilities;
}

std::string Server::initialize(Call& call) const {
  if (call.session.revision != nullptr) {
    throw ProtocolError{code::kInvalidRequest, "This connection is initialized already"};
  }
  const Revision* asked = find_revision(call.text_param("protocolVersion"));
  const bool known = asked != nullptr && asked->era == Era::legacy;
  const Revision& revision = known ? *asked : newest_legacy_revision();
  if (const auto info = call.params().find("clientInfo"); info != call.params().end() && info->is_object()) {
    call.session.client_name = text_member(*info, "name");
    call.session.client_version = text_member(*info, "version");
  }
  call.session.revision = &revision;
  OrderedJson info = server_info();
  if (!revision.titles) info.erase("title");
  OrderedJson result = {
      {"protocolVersion", revision.name}, {"capabilities", capabilities(revision)}, {"serverInfo", info}};
  if (!features_.instructions.empty()) result["instructions"] = features_.instructions;
  return dump_compact(result);
}

std::string Server::discover(Call& call) const {
  OrderedJson versions = OrderedJson::array();
  for (const Revision& revision : revisions()) versions.push_back(revision.name);
  OrderedJson result = {{"supportedVersions", versions}, {"capabilities", capabilities(call.revision)}};
  if (!features_.instructions.empty()) result["instructions"] = features_.instructions;
  return finish(std::move(result), call.revision, true);
}

std::string Server::ping(Call&) const { return kEmptyResult; }

std::string Server::subscribe(Call& call) const {
  constexpr std::size_t kMostSubscriptions = 1000;
  if (call.session.subscribed.size() >= kMostSubscriptions) {
    throw ProtocolError{code::kInvalidRequest, "At most 1000 resources can be watched on one connection"};
  }
  call.session.subscribed.insert(call.text_param("uri"));
  return kEmptyResult;
}

std::string Server::unsubscribe(Call& call) const {
  call.session.subscribed.erase(call.text_param("uri"));
  return kEmptyResult;
}

// MCP 2026-07-28, subscriptions/listen: acknowledged first, with the subset that is honoured; answered at its end.
std::string Server::listen(Call& call) const {
  const auto asked = call.params().find("notifications");
  if (asked == call.params().end() || !asked->is_object()) {
    throw ProtocolError{code::kInvalidParams, "\"notifications\" must be an object"};
  }
  Json honoured = Json::object();
  if (asked->value("resourcesListChanged", Json(false)) == true) honoured["resourcesListChanged"] = true;
  if (const auto uris = asked->find("resourceSubscriptions"); uris != asked->end() && uris->is_array()) {
    honoured["resourceSubscriptions"] = *uris;
  }
  constexpr std::size_t kMostListeners = 100;
  if (call.session.listeners.size() >= kMostListeners) {
    throw ProtocolError{code::kInvalidRequest, "At most 100 subscriptions can be open on one connection"};
  }
  call.session.listeners.push_back({call.message.id, honoured});
  call.before.push_back(
      write_notification("notifications/subscriptions/acknowledged",
                         {{"notifications", honoured}, {"_meta", {{kMetaSubscription, call.message.id}}}}));
  call.answered_later = true;
  return "";
}

}  // namespace pianola::mcp
