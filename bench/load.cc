#include "bench/load.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace pianola::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kModernMeta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                                    R"("io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},)"
                                    R"("io.modelcontextprotocol/clientCapabilities":{}})";

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string first_request(Era era) {
  switch (era) {
    case Era::legacy:
      return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
             R"("capabilities":{},"clientInfo":{"name":"bench","version":"1"}}})"
             "\n";
    case Era::modern:
      return std::string(R"({"jsonrpc":"2.0","id":0,"method":"server/discover","params":{)") + kModernMeta + "}}\n";
    case Era::bare:
      return R"({"jsonrpc":"2.0","id":0,"method":"ping"})"
             "\n";
  }
  return {};
}

}  // namespace

// An answer's ends say whether it is an error; its middle may be a page of text.
void check_answer(std::string_view answer) {
  constexpr std::size_t kHead = 80;
  constexpr std::size_t kTail = 400;
  const std::string_view head = answer.substr(0, kHead);
  const std::string_view tail = answer.substr(answer.size() - std::min(answer.size(), kTail));
  if (head.find("\"error\":") == head.npos && tail.find("\"isError\":true") == tail.npos) return;
  throw std::runtime_error("the server answered with an error: " + std::string(answer.substr(0, 1000)));
}

std::string_view take_answer(Child& server) {
  constexpr std::string_view kNotification = R"({"jsonrpc":"2.0","method":)";
  std::string_view line = server.read_line();
  while (line.starts_with(kNotification)) line = server.read_line();
  check_answer(line);
  return line;
}

double percentile(std::vector<double> samples, double share) {
  std::ranges::sort(samples);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
  return samples.at(std::min(at, samples.size() - 1));
}

std::string call_line(Era era, long id, const std::string& tool, const std::string& arguments) {
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call","params":{"name":")" +
                     tool + R"(","arguments":)" + arguments;
  if (era == Era::modern) line += std::string(",") + kModernMeta;
  return line + "}}\n";
}

std::vector<std::string> same_calls(Era era, long count, const std::string& tool, const std::string& arguments) {
  std::vector<std::string> lines;
  for (long id = 1; id <= count; ++id) lines.push_back(call_line(era, id, tool, arguments));
  return lines;
}

void shake_hands(Era era, Child& server) {
  call_once(server, first_request(era));
  if (era == Era::legacy) server.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
}

std::string call_once(Child& server, const std::string& line) {
  server.send(line);
  return std::string(take_answer(server));
}

Run run_load(Child& server, std::span<const std::string> lines, int in_flight) {
  std::vector<Clock::time_point> sent_at(lines.size());
  std::vector<double> waited;
  waited.reserve(lines.size());
  std::string together;
  std::size_t sent = 0;
  const double cpu_before = server.cpu_seconds();
  const auto start = Clock::now();
  while (waited.size() < lines.size()) {
    together.clear();
    const auto now = Clock::now();
    while (sent < lines.size() && sent - waited.size() < static_cast<std::size_t>(in_flight)) {
      sent_at[sent] = now;
      together += lines[sent++];
    }
    if (!together.empty()) server.send(together);
    // Answers come in the order of the calls: take all that have arrived, then send as many.
    do {
      take_answer(server);
      waited.push_back(seconds_since(sent_at[waited.size()]));
    } while (waited.size() < sent && server.has_line());
  }
  Run run;
  const auto count = static_cast<double>(lines.size());
  run.rate = count / seconds_since(start);
  run.server_cpu = (server.cpu_seconds() - cpu_before) / count;
  run.p50 = percentile(waited, 0.5);
  run.p99 = percentile(waited, 0.99);
  return run;
}

double time_start(Era era, const Command& command) {
  const std::string request = first_request(era);
  const auto start = Clock::now();
  Child server(command);
  call_once(server, request);
  return seconds_since(start);
}

}  // namespace pianola::bench
