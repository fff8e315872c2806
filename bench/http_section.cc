// workflow_get over HTTP against what a socket, a static file and the official SDKs allow, and what open streams cost.
#include <memory>
#include <stdexcept>

#include "base/json.h"
#include "bench/http_load.h"
#include "bench/sections.h"

namespace pianola::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kStreams = 1000;
constexpr long kCalls = 50'000;
constexpr long kSdkCalls = 2000;

constexpr const char* kHttpReadOfBeast = "HTTP, workflow_get, 8 KB, 64 connections: rate to a bare Beast handler's";
constexpr const char* kHttpReadOfNginx = "HTTP, workflow_get, 8 KB, 64 connections: rate to nginx's with a static file";
constexpr const char* kHttpReadOfSdk1 =
    "HTTP, workflow_get, 8 KB, 64 connections: rate to TypeScript SDK v1's, stateless";
constexpr const char* kHttpReadOfSdk2 = "HTTP, workflow_get, 8 KB, 64 connections: rate to TypeScript SDK v2's, modern";
constexpr const char* kP99OfBeast = "HTTP, workflow_get, 8 KB, 64 connections: p99 to a bare Beast handler's";
constexpr const char* kWithStreams = "HTTP, workflow_get, 8 KB: rate with 1,000 idle streams to that without";
constexpr const char* kStreamMemory = "HTTP: resident memory a stream, KB";

constexpr const char* kJson = "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
constexpr const char* kModernFields =
    "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: workflow_get\r\n";
constexpr const char* kListenFields = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n";
constexpr const char* kListenBody =
    R"({"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":)"
    R"({"resourcesListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}}}})";

// What one server is asked.
struct Subject {
  std::unique_ptr<HttpServer> server;
  std::string request;

  Run run(long count) const { return run_http_load(*server, request, kConnections, count); }
};

// The body of a call, without the line's end.
std::string call_body(Era era) {
  std::string line = call_line(era, 1, "workflow_get", kRead);
  line.pop_back();
  return line;
}

std::string new_key(const Places& places, const std::string& store) {
  Child command({{places.build + "/pianola", "--store", store, "key", "create", "--role", "executor", "--json"}, {}});
  std::string text;
  while (text.find('}') == text.npos) text += command.read_line();
  return Json::parse(text).at("key").get<std::string>();
}

Subject start(const Command& command, std::uint16_t port, const std::string& fields, const std::string& body) {
  Subject subject{std::make_unique<HttpServer>(command, port), http_request(port, fields, body)};
  subject.run(kSdkCalls);  // warm
  return subject;
}

Subject start_pianola(const Places& places, const std::string& store, const std::string& key) {
  const std::uint16_t port = free_port();
  Command command = pianola_on(places, store);
  command.words.insert(command.words.end(), {"--http", "127.0.0.1:" + std::to_string(port)});
  return start(command, port, "Authorization: Bearer " + key + "\r\n" + kJson + kModernFields, call_body(Era::modern));
}

Subject start_beast(const Places& places, const std::string& answer_file) {
  const std::uint16_t port = free_port();
  return start({{places.build + "/bench/beast_peer", answer_file, std::to_string(port)}, {}}, port,
               std::string(kJson) + kModernFields, call_body(Era::modern));
}

// One process that serves the folder of the answer; its name there is "answer".
Subject start_nginx(const Places& places) {
  const std::uint16_t port = free_port();
  const std::string configuration = places / "nginx.conf";
  write_file(configuration,
             "daemon off; master_process off; pid " + (places / "nginx.pid") + ";\nerror_log stderr crit;\n" +
                 "events { worker_connections 1024; }\nhttp {\n  access_log off; sendfile on; tcp_nopush on;\n" +
                 "  keepalive_requests 1000000000; open_file_cache max=10;\n" + "  client_body_temp_path " +
                 (places / "body") + "; proxy_temp_path " + (places / "proxy") + ";\n  fastcgi_temp_path " +
                 (places / "fastcgi") + "; uwsgi_temp_path " + (places / "uwsgi") + "; scgi_temp_path " +
                 (places / "scgi") + ";\n  server { listen 127.0.0.1:" + std::to_string(port) + "; root " +
                 places.scratch + "; default_type application/json; }\n}\n");
  return start({{"/usr/sbin/nginx", "-p", places.scratch, "-e", "stderr", "-c", configuration}, {}}, port,
               std::string(kJson) + kModernFields, "");
}

Subject start_sdk(const Places& places, const std::string& script, Era era) {
  const std::uint16_t port = free_port();
  const Command command{{places.node, places.sources + "/peers/" + script, places / "text", std::to_string(port)},
                        {{"NODE_NO_WARNINGS", "1"}}};
  const std::string fields = era == Era::modern ? std::string(kJson) + kModernFields
                                                : std::string(kJson) + "MCP-Protocol-Version: 2025-11-25\r\n";
  return start(command, port, fields, call_body(era));
}

void measure_streams(const Subject& pianola, const std::string& key, Figures& figures) {
  const std::string listen = http_request(pianola.server->port(),
                                          "Authorization: Bearer " + key + "\r\n" + kJson + kListenFields, kListenBody);
  const double without = pianola.run(kCalls).rate;
  const long before = pianola.server->process().resident_kilobytes();
  const OpenStreams streams(*pianola.server, listen, kStreams);
  const long after = pianola.server->process().resident_kilobytes();
  figures.add(kStreamMemory, static_cast<double>(after - before) / kStreams);
  figures.add(kWithStreams, pianola.run(kCalls).rate / without);
}

}  // namespace

std::vector<Figure> http_figures() {
  return {{kHttpReadOfBeast, Goal::at_least, 0.50}, {kHttpReadOfNginx, Goal::at_least, 0.40},
          {kHttpReadOfSdk1, Goal::at_least, 25},    {kHttpReadOfSdk2, Goal::at_least, 25},
          {kP99OfBeast, Goal::at_most, 3},          {kWithStreams, Goal::at_least, 0.9},
          {kStreamMemory, Goal::at_most, 20}};
}

void measure_http(const Places& places, int rounds, Figures& figures) {
  const std::string store = places / "http.db";
  write_file(places / "text", text_of_answer(make_store(places, store, kRead)));
  const std::string key = new_key(places, store);
  const Subject pianola = start_pianola(places, store, key);
  const std::string answer = ask_http(pianola.server->port(), pianola.request);
  write_file(places / "answer", answer);
  const Subject beast = start_beast(places, places / "answer");
  const Subject nginx = start_nginx(places);
  const Subject sdk1 = start_sdk(places, "sdk1_http.mjs", Era::legacy);
  const Subject sdk2 = start_sdk(places, "sdk2_http.mjs", Era::modern);
  figures.note("HTTP: bytes of the 8 KB answer", static_cast<double>(answer.size()));
  for (int round = 0; round < rounds; ++round) {
    const Run limit = beast.run(kCalls);
    const Run ours = pianola.run(kCalls);
    const Run file = nginx.run(kCalls);
    const Run v1 = sdk1.run(kSdkCalls);
    const Run v2 = sdk2.run(kSdkCalls);
    figures.add(kHttpReadOfBeast, ours.rate / limit.rate);
    figures.add(kHttpReadOfNginx, ours.rate / file.rate);
    figures.add(kHttpReadOfSdk1, ours.rate / v1.rate);
    figures.add(kHttpReadOfSdk2, ours.rate / v2.rate);
    figures.add(kP99OfBeast, ours.p99 / limit.p99);
    for (const auto& [name, run] : {std::pair{"bare Beast", limit},
                                    {"workflow_get", ours},
                                    {"nginx", file},
                                    {"TypeScript SDK v1", v1},
                                    {"TypeScript SDK v2", v2}}) {
      figures.note(std::string("HTTP, ") + name + ", calls a second", run.rate);
      figures.note(std::string("HTTP, ") + name + ", p99, microseconds", run.p99 * 1e6);
      figures.note(std::string("HTTP, ") + name + ", server's processor time, microseconds a call",
                   run.server_cpu * 1e6);
    }
    // A server of its own: what others left in its memory would be given to streams.
    measure_streams(start_pianola(places, store, key), key, figures);
  }
}

}  // namespace pianola::bench
