#include "server/demo_reading.h"

#include <charconv>
#include <fstream>
#include <iterator>

#include "base/ascii.h"
#include "base/text_lines.h"

namespace pianola::server {
namespace {

constexpr char kMark = '\x1d';  // stands in no text that the server hands out

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A long input is handed out as "(the file PATH, N bytes: open it ...)": then its text, else the text itself.
std::string opened(std::string text) {
  constexpr std::string_view kReference = "(the file ";
  if (!text.starts_with(kReference)) return text;
  const std::size_t end = text.rfind(", ");
  return end == std::string::npos ? text : file_text(text.substr(kReference.size(), end - kReference.size()));
}

// Takes the data out of an instruction; marks stand for it.
std::string take_data(std::string_view text, std::vector<BoundValue>& data) {
  std::string rest;
  while (true) {
    const std::size_t begin = text.find("<data");
    if (begin == std::string_view::npos) return rest + std::string(text);
    const std::size_t tag_end = std::min(text.find_first_of(" >", begin), text.size());
    const std::string tag(text.substr(begin + 1, tag_end - begin - 1));
    const bool has_name = text.substr(tag_end).starts_with(" name=\"");
    const std::size_t name = has_name ? tag_end + 7 : tag_end;
    const std::size_t name_end = has_name ? text.find("\">", name) : tag_end;
    const std::string closing = "</" + tag + ">";
    const std::size_t end = text.find(closing, std::min(name_end, text.size()));
    if (end == std::string_view::npos) return rest + std::string(text);
    const std::size_t from = name_end + (has_name ? 2 : 1);
    std::string value(text.substr(from, end - from));
    if (value.starts_with('\n')) value = value.substr(1, value.size() - 1 - (value.ends_with('\n') ? 1 : 0));
    rest += std::string(text.substr(0, begin)) + mark_of(data.size());
    data.push_back({std::string(text.substr(name, name_end - name)), opened(std::move(value))});
    text.remove_prefix(end + closing.size());
  }
}

// Where the instruction ends and what is said about the output begins.
std::size_t instruction_end(std::string_view text) {
  const std::size_t end = text.find("\nHand in ");
  return end == std::string_view::npos ? text.size() : end;
}

void read_rules(StepReading& step, std::string_view instruction) {
  for (const std::string& line : lines_of_text(instruction)) {
    const auto property = line.starts_with("- `") ? between(line, "- `", "`: ") : std::nullopt;
    if (property) {
      step.rules.push_back({*property, line.substr(property->size() + 6)});
      continue;
    }
    const std::size_t at = line.find(kMark);
    if (!step.rules.empty() || at == std::string::npos) continue;
    const BoundValue& value = step.data[*marked(std::string_view(line).substr(at))];
    if (value.name.starts_with("input.")) step.texts.push_back(value.text);
  }
}

// `where` is "go to `x`", "end" or "escalate", and may have a label behind it.
WayOn way_of(const std::string& condition, const std::string& where) {
  return {condition, between(where, "go to `", "`").value_or(where.substr(0, where.find(' ')))};
}

void read_ways(StepReading& step, std::string_view after) {
  bool inside = false;
  for (const std::string& line : lines_of_text(after)) {
    if (line.starts_with("Then: ")) {
      step.ways.push_back(way_of("", line.substr(6)));
      return;
    }
    if (line == "Then:") {
      inside = true;
    } else if (inside && line.starts_with("- ")) {
      const bool otherwise = line.starts_with("- else: ");
      const std::size_t colon =
          otherwise ? 6 : line.find(": ", line.rfind('}') == std::string::npos ? 0 : line.rfind('}'));
      const std::string where = line.substr(line.find(": ", colon) + 2);
      step.ways.push_back(way_of(otherwise ? "" : line.substr(5, colon - 5), where));
    } else if (inside) {
      return;
    }
  }
}

}  // namespace

std::vector<std::string> lines_of_text(std::string_view text) {
  const std::vector<std::string_view> lines = newline_lines(text);
  return {lines.begin(), lines.end()};
}

std::string mark_of(std::size_t index) { return kMark + std::to_string(index) + kMark; }

std::optional<std::size_t> marked(std::string_view text) {
  if (text.empty() || text.front() != kMark) return std::nullopt;
  std::size_t index = 0;
  std::from_chars(text.data() + 1, text.data() + text.size(), index);
  return index;
}

std::optional<StepReading> read_step(std::string_view text) {
  std::size_t heading = std::string_view::npos;
  for (std::size_t at = text.find("## "); at != std::string_view::npos; at = text.find("## ", at + 1)) {
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    if (begins_line && at + 3 < text.size() && text[at + 3] >= '0' && text[at + 3] <= '9') heading = at;
  }
  if (heading == std::string_view::npos) return std::nullopt;
  text.remove_prefix(heading);
  StepReading step;
  const std::string first_line(text.substr(0, text.find('\n')));
  step.id = between(first_line, "(`", "`)").value_or("");
  const std::size_t end = instruction_end(text);
  read_rules(step, take_data(text.substr(0, end), step.data));
  const std::string_view after = text.substr(end);
  read_ways(step, after);
  if (const auto tools = between(after, "\nTools: ", "\n")) step.tools = split_outside_quotes(*tools, ",");
  return step;
}

std::vector<std::string> split_playbook(std::string_view playbook) {
  std::vector<std::string> steps;
  bool inside = false;
  for (const std::string& line : lines_of_text(playbook)) {
    if (line.starts_with("## ")) {
      inside = line.size() > 3 && line[3] >= '0' && line[3] <= '9';
      if (inside) steps.emplace_back();
    }
    if (inside) steps.back() += line + "\n";
  }
  return steps;
}

std::vector<Article> read_articles(std::string_view text) {
  std::vector<Article> articles;
  for (const std::string& line : lines_of_text(text)) {
    const auto words = between(line, "Key words: ", ". Answer: ");
    if (!line.starts_with("- ") || !words) continue;
    articles.push_back({line.substr(2, line.find(' ', 2) - 2), split_outside_quotes(*words, ","),
                        line.substr(line.find(". Answer: ") + 10)});
  }
  return articles;
}

std::vector<ReadEdgeCase> read_edge_cases(std::string_view text) {
  std::vector<ReadEdgeCase> cases;
  for (const std::string& line : lines_of_text(text)) {
    const auto id = line.starts_with("- `") ? between(line, "- `", "` (") : std::nullopt;
    const auto when = between(line, "): when ", ", then ");
    if (id && when) cases.push_back({*id, *when});
  }
  return cases;
}

std::vector<std::string> read_final_fields(std::string_view text) {
  std::vector<std::string> fields;
  const std::size_t begin = text.find("and output, which is ");
  const std::size_t section = text.find("At the end, hand in ");
  if (begin == std::string_view::npos && section == std::string_view::npos) return fields;
  for (const std::string& line : lines_of_text(text.substr(std::min(begin, section)))) {
    if (!fields.empty() && !line.starts_with("- `")) break;
    if (const auto field = line.starts_with("- `") ? between(line, "- `", "`") : std::nullopt) fields.push_back(*field);
  }
  return fields;
}

WholeHandOut read_whole(std::string_view text) {
  WholeHandOut whole;
  const std::size_t files = text.find("## Files of the input\n\n<data");
  whole.playbook = std::string(text.substr(0, files));
  if (files != std::string_view::npos) take_data(text.substr(files), whole.files);
  return whole;
}

std::optional<std::string> take_cursor(std::string& page) {
  const std::size_t last = page.rfind("\n(");
  const std::string_view line = last == std::string::npos ? "" : std::string_view(page).substr(last + 1);
  if (!line.starts_with("(Page ") && !line.starts_with("(Cut here; ")) return std::nullopt;
  auto cursor = between(line, "cursor \"", "\"");
  if (cursor) page.resize(last);
  return cursor;
}

std::vector<std::string> quoted_words(std::string_view text) {
  std::vector<std::string> words;
  while (const auto word = between(text, "\"", "\"")) {
    words.push_back(*word);
    text.remove_prefix(text.find('"') + word->size() + 2);
  }
  return words;
}

std::vector<std::string> split_outside_quotes(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted || text.substr(i, separator.size()) != separator) continue;
    parts.emplace_back(trimmed(text.substr(begin, i - begin)));
    begin = i + separator.size();
  }
  parts.emplace_back(trimmed(text.substr(begin)));
  return parts;
}

std::optional<std::string> between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  if (from == std::string_view::npos) return std::nullopt;
  const std::size_t to = text.find(end, from + begin.size());
  if (to == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(from + begin.size(), to - from - begin.size()));
}

}  // namespace pianola::server
