#include "base/text_lines.h"

#include <algorithm>

namespace pianola {

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view three = text.substr(i, 3);
    const bool wide = three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9";
    const bool next_line = text.substr(i, 2) == "\xC2\x85";
    if (c == '\r' && text.substr(i, 2) == "\r\n") continue;
    if (c == '\n' || c == '\r' || c == '\v' || c == '\f' || wide || next_line) {
      lines.emplace_back();
      i += wide ? 2 : next_line ? 1 : 0;
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const std::string& part : split_lines(text)) line += (line.empty() ? "" : " ") + part;
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

}  // namespace pianola
