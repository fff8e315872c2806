#include "workflow/edge_case.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "workflow/playbook.h"
#include "workflow/words.h"

namespace pianola::workflow {
namespace {

constexpr double kPairWeight = 0.5;             // a word pair, beside a word's 1
constexpr double kCoveredSituation = 0.8;       // of a designed `when`'s words that a longer telling must hold
constexpr std::size_t kFewestCoveredWords = 3;  // of a `when` that can be recognised inside a longer telling
constexpr double kAlikeInRareWords = 0.45;      // docs/evaluations.md: chosen for precision

using Vector = std::map<std::string, double, std::less<>>;

// Words, and pairs of neighbours, each with its weight.
Vector vector_of(const std::vector<std::string>& words) {
  Vector vector;
  for (const std::string& word : words) vector[word] = 1.0;
  for (std::size_t i = 1; i < words.size(); ++i) vector[words[i - 1] + ' ' + words[i]] = kPairWeight;
  return vector;
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (const auto& [word, weight] : a) {
    const auto found = b.find(word);
    if (found != b.end()) sum += weight * found->second;
  }
  return sum;
}

// Whether one text says no more often than the other: "has an account" is not "has no account", however alike they are.
bool says_the_opposite(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::count(a, kNegationWord) != std::ranges::count(b, kNegationWord);
}

// The cosine of two texts' words, weighed by `weigh`; 0 where one says no and the other yes.
template <class Weigh>
double cosine(const std::vector<std::string>& a, const std::vector<std::string>& b, const Weigh& weigh) {
  if (a.empty() || b.empty() || says_the_opposite(a, b)) return 0;
  const Vector left = weigh(a);
  const Vector right = weigh(b);
  return std::min(1.0, dot(left, right) / std::sqrt(dot(left, left) * dot(right, right)));
}

double cosine(const std::vector<std::string>& a, const std::vector<std::string>& b) { return cosine(a, b, vector_of); }

// The share of b's words that a holds; 0 where b has too few to recognise it by, or says the opposite.
double coverage(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const std::set<std::string> left(a.begin(), a.end());
  const std::set<std::string> right(b.begin(), b.end());
  if (right.size() < kFewestCoveredWords || says_the_opposite(a, b)) return 0;
  const auto held = std::ranges::count_if(right, [&](const std::string& word) { return left.contains(word); });
  return static_cast<double>(held) / static_cast<double>(right.size());
}

// How well a telling fits a designed case, 0 where it is another situation.
double fit(const std::vector<std::string>& situation, const EdgeCase& designed) {
  const std::vector<std::string> when = content_words(designed.when);
  const std::vector<std::string> example = content_words(designed.example);
  double best = std::max(cosine(situation, when), cosine(situation, example));
  best = std::max(best, cosine(situation, content_words(designed.when + ' ' + designed.example)));
  if (best < kSameSituation && coverage(situation, when) >= kCoveredSituation) best = kSameSituation;
  return best >= kSameSituation ? best : 0;
}

// How alike a telling and a design's cases are when words that many of the cases share ("customer") say little.
class RareWords {
 public:
  RareWords(const std::vector<std::string>& situation, const std::vector<EdgeCase>& cases) {
    add(situation);
    for (const EdgeCase& each : cases) add(content_words(each.when));
  }
  double alike(const std::vector<std::string>& a, const std::vector<std::string>& b) const {
    return cosine(a, b, [this](const std::vector<std::string>& words) { return vector(words); });
  }

 private:
  void add(const std::vector<std::string>& words) {
    ++texts_;
    for (const std::string& word : std::set<std::string>(words.begin(), words.end())) ++said_in_[word];
  }
  // Smoothed, so that a design with few cases knows few rare words.
  double weight(const std::string& word) const {
    if (word == kNegationWord) return kNegationWeight;
    const auto said = said_in_.find(word);
    const double times = said == said_in_.end() ? 0 : said->second;
    const double rarity = std::max(kLeastRarity, std::log((texts_ + 3) / (times + 1)));
    return word == kNumberWord || word == kValueWord ? rarity * kValueWeight : rarity;
  }
  Vector vector(const std::vector<std::string>& words) const {
    Vector weights;
    for (const std::string& word : words) weights[word] = weight(word);
    for (std::size_t i = 1; i < words.size(); ++i) {
      weights[words[i - 1] + ' ' + words[i]] = kPairWeight * std::sqrt(weight(words[i - 1]) * weight(words[i]));
    }
    return weights;
  }

  static constexpr double kNegationWeight = 0.6;
  static constexpr double kValueWeight = 0.3;
  static constexpr double kLeastRarity = 0.05;
  double texts_ = 0;
  std::map<std::string, double> said_in_;
};

// The edge cases, and behind them the situations in which the design says to hand over.
std::vector<EdgeCase> designed_cases(const Design& design) {
  std::vector<EdgeCase> cases = design.edge_cases;
  if (!design.escalation) return cases;
  std::string then = "Stop here and hand over to the " + std::string(to_string(design.escalation->to)) +
                     ": finish with outcome escalated.";
  if (!design.escalation->message.empty()) then += " " + what_to_say(*design.escalation);
  for (const std::string& when : design.escalation->when) {
    cases.push_back({.id = kEscalationCase, .when = when, .then = then, .severity = Level::high});
  }
  return cases;
}

}  // namespace

std::string_view to_string(ReportStatus status) {
  switch (status) {
    case ReportStatus::open:
      return "open";
    case ReportStatus::accepted:
      return "accepted";
    case ReportStatus::rejected:
      return "rejected";
    case ReportStatus::duplicate:
      return "duplicate";
    case ReportStatus::resolved:
      return "resolved";
  }
  return "";
}

std::optional<ReportStatus> parse_report_status(std::string_view text) {
  for (const ReportStatus status : {ReportStatus::open, ReportStatus::accepted, ReportStatus::rejected,
                                    ReportStatus::duplicate, ReportStatus::resolved}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

double situation_similarity(std::string_view a, std::string_view b) {
  return cosine(content_words(a), content_words(b));
}

const EdgeCaseReport* find_same_situation(std::string_view situation, const std::vector<EdgeCaseReport>& known) {
  const std::vector<std::string> words = content_words(situation);
  const EdgeCaseReport* best = nullptr;
  double most = 0;
  for (const EdgeCaseReport& report : known) {
    const double alike = cosine(words, content_words(report.situation));
    if (alike < kSameSituation || alike <= most) continue;
    best = &report;
    most = alike;
  }
  return best;
}

std::optional<EdgeCase> find_designed_case(std::string_view situation, const Design& design) {
  const std::vector<std::string> words = content_words(situation);
  const std::vector<EdgeCase> cases = designed_cases(design);
  std::optional<EdgeCase> best;
  double most = 0;
  for (const EdgeCase& designed : cases) {
    const double fits = fit(words, designed);
    if (fits <= most) continue;
    best = designed;
    most = fits;
  }
  if (best) return best;
  // Fewer words in common are enough where they are rare ones.
  const RareWords rare(words, cases);
  for (const EdgeCase& designed : cases) {
    const double alike = rare.alike(words, content_words(designed.when));
    if (alike < kAlikeInRareWords || alike <= most) continue;
    best = designed;
    most = alike;
  }
  return best;
}

double report_weight(const EdgeCaseReport& report) {
  constexpr double kBySeverity[] = {1, 3, 9};
  return report.count * kBySeverity[static_cast<int>(report.severity)];
}

}  // namespace pianola::workflow
