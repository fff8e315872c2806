#include "store/row_seals.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/json_text.h"
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

// No sealed column is a real or a blob: one that became one was edited, and seals otherwise than all that is stored.
void write_stored_column(std::string& text, const Row::Value& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    text.append("r").append(std::to_string(std::bit_cast<std::uint64_t>(*real))).append(";");
  } else if (const auto* blob = std::get_if<Blob>(&value)) {
    text.append("b").append(std::to_string(blob->bytes.size())).append(":").append(blob->bytes);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    write_column(text, *integer);
  } else if (const auto* stored = std::get_if<std::string>(&value)) {
    write_column(text, std::string_view(*stored));
  } else {
    write_column(text, std::monostate());
  }
}

}  // namespace

std::string seal_of(std::initializer_list<Bound> columns) {
  std::string text;
  text.reserve(512);
  for (const Bound& column : columns) write_column(text, column);
  return workflow::Hash::of(text).text();
}

std::string seal_of_rest(Row& row) {
  std::string text;
  while (!row.is_read()) write_stored_column(text, row.take_any());
  return workflow::Hash::of(text).text();
}

std::string with_row(const std::string& rows, const std::string& row, const std::string& seal) {
  if (rows.empty()) return ObjectText().add(row, seal).take();
  Json all = stored_json(rows);
  if (!all.is_object() || dump_compact(all) != rows) throw_damaged("list of rows", rows);
  all[row] = seal;
  return dump_compact(all);
}

void RowSeals::note(std::string_view workspace, std::string chain, std::string row, std::string seal) {
  noted_.push_back({std::string(workspace), std::move(chain), std::move(row), std::move(seal)});
}

std::string RowSeals::take(std::string_view workspace, std::string_view chain) {
  if (noted_.empty()) return {};
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
