#include "workflow/check_output.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "base/json.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kShownOfQuote = 80;   // bytes of a wrong quote that a message repeats
constexpr std::size_t kMostQuotes = 2'000;  // of one pointer: what `*` of a hostile output costs stays bounded

std::vector<BrokenRule> broken_rules(const schema::Schema& schema, const Json& value) {
  std::vector<BrokenRule> broken;
  for (schema::SchemaFinding& finding : schema.check(value)) {
    broken.push_back({std::move(finding.place), std::move(finding.rule)});
  }
  return broken;
}

// Runs of white space as one blank, none at the ends. No-break space (U+00A0) is white space too.
std::string with_single_blanks(std::string_view text) {
  std::string single;
  single.reserve(text.size());
  bool pending = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    const bool is_no_break = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xA0;
    if (is_no_break) ++i;
    if (is_no_break || std::isspace(c) != 0) {
      pending = !single.empty();
      continue;
    }
    if (pending) single += ' ';
    pending = false;
    single += text[i];
  }
  return single;
}

// Every string of the input, however deep, with single blanks.
void collect_strings(const Json& value, std::vector<std::string>& strings) {
  if (value.is_string()) strings.push_back(with_single_blanks(value.get_ref<const std::string&>()));
  if (value.is_structured()) {
    for (const Json& part : value) collect_strings(part, strings);
  }
}

struct Quoted {
  std::string place;
  const Json* value;
};

// The values that one more token of a pointer leads to.
std::vector<Quoted> step_down(const std::vector<Quoted>& from, const std::string& token) {
  std::vector<Quoted> below;
  for (const Quoted& quoted : from) {
    const Json& value = *quoted.value;
    if (token == "*" && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) below.push_back({pointer_child(quoted.place, i), &value[i]});
    } else if (token == "*" && value.is_object()) {
      for (const auto& [key, member] : value.items()) below.push_back({pointer_child(quoted.place, key), &member});
    } else if (const Json* found = find_pointer(value, pointer_child("", token))) {
      below.push_back({pointer_child(quoted.place, token), found});
    }
    if (below.size() > kMostQuotes) break;
  }
  return below;
}

// What is wrong with one quote; empty where it occurs.
std::string quote_problem(const Json& value, const std::vector<std::string>& strings) {
  if (!value.is_string()) return "must be a string that is copied word for word from the input";
  const std::string quote = with_single_blanks(value.get_ref<const std::string&>());
  if (quote.empty()) return "is empty: copy a passage word for word from the input";
  const auto holds = [&](const std::string& text) { return text.find(quote) != std::string::npos; };
  if (std::any_of(strings.begin(), strings.end(), holds)) return {};
  std::string shown = quote.substr(0, kShownOfQuote);
  while (!shown.empty() && !is_utf8(shown)) shown.pop_back();
  if (shown.size() < quote.size()) shown += "...";
  return "does not occur in the input: \"" + shown +
         "\". Copy the passage word for word, case and punctuation too, without leaving anything out";
}

}  // namespace

std::vector<BrokenRule> check_quotes(const std::vector<std::string>& quotes, const Json& output, const Json& input) {
  std::vector<BrokenRule> broken;
  if (quotes.empty()) return broken;
  std::vector<std::string> strings;
  collect_strings(input, strings);
  for (const std::string& pointer : quotes) {
    const Result<std::vector<std::string>> tokens = split_pointer(pointer);
    if (!tokens) continue;  // lint refuses such a pointer before it is published
    std::vector<Quoted> values = {{"", &output}};
    bool too_many = false;
    for (const std::string& token : *tokens) {
      values = step_down(values, token);
      too_many = too_many || values.size() > kMostQuotes;
    }
    if (too_many) {
      broken.push_back(
          {"", "has more than " + std::to_string(kMostQuotes) + " quotes at " + pointer + ": hand in fewer"});
      continue;
    }
    for (const Quoted& quoted : values) {
      std::string problem = quote_problem(*quoted.value, strings);
      if (!problem.empty()) broken.push_back({quoted.place, std::move(problem)});
    }
  }
  return broken;
}

std::vector<BrokenRule> check_output(const CompiledVersion& version, const Step& step, const Json& output,
                                     const Json& input) {
  std::vector<BrokenRule> broken;
  if (const schema::Schema* schema = version.output_schema(step.id)) broken = broken_rules(*schema, output);
  for (BrokenRule& rule : check_quotes(step.quotes, output, input)) {
    const bool told =
        std::any_of(broken.begin(), broken.end(), [&](const BrokenRule& b) { return b.place == rule.place; });
    if (!told) broken.push_back(std::move(rule));
  }
  return broken;
}

std::vector<BrokenRule> check_final_output(const CompiledVersion& version, const Json& output) {
  return version.outputs() == nullptr ? std::vector<BrokenRule>() : broken_rules(*version.outputs(), output);
}

std::vector<BrokenRule> check_input(const CompiledVersion& version, const Json& input) {
  return version.inputs() == nullptr ? std::vector<BrokenRule>() : broken_rules(*version.inputs(), input);
}

}  // namespace pianola::workflow
