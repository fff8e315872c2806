#include "server/print.h"

#include <algorithm>
#include <ostream>

#include "base/text_lines.h"

namespace pianola::server {
namespace {

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::string space(width - std::min(width, display_width(cell)), ' ');
  return align == Align::right ? space + cell : cell + space;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string shortened(std::string_view text, std::size_t width) {
  const std::size_t line_end = text.find('\n');
  std::string line = on_one_line(text.substr(0, line_end));
  const bool whole = line_end == std::string_view::npos || line_end + 1 == text.size();
  if (whole && display_width(line) <= width) return line;
  const std::size_t keep = width > 3 ? width - 3 : 0;
  std::size_t points = 0;
  std::size_t end = 0;
  while (end < line.size() && (points < keep || !starts_code_point(line[end]))) {
    if (starts_code_point(line[end]) && ++points > keep) break;
    ++end;
  }
  return line.substr(0, end) + "...";
}

void Table::add_row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = on_one_line(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, i < row.size() ? display_width(row[i]) : 0);
    widths.push_back(width);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      text += (i == 0 ? "" : "  ") + padded(i < cells.size() ? cells[i] : "", widths[i], columns_[i].align);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text + "\n";
  };
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::string text = line(titles);
  for (const auto& row : rows_) text += line(row);
  return text;
}

void print_json(std::ostream& out, const OrderedJson& json) {
  out << json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) << '\n';
}

}  // namespace pianola::server
