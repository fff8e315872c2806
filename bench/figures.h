// The figures of the benchmark: each a ratio, taken once a round, judged by the median of the rounds.
// Thread rule: one thread.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::bench {

enum class Goal { at_least, at_most };

// One line of the table.
struct Figure {
  std::string name;
  Goal goal;
  double limit;
  std::vector<double> samples = {};
};

class Figures {
 public:
  explicit Figures(std::vector<Figure> all) : all_(std::move(all)) {}
  // A round's value. Throws std::logic_error where there is no such figure.
  void add(std::string_view name, double value);
  // Absolute numbers behind the ratios: shown below the table with their median.
  void note(const std::string& what, double value);
  // The table of what was measured, and the notes. Gives how many goals are not met.
  int print(std::ostream& out) const;

 private:
  struct Note {
    std::string what;
    std::vector<double> samples;
  };
  std::vector<Figure> all_;
  std::vector<Note> notes_;
};

double median(std::vector<double> samples);

}  // namespace pianola::bench
