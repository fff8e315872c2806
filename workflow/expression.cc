#include "workflow/expression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <lua.hpp>
#include <memory>

#include "base/json.h"
#include "base/list_text.h"
#include "workflow/expression_reader.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostLuaBytes = 1'000'000;
constexpr int kMostLuaSteps = 100'000;
constexpr double kLargestNumber = 9007199254740991.0;  // 2^53-1: beyond, JSON's whole numbers are not exact

// Lua's memory, counted.
void* allocate(void* budget, void* block, std::size_t old_size, std::size_t new_size) {
  auto& used = *static_cast<std::size_t*>(budget);
  const std::size_t before = block == nullptr ? 0 : old_size;
  if (new_size == 0) {
    used -= before;
    std::free(block);
    return nullptr;
  }
  if (used - before + new_size > kMostLuaBytes) return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved != nullptr) used += new_size - before;
  return moved;
}

void stop(lua_State* lua, lua_Debug*) { luaL_error(lua, "it takes too long"); }

// Half away from zero, as the number is written: round(2.675, 2) is 2.68.
double rounded(double number, double digits) {
  const double scale = std::pow(10.0, digits);
  const double scaled = number * scale;
  if (!std::isfinite(scaled) || scale == 0) return number;
  constexpr double kSlack = 8 * std::numeric_limits<double>::epsilon();
  return std::round(scaled + scaled * kSlack) / scale;
}

// 15 significant digits, as a spreadsheet keeps; whole numbers as they are.
double without_noise(double number) {
  if (number == std::floor(number)) return number == 0 ? 0.0 : number;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.15g", number);
  return std::strtod(text.data(), nullptr);
}

constexpr const char* kNoNumber = "it divides by zero, or its result is no number";

// An argument that is a number, which could otherwise get lost in a comparison or among others.
double number_at(lua_State* lua, int argument) {
  const double number = luaL_checknumber(lua, argument);
  if (!std::isfinite(number)) luaL_error(lua, kNoNumber);
  return number;
}

double exact_at(lua_State* lua, int argument) { return without_noise(number_at(lua, argument)); }

// What is compared: 0.1 + 0.2 is 0.3; texts and truth values as they are.
int lua_exact(lua_State* lua) {
  if (lua_type(lua, 1) == LUA_TNUMBER) lua_pushnumber(lua, exact_at(lua, 1));
  return 1;
}

// As Lua's: of the divisor's sign.
int lua_remainder(lua_State* lua) {
  const double number = number_at(lua, 1);
  const double divisor = number_at(lua, 2);
  if (divisor == 0) luaL_error(lua, kNoNumber);
  const double quotient = without_noise(number / divisor);
  const double whole = std::floor(quotient);
  lua_pushnumber(lua, quotient == whole ? 0.0 : number - divisor * whole);
  return 1;
}

int lua_abs(lua_State* lua) { return lua_pushnumber(lua, std::abs(luaL_checknumber(lua, 1))), 1; }
int lua_ceil(lua_State* lua) { return lua_pushnumber(lua, std::ceil(exact_at(lua, 1))), 1; }
int lua_floor(lua_State* lua) { return lua_pushnumber(lua, std::floor(exact_at(lua, 1))), 1; }
int lua_sqrt(lua_State* lua) { return lua_pushnumber(lua, std::sqrt(luaL_checknumber(lua, 1))), 1; }

int lua_round(lua_State* lua) {
  const double digits = luaL_optnumber(lua, 2, 0);
  luaL_argcheck(lua, digits >= 0 && digits <= 15 && digits == std::floor(digits), 2, "0 to 15 digits are kept");
  lua_pushnumber(lua, rounded(number_at(lua, 1), digits));
  return 1;
}

int lua_max(lua_State* lua) {
  double most = number_at(lua, 1);
  for (int i = lua_gettop(lua); i > 1; --i) most = std::max(most, number_at(lua, i));
  lua_pushnumber(lua, most);
  return 1;
}

int lua_min(lua_State* lua) {
  double least = number_at(lua, 1);
  for (int i = lua_gettop(lua); i > 1; --i) least = std::min(least, number_at(lua, i));
  lua_pushnumber(lua, least);
  return 1;
}

constexpr luaL_Reg kLuaFunctions[] = {{"abs", lua_abs},   {"ceil", lua_ceil},     {"floor", lua_floor},
                                      {"max", lua_max},   {"min", lua_min},       {"round", lua_round},
                                      {"sqrt", lua_sqrt}, {kLuaExact, lua_exact}, {kLuaRemainder, lua_remainder}};

// What the protected call below works on; nothing in it is made or destroyed while Lua may jump over it.
struct Job {
  std::string_view chunk;
  const std::vector<ExpressionValue>* values = nullptr;  // null: it is only read
  const std::vector<std::string>* texts = nullptr;
};

void push(lua_State* lua, const ExpressionValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) {
    lua_pushboolean(lua, *truth ? 1 : 0);
  } else if (const auto* number = std::get_if<double>(&value)) {
    lua_pushnumber(lua, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    lua_pushlstring(lua, text->data(), text->size());
  } else {
    lua_pushnil(lua);
  }
}

// Lua's errors jump to lua_pcall, past whatever stands between: no destructor may be due here.
int run_job(lua_State* lua) {
  const auto& job = *static_cast<const Job*>(lua_touserdata(lua, 1));
  for (const luaL_Reg& function : kLuaFunctions) {
    lua_pushcfunction(lua, function.func);
    lua_setglobal(lua, function.name);
  }
  if (luaL_loadbufferx(lua, job.chunk.data(), job.chunk.size(), "=", "t") != LUA_OK) return lua_error(lua);
  if (job.values == nullptr) return 0;
  luaL_checkstack(lua, static_cast<int>(2 * kMostExpressionValues), "too many values");
  for (const ExpressionValue& value : *job.values) push(lua, value);
  for (const std::string& text : *job.texts) lua_pushlstring(lua, text.data(), text.size());
  lua_call(lua, static_cast<int>(job.values->size() + job.texts->size()), 1);
  return 1;
}

struct LuaClose {
  void operator()(lua_State* lua) const { lua_close(lua); }
};

// "local v1,v2,t1=...;return (EXPRESSION)".
std::string chunk_of(const std::string& lua, std::size_t names, std::size_t texts) {
  std::string locals;
  for (std::size_t i = 1; i <= names; ++i) locals += (locals.empty() ? "v" : ",v") + std::to_string(i);
  for (std::size_t i = 1; i <= texts; ++i) locals += (locals.empty() ? "t" : ",t") + std::to_string(i);
  if (!locals.empty()) locals = "local " + locals + "=...;";
  return locals + "return (" + lua + ")";
}

void replace_first(std::string& text, std::string_view sought, std::string_view by) {
  if (const std::size_t at = text.find(sought); at != std::string::npos) text.replace(at, sought.size(), by);
}

// "bad argument #1 to 'round' (number expected, got string)" as "value 1 of round: number expected, got text".
void tell_argument(std::string& message) {
  constexpr std::string_view kBegin = "bad argument #";
  const std::size_t name = message.find(" to '");
  const std::size_t why = message.find("' (");
  if (!message.starts_with(kBegin) || name == std::string::npos || why == std::string::npos) return;
  message = "value " + message.substr(kBegin.size(), name - kBegin.size()) + " of " +
            message.substr(name + 5, why - name - 5) + ": " + message.substr(why + 3, message.size() - why - 4);
}

constexpr std::pair<std::string_view, std::string_view> kInOurWords[] = {
    {"attempt to perform arithmetic on", "it computes with"},
    {"attempt to compare two string values", "it compares two texts"},
    {"attempt to compare two boolean values", "it compares two truth values by size"},
    {"attempt to compare two nil values", "it compares two values that are not there"},
    {"attempt to compare nil", "it compares a value that is not there"},
    {"attempt to compare boolean", "it compares a truth value"},
    {"attempt to compare string", "it compares a text"},
    {"attempt to compare number", "it compares a number"},
    {"with nil", "with a value that is not there"},
    {"with boolean", "with a truth value"},
    {"with string", "with a text"},
    {"with number", "with a number"},
    {"a nil value", "a value that is not there"},
    {"a boolean value", "a truth value"},
    {"a string value", "a text"},
    {"got string", "got a text"},
    {"got boolean", "got a truth value"},
    {"got nil", "got a value that is not there"},
    {"number expected", "a number is expected"},
    {"C stack overflow", "it is nested too deep"}};

// Lua's message in the words of the expression: "attempt to perform arithmetic on a string value (local 'v2')" as "it
// computes with a text ({{input.price}})".
std::string told_by(const char* error, const std::vector<ExpressionName>& names,
                    const std::vector<std::string>& texts) {
  std::string message = error == nullptr ? "it cannot be computed" : error;
  if (message.starts_with(":1: ")) message.erase(0, 4);
  tell_argument(message);
  for (const auto& [lua, word] : kInOurWords) replace_first(message, lua, word);
  const auto put = [&](const std::string& local, const std::string& shown) {
    replace_first(message, "(local '" + local + "')", "(" + shown + ")");
  };
  for (std::size_t i = 0; i < names.size(); ++i) put("v" + std::to_string(i + 1), "{{" + names[i].text + "}}");
  for (std::size_t i = 0; i < texts.size(); ++i) put("t" + std::to_string(i + 1), in_quotes(texts[i], 40));
  return message;
}

tl::expected<ExpressionValue, std::string> taken_from(lua_State* lua) {
  switch (lua_type(lua, -1)) {
    case LUA_TBOOLEAN:
      return ExpressionValue(lua_toboolean(lua, -1) != 0);
    case LUA_TNUMBER: {
      const double number = lua_tonumber(lua, -1);
      if (!std::isfinite(number)) return tl::unexpected<std::string>(kNoNumber);
      if (std::abs(number) > kLargestNumber) {
        return tl::unexpected<std::string>("its result is beyond 9007199254740991, which JSON does not carry exactly");
      }
      return ExpressionValue(without_noise(number));
    }
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* text = lua_tolstring(lua, -1, &size);
      return ExpressionValue(std::string(text, size));
    }
    default:
      return ExpressionValue();
  }
}

// Runs Lua on a job: reads it, and where it has values, evaluates it. What is refused is Lua's own message.
tl::expected<ExpressionValue, std::string> run(const Job& job, const std::vector<ExpressionName>& names,
                                               const std::vector<std::string>& texts) {
  std::size_t used = 0;
  const std::unique_ptr<lua_State, LuaClose> lua(lua_newstate(allocate, &used));
  if (!lua) return tl::unexpected<std::string>("there is no memory for it");
  lua_sethook(lua.get(), stop, LUA_MASKCOUNT, kMostLuaSteps);
  lua_pushcfunction(lua.get(), run_job);
  lua_pushlightuserdata(lua.get(), const_cast<Job*>(&job));
  if (lua_pcall(lua.get(), 1, 1, 0) == LUA_OK) return taken_from(lua.get());
  return tl::unexpected<std::string>(told_by(lua_tostring(lua.get(), -1), names, texts));
}

}  // namespace

tl::expected<Expression, ExpressionProblem> Expression::parse(std::string_view text) {
  if (text.size() > kLongestExpression) {
    return tl::unexpected<ExpressionProblem>({"it has " + std::to_string(text.size()) + " bytes; at most " +
                                              std::to_string(kLongestExpression) + " are taken: use two steps"});
  }
  auto made = read_expression(text);
  if (!made) return tl::unexpected<ExpressionProblem>(std::move(made.error()));
  Expression expression;
  expression.lua_ = std::move(made->lua);
  expression.names_ = std::move(made->names);
  expression.texts_ = std::move(made->texts);
  const std::string chunk = chunk_of(expression.lua_, expression.names_.size(), expression.texts_.size());
  auto read = run({chunk}, expression.names_, expression.texts_);
  if (!read) return tl::unexpected<ExpressionProblem>({std::move(read.error())});
  return expression;
}

tl::expected<ExpressionValue, std::string> Expression::evaluate(const std::vector<ExpressionValue>& values) const {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (std::holds_alternative<std::monostate>(values[i]) && !names_[i].has_other) {
      return tl::unexpected<std::string>("{{" + names_[i].text + "}} is not there");
    }
  }
  const std::string chunk = chunk_of(lua_, names_.size(), texts_.size());
  auto value = run({chunk, &values, &texts_}, names_, texts_);
  if (value && std::holds_alternative<std::monostate>(*value)) return tl::unexpected<std::string>("it gives no value");
  return value;
}

std::string describe_expression_value(const ExpressionValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return ecmascript_number(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return in_quotes(*text, 60);
  return "nothing";
}

}  // namespace pianola::workflow
