#include "workflow/expression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <lua.hpp>
#include <memory>

#include "base/ascii.h"
#include "base/json.h"
#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostLuaBytes = 1'000'000;
constexpr int kMostLuaSteps = 100'000;
constexpr double kLargestNumber = 9007199254740991.0;  // 2^53-1: beyond, JSON's whole numbers are not exact

constexpr std::array<std::string_view, 7> kFunctions = {"abs", "ceil", "floor", "max", "min", "round", "sqrt"};
constexpr std::array<std::string_view, 5> kWords = {"and", "or", "not", "true", "false"};

// What is written elsewhere for one of Lua's operators.
struct Operator {
  std::string_view written;
  std::string_view lua;
};
// Longer ones first.
constexpr Operator kOperators[] = {{"&&", " and "}, {"||", " or "}, {"!=", "~="}, {"~=", "~="},   {"==", "=="},
                                   {"<=", "<="},    {">=", ">="},   {"//", "//"}, {"!", " not "}, {"<", "<"},
                                   {">", ">"},      {"+", "+"},     {"-", "- "},  {"*", "*"},     {"/", "/"},
                                   {"%", "%"},      {"^", "^"},     {"(", "("},   {")", ")"},     {",", ","}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '.'; }

// Reads an expression and writes it for Lua.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // False where something is no part of an expression: then `problem` says what.
  bool read() {
    while (skip_blanks(), !rest_.empty()) {
      if (!read_part()) return false;
      if (names.size() + texts.size() > kMostExpressionValues) {
        return fail("it reads more than " + std::to_string(kMostExpressionValues) + " values: use two steps");
      }
    }
    return !lua.empty() || fail("it is empty");
  }

  std::string lua;
  std::vector<ExpressionName> names;
  std::vector<std::string> texts;
  ExpressionProblem problem;

 private:
  bool fail(std::string message, std::string word = {}, std::string instead = {}) {
    problem = {std::move(message), std::move(word), std::move(instead)};
    return false;
  }

  void skip_blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n' || rest_[0] == '\r')) {
      rest_.remove_prefix(1);
    }
  }

  template <class InRun>
  std::string_view take_run(InRun in_run) {
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), in_run);
    const std::string_view run = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(run.size());
    return run;
  }

  bool read_part() {
    if (rest_.starts_with("{{")) return read_value();
    if (rest_[0] == '"' || rest_[0] == '\'') return read_text();
    if (is_digit(rest_[0]) || (rest_[0] == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return read_number();
    if (is_name_start(rest_[0])) return read_word();
    for (const Operator& known : kOperators) {
      if (!rest_.starts_with(known.written)) continue;
      depth_ += known.written == "(" ? 1 : known.written == ")" ? -1 : 0;
      if (depth_ < 0) return fail("a ) closes nothing");
      rest_.remove_prefix(known.written.size());
      add(known.lua);
      return true;
    }
    if (rest_[0] == '=') return fail("= compares nothing: write ==", "=", "==");
    return fail(in_quotes(first_bytes(rest_, 4)) + " does not belong into an expression");
  }

  bool read_value() {
    const std::size_t close = rest_.find("}}");
    if (close == std::string_view::npos) return fail("{{ is not closed");
    names.push_back({std::string(trimmed(rest_.substr(2, close - 2)))});
    rest_.remove_prefix(close + 2);
    add("v" + std::to_string(names.size()) + " ");
    last_is_value_ = true;
    return true;
  }

  bool read_text() {
    const std::size_t close = rest_.find(rest_[0], 1);
    if (close == std::string_view::npos) return fail("a text is not closed: " + in_quotes(rest_, 40));
    const std::string_view text = rest_.substr(1, close - 1);
    if (text.find("{{") != std::string_view::npos) return fail_bound_text(rest_.substr(0, close + 1), trimmed(text));
    texts.emplace_back(text);
    rest_.remove_prefix(close + 1);
    add("t" + std::to_string(texts.size()) + " ");
    return true;
  }

  // What stands in quotes is compared as it is written.
  bool fail_bound_text(std::string_view quoted, std::string_view text) {
    const bool is_one_value = text.starts_with("{{") && text.find("}}") == text.size() - 2;
    return fail("no value is put in for {{...}} in quotes: " + std::string(cut(quoted, 60)) +
                    (is_one_value ? " is written without them" : " is made by another property's \"text\""),
                std::string(quoted), is_one_value ? std::string(text) : std::string());
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
    add(number + (is_whole ? ".0 " : " "));
    return true;
  }

  bool read_word() {
    const std::string word(take_run(is_name_part));
    const std::string lower = lower_case(word);
    if (std::ranges::find(kWords, lower) != kWords.end()) {
      add(" " + lower + " ");
      return true;
    }
    if (std::ranges::find(kFunctions, word) != kFunctions.end()) {
      add(word);
      return true;
    }
    const std::vector<std::string> known(kFunctions.begin(), kFunctions.end());
    const std::vector<std::string> near = nearest_names(word, known, 1);
    return fail(in_quotes(word) + " is no function: there are " + list_text(known) +
                    ", and a value is written {{input.NAME}} or {{steps.ID.NAME}}",
                word, near.empty() ? std::string() : near.front());
  }

  void add(std::string_view part) {
    if (part == " or " && last_is_value_) names.back().has_other = true;
    lua += part;
    last_is_value_ = false;
  }

  std::string_view rest_;
  bool last_is_value_ = false;
  int depth_ = 0;  // of parentheses
};

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

int lua_abs(lua_State* lua) { return lua_pushnumber(lua, std::abs(luaL_checknumber(lua, 1))), 1; }
int lua_ceil(lua_State* lua) { return lua_pushnumber(lua, std::ceil(luaL_checknumber(lua, 1))), 1; }
int lua_floor(lua_State* lua) { return lua_pushnumber(lua, std::floor(luaL_checknumber(lua, 1))), 1; }
int lua_sqrt(lua_State* lua) { return lua_pushnumber(lua, std::sqrt(luaL_checknumber(lua, 1))), 1; }

int lua_round(lua_State* lua) {
  const double digits = luaL_optnumber(lua, 2, 0);
  luaL_argcheck(lua, digits >= 0 && digits <= 15 && digits == std::floor(digits), 2, "0 to 15 digits are kept");
  lua_pushnumber(lua, rounded(luaL_checknumber(lua, 1), digits));
  return 1;
}

int lua_max(lua_State* lua) {
  double most = luaL_checknumber(lua, 1);
  for (int i = lua_gettop(lua); i > 1; --i) most = std::max(most, luaL_checknumber(lua, i));
  lua_pushnumber(lua, most);
  return 1;
}

int lua_min(lua_State* lua) {
  double least = luaL_checknumber(lua, 1);
  for (int i = lua_gettop(lua); i > 1; --i) least = std::min(least, luaL_checknumber(lua, i));
  lua_pushnumber(lua, least);
  return 1;
}

constexpr luaL_Reg kLuaFunctions[] = {{"abs", lua_abs}, {"ceil", lua_ceil},   {"floor", lua_floor}, {"max", lua_max},
                                      {"min", lua_min}, {"round", lua_round}, {"sqrt", lua_sqrt}};

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

// Lua's message in the words of the expression: ":1: unexpected symbol near 'v2'".
std::string told_by(const char* error, const std::vector<ExpressionName>& names,
                    const std::vector<std::string>& texts) {
  std::string message = error == nullptr ? "it cannot be computed" : error;
  if (message.starts_with(":1: ")) message.erase(0, 4);
  const auto put = [&](const std::string& mark, const std::string& shown) {
    for (const std::string& written : {"(local '" + mark + "')", "near '" + mark + "'"}) {
      const std::size_t at = message.find(written);
      if (at == std::string::npos) continue;
      message.replace(at, written.size(), (written[0] == 'n' ? "near " : "(") + shown + (written[0] == 'n' ? "" : ")"));
    }
  };
  for (std::size_t i = 0; i < names.size(); ++i) put("v" + std::to_string(i + 1), "{{" + names[i].text + "}}");
  for (std::size_t i = 0; i < texts.size(); ++i) put("t" + std::to_string(i + 1), in_quotes(texts[i], 40));
  for (const auto& [lua, word] : {std::pair<std::string_view, std::string_view>{"number value", "number"},
                                  {"string value", "text"},
                                  {"nil value", "value that is not there"},
                                  {"boolean value", "truth value"},
                                  {"a string", "a text"},
                                  {"with string", "with text"},
                                  {"compare string", "compare text"},
                                  {"<eof>", "its end"}}) {
    if (const std::size_t at = message.find(lua); at != std::string::npos) message.replace(at, lua.size(), word);
  }
  return message;
}

// 15 significant digits, as a spreadsheet keeps; whole numbers as they are.
double without_noise(double number) {
  if (number == std::floor(number)) return number == 0 ? 0.0 : number;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.15g", number);
  return std::strtod(text.data(), nullptr);
}

tl::expected<ExpressionValue, std::string> taken_from(lua_State* lua) {
  switch (lua_type(lua, -1)) {
    case LUA_TBOOLEAN:
      return ExpressionValue(lua_toboolean(lua, -1) != 0);
    case LUA_TNUMBER: {
      const double number = lua_tonumber(lua, -1);
      if (!std::isfinite(number)) return tl::unexpected<std::string>("it divides by zero, or its result is no number");
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
  Reader reader(text);
  if (!reader.read()) return tl::unexpected<ExpressionProblem>(std::move(reader.problem));
  Expression expression;
  expression.lua_ = std::move(reader.lua);
  expression.names_ = std::move(reader.names);
  expression.texts_ = std::move(reader.texts);
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
