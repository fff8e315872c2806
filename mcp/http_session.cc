#include "mcp/http_session.h"

#include "base/list_text.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kLongestName = 100;          // bytes of a client's name and version in an id
constexpr std::size_t kLongestCapabilities = 600;  // bytes of JSON
constexpr std::size_t kMostCapabilities = 10;

// An id is sent with every request: of long capabilities only the names are kept.
Json short_capabilities(const Json& capabilities) {
  if (dump_compact(capabilities).size() <= kLongestCapabilities) return capabilities;
  Json names = Json::object();
  for (const auto& [name, value] : capabilities.items()) {
    if (name.size() <= 40 && names.size() < kMostCapabilities) names[name] = Json::object();
  }
  return names;
}

std::string binding_of(const Caller& caller) {
  return dump_compact(Json::array({"session", caller.workspace, caller.key}));
}

}  // namespace

std::string SessionIds::mint(const Session& session) const {
  const Json agreed = {{"uid", ids_.next_uuid()},
                       {"revision", session.revision->name},
                       {"client", first_bytes(session.client_name, kLongestName)},
                       {"version", first_bytes(session.client_version, kLongestName)},
                       {"capabilities", short_capabilities(session.client_capabilities)}};
  return seal_.seal(agreed, binding_of(session.caller));
}

Result<HttpSession> SessionIds::open(std::string_view id, const Caller& caller) const {
  const Result<Json> agreed = seal_.open(id, binding_of(caller));
  if (!agreed) return refuse("unknown_session", "This session is not known or has ended: initialize a new one");
  HttpSession opened;
  opened.uid = agreed->at("uid").get<std::string>();
  opened.session.caller = caller;
  opened.session.http = true;
  opened.session.revision = find_revision(agreed->at("revision").get<std::string>());
  opened.session.client_name = agreed->at("client").get<std::string>();
  opened.session.client_version = agreed->at("version").get<std::string>();
  opened.session.client_capabilities = agreed->at("capabilities");
  return opened;
}

void remember(HttpSession& session, SessionMemory& memory) {
  const auto text = memory.find(session.session.caller.workspace, session.uid);
  if (!text) return;
  const Result<Json> kept = parse_json(*text);
  if (!kept) throw Fault(FaultKind::bug, "what was kept of a session cannot be read");
  session.is_ended = kept->at("ended").get<bool>();
  session.session.log_level = parse_log_level(kept->at("log_level").get<std::string>()).value_or(LogLevel::info);
  session.session.subscribed = kept->at("subscribed").get<std::set<std::string>>();
}

void keep(const HttpSession& session, SessionMemory& memory) {
  const Json kept = {{"ended", session.is_ended},
                     {"log_level", to_string(session.session.log_level)},
                     {"subscribed", session.session.subscribed}};
  memory.keep(session.session.caller.workspace, session.uid, dump_compact(kept));
}

std::optional<std::string> ProcessSessions::find(const std::string& workspace, const std::string& uid) {
  const std::scoped_lock lock(mutex_);
  const auto found = texts_.find({workspace, uid});
  return found == texts_.end() ? std::nullopt : std::optional(found->second);
}

void ProcessSessions::keep(const std::string& workspace, const std::string& uid, const std::string& text) {
  const std::scoped_lock lock(mutex_);
  const auto [at, is_new] = texts_.insert_or_assign({workspace, uid}, text);
  if (!is_new) return;
  order_.push_back(at->first);
  if (order_.size() <= kMost) return;
  texts_.erase(order_.front());
  order_.pop_front();
}

}  // namespace pianola::mcp
