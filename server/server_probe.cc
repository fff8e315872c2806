#include "server/server_probe.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <system_error>

#include "base/json.h"
#include "base/list_text.h"
#include "mcp/http_get.h"
#include "server/program.h"

namespace pianola::server {
namespace {

constexpr int kAnswerMillis = 10'000;
constexpr int kEndMillis = 2'000;
constexpr std::size_t kMostErrorBytes = 300;

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
  // Closes its input and waits for its end.
  void end();
  // The end of what it wrote to standard error, in one line.
  std::string last_words();

 private:
  std::string read_line(int patience);

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> errors_;
  pid_t child_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string received_;
};

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
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const int error = ::posix_spawn(&child_, program.c_str(), &actions, nullptr, pointers_to(words).data(),
                                  pointers_to(variables).data());
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

std::string ProbedProcess::read_line(int patience) {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == received_.npos) {
    pollfd waiting{output_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, patience);
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
  for (std::string line = read_line(kAnswerMillis); !line.empty(); line = read_line(kAnswerMillis)) {
    const Result<Json> message = parse_json(line);
    if (!message || !message->is_object()) return nullptr;
    if (message->value("id", Json()) == request["id"]) return message->value("result", Json());
  }
  return nullptr;
}

void ProbedProcess::end() {
  if (input_ >= 0) ::close(input_);
  if (child_ > 0) {
    // Its output ends when it does.
    while (!read_line(kEndMillis).empty()) {
    }
    pollfd gone{output_, POLLIN, 0};
    if (::poll(&gone, 1, 0) == 0) ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
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
    if (text.size() > kMostErrorBytes) text.erase(0, text.size() - kMostErrorBytes);
  }
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
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
    return refuse("key_refused",
                  "status " + std::to_string(response->status) + ": " + cut(response->body, kMostErrorBytes));
  }
  const Json message = message_in(response->body);
  if (response->status != 200 || !message.contains("result") || !message["result"].is_object()) {
    return refuse("no_answer", "status " + std::to_string(response->status) + ": no answer of an MCP server");
  }
  return answer_of(message["result"]);
}

}  // namespace pianola::server
