#include "mcp/request_log.h"

#include "base/list_text.h"
#include "mcp/request.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kLongestLogged = 300;  // bytes of one text of the client's

// Copies what a request's _meta says of its trace.
void copy_trace(const Json& from, OrderedJson& line) {
  if (!from.is_object()) return;
  for (const char* name : kTraceFields) {
    const auto member = from.find(name);
    if (member == from.end() || !member->is_string()) continue;
    line[name] = cut(member->get_ref<const std::string&>(), kLongestLogged);
  }
}

}  // namespace

std::string_view subject_of(const Json& params) {
  if (!params.is_object()) return {};
  for (const char* member : {"name", "uri"}) {
    const auto found = params.find(member);
    if (found != params.end() && found->is_string()) return found->get_ref<const std::string&>();
  }
  return {};
}

LoggedRequest::LoggedRequest(const RequestLog& log, const Exchange& exchange) : log_(log), exchange_(exchange) {
  if (log_.write || log_.count) began_ = log_.clock->now();
}

LoggedRequest::~LoggedRequest() {
  if (!log_.write && !log_.count) return;
  const RequestFacts facts{exchange_.message.method, subject_of(exchange_.message.params),
                           exchange_.cancelled ? std::string_view("cancelled") : exchange_.outcome,
                           log_.clock->now().micros_since(began_)};
  if (log_.count) log_.count(facts);
  if (log_.write) write(facts);
}

void LoggedRequest::write(const RequestFacts& facts) const {
  static const Json kNoMeta = Json::object();
  const Json& params = exchange_.message.params;
  const auto found = params.is_object() ? params.find("_meta") : params.end();
  const Json& meta = found == params.end() ? kNoMeta : *found;
  OrderedJson line = {{"at", began_.iso8601()}, {"method", cut(exchange_.message.method, kLongestLogged)}};
  if (!facts.name.empty()) line["name"] = cut(std::string(facts.name), kLongestLogged);
  const Request request(exchange_.session, revisions().front(), meta.is_object() ? meta : kNoMeta);
  line["client"] = cut(request.client(), kLongestLogged);
  if (exchange_.revision != nullptr) line["revision"] = exchange_.revision->name;
  const std::string_view role = log_.role_of ? log_.role_of(exchange_.session.caller.rights) : std::string_view();
  if (!role.empty()) line["role"] = role;
  line["outcome"] = facts.outcome;
  line["micros"] = facts.micros;
  copy_trace(meta, line);
  log_.write(line);
}

}  // namespace pianola::mcp
