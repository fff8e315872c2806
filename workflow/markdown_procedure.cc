#include "workflow/markdown_procedure.h"

#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "workflow/markdown_sections.h"

namespace pianola::workflow {
namespace {

using Sections = std::vector<MarkdownSection>;
using IsStep = std::function<bool(const MarkdownSection&)>;

constexpr std::size_t kLongestFileTitle = 300;  // bytes, as a design takes

bool is_numbered(const MarkdownSection& section) {
  return section.level > 0 && !read_number(section.heading).number.empty();
}

// "3. Look it up (`look-up`)": a step as a playbook has it.
bool read_playbook_heading(const std::string& heading, std::string& title, std::string& id) {
  static const RE2 pattern(R"(\d+\. (.+) \(`([a-z0-9][a-z0-9_-]{0,63})`\))");
  return RE2::FullMatch(heading, pattern, &title, &id);
}

ImportedStep step_of(const MarkdownSection& section) {
  std::string title;
  std::string id;
  if (read_playbook_heading(section.heading, title, id)) return {title, {}, section.body, id};
  return {section.heading, {}, section.body, {}};
}

// Sections that are steps, with what lies below them; everything else is the rest.
void take_sections(const Sections& sections, const IsStep& is_step, MarkdownProcedure& procedure) {
  int step_level = 0;  // of the step that is open; 0: none
  for (const MarkdownSection& section : sections) {
    if (is_step(section)) {
      procedure.steps.push_back(step_of(section));
      step_level = section.level;
    } else if (step_level > 0 && section.level > step_level) {
      procedure.steps.back().body += section.raw();
    } else {
      step_level = 0;
      add_paragraph(procedure.rest, section.raw());
    }
  }
}

// A numbered list of a section's body, with what stands before and behind it.
struct NumberedList {
  std::string before;
  std::vector<ImportedStep> items;
  std::string after;
};

// What is not indented and stands behind a blank line after the last item is not of the list any more. What stands
// between two items belongs to the first of them.
NumberedList read_list(const std::string& body) {
  NumberedList list;
  bool is_blank_before = false;
  for (const MarkdownLine& line : lines_of_section(body)) {
    const std::string text(line.text);
    const bool is_blank = without_blank_edges(text).empty();
    std::string item;
    if (!line.is_verbatim && is_listed_step(text, item)) {
      if (!list.items.empty()) list.items.back().body += std::exchange(list.after, {});
      list.items.push_back({item, {}, {}, {}});
    } else if (list.items.empty()) {
      list.before += text + "\n";
    } else if (!list.after.empty() || (is_blank_before && !is_blank && text[0] != ' ' && text[0] != '\t')) {
      list.after += text + "\n";
    } else {
      list.items.back().body += text + "\n";
    }
    is_blank_before = is_blank;
  }
  return list;
}

// The section whose list is the steps; its other text, and all other sections, are the rest.
void take_list(const Sections& sections, const MarkdownSection& chosen, MarkdownProcedure& procedure) {
  for (const MarkdownSection& section : sections) {
    if (&section != &chosen) {
      add_paragraph(procedure.rest, section.raw());
      continue;
    }
    NumberedList list = read_list(section.body);
    add_paragraph(procedure.rest, section.level == 0 ? list.before : section.line + "\n" + list.before);
    procedure.steps = std::move(list.items);
    add_paragraph(procedure.rest, list.after);
  }
}

// The highest level with two numbered headings; 0 where there is none.
int numbered_level(const Sections& sections) {
  for (int level = 1; level <= 6; ++level) {
    const auto count = std::count_if(sections.begin(), sections.end(), [&](const MarkdownSection& section) {
      return section.level == level && is_numbered(section);
    });
    if (count > 1) return level;
  }
  return 0;
}

bool tells_of_steps(const MarkdownSection& section) {
  static const RE2 pattern(R"((?i)\b(?:steps?|workflow|procedure|process|instructions|checklist|task)\b)");
  return section.level > 0 && RE2::PartialMatch(section.heading, pattern);
}

// What a text says beside its steps.
bool is_reference(const MarkdownSection& section) {
  static const RE2 pattern(
      R"((?i)(?:overview|introduction|about|background|context|parameters?|arguments?|inputs?|outputs?|)"
      R"(when (?:not )?to use.*|when .*|)"
      R"(notes?|examples?|references?|resources|see also|prerequisites|requirements|troubleshooting|faq|license|)"
      R"(edge cases|escalation|final output|tips|best practices|guidelines|constraints|rules|important.*|)"
      R"(limitations)\W*)");
  return RE2::FullMatch(section.heading, pattern);
}

// The sections below this one, as long as they are deeper.
std::size_t end_of(const Sections& sections, std::size_t at) {
  std::size_t end = at + 1;
  while (end < sections.size() && sections[end].level > sections[at].level) ++end;
  return end;
}

// Headings below one that tells of steps, where there are two of one level; empty where there are not.
IsStep headings_below(const Sections& sections) {
  for (std::size_t at = 0; at < sections.size(); ++at) {
    if (!tells_of_steps(sections[at])) continue;
    const std::size_t end = end_of(sections, at);
    if (end == at + 1) continue;
    const int level = sections[at + 1].level;
    const MarkdownSection* first = &sections[at + 1];
    const MarkdownSection* last = &sections[end - 1];
    const auto count = std::count_if(first, last + 1, [&](const MarkdownSection& each) { return each.level == level; });
    if (count < 2) continue;
    return
        [=](const MarkdownSection& section) { return &section >= first && &section <= last && section.level == level; };
  }
  return {};
}

// The section with the most items of a numbered list, two at least; one that tells of steps before all others.
const MarkdownSection* longest_list(const Sections& sections) {
  const MarkdownSection* found = nullptr;
  std::size_t most = 1;
  bool found_tells = false;
  for (const MarkdownSection& section : sections) {
    const std::size_t count = read_list(section.body).items.size();
    const bool tells = tells_of_steps(section);
    if (count < 2 || (found_tells && !tells)) continue;
    if (count <= most && tells == found_tells) continue;
    found = &section;
    most = count;
    found_tells = tells;
  }
  return found;
}

// The level of the headings that divide the text: the highest of which there are two.
int dividing_level(const Sections& sections) {
  for (int level = 1; level <= 6; ++level) {
    const auto count = std::count_if(sections.begin(), sections.end(),
                                     [&](const MarkdownSection& section) { return section.level == level; });
    if (count > 1) return level;
  }
  return 0;
}

// The title's heading is not of the text below it, which may be anything.
void take_title(Sections& sections, MarkdownProcedure& procedure) {
  const auto first = std::find_if(sections.begin(), sections.end(), [](const auto& each) { return each.level > 0; });
  if (first == sections.end() || first->level != 1 || is_numbered(*first)) return;
  if (first->heading.empty() || first->heading.size() > kLongestFileTitle) return;
  const auto others = std::count_if(sections.begin(), sections.end(), [](const auto& each) { return each.level == 1; });
  if (others > 1 && !std::any_of(sections.begin(), sections.end(), [](const auto& each) { return each.level > 1; })) {
    return;  // headings of level 1 alone divide the text
  }
  procedure.title = first->heading;
  *first = {0, {}, {}, first->body};
}

}  // namespace

MarkdownProcedure read_procedure(std::string_view markdown) {
  MarkdownProcedure procedure;
  Sections sections = split_at_headings(markdown);
  take_title(sections, procedure);
  const auto is_playbook_step = [](const MarkdownSection& section) {
    std::string title;
    std::string id;
    return section.level == 2 && read_playbook_heading(section.heading, title, id);
  };
  IsStep is_step;
  if (std::any_of(sections.begin(), sections.end(), is_playbook_step)) {
    is_step = is_playbook_step;
  } else if (const int level = numbered_level(sections); level > 0) {
    is_step = [=](const MarkdownSection& section) { return section.level == level && is_numbered(section); };
  } else {
    is_step = headings_below(sections);
  }
  if (is_step) {
    take_sections(sections, is_step, procedure);
  } else if (const MarkdownSection* list = longest_list(sections)) {
    take_list(sections, *list, procedure);
  } else {
    const int level = dividing_level(sections);
    take_sections(
        sections,
        [=](const MarkdownSection& section) { return level > 0 && section.level == level && !is_reference(section); },
        procedure);
  }
  return procedure;
}

}  // namespace pianola::workflow
