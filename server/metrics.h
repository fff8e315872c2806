// What a server over HTTP counts of itself, as text that Prometheus reads (exposition format 0.0.4).
// Debian's prometheus-cpp has no static archive, which the release program is linked from: this is the part of it that
// is needed, counters and histograms with labels.
// Thread rule: safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/request_log.h"

namespace pianola::server {

// Label names and values, in order.
using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// One name's values, each with its labels.
class CounterFamily {
 public:
  CounterFamily(std::string_view name, std::string_view help) : name_(name), help_(help) {}
  void add(const Labels& labels, std::int64_t count = 1);
  void write(std::string& text) const;

 private:
  std::string_view name_;
  std::string_view help_;
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

// How long something took, in seconds, counted by upper bounds.
class HistogramFamily {
 public:
  HistogramFamily(std::string_view name, std::string_view help) : name_(name), help_(help) {}
  void observe(const Labels& labels, std::int64_t micros);
  void write(std::string& text) const;

 private:
  static constexpr std::array<std::int64_t, 13> kBoundsMicros = {
      500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
  struct Histogram {
    std::array<std::int64_t, kBoundsMicros.size()> within{};  // each bound's alone, not those below
    std::int64_t count = 0;
    std::int64_t sum_micros = 0;
  };

  std::string_view name_;
  std::string_view help_;
  std::map<std::string, Histogram, std::less<>> histograms_;
};

// All that /metrics shows of this process. Safe from any thread.
class Metrics {
 public:
  // Methods and tools that have a label of their own; what clients make up is counted as "other".
  explicit Metrics(std::set<std::string, std::less<>> known) : known_(std::move(known)) {}

  void count_request(const mcp::RequestFacts& request);
  void count_response(int status);
  // From the begin of a write to its end on the disk, or of a look into the store.
  void note_commit(std::int64_t micros);
  std::string text() const;

 private:
  std::string_view known_or_other(std::string_view name) const;

  const std::set<std::string, std::less<>> known_;
  mutable std::mutex mutex_;
  CounterFamily requests_{"pianola_requests_total", "MCP requests answered, by outcome: ok, or the error's code."};
  HistogramFamily request_seconds_{"pianola_request_seconds", "Time that handling a request took, without its commit."};
  CounterFamily responses_{"pianola_http_responses_total", "HTTP responses by status."};
  HistogramFamily commit_seconds_{"pianola_store_commit_seconds",
                                  "Time until the work that waited together was durable."};
};

// One sample line: NAME{LABELS} VALUE.
void write_sample(std::string& text, std::string_view name, const Labels& labels, std::int64_t value);
// The lines before a name's samples. `type`: "counter", "gauge" or "histogram".
void write_header(std::string& text, std::string_view name, std::string_view help, std::string_view type);

}  // namespace pianola::server
