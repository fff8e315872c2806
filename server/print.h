// What commands print: aligned tables for people, JSON for machines (--json).
// Thread rule: plain values and functions.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::server {

// Where a cell stands in a column that is wider.
enum class Align { left, right };

// One column and how its cells stand.
struct Column {
  std::string title;
  Align align = Align::left;
};

// Rows under titles, each column as wide as its widest cell.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell a column; a missing one is empty. Each is shown on one line, without control characters.
  void add_row(std::vector<std::string> cells);
  // True before the first row.
  bool empty() const { return rows_.empty(); }
  // The whole table, a line a row, two blanks between columns.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// How many columns of a terminal a text takes, as far as that is known without a font: one a code point.
std::size_t display_width(std::string_view text);

// At most `width` code points of the first line of a text, without control characters, with "..." where something was
// cut.
std::string shortened(std::string_view text, std::size_t width);

// Indented JSON with a newline at the end.
void print_json(std::ostream& out, const OrderedJson& json);

}  // namespace pianola::server
