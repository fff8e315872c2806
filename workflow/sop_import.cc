#include "workflow/sop_import.h"

#include <algorithm>

#include "workflow/imported_steps.h"
#include "workflow/markdown_sections.h"
#include "workflow/sop_parameters.h"

namespace pianola::workflow {
namespace {

bool is_part(const MarkdownSection& section) {
  return section.level == 4 && read_number(section.heading).number.find('.') != std::string::npos;
}

bool is_area(const MarkdownSection& section, std::string_view name) {
  const std::string& heading = section.heading;
  return section.level == 2 && std::equal(heading.begin(), heading.end(), name.begin(), name.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

// What the file says, sorted by what it becomes.
struct SopReader {
  std::string title;
  std::string description;
  SopParameters parameters;
  std::vector<ImportedStep> steps;
  std::string context;

  void read(const std::vector<MarkdownSection>& sections);

 private:
  enum class Area { opening, overview, parameters, steps, other };
  void enter(const MarkdownSection& section);
  void read_step(const MarkdownSection& section, bool has_parts);
  void read_listed_steps();

  Area area_ = Area::opening;
  std::string pending_opening_;
  std::string steps_text_;  // what stands under "## Steps" itself: the steps, where no heading is one
  std::string steps_line_;
};

// A heading of the second level, or the title: what follows belongs to it.
void SopReader::enter(const MarkdownSection& section) {
  if (section.level == 1 && title.empty()) {
    title = section.heading;
    add_paragraph(description, section.body);
  } else if (is_area(section, "overview")) {
    area_ = Area::overview;
    add_paragraph(description, section.body);
  } else if (is_area(section, "parameters")) {
    area_ = Area::parameters;
    const std::string rest = without_blank_edges(parameters.read(section.body));
    if (!rest.empty()) add_paragraph(context, section.line + "\n\n" + rest);
  } else if (is_area(section, "steps")) {
    area_ = Area::steps;
    if (steps_line_.empty()) steps_line_ = section.line;
    steps_text_ += (steps_text_.empty() ? "" : "\n") + section.body;
  } else {
    area_ = Area::other;
    add_paragraph(context, section.raw());
  }
}

void SopReader::read_step(const MarkdownSection& section, bool has_parts) {
  if (section.level == 3 && has_parts) {
    pending_opening_ = without_blank_edges(section.raw());
  } else if (section.level == 3 || is_part(section)) {
    steps.push_back({section.heading, std::move(pending_opening_), section.body, {}});
    pending_opening_.clear();
  } else if (!pending_opening_.empty()) {
    pending_opening_ += "\n\n" + without_blank_edges(section.raw());
  } else if (!steps.empty()) {
    steps.back().body += section.raw();
  } else {
    add_paragraph(context, section.raw());
  }
}

// Steps that are items of a numbered list; what stands before the first is context. Where headings are the steps, all
// of it is.
void SopReader::read_listed_steps() {
  std::string before;
  const bool are_headings = !steps.empty();
  std::size_t begin = 0;
  while (begin < steps_text_.size()) {
    const std::size_t end = std::min(steps_text_.find('\n', begin), steps_text_.size() - 1) + 1;
    const std::string raw = steps_text_.substr(begin, end - begin);
    std::string line = raw;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    std::string heading;
    if (!are_headings && is_listed_step(line, heading)) {
      steps.push_back({heading, {}, {}, {}});
    } else {
      (are_headings || steps.empty() ? before : steps.back().body) += raw;
    }
    begin = end;
  }
  if (!without_blank_edges(before).empty()) add_paragraph(context, steps_line_ + "\n\n" + without_blank_edges(before));
}

void SopReader::read(const std::vector<MarkdownSection>& sections) {
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const MarkdownSection& section = sections[i];
    if (section.level <= 2) {
      if (section.level == 0) {
        add_paragraph(context, section.raw());
      } else {
        enter(section);
      }
    } else if (area_ == Area::steps) {
      bool has_parts = false;
      for (std::size_t next = i + 1; next < sections.size() && sections[next].level > section.level; ++next) {
        has_parts = has_parts || is_part(sections[next]);
      }
      read_step(section, has_parts);
    } else if (area_ == Area::overview || area_ == Area::opening) {
      add_paragraph(description, section.raw());
    } else {
      add_paragraph(context, section.raw());
    }
  }
  read_listed_steps();
}

Design design_of(SopReader& sop, const WorkflowName& name) {
  Design design;
  design.name = name.text();
  design.title = sop.title;
  design.description = sop.description;
  design.inputs = sop.parameters.schema();
  design.context = sop.context;
  const std::string note = sop.parameters.note_on_use();
  if (!note.empty()) design.context += (design.context.empty() ? "" : "\n\n") + note;
  design.steps = design_steps(sop.steps, [&](std::string_view text) { return sop.parameters.bound(text); });
  design.tags = {"sop"};
  return design;
}

}  // namespace

Result<Design> import_sop(std::string_view markdown, const std::string& name) {
  if (!is_utf8(markdown)) return refuse("not_utf8", "The file is not UTF-8 text: convert it, then import it again.");
  SopReader sop;
  sop.read(split_at_headings(markdown));
  if (sop.title.empty()) {
    return refuse("no_title", "The SOP has no title: open it with a line such as \"# Release a package\".");
  }
  if (sop.steps.empty()) {
    return refuse("no_steps", "The SOP \"" + sop.title +
                                  "\" has no steps: write a section \"## Steps\" with a heading such as \"### 1. "
                                  "Setup\", or a line such as \"1. Set up\", a step.");
  }
  Result<WorkflowName> parsed = imported_name(name, sop.title);
  if (!parsed) return refuse(parsed.error());
  return design_of(sop, *parsed);
}

}  // namespace pianola::workflow
