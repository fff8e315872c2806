#include "server/metrics.h"

#include <charconv>
#include <cmath>

namespace pianola::server {
namespace {

// Seconds as Prometheus reads them: the shortest decimal.
std::string seconds(std::int64_t micros) {
  std::array<char, 32> digits{};
  const double value = static_cast<double>(micros) / 1e6;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  return {digits.data(), end.ptr};
}

// a="1",b="2"; backslash, quote and line feed escaped as the format asks.
std::string label_text(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"");
    for (const char c : value) {
      if (c == '\\' || c == '"') text += '\\';
      c == '\n' ? text.append("\\n") : text.append(1, c);
    }
    text += '"';
  }
  return text;
}

void write_line(std::string& text, std::string_view name, std::string_view labels, std::string_view value) {
  text += name;
  if (!labels.empty()) text.append("{").append(labels).append("}");
  text.append(" ").append(value).append("\n");
}

}  // namespace

void write_sample(std::string& text, std::string_view name, const Labels& labels, std::int64_t value) {
  write_line(text, name, label_text(labels), std::to_string(value));
}

void write_header(std::string& text, std::string_view name, std::string_view help, std::string_view type) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void CounterFamily::add(const Labels& labels, std::int64_t count) { counts_[label_text(labels)] += count; }

void CounterFamily::write(std::string& text) const {
  write_header(text, name_, help_, "counter");
  for (const auto& [labels, count] : counts_) write_line(text, name_, labels, std::to_string(count));
}

void HistogramFamily::observe(const Labels& labels, std::int64_t micros) {
  Histogram& histogram = histograms_[label_text(labels)];
  ++histogram.count;
  histogram.sum_micros += micros;
  for (std::size_t i = 0; i < kBoundsMicros.size(); ++i) {
    if (micros > kBoundsMicros[i]) continue;
    ++histogram.within[i];
    return;
  }
}

void HistogramFamily::write(std::string& text) const {
  write_header(text, name_, help_, "histogram");
  for (const auto& [labels, histogram] : histograms_) {
    const std::string before = labels.empty() ? "" : labels + ",";
    std::int64_t below = 0;
    for (std::size_t i = 0; i < kBoundsMicros.size(); ++i) {
      below += histogram.within[i];
      write_line(text, std::string(name_) + "_bucket", before + "le=\"" + seconds(kBoundsMicros[i]) + "\"",
                 std::to_string(below));
    }
    write_line(text, std::string(name_) + "_bucket", before + "le=\"+Inf\"", std::to_string(histogram.count));
    write_line(text, std::string(name_) + "_sum", labels, seconds(histogram.sum_micros));
    write_line(text, std::string(name_) + "_count", labels, std::to_string(histogram.count));
  }
}

std::string_view Metrics::known_or_other(std::string_view name) const {
  return name.empty() || known_.contains(name) ? name : "other";
}

void Metrics::count_request(const mcp::RequestFacts& request) {
  const std::string_view method = known_or_other(request.method);
  const std::string_view tool = request.method == "tools/call" ? known_or_other(request.name) : "";
  const std::scoped_lock lock(mutex_);
  requests_.add({{"method", method}, {"tool", tool}, {"outcome", request.outcome}});
  request_seconds_.observe({{"method", method}, {"tool", tool}}, request.micros);
}

void Metrics::count_response(int status) {
  const std::scoped_lock lock(mutex_);
  responses_.add({{"status", std::to_string(status)}});
}

void Metrics::note_commit(std::int64_t micros) {
  const std::scoped_lock lock(mutex_);
  commit_seconds_.observe({}, micros);
}

std::string Metrics::text() const {
  std::string text;
  const std::scoped_lock lock(mutex_);
  requests_.write(text);
  request_seconds_.write(text);
  responses_.write(text);
  commit_seconds_.write(text);
  return text;
}

}  // namespace pianola::server
