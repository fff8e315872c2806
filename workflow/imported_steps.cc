#include "workflow/imported_steps.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>

#include "workflow/design_mending.h"
#include "workflow/markdown_sections.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kLongestStepTitle = 300;  // bytes, as a design takes

// Numbers that only count 1, 2, 3 are the order of the steps.
bool numbers_are_positions(const std::vector<ImportedStep>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string number = read_number(steps[i].heading).number;
    if (!number.empty() && number != std::to_string(i + 1)) return false;
  }
  return true;
}

// Gives each step an id that none before has: the wanted one, or with a number behind it.
class UnusedIds {
 public:
  std::string take(const std::string& wanted) {
    std::string id = wanted;
    while (!taken_.insert(id).second) {
      const std::string number = "-" + std::to_string(++numbers_.try_emplace(wanted, 1).first->second);
      id = wanted.substr(0, std::min(kLongestStem, kLongestId - number.size())) + number;
    }
    return id;
  }

 private:
  static constexpr std::size_t kLongestStem = 60;
  static constexpr std::size_t kLongestId = 64;
  std::set<std::string> taken_;
  std::map<std::string, int> numbers_;  // the last one behind each wanted id
};

Step design_step(const ImportedStep& imported, UnusedIds& ids, bool keep_number,
                 const std::function<std::string(std::string_view)>& bound) {
  const std::string text = read_number(imported.heading).text;
  Step step;
  step.id = ids.take(imported.id.empty() ? step_id_from(text) : imported.id);
  step.title = keep_number ? imported.heading : text;
  step.instruction = without_blank_edges(bound(imported.body));
  if (step.title.size() > kLongestStepTitle) {
    step.instruction = bound(step.title) + "\n\n" + step.instruction;
    const std::size_t clause = text.find_first_of(".:;,");
    step.title = text.substr(0, clause == std::string::npos ? 0 : clause);
    if (step.title.empty() || step.title.size() > kLongestStepTitle) step.title = step.id;
  }
  if (!imported.opening.empty()) step.instruction = bound(imported.opening) + "\n\n" + step.instruction;
  if (without_blank_edges(step.instruction).empty()) step.instruction = bound(text);
  return step;
}

}  // namespace

NumberedHeading read_number(const std::string& heading) {
  static const RE2 with_text(R"((?i)(?:(?:step|phase|stage)\s+)?(\d+(?:\.\d+)*)[.):]?\s+(?:[-–—]\s+)?(.+))");
  static const RE2 alone(R"((?i)(?:step|phase|stage)\s+(\d+)[.):]?)");
  std::string number;
  std::string text;
  if (RE2::FullMatch(heading, with_text, &number, &text)) return {number, text};
  if (RE2::FullMatch(heading, alone, &number)) return {number, heading};
  return {{}, heading};
}

bool is_listed_step(const std::string& line, std::string& item) {
  static const RE2 pattern(R"((\d+[.)]\s+\S.*))");
  return RE2::FullMatch(line, pattern, &item);
}

std::vector<Step> design_steps(const std::vector<ImportedStep>& steps,
                               const std::function<std::string(std::string_view)>& bound) {
  const bool keep_numbers = !numbers_are_positions(steps);
  std::vector<Step> made;
  UnusedIds ids;
  for (const ImportedStep& step : steps) made.push_back(design_step(step, ids, keep_numbers, bound));
  return made;
}

Result<WorkflowName> imported_name(const std::string& wanted, const std::string& title) {
  return WorkflowName::parse(wanted.empty() ? slug_from(title) : wanted);
}

}  // namespace pianola::workflow
