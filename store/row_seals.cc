#include "store/row_seals.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "store/codec.h"
#include "workflow/names.h"

namespace pianola::store {
namespace {

// Type and length go before the bytes, so that no two lists of columns are written alike.
void write_column(std::string& text, const Bound& column) {
  if (const auto* integer = std::get_if<std::int64_t>(&column)) {
    text.append("i").append(std::to_string(*integer)).append(";");
  } else if (const auto* bytes = std::get_if<std::string_view>(&column)) {
    text.append("t").append(std::to_string(bytes->size())).append(":").append(*bytes);
  } else {
    text.append("n;");
  }
}

Bound bound_to(const Row::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* text = std::get_if<std::string>(&value)) return std::string_view(*text);
  // No sealed column is a real: one that became one was edited, and null seals otherwise than what was there.
  return std::monostate();
}

}  // namespace

std::string seal_of(std::initializer_list<Bound> columns) {
  std::string text;
  for (const Bound& column : columns) write_column(text, column);
  return workflow::Hash::of(text).text();
}

std::string seal_of_rest(Row& row) {
  std::string text;
  while (!row.is_read()) write_column(text, bound_to(row.take_any()));
  return workflow::Hash::of(text).text();
}

std::string with_row(const std::string& rows, const std::string& row, const std::string& seal) {
  if (rows.empty()) return "{\"" + row + "\":\"" + seal + "\"}";
  Json all = stored_json(rows);
  if (!all.is_object() || dump_compact(all) != rows) throw_damaged("list of rows", rows);
  all[row] = seal;
  return dump_compact(all);
}

void RowSeals::note(std::string_view workspace, std::string chain, std::string row, std::string seal) {
  noted_.push_back({std::string(workspace), std::move(chain), std::move(row), std::move(seal)});
}

std::string RowSeals::take(std::string_view workspace, std::string_view chain) {
  Json rows = Json::object();
  std::erase_if(noted_, [&](Noted& noted) {
    if (noted.workspace != workspace || noted.chain != chain) return false;
    rows[noted.row] = std::move(noted.seal);
    return true;
  });
  return rows.empty() ? std::string() : dump_compact(rows);
}

void RowSeals::keep_only(std::size_t first) {
  if (first < noted_.size()) noted_.resize(first);
}

}  // namespace pianola::store
