// Reads one expression of a computed step and writes it for Lua: only numbers, texts in quotes, {{...}}, operators,
// parentheses and the functions of expression.h come through, in an order that makes sense. Thread rule: a plain
// function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "workflow/expression.h"

namespace pianola::workflow {

// Functions that the reader itself puts in, beside those that may be written: the operands of comparisons without the
// noise of binary fractions, and the remainder.
inline constexpr const char* kLuaExact = "exact";
inline constexpr const char* kLuaRemainder = "remainder";

// An expression as Lua takes it, with v1, v2, ... for values and t1, t2, ... for texts.
struct LuaExpression {
  std::string lua;
  std::vector<ExpressionName> names;
  std::vector<std::string> texts;
};

// Refuses what is no expression.
tl::expected<LuaExpression, ExpressionProblem> read_expression(std::string_view text);

}  // namespace pianola::workflow
