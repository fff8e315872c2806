#include "workflow/markdown_sections.h"

#include <algorithm>
#include <optional>

namespace pianola::workflow {
namespace {

std::size_t indentation_of(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

bool is_blank_line(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

std::string_view without_outer_space(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A run of three or more backticks or tildes that opens or closes fenced code.
struct Fence {
  char mark = '`';
  std::size_t length = 0;
  bool in_list = false;  // opened inside a list item, and closed with it at the latest
};

// The fence at the start of a line, after the markers of list items and quotes.
std::optional<Fence> opening_fence(std::string_view line) {
  std::string_view rest = line;
  rest.remove_prefix(indentation_of(rest));
  bool in_list = rest.size() + 2 <= line.size();
  while (rest.size() > 2 && std::string_view("-*+>").find(rest[0]) != std::string_view::npos && rest[1] == ' ') {
    in_list = true;
    rest.remove_prefix(2);
    rest.remove_prefix(indentation_of(rest));
  }
  if (rest.empty() || (rest[0] != '`' && rest[0] != '~')) return std::nullopt;
  const std::size_t length = std::min(rest.find_first_not_of(rest[0]), rest.size());
  if (length < 3) return std::nullopt;
  // A backtick after the run makes it code within a line.
  if (rest[0] == '`' && rest.find('`', length) != std::string_view::npos) return std::nullopt;
  return Fence{rest[0], length, in_list};
}

bool closes(const Fence& fence, std::string_view line) {
  const std::string_view mark = without_outer_space(line);
  const bool all_marks = mark.find_first_not_of(fence.mark) == std::string_view::npos;
  if (all_marks && mark.size() >= fence.length) return true;
  return fence.in_list && !is_blank_line(line) && indentation_of(line) == 0;
}

// Level and text of an ATX heading, or nothing.
std::optional<MarkdownSection> heading_of(std::string_view line) {
  const std::size_t indentation = indentation_of(line);
  if (indentation > 3) return std::nullopt;
  std::string_view rest = line.substr(indentation);
  const std::size_t level = std::min(rest.find_first_not_of('#'), rest.size());
  if (level < 1 || level > 6) return std::nullopt;
  rest.remove_prefix(level);
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t') return std::nullopt;
  rest = without_outer_space(rest);
  const std::size_t last = rest.find_last_not_of('#');
  if (last == std::string_view::npos) {
    rest = {};
  } else if (last + 1 < rest.size() && (rest[last] == ' ' || rest[last] == '\t')) {
    rest = without_outer_space(rest.substr(0, last));
  }
  return MarkdownSection{static_cast<int>(level), std::string(rest), std::string(line), {}};
}

// Reads lines and knows which of them are fenced code or an HTML comment.
class LineReader {
 public:
  // Whether the line is text whatever it looks like.
  bool is_verbatim(std::string_view line) {
    if (fence_) {
      const bool ends = closes(*fence_, line);
      const bool ends_by_indentation = ends && without_outer_space(line).find_first_not_of(fence_->mark) == 0;
      if (ends) fence_.reset();
      if (!ends_by_indentation) return true;
    }
    if (in_comment_) {
      in_comment_ = line.find("-->") == std::string_view::npos;
      return true;
    }
    if ((fence_ = opening_fence(line))) return true;
    const std::size_t comment = line.rfind("<!--");
    if (comment == std::string_view::npos || indentation_of(line) != comment) return false;
    in_comment_ = line.find("-->", comment) == std::string_view::npos;
    return true;
  }

 private:
  std::optional<Fence> fence_;
  bool in_comment_ = false;
};

}  // namespace

std::vector<MarkdownSection> split_at_headings(std::string_view markdown) {
  if (markdown.starts_with("\xEF\xBB\xBF")) markdown.remove_prefix(3);
  std::vector<MarkdownSection> sections(1);
  LineReader reader;
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    std::string_view line = markdown.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::optional<MarkdownSection> heading;
    if (!reader.is_verbatim(line)) heading = heading_of(line);
    if (heading) {
      sections.push_back(std::move(*heading));
    } else {
      sections.back().body.append(line).append("\n");
    }
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return sections;
}

std::vector<MarkdownLine> lines_of_section(std::string_view body) {
  std::vector<MarkdownLine> lines;
  LineReader reader;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    lines.push_back({line, reader.is_verbatim(line)});
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return lines;
}

std::string without_blank_edges(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!is_blank_line(text.substr(0, end))) break;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!text.empty() && std::string_view(" \t\n").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return std::string(text);
}

void add_paragraph(std::string& text, std::string_view part) {
  const std::string paragraph = without_blank_edges(part);
  if (!paragraph.empty()) text += (text.empty() ? "" : "\n\n") + paragraph;
}

}  // namespace pianola::workflow
