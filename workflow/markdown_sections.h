// A Markdown text cut at its headings, line by line, so that every line is in exactly one section. Headings are ATX
// (`## Title`); what stands in fenced code or in an HTML comment is text (CommonMark 0.31, 4.2, 4.5 and 4.6).
// Thread rule: plain values and functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pianola::workflow {

// A heading with the text down to the next heading of any level.
struct MarkdownSection {
  int level = 0;        // 1 to 6; 0 is the text before the first heading
  std::string heading;  // without the #s
  std::string line;     // the heading's line as written; empty for level 0
  std::string body;     // as written, ends with a newline unless it is empty

  // Heading and body as written.
  std::string raw() const { return level == 0 ? body : line + "\n" + body; }
};

// The sections of a text in its order; the first has level 0. Lines end with "\n" afterwards, whatever ended them.
std::vector<MarkdownSection> split_at_headings(std::string_view markdown);

// A line of a section's body, without its end; `is_verbatim`: fenced code or an HTML comment.
struct MarkdownLine {
  std::string_view text;
  bool is_verbatim = false;
};
// The lines of a body; they point into it.
std::vector<MarkdownLine> lines_of_section(std::string_view body);

// The text without blank lines at its start and end, and without a newline at the end.
std::string without_blank_edges(std::string_view text);
// Adds `part`, without blank edges, to a text as a paragraph of its own; nothing where it is blank.
void add_paragraph(std::string& text, std::string_view part);

}  // namespace pianola::workflow
