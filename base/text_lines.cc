#include "base/text_lines.h"

#include <algorithm>

#include "base/utf8.h"

namespace pianola {
namespace {

bool is_hidden(char32_t point) {
  const auto is_in = [&](char32_t first, char32_t last) { return point >= first && point <= last; };
  return is_in(0x7F, 0x9F) || point == 0xAD || point == 0x34F || point == 0x61C || is_in(0x115F, 0x1160) ||
         is_in(0x17B4, 0x17B5) || is_in(0x180B, 0x180F) || is_in(0x200B, 0x200F) || is_in(0x2028, 0x202E) ||
         is_in(0x2060, 0x206F) || point == 0x3164 || is_in(0xFE00, 0xFE0F) || point == 0xFEFF || point == 0xFFA0 ||
         is_in(0xFFF0, 0xFFFB) || is_in(0xE0000, 0xE0FFF);
}

bool is_kept(char32_t point) { return !is_hidden(point) && (point >= 0x20 || point == '\n' || point == '\t'); }

std::string escaped(char32_t point) {
  constexpr char kDigits[] = "0123456789abcdef";
  if (point > 0xFFFF) {
    return escaped(0xD800 + ((point - 0x10000) >> 10)) + escaped(0xDC00 + ((point - 0x10000) & 0x3FF));
  }
  std::string text = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[point >> shift & 0xF];
  return text;
}

}  // namespace

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

std::vector<std::string_view> newline_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string without_controls(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text, 0);
    const std::string_view character = text.substr(0, size);
    if (size == 0) {
      plain += "\xEF\xBF\xBD";
    } else if (is_kept(code_point(character))) {
      plain += character;
    } else {
      plain += ' ';
    }
    text.remove_prefix(std::max<std::size_t>(1, size));
  }
  return plain;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const std::string& part : split_lines(text)) line += (line.empty() ? "" : " ") + part;
  std::ranges::replace(line, '\t', ' ');
  return without_controls(line);
}

std::string show_hidden(std::string_view json) {
  std::string shown;
  while (!json.empty()) {
    const std::string_view character = json.substr(0, std::max<std::size_t>(1, utf8_sequence(json, 0)));
    const char32_t point = code_point(character);
    shown += is_hidden(point) ? escaped(point) : std::string(character);
    json.remove_prefix(character.size());
  }
  return shown;
}

}  // namespace pianola
