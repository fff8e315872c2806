#include "mcp/request.h"

#include "mcp/message.h"

namespace pianola::mcp {

std::string Request::client() const {
  constexpr const char* kClientInfo = "io.modelcontextprotocol/clientInfo";
  std::string name = session_.client_name;
  std::string version = session_.client_version;
  if (const auto info = meta_.find(kClientInfo); info != meta_.end() && info->is_object()) {
    const auto text = [&](const char* key) {
      const auto member = info->find(key);
      return member != info->end() && member->is_string() ? member->get<std::string>() : std::string();
    };
    name = text("name");
    version = text("version");
  }
  return version.empty() ? name : name + " " + version;
}

void Request::report_progress(double progress, double total, const std::string& message) {
  const auto token = meta_.find("progressToken");
  if (token == meta_.end()) return;
  OrderedJson params = {{"progressToken", *token}, {"progress", progress}, {"total", total}};
  if (!message.empty() && revision_.annotations) params["message"] = message;
  messages_.push_back(write_notification("notifications/progress", params));
}

}  // namespace pianola::mcp
