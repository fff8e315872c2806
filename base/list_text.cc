#include "base/list_text.h"

#include <algorithm>

#include "base/json.h"

namespace pianola {

std::string_view first_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string cut(std::string_view text, std::size_t most) {
  const std::string_view shown = first_bytes(text, most);
  return std::string(shown) + (shown.size() < text.size() ? "..." : "");
}

std::string in_quotes(std::string_view text, std::size_t most) { return dump_compact(Json(cut(text, most))); }

std::string list_text(const std::vector<std::string>& names, std::string_view mark, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    if (i > 0) text += ", ";
    text.append(mark).append(names[i]).append(mark);
  }
  if (names.size() > most) text += ", and " + std::to_string(names.size() - most) + " more";
  return text;
}

std::string as_sentence(std::string text) {
  if (!text.ends_with('.') && !text.ends_with('?') && !text.ends_with('!')) text += '.';
  return text;
}

std::string lines_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(text).append("\n");
  return all;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace pianola
