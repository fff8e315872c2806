#include "mcp/request_log.h"

#include "base/list_text.h"
#include "mcp/request.h"

namespace pianola::mcp {
namespace {

constexpr std::size_t kLongestLogged = 300;  // bytes of one text of the client's

// Copies the members of `from` that are texts.
void copy_texts(const Json& from, std::initializer_list<const char*> names, const char* as, OrderedJson& line) {
  if (!from.is_object()) return;
  for (const char* name : names) {
    const auto member = from.find(name);
    if (member == from.end() || !member->is_string()) continue;
    line[as != nullptr ? as : name] = cut(member->get_ref<const std::string&>(), kLongestLogged);
  }
}

}  // namespace

LoggedRequest::LoggedRequest(const RequestLog& log, const Exchange& exchange) : log_(log), exchange_(exchange) {
  if (log_.write) began_ = log_.clock->now();
}

LoggedRequest::~LoggedRequest() {
  if (!log_.write) return;
  static const Json kNoMeta = Json::object();
  const Json& params = exchange_.message.params;
  const auto found = params.is_object() ? params.find("_meta") : params.end();
  const Json& meta = found == params.end() ? kNoMeta : *found;
  OrderedJson line = {{"at", began_.iso8601()}, {"method", cut(exchange_.message.method, kLongestLogged)}};
  copy_texts(params, {"uri", "name"}, "name", line);
  const Request request(exchange_.session, revisions().front(), meta.is_object() ? meta : kNoMeta);
  line["client"] = cut(request.client(), kLongestLogged);
  line["outcome"] = exchange_.cancelled ? "cancelled" : exchange_.outcome;
  line["micros"] = log_.clock->now().micros_since(began_);
  // MCP 2026-07-28, basic: trace context travels in _meta.
  copy_texts(meta, {"traceparent", "tracestate", "baggage"}, nullptr, line);
  log_.write(line);
}

}  // namespace pianola::mcp
