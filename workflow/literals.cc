#include "workflow/literals.h"

#include <algorithm>

#include "workflow/bindings.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kShortestText = 3;
constexpr std::size_t kShortestNumber = 2;

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80;
}

// Whether a literal at [begin, end) is no part of a longer word or number.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin > 0 && is_word_byte(text[begin - 1]) && is_word_byte(text[begin])) return false;
  if (end < text.size() && is_word_byte(text[end]) && is_word_byte(text[end - 1])) return false;
  const bool is_number = text[end - 1] >= '0' && text[end - 1] <= '9';
  const bool goes_on =
      end + 1 < text.size() && (text[end] == '.' || text[end] == ',') && text[end + 1] >= '0' && text[end + 1] <= '9';
  return !is_number || !goes_on;
}

// One past the binding that begins at a place, or the place itself where none does.
std::size_t past_binding(const std::vector<Binding>& bindings, std::size_t at) {
  for (const Binding& binding : bindings) {
    if (binding.begin == at) return binding.end;
  }
  return at;
}

}  // namespace

void Literals::add(const std::string& root, const Json& data) {
  for (const auto& [name, value] : data.items()) {
    const std::string path = root + "." + name;
    if (value.is_object()) add(path, value);
    const bool is_number = value.is_number();
    if (!value.is_string() && !is_number) continue;
    const std::string literal = is_number ? dump_compact(value) : value.get<std::string>();
    const bool can_be_bound = parse_data_path(path).has_value();
    if (!can_be_bound || literal.size() < (is_number ? kShortestNumber : kShortestText)) continue;
    const auto is_known = [&](const BoundLiteral& known) { return known.literal == literal; };
    if (std::ranges::none_of(known_, is_known)) known_.push_back({literal, path});
  }
  std::ranges::stable_sort(known_, std::ranges::greater(),
                           [](const BoundLiteral& known) { return known.literal.size(); });
}

std::string Literals::bind(std::string_view text, std::vector<BoundLiteral>& bound) const {
  const std::vector<Binding> bindings = find_bindings(text);
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    if (const std::size_t past = past_binding(bindings, at); past > at) {
      result += text.substr(at, past - at);
      at = past;
      continue;
    }
    const auto found = std::ranges::find_if(known_, [&](const BoundLiteral& known) {
      return text.substr(at).starts_with(known.literal) && stands_alone(text, at, at + known.literal.size());
    });
    if (found == known_.end()) {
      result += text[at++];
      continue;
    }
    result += "{{" + found->path + "}}";
    at += found->literal.size();
    if (std::ranges::find(bound, *found) == bound.end()) bound.push_back(*found);
  }
  return result;
}

}  // namespace pianola::workflow
