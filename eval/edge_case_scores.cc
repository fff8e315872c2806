// How well tellings of one situation are told from those of another, for eval/edge_cases.mjs:
//     edge_case_scores TELLINGS.json
// TELLINGS.json is {WORKFLOW: {GROUP: {"when": ..., "close": ..., "told": [...]}}}: all of a group tell one situation,
// "close" in nearly the words of the first of "told", the others in words of their own. A line of JSON
// a workflow is printed: of all pairs of tellings, of tellings that come one after the other in shuffled order and are
// merged or not, and of tellings held against a design that covers every other group.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "workflow/edge_case.h"

namespace {

using namespace pianola;  // NOLINT(google-build-using-namespace): a program of one screen

constexpr int kRounds = 20;  // orders in which the tellings come

// What was decided, against what is so.
struct Counts {
  int right = 0;   // taken for the same, and it is
  int wrong = 0;   // taken for the same, and it is not
  int missed = 0;  // the same, and not taken for it
  int other = 0;   // another one, and not taken for it
  OrderedJson json() const { return {{"right", right}, {"wrong", wrong}, {"missed", missed}, {"other", other}}; }
};

struct Told {
  std::string group;
  std::string text;
};

std::vector<Told> tellings_of(const OrderedJson& groups) {
  std::vector<Told> all;
  for (const auto& [group, texts] : groups.items()) {
    all.push_back({group, texts["close"].get<std::string>()});
    for (const auto& text : texts["told"]) all.push_back({group, text.get<std::string>()});
  }
  return all;
}

workflow::EdgeCaseReport report_of(const Told& told, std::size_t place) {
  const std::string digits = std::to_string(100'000'000'000 + place);
  workflow::EdgeCaseReport report{.id = workflow::ReportId::parse("019c0000-0000-7000-8000-" + digits).value(),
                                  .workflow = workflow::WorkflowName::parse("x").value(),
                                  .version = workflow::SemVer(1, 0, 0)};
  report.situation = told.text;
  return report;
}

// Each pair by itself, as if nothing else were known.
Counts judge_pairs(const std::vector<Told>& all) {
  Counts counts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      const bool merged = workflow::situation_similarity(all[i].text, all[j].text) >= workflow::kSameSituation;
      const bool same = all[i].group == all[j].group;
      ++(merged ? (same ? counts.right : counts.wrong) : (same ? counts.missed : counts.other));
    }
  }
  return counts;
}

// Of each group the two that are told in nearly the same words.
Counts judge_close(const OrderedJson& groups) {
  Counts counts;
  for (const auto& [group, texts] : groups.items()) {
    const std::string close = texts["close"].get<std::string>();
    const std::string first = texts["told"][0].get<std::string>();
    ++(workflow::situation_similarity(close, first) >= workflow::kSameSituation ? counts.right : counts.missed);
  }
  return counts;
}

// As they come in: each is merged into a report that is known by then, or becomes one.
Counts judge_arrivals(std::vector<Told> all) {
  Counts counts;
  std::mt19937 order(7);
  for (int round = 0; round < kRounds; ++round) {
    std::shuffle(all.begin(), all.end(), order);
    std::vector<workflow::EdgeCaseReport> known;
    std::vector<std::string> groups;  // of the known ones
    for (const Told& told : all) {
      const workflow::EdgeCaseReport* same = workflow::find_same_situation(told.text, known);
      const bool is_known = std::ranges::find(groups, told.group) != groups.end();
      if (same == nullptr) {
        ++(is_known ? counts.missed : counts.other);
        known.push_back(report_of(told, known.size()));
        groups.push_back(told.group);
      } else {
        ++(groups[static_cast<std::size_t>(same - known.data())] == told.group ? counts.right : counts.wrong);
      }
    }
  }
  return counts;
}

// Every other group is a designed case: its tellings should find it, and the others' none.
Counts judge_designed(const OrderedJson& groups, const std::vector<Told>& all, std::size_t first) {
  workflow::Design design;
  std::size_t place = first;
  for (const auto& [group, texts] : groups.items()) {
    if (place++ % 2 == 0) design.edge_cases.push_back({.id = group, .when = texts["when"].get<std::string>()});
  }
  Counts counts;
  for (const Told& told : all) {
    const auto found = workflow::find_designed_case(told.text, design);
    const bool covered =
        std::ranges::any_of(design.edge_cases, [&](const auto& each) { return each.id == told.group; });
    if (!found) {
      ++(covered ? counts.missed : counts.other);
    } else {
      ++(found->id == told.group ? counts.right : counts.wrong);
    }
  }
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: edge_case_scores TELLINGS.json\n";
    return 2;
  }
  std::ifstream file(argv[1]);
  const OrderedJson workflows = OrderedJson::parse(file);
  for (const auto& [name, groups] : workflows.items()) {
    const std::vector<Told> all = tellings_of(groups);
    Counts designed = judge_designed(groups, all, 0);
    const Counts others = judge_designed(groups, all, 1);
    designed.right += others.right;
    designed.wrong += others.wrong;
    designed.missed += others.missed;
    designed.other += others.other;
    std::cout << OrderedJson{{"workflow", name},
                             {"groups", groups.size()},
                             {"tellings", all.size()},
                             {"close", judge_close(groups).json()},
                             {"pairs", judge_pairs(all).json()},
                             {"arrivals", judge_arrivals(all).json()},
                             {"designed", designed.json()}}
                     .dump()
              << "\n";
  }
  return 0;
}
