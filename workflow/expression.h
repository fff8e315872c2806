// One expression of a computed step: arithmetic and comparison of numbers, texts and truth values. Lua evaluates it,
// behind a reader that lets only an expression through: numbers, texts in quotes, {{...}} for values, + - * / // % ^,
// == != < <= > >=, and or not, parentheses, and the functions abs ceil floor max min round sqrt. So there are no loops;
// beside that, length, count of values, steps and memory are bounded.
// Thread rule: plain values and functions; every evaluation has a Lua state of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace pianola::workflow {

inline constexpr std::size_t kLongestExpression = 1'000;  // bytes
inline constexpr std::size_t kMostExpressionValues = 50;  // {{...}} and texts in quotes

// What an expression reads and gives; monostate is a value that is not there.
using ExpressionValue = std::variant<std::monostate, bool, double, std::string>;

// One {{...}} of an expression.
struct ExpressionName {
  std::string text;        // what stands between the braces, trimmed
  bool has_other = false;  // followed by `or`: it may be absent
};

// What is wrong with an expression: in words, and where one word is to blame, that word.
struct ExpressionProblem {
  std::string message;
  std::string word{};
  std::string instead{};  // what to write in its place, where that can be told
};

// An expression as it was read.
class Expression {
 public:
  // Refuses what is no expression.
  static tl::expected<Expression, ExpressionProblem> parse(std::string_view text);

  // Its values, in the order in which evaluate() takes them; one that is named twice comes twice.
  const std::vector<ExpressionName>& names() const { return names_; }

  // The value, with those of names(). Refuses, in words: what cannot be computed of them, and numbers that are none or
  // beyond 2^53. Numbers carry 15 digits, as in a spreadsheet: 0.1 + 0.2 is 0.3.
  tl::expected<ExpressionValue, std::string> evaluate(const std::vector<ExpressionValue>& values) const;

 private:
  std::string lua_;  // the expression with v1, v2, ... for values and t1, t2, ... for texts
  std::vector<ExpressionName> names_;
  std::vector<std::string> texts_;  // in quotes
};

// "12.5", "true", "\"EUR\"" or "nothing", for messages.
std::string describe_expression_value(const ExpressionValue& value);

}  // namespace pianola::workflow
