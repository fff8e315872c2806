#include "bench/figures.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <stdexcept>

namespace pianola::bench {
namespace {

bool is_met(const Figure& figure) {
  const double value = median(figure.samples);
  return figure.goal == Goal::at_least ? value >= figure.limit : value <= figure.limit;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 100 ? "%.3g" : "%.0f", value);
  return text;
}

}  // namespace

double median(std::vector<double> samples) {
  if (samples.empty()) throw std::logic_error("no samples");
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

void Figures::add(std::string_view name, double value) {
  const auto figure = std::ranges::find(all_, name, &Figure::name);
  if (figure == all_.end()) throw std::logic_error("no figure \"" + std::string(name) + "\"");
  figure->samples.push_back(value);
}

void Figures::note(const std::string& what, double value) {
  auto known = std::ranges::find(notes_, what, &Note::what);
  if (known == notes_.end()) known = notes_.insert(notes_.end(), {what, {}});
  known->samples.push_back(value);
}

int Figures::print(std::ostream& out) const {
  int missed = 0;
  out << "| figure | measured | lowest to highest | goal | |\n|---|---:|---:|---:|---|\n";
  for (const Figure& figure : all_) {
    if (figure.samples.empty()) continue;
    const auto [lowest, highest] = std::ranges::minmax(figure.samples);
    const bool met = is_met(figure);
    missed += met ? 0 : 1;
    out << "| " << figure.name << " | " << short_number(median(figure.samples)) << " | " << short_number(lowest)
        << " to " << short_number(highest) << " | " << (figure.goal == Goal::at_least ? ">= " : "<= ")
        << short_number(figure.limit) << " | " << (met ? "met" : "NOT met") << " |\n";
  }
  out << "\nBehind them (medians):\n\n";
  for (const Note& note : notes_) out << "- " << note.what << ": " << short_number(median(note.samples)) << "\n";
  return missed;
}

}  // namespace pianola::bench
