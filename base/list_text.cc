#include "base/list_text.h"

#include <algorithm>

namespace pianola {

std::string in_quotes(std::string_view text) { return '"' + std::string(text.substr(0, 80)) + '"'; }

std::string list_text(const std::vector<std::string>& names, std::string_view mark, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    if (i > 0) text += ", ";
    text.append(mark).append(names[i]).append(mark);
  }
  if (names.size() > most) text += ", and " + std::to_string(names.size() - most) + " more";
  return text;
}

std::string lines_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(text).append("\n");
  return all;
}

}  // namespace pianola
