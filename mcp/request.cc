#include "mcp/request.h"

#include <cmath>

namespace pianola::mcp {
namespace {

constexpr const char* kClientInfo = "io.modelcontextprotocol/clientInfo";

// Whole numbers are written without a fraction.
OrderedJson number(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::abs(value) < kExact && value == std::floor(value)) return static_cast<std::int64_t>(value);
  return value;
}

// "sampling/createMessage" needs the capability "sampling".
std::string capability_of(const Question& question) { return question.method.substr(0, question.method.find('/')); }

// Whether `answer` has the shape of a result of that method.
bool answers(const Question& question, const Json& answer) {
  if (!answer.is_object()) return false;
  const auto has = [&](const char* member, Json::value_t type) {
    const auto found = answer.find(member);
    return found != answer.end() && found->type() == type;
  };
  if (question.method == "roots/list") return has("roots", Json::value_t::array);
  if (question.method == "sampling/createMessage")
    return has("role", Json::value_t::string) && answer.contains("content");
  if (!has("action", Json::value_t::string)) return false;
  return answer["action"] != "accept" || !answer.contains("content") || answer["content"].is_object();
}

}  // namespace

std::string Request::client() const {
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

const Json* Request::client_capabilities() const {
  if (revision_.era == Era::legacy) return &session_.client_capabilities;
  const auto declared = meta_.find(kMetaCapabilities);
  return declared != meta_.end() && declared->is_object() ? &*declared : nullptr;
}

bool Request::client_has(const std::string& capability) const {
  const Json* const declared = client_capabilities();
  return declared != nullptr && declared->contains(capability);
}

bool Request::client_knows(std::string_view extension) const {
  const Json* const declared = client_capabilities();
  if (declared == nullptr || !declared->contains("extensions")) return false;
  const Json& extensions = (*declared)["extensions"];
  return extensions.is_object() && extensions.contains(std::string(extension));
}

bool Request::is_cancelled() {
  if (exchange_ == nullptr) return false;
  if (!exchange_->cancelled) {
    exchange_->cancelled = exchange_->sink.is_cancelled(exchange_->message.id, Look::arriving);
  }
  return exchange_->cancelled;
}

void Request::stop_if_cancelled() {
  if (is_cancelled()) throw Fault(FaultKind::cancelled, "The client cancelled the request");
}

void Request::report_progress(double progress, double total, const std::string& message) {
  if (exchange_ == nullptr || exchange_->cancelled || (progress_ && progress <= *progress_)) return;
  const auto token = meta_.find("progressToken");
  if (token == meta_.end() || !(token->is_string() || token->is_number_integer())) return;
  progress_ = progress;
  OrderedJson params = {{"progressToken", *token}, {"progress", number(progress)}, {"total", number(total)}};
  if (!message.empty() && revision_.annotations) params["message"] = message;
  exchange_->sink.send_now(write_notification("notifications/progress", params));
}

void Request::log(LogLevel level, const std::string& logger, const OrderedJson& data) {
  if (exchange_ == nullptr || exchange_->cancelled) return;
  LogLevel least = session_.log_level;
  if (revision_.era == Era::modern) {
    // MCP 2026-07-28, logging: nothing for a request that does not name a level. The server has checked the name.
    const auto asked = meta_.find(kMetaLogLevel);
    if (asked == meta_.end()) return;
    least = parse_log_level(asked->get_ref<const std::string&>()).value_or(LogLevel::emergency);
  }
  if (level < least) return;
  exchange_->sink.send_now(
      write_notification("notifications/message", {{"level", to_string(level)}, {"logger", logger}, {"data", data}}));
}

void Request::break_stream() {
  if (exchange_ != nullptr && !exchange_->cancelled) exchange_->sink.break_stream();
}

std::optional<Json> Request::input(const std::string& key, const Question& question) {
  if (const std::string capability = capability_of(question); !client_has(capability)) {
    // Only modern revisions know the code.
    const bool modern = revision_.era == Era::modern;
    throw ProtocolError{modern ? code::kMissingCapability : code::kInvalidParams,
                        "This needs a client with the capability \"" + capability + "\"",
                        {{"requiredCapabilities", {{capability, OrderedJson::object()}}}}};
  }
  if (revision_.era == Era::legacy) {
    std::optional<Json> answer = ask(question);
    return answer && answers(question, *answer) ? answer : std::nullopt;
  }
  if (const Json* answer = given_answer(key); answer != nullptr && answers(question, *answer)) return *answer;
  questions_[key] = {{"method", question.method}, {"params", question.params}};
  return std::nullopt;
}

// What the client sent under that key when it asked again; null where it sent nothing.
const Json* Request::given_answer(const std::string& key) const {
  if (exchange_ == nullptr) return nullptr;
  const auto given = exchange_->message.params.find("inputResponses");
  if (given == exchange_->message.params.end()) return nullptr;
  if (!given->is_object()) throw ProtocolError{code::kInvalidParams, "\"inputResponses\" must be an object"};
  const auto answer = given->find(key);
  return answer == given->end() ? nullptr : &*answer;
}

std::optional<Json> Request::ask(const Question& question) {
  if (exchange_ == nullptr || exchange_->cancelled) return std::nullopt;
  const std::string id = "server-" + std::to_string(++exchange_->session.questions_asked);
  exchange_->sink.send_now(write_request(id, question.method, question.params));
  const std::optional<Json> response = exchange_->sink.wait_for_answer(id, exchange_->message.id);
  if (!response) {
    exchange_->cancelled = exchange_->sink.is_cancelled(exchange_->message.id, Look::delivered);
    return std::nullopt;
  }
  const auto result = response->find("result");
  return result == response->end() ? std::nullopt : std::optional<Json>(*result);
}

// Whose state it is, and of which request: the caller, the method and what it was asked with.
std::string Request::state_binding() const {
  const Json& params = exchange_->message.params;
  Json asked = {{"method", exchange_->message.method}};
  for (const char* member : {"name", "uri", "arguments"}) {
    if (const auto found = params.find(member); found != params.end()) asked[member] = *found;
  }
  return dump_compact(Json::array({session_.caller.workspace, session_.caller.key, std::move(asked)}));
}

Json Request::state() const {
  if (exchange_ == nullptr || revision_.era == Era::legacy) return nullptr;
  const auto given = exchange_->message.params.find("requestState");
  if (given == exchange_->message.params.end()) return nullptr;
  if (!given->is_string() || exchange_->seal == nullptr) {
    throw ProtocolError{code::kInvalidParams, "\"requestState\" is not what this server gave"};
  }
  Result<Json> opened = exchange_->seal->open(given->get_ref<const std::string&>(), state_binding());
  if (!opened) throw ProtocolError{code::kInvalidParams, opened.error().message};
  return *std::move(opened);
}

void Request::keep_state(const Json& state) {
  if (exchange_ == nullptr || exchange_->seal == nullptr || revision_.era == Era::legacy) return;
  sealed_state_ = exchange_->seal->seal(state, state_binding());
}

}  // namespace pianola::mcp
