#include "base/line_diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text_lines.h"

namespace pianola {
namespace {

constexpr std::size_t kAround = 2;
constexpr std::size_t kMostColumns = 110;
constexpr std::size_t kMostCells = 4'000'000;  // of the table that is compared with

using Lines = std::vector<std::string_view>;

// One line of a diff: in the old text, the new one, or both.
struct DiffLine {
  char mark;
  std::string_view text;
  std::size_t old_line;  // how many of the old text stand before it
};

// The shortest way from one to the other by whole lines: a table of longest common subsequences.
std::vector<DiffLine> compared(const Lines& before, const Lines& after, std::size_t skipped) {
  const std::size_t rows = before.size();
  const std::size_t columns = after.size();
  std::vector<DiffLine> out;
  if (rows * columns > kMostCells) {
    for (std::size_t i = 0; i < rows; ++i) out.push_back({'-', before[i], skipped + i});
    for (const std::string_view line : after) out.push_back({'+', line, skipped + rows});
    return out;
  }
  std::vector<std::vector<std::uint32_t>> common(rows + 1, std::vector<std::uint32_t>(columns + 1));
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[i] == after[j]) {
      out.push_back({' ', before[i], skipped + i});
      ++i, ++j;
    } else if (j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1])) {
      out.push_back({'-', before[i], skipped + i});
      ++i;
    } else {
      out.push_back({'+', after[j++], skipped + i});
    }
  }
  return out;
}

// The part of a long line around where it differs from `other`.
std::string shown_part(std::string_view line, std::string_view other) {
  if (line.size() <= kMostColumns) return std::string(line);
  const std::size_t same = static_cast<std::size_t>(std::ranges::mismatch(line, other).in1 - line.begin());
  std::size_t begin = same < kMostColumns / 2 ? 0 : same - kMostColumns / 4;
  std::size_t end = std::min(begin + kMostColumns, line.size());
  // Between two characters.
  while (begin > 0 && (line[begin] & 0xc0) == 0x80) --begin;
  while (end < line.size() && (line[end] & 0xc0) == 0x80) --end;
  return (begin > 0 ? "..." : "") + std::string(line.substr(begin, end - begin)) + (end < line.size() ? "..." : "");
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after, LongLines long_lines) {
  const Lines old_lines = newline_lines(before);
  const Lines new_lines = newline_lines(after);
  const auto [old_begin, new_begin] = std::ranges::mismatch(old_lines, new_lines);
  auto old_end = old_lines.end();
  auto new_end = new_lines.end();
  while (old_end != old_begin && new_end != new_begin && *(old_end - 1) == *(new_end - 1)) --old_end, --new_end;
  const auto around = static_cast<std::ptrdiff_t>(kAround);
  const auto from = old_begin - std::min(around, old_begin - old_lines.begin());
  const auto to = old_end + std::min(around, old_lines.end() - old_end);
  const Lines old_part(from, to);
  const Lines new_part(new_begin - (old_begin - from), new_end + (to - old_end));
  const std::vector<DiffLine> lines = compared(old_part, new_part, static_cast<std::size_t>(from - old_lines.begin()));

  std::vector<bool> is_shown(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].mark == ' ') continue;
    for (std::size_t k = i - std::min(i, kAround); k < std::min(i + kAround + 1, lines.size()); ++k) is_shown[k] = true;
  }
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_shown[i]) continue;
    if (i == 0 || !is_shown[i - 1]) out += "@ line " + std::to_string(lines[i].old_line + 1) + "\n";
    const std::size_t beside = lines[i].mark == '-' && i + 1 < lines.size() ? i + 1 : i - (i > 0 ? 1 : 0);
    std::string_view line = lines[i].text;
    while (line.ends_with('\r')) line.remove_suffix(1);
    out += lines[i].mark;
    out += " " + (long_lines == LongLines::cut ? shown_part(line, lines[beside].text) : std::string(line)) + "\n";
  }
  return out;
}

}  // namespace pianola
