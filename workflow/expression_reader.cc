#include "workflow/expression_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::workflow {
namespace {

constexpr std::array<std::string_view, 7> kFunctions = {"abs", "ceil", "floor", "max", "min", "round", "sqrt"};

// Longer ones first.
constexpr std::array<std::string_view, 7> kComparisons = {"==", "!=", "~=", "<=", ">=", "<", ">"};
constexpr std::array<std::string_view, 19> kOperators = {"&&", "||", "==", "!=", "~=", "<=", ">=", "//", "<", ">",
                                                         "+",  "-",  "*",  "/",  "%",  "^",  ")",  ",",  "="};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '.'; }

// A comparison's operator, by its place in the text.
struct Compared {
  std::size_t begin;
  std::size_t end;
};

// What is open: the whole, or what stands in parentheses. Places in `lua`, but where said otherwise.
struct Frame {
  bool is_call = false;
  std::size_t read_from = 0;      // in the text: where what may be compared begins
  std::size_t compared_from = 0;  // the same in Lua
  std::size_t term_from = 0;      // what * / // % work on
  std::vector<Compared> comparisons;
  std::string_view closes_term;  // what ends a division that was opened
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(text) {}

  // False where something is no part of an expression: then `problem` says what.
  bool read() {
    frames_.emplace_back();
    while (skip_blanks(), part_ = place(), !rest_.empty()) {
      if (!(wants_value_ ? read_value() : read_operator())) return false;
      if (made.names.size() + made.texts.size() > kMostExpressionValues) {
        return fail("it reads more than " + std::to_string(kMostExpressionValues) + " values: use two steps");
      }
    }
    if (made.lua.empty()) return fail("it is empty");
    if (wants_value_) return fail("a value is missing at its end");
    if (frames_.size() > 1) return fail("a ( is not closed");
    return end_comparison();
  }

  LuaExpression made;
  ExpressionProblem problem;

 private:
  bool fail(std::string message, std::string_view word = {}, std::string instead = {}) {
    problem = {std::move(message), std::string(word), std::move(instead)};
    return false;
  }

  std::size_t place() const { return text_.size() - rest_.size(); }
  Frame& frame() { return frames_.back(); }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_[0])) rest_.remove_prefix(1);
  }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  // Takes `written` where it comes next.
  bool take(std::string_view written) {
    if (!rest_.starts_with(written)) return false;
    rest_.remove_prefix(written.size());
    return true;
  }

  template <class InRun>
  std::string_view take_run(InRun in_run) {
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), in_run);
    const std::string_view run = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(run.size());
    return run;
  }

  // The operator that comes next, or nothing.
  std::string_view next_operator() const {
    const auto* found =
        std::ranges::find_if(kOperators, [&](std::string_view each) { return rest_.starts_with(each); });
    return found == kOperators.end() ? std::string_view() : *found;
  }

  bool read_value() {
    if (rest_.starts_with("{{")) return read_name();
    if (rest_[0] == '"' || rest_[0] == '\'') return read_text();
    if (is_digit(rest_[0]) || (rest_[0] == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return read_number();
    if (is_name_start(rest_[0])) return read_word();
    if (take("(")) return open(false);
    const std::string_view found = next_operator();
    if (found == "-" || (rest_[0] == '!' && found.empty())) {
      made.lua += take("-") ? "- " : " not ";  // a blank behind it: -- begins a comment
      if (found.empty()) rest_.remove_prefix(1);
      return true;
    }
    if (found.empty()) return fail(in_quotes(first_bytes(rest_, 4)) + " does not belong into an expression");
    return fail("a value is missing before " + std::string(found));
  }

  bool end_value(const std::string& lua) {
    made.lua += lua;
    wants_value_ = false;
    return true;
  }

  bool read_name() {
    const std::size_t close = rest_.find("}}");
    if (close == std::string_view::npos) return fail("{{ is not closed");
    made.names.push_back({std::string(trimmed(rest_.substr(2, close - 2)))});
    rest_.remove_prefix(close + 2);
    last_is_name_ = true;
    return end_value("v" + std::to_string(made.names.size()) + " ");
  }

  bool read_text() {
    const std::size_t close = rest_.find(rest_[0], 1);
    if (close == std::string_view::npos) return fail("a text is not closed: " + in_quotes(rest_, 40));
    const std::string_view text = rest_.substr(1, close - 1);
    if (text.find("{{") != std::string_view::npos) return fail_bound_text(rest_.substr(0, close + 1), trimmed(text));
    made.texts.emplace_back(text);
    rest_.remove_prefix(close + 1);
    return end_value("t" + std::to_string(made.texts.size()) + " ");
  }

  // What stands in quotes is compared as it is written.
  bool fail_bound_text(std::string_view quoted, std::string_view text) {
    const bool is_one_value = text.starts_with("{{") && text.find("}}") == text.size() - 2;
    return fail("no value is put in for {{...}} in quotes: " + cut(quoted, 60) +
                    (is_one_value ? " is written without them" : " is made by another property's \"text\""),
                quoted, is_one_value ? std::string(text) : std::string());
  }

  bool read_number() {
    std::string number(take_run([](char c) { return is_digit(c) || c == '.'; }));
    const bool has_exponent = !rest_.empty() && (rest_[0] == 'e' || rest_[0] == 'E') && rest_.size() > 1 &&
                              (is_digit(rest_[1]) || (rest_.size() > 2 && is_digit(rest_[2])));
    if (has_exponent) {
      number += rest_[0];
      number += rest_[1];
      rest_.remove_prefix(2);
      number += take_run(is_digit);
    }
    if (std::count(number.begin(), number.end(), '.') > 1) return fail(in_quotes(number) + " is no number");
    // Whole numbers of Lua would wrap around.
    const bool is_whole = number.find_first_not_of("0123456789") == std::string::npos;
    return end_value(number + (is_whole ? ".0 " : " "));
  }

  bool read_word() {
    const std::string word(take_run(is_name_part));
    const std::string lower = lower_case(word);
    if (lower == "true" || lower == "false") return end_value(" " + lower + " ");
    if (lower == "not") {
      made.lua += " not ";
      return true;
    }
    if (lower == "and" || lower == "or") return fail("a value is missing before " + word);
    if (std::ranges::find(kFunctions, word) == kFunctions.end()) return fail_word(word);
    skip_blanks();
    if (!take("(")) return fail(word + " is a function: its values stand in ( ) behind it");
    made.lua += word;
    return open(true);
  }

  bool fail_word(const std::string& word) {
    const std::vector<std::string> known(kFunctions.begin(), kFunctions.end());
    const std::vector<std::string> near = nearest_names(word, known, 1);
    return fail(in_quotes(word) + " is no function: there are " + list_text(known) +
                    ", and a value is written {{input.NAME}} or {{steps.ID.NAME}}",
                word, near.empty() ? std::string() : near.front());
  }

  bool open(bool is_call) {
    made.lua += "(";
    frames_.emplace_back();
    frame().is_call = is_call;
    begin_comparison();
    return true;
  }

  void begin_comparison() {
    frame().read_from = place();
    frame().compared_from = frame().term_from = made.lua.size();
    wants_value_ = true;
  }

  bool read_operator() {
    const bool was_name = std::exchange(last_is_name_, false);
    if (is_name_start(rest_[0])) {
      const std::string_view rest = rest_;
      const std::string word = lower_case(take_run(is_name_part));
      if (word == "and" || word == "or") return join(word, was_name);
      rest_ = rest;
    }
    if (take("&&")) return join("and", was_name);
    if (take("||")) return join("or", was_name);
    const std::string_view found = next_operator();
    if (found.empty()) return fail("an operator is missing before " + in_quotes(first_bytes(rest_, 20)));
    if (found == "=") return fail("= compares nothing: write ==", "=", "==");
    const std::size_t begin = place();
    rest_.remove_prefix(found.size());
    if (found == ")") return close();
    if (found == ",") return next_of_call();
    wants_value_ = true;
    if (std::ranges::find(kComparisons, found) != kComparisons.end())
      compare(found, begin);
    else
      calculate(found);
    return true;
  }

  bool join(const std::string& word, bool was_name) {
    if (word == "or" && was_name) made.names.back().has_other = true;
    if (!end_comparison()) return false;
    made.lua += " " + word + " ";
    begin_comparison();
    return true;
  }

  bool close() {
    if (frames_.size() == 1) return fail("a ) closes nothing");
    if (!end_comparison()) return false;
    frames_.pop_back();
    made.lua += ")";
    return true;
  }

  bool next_of_call() {
    if (!frame().is_call) return fail("a comma stands between the values of a function alone");
    if (!end_comparison()) return false;
    made.lua += ",";
    begin_comparison();
    return true;
  }

  void compare(std::string_view found, std::size_t begin) {
    end_term();
    if (frame().comparisons.empty()) made.lua.insert(frame().compared_from, std::string(kLuaExact) + "(");
    frame().comparisons.push_back({begin, place()});
    made.lua.append(")").append(found == "!=" ? "~=" : found).append(kLuaExact).append("(");
    frame().term_from = made.lua.size();
  }

  void calculate(std::string_view found) {
    if (found == "^") {
      made.lua += "^";
      return;
    }
    end_term();
    if (found == "//") {
      made.lua.insert(frame().term_from, "floor((");
      made.lua += ")/(";
      frame().closes_term = "))";
    } else if (found == "%") {
      made.lua.insert(frame().term_from, std::string(kLuaRemainder) + "((");
      made.lua += ")*1.0,(";  // so that Lua names a value that is no number
      frame().closes_term = ")*1.0)";
    } else {
      made.lua.append(found).append(" ");
      if (found == "+" || found == "-") frame().term_from = made.lua.size();
    }
  }

  void end_term() { made.lua += std::exchange(frame().closes_term, {}); }

  bool end_comparison() {
    end_term();
    if (frame().comparisons.empty()) return true;
    made.lua += ")";
    const std::vector<Compared> all = std::exchange(frame().comparisons, {});
    return all.size() == 1 || fail_chain(all);
  }

  // Lua would compare the truth value that the first comparison gives.
  bool fail_chain(const std::vector<Compared>& all) {
    const std::size_t begin = frame().read_from;
    const std::string_view chain = trimmed(text_.substr(begin, part_ - begin));
    std::string pairs;
    bool one_way = true;
    const char first = text_[all.front().begin];
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::size_t from = i == 0 ? begin : all[i - 1].end;
      const std::size_t to = i + 1 == all.size() ? part_ : all[i + 1].begin;
      pairs += (pairs.empty() ? "" : " and ") + std::string(trimmed(text_.substr(from, to - from)));
      one_way = one_way && text_[all[i].begin] == first && first != '!' && first != '~';
    }
    const std::string told = cut(chain, 100) + " compares what a comparison gives: ";
    if (!one_way) return fail(told + "join the two with and, or put one into ( )");
    return fail(told + "write " + cut(pairs, 200), chain, pairs);
  }

  std::string_view text_;
  std::string_view rest_;
  std::size_t part_ = 0;  // where the part that is read begins
  std::vector<Frame> frames_;
  bool wants_value_ = true;
  bool last_is_name_ = false;
};

}  // namespace

tl::expected<LuaExpression, ExpressionProblem> read_expression(std::string_view text) {
  Reader reader(text);
  if (reader.read()) return std::move(reader.made);
  return tl::unexpected<ExpressionProblem>(std::move(reader.problem));
}

}  // namespace pianola::workflow
