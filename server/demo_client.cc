#include "server/demo_client.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/fault.h"
#include "server/program.h"

namespace pianola::server {
namespace {

constexpr int kDeadlineMillis = 10'000;
constexpr const char* kMetaPrefix = "io.modelcontextprotocol/";

[[noreturn]] void session_failed(const std::string& why) {
  throw Fault(FaultKind::storage_io, "the session with the server failed: " + why);
}

Json client_info() { return {{"name", "pianola-demo"}, {"version", kVersion}}; }

}  // namespace

std::string DemoAnswer::code() const { return is_error && facts.is_object() ? facts["error"].value("code", "") : ""; }

DemoClient::DemoClient(const std::string& program, const std::vector<std::string>& arguments, DemoEra era)
    : era_(era), revision_(era == DemoEra::legacy ? "2025-11-25" : "2026-07-28") {
  // A server that ended must show as a failed write, not end this process.
  std::signal(SIGPIPE, SIG_IGN);
  start(program, arguments);
  open_session();
}

DemoClient::~DemoClient() { close(); }

void DemoClient::start(const std::string& program, const std::vector<std::string>& arguments) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) session_failed(std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<std::string> words = {program, "serve"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int error = posix_spawn(&child_, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_server_ = in[1];
  from_server_ = out[0];
  if (error != 0) {
    child_ = -1;
    session_failed("cannot start " + program + ": " + std::strerror(error));
  }
}

void DemoClient::open_session() {
  std::string instructions;
  if (era_ == DemoEra::legacy) {
    const Json opened =
        request("initialize",
                {{"protocolVersion", revision_}, {"capabilities", Json::object()}, {"clientInfo", client_info()}});
    if (opened.value("protocolVersion", "") != revision_) session_failed("it does not speak " + revision_);
    instructions = opened.value("instructions", "");
    send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  } else {
    const Json discovered = request("server/discover", Json::object());
    instructions = discovered.value("instructions", "");
  }
  const Json listed = request("tools/list", Json::object());
  for (const Json& tool : listed.value("tools", Json::array())) tool_names_.push_back(tool.value("name", ""));
  preamble_bytes_ = static_cast<std::int64_t>(dump_compact(listed["tools"]).size() + instructions.size());
}

DemoAnswer DemoClient::call(const std::string& tool, const Json& arguments) {
  const Json result = request("tools/call", {{"name", tool}, {"arguments", arguments}});
  DemoAnswer answer;
  answer.is_error = result.value("isError", false);
  for (const Json& block : result.value("content", Json::array())) {
    answer.text += (answer.text.empty() ? "" : "\n") + block.value("text", "");
  }
  answer.facts = result.value("structuredContent", Json());
  if (result.contains("_meta")) answer.execution = result["_meta"].value("pianola/execution", Json());
  return answer;
}

Json DemoClient::request(const std::string& method, Json params) {
  if (era_ == DemoEra::modern) {
    params["_meta"] = {{std::string(kMetaPrefix) + "protocolVersion", revision_},
                       {std::string(kMetaPrefix) + "clientCapabilities", Json::object()},
                       {std::string(kMetaPrefix) + "clientInfo", client_info()}};
  }
  const std::int64_t id = next_id_++;
  send({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
  Json answer = read_answer(id);
  if (answer.contains("error")) session_failed(method + ": " + dump_compact(answer["error"]));
  return answer["result"];
}

void DemoClient::send(const Json& message) {
  const std::string line = dump_compact(message) + "\n";
  std::size_t sent = 0;
  while (sent < line.size()) {
    const ssize_t wrote = write(to_server_, line.data() + sent, line.size() - sent);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) session_failed(std::string("it takes no more: ") + std::strerror(errno));
    sent += static_cast<std::size_t>(wrote);
  }
}

// Notifications, which carry no id, may come between.
Json DemoClient::read_answer(std::int64_t id) {
  while (true) {
    const std::string line = read_line();
    Result<Json> message = parse_json(line);
    if (!message || !message->is_object()) session_failed("it wrote what is no message: " + line.substr(0, 200));
    if (!message->contains("id")) continue;
    if ((*message)["id"] != id) session_failed("it answered a request that was not made: " + line.substr(0, 200));
    return *std::move(message);
  }
}

std::string DemoClient::read_line() {
  std::size_t end = received_.find('\n');
  while (end == std::string::npos) {
    pollfd ready{from_server_, POLLIN, 0};
    const int count = poll(&ready, 1, kDeadlineMillis);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) session_failed("no answer within ten seconds");
    char buffer[65536];
    const ssize_t got = read(from_server_, buffer, sizeof buffer);
    if (got <= 0) session_failed("it ended without an answer");
    received_.append(buffer, static_cast<std::size_t>(got));
    end = received_.find('\n');
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

int DemoClient::close() {
  if (to_server_ >= 0) ::close(to_server_);
  int status = 0;
  if (child_ > 0) waitpid(child_, &status, 0);
  if (from_server_ >= 0) ::close(from_server_);
  to_server_ = from_server_ = -1;
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kFailure;
}

}  // namespace pianola::server
