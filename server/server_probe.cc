#include "server/server_probe.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <system_error>
#include <thread>

#include "base/json.h"
#include "base/list_text.h"
#include "mcp/http_get.h"
#include "server/program.h"

namespace pianola::server {
namespace {

constexpr int kAnswerMillis = 10'000;
constexpr int kEndMillis = 2'000;
constexpr std::size_t kMostReceived = std::size_t{16} * 1024 * 1024;
constexpr int kLookMillis = 20;  // between two looks whether it has ended
constexpr std::size_t kMostErrorBytes = 300;
constexpr std::size_t kMostErrorsRead = std::size_t{64} * 1024;

Json request_of(int id, const char* method, Json params) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

Json initialize_request() {
  return request_of(1, "initialize",
                    {{"protocolVersion", "2025-06-18"},
                     {"capabilities", Json::object()},
                     {"clientInfo", {{"name", "pianola-doctor"}, {"version", kVersion}}}});
}

ServerAnswer answer_of(const Json& initialized) {
  const Json info = initialized.value("serverInfo", Json::object());
  return {text_member(info, "name"), text_member(info, "version")};
}

using Deadline = std::chrono::steady_clock::time_point;

Deadline in_millis(int millis) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(millis); }

int millis_until(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

// A process at whose pipes we are; its standard error goes into a file without a name.
class ProbedProcess {
 public:
  ProbedProcess() : errors_(std::tmpfile(), &std::fclose) {}
  ~ProbedProcess() { end(); }
  ProbedProcess(const ProbedProcess&) = delete;
  ProbedProcess& operator=(const ProbedProcess&) = delete;

  // Gives the system's reason where it cannot be started; empty where it runs.
  std::string start(const std::string& program, const std::vector<std::string>& arguments,
                    const Variables& environment);
  // The result of a request, or nothing.
  Json ask(const Json& request);
  void send(const Json& message) const;
  // Closes its input and waits for its end; what is left of it and its children then is killed.
  void end();
  // The end of what it wrote to standard error, in one line.
  std::string last_words();

 private:
  // Empty where none comes in time, or far too much.
  std::string read_line(Deadline deadline);
  bool has_ended();

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> errors_;
  pid_t child_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string received_;
  std::vector<std::string> secrets_;  // never told
};

// By the names that people give to variables with keys.
bool is_secret(const std::string& variable) {
  constexpr std::string_view kWords[] = {"KEY", "TOKEN", "SECRET", "PASSWORD", "AUTH", "CREDENTIAL"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return variable.find(word) != variable.npos; });
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string ProbedProcess::start(const std::string& program, const std::vector<std::string>& arguments,
                                 const Variables& environment) {
  // One that ended must show as a failed write, not end this process.
  std::signal(SIGPIPE, SIG_IGN);
  int to_child[2];
  int from_child[2];
  if (errors_ == nullptr || ::pipe2(to_child, O_CLOEXEC) != 0) return std::generic_category().message(errno);
  input_ = to_child[1];
  if (::pipe2(from_child, O_CLOEXEC) != 0) return std::generic_category().message(errno);
  output_ = from_child[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(errors_.get()), STDERR_FILENO);
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) {
    variables.push_back(name + "=" + value);
    if (is_secret(name) && value.size() > 3) secrets_.push_back(value);
  }
  // A group of its own, so that what it starts ends with it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int error = ::posix_spawn(&child_, program.c_str(), &actions, &attributes, pointers_to(words).data(),
                                  pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(to_child[0]);
  ::close(from_child[1]);
  if (error == 0) return "";
  child_ = -1;
  return std::generic_category().message(error);
}

void ProbedProcess::send(const Json& message) const {
  const std::string line = dump_compact(message) + "\n";
  // One that takes no more gives no answer either.
  if (::write(input_, line.data(), line.size()) < 0) return;
}

std::string ProbedProcess::read_line(Deadline deadline) {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == received_.npos) {
    if (received_.size() > kMostReceived) return "";
    pollfd waiting{output_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, millis_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    char bytes[65536];
    const ssize_t got = ready <= 0 ? 0 : ::read(output_, bytes, sizeof bytes);
    if (got <= 0) return "";
    received_.append(bytes, static_cast<std::size_t>(got));
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

// Notifications may come between.
Json ProbedProcess::ask(const Json& request) {
  send(request);
  const Deadline deadline = in_millis(kAnswerMillis);
  for (std::string line = read_line(deadline); !line.empty() && millis_until(deadline) > 0;
       line = read_line(deadline)) {
    const Result<Json> message = parse_json(line);
    if (!message || !message->is_object()) return nullptr;
    if (message->value("id", Json()) == request["id"]) return message->value("result", Json());
  }
  return nullptr;
}

bool ProbedProcess::has_ended() {
  if (child_ > 0 && ::waitpid(child_, nullptr, WNOHANG) == child_) child_ = -1;
  return child_ <= 0;
}

void ProbedProcess::end() {
  if (input_ >= 0) ::close(input_);
  const pid_t group = child_;
  if (child_ > 0) {
    const Deadline deadline = in_millis(kEndMillis);
    while (!has_ended() && millis_until(deadline) > 0) {
      // It may wait for somebody who takes what it says.
      received_.clear();
      if (read_line(std::min(deadline, in_millis(kLookMillis))).empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(kLookMillis));
    }
    ::kill(-group, SIGKILL);
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
  input_ = output_ = -1;
  child_ = -1;
}

std::string ProbedProcess::last_words() {
  std::string text;
  std::rewind(errors_.get());
  char bytes[4096];
  for (std::size_t got = 0; (got = std::fread(bytes, 1, sizeof bytes, errors_.get())) > 0;) {
    text.append(bytes, got);
    if (text.size() > kMostErrorsRead) text.erase(0, text.size() - kMostErrorsRead);
  }
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret))
      text.replace(at, secret.size(), "...");
  }
  // After that: no part of a secret may be left where the cut goes through it.
  if (text.size() > kMostErrorBytes) text.erase(0, text.size() - kMostErrorBytes);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

// The message that a body is: JSON, or the data of an event stream's first event that has some.
Json message_in(std::string_view body) {
  if (const std::size_t data = body.find("data: {"); !body.starts_with('{') && data != body.npos) {
    body.remove_prefix(data + 6);
    body = body.substr(0, body.find('\n'));
  }
  const Result<Json> message = parse_json(body);
  return message && message->is_object() ? *message : Json::object();
}

}  // namespace

Result<ServerAnswer> probe_over_stdio(const std::string& program, const std::vector<std::string>& arguments,
                                      const Variables& environment) {
  ProbedProcess process;
  if (const std::string why = process.start(program, arguments, environment); !why.empty()) {
    return refuse("no_program", "\"" + program + "\" cannot be started: " + why);
  }
  const Json initialized = process.ask(initialize_request());
  Json listed;
  if (initialized.is_object()) {
    process.send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
    listed = process.ask(request_of(2, "tools/list", Json::object()));
  }
  process.end();
  if (!listed.is_object()) {
    const std::string words = process.last_words();
    return refuse("no_answer", "the server does not answer" + (words.empty() ? "" : ": " + words));
  }
  ServerAnswer answer = answer_of(initialized);
  answer.tools = listed.value("tools", Json::array()).size();
  return answer;
}

Result<ServerAnswer> probe_over_http(const std::string& address, const std::string& authorization) {
  const Result<mcp::Url> url = mcp::Url::parse(address);
  if (!url) return refuse(url.error());
  mcp::HttpFields fields = {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  if (!authorization.empty()) fields.emplace_back("Authorization", authorization);
  const Result<mcp::HttpResponse> response =
      mcp::http_post(*url, fields, dump_compact(initialize_request()), std::chrono::milliseconds(kAnswerMillis));
  if (!response) return refuse(response.error());
  if (response->status == 401 || response->status == 403) {
    // Not what it said: that may hold the key.
    return refuse("key_refused", "status " + std::to_string(response->status));
  }
  const Json message = message_in(response->body);
  if (response->status != 200 || !message.contains("result") || !message["result"].is_object()) {
    return refuse("no_answer", "status " + std::to_string(response->status) + ": no answer of an MCP server");
  }
  return answer_of(message["result"]);
}

}  // namespace pianola::server
