#include "workflow/compute.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "base/ascii.h"
#include "base/list_text.h"
#include "base/text_lines.h"
#include "workflow/expression.h"

namespace pianola::workflow {
namespace {

template <class T>
using Computed = tl::expected<T, std::string>;

constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr std::size_t kShownTable = 2'000;  // bytes, in a hand-off
constexpr std::size_t kShownText = 120;     // bytes, in one line

Computed<std::string> text_at(const Binding& binding, const BindingScope& scope) {
  const Json* value = binding.path ? find_path(scope, *binding.path) : nullptr;
  if (value == nullptr || value->is_null()) return tl::unexpected("{{" + binding.text + "}} is not there");
  if (value->is_number_float()) return ecmascript_number(value->get<double>());  // 1.0 is 1, as a table's key
  return value->is_string() ? value->get<std::string>() : dump_compact(*value);
}

// The text with its {{...}} replaced by what is there, as it stands: nothing is quoted.
Computed<std::string> filled_text(std::string_view text, const BindingScope& scope) {
  std::string filled;
  std::size_t copied = 0;
  for (const Binding& binding : find_bindings(text)) {
    Computed<std::string> value = text_at(binding, scope);
    if (!value) return value;
    filled.append(text.substr(copied, binding.begin - copied)).append(*value);
    copied = binding.end;
    if (filled.size() > kLongestComputedText) break;
  }
  filled += text.substr(copied);
  if (filled.size() <= kLongestComputedText) return filled;
  return tl::unexpected("the text has over " + std::to_string(kLongestComputedText) + " bytes");
}

Computed<ExpressionValue> value_at(const std::string& name, const BindingScope& scope) {
  const Json* value = find_path(scope, name);
  if (value == nullptr || value->is_null()) return ExpressionValue();
  if (value->is_boolean()) return ExpressionValue(value->get<bool>());
  if (value->is_number()) return ExpressionValue(value->get<double>());
  if (value->is_string()) return ExpressionValue(value->get<std::string>());
  return tl::unexpected("{{" + name + "}} is " + (value->is_array() ? "a list" : "an object") +
                        ", no number, text or truth value");
}

Computed<ExpressionValue> evaluate(const std::string& text, const BindingScope& scope) {
  const auto expression = Expression::parse(text);
  if (!expression) return tl::unexpected(expression.error().message);
  std::vector<ExpressionValue> values;
  for (const ExpressionName& name : expression->names()) {
    Computed<ExpressionValue> value = value_at(name.text, scope);
    if (!value) return value;
    values.push_back(*std::move(value));
  }
  return expression->evaluate(values);
}

Json number_json(double number) {
  return number == std::floor(number) ? Json(static_cast<std::int64_t>(number)) : Json(number);
}

Computed<Json> number_of(const std::string& text, const BindingScope& scope) {
  const Computed<ExpressionValue> value = evaluate(text, scope);
  if (!value) return tl::unexpected(value.error());
  if (const auto* number = std::get_if<double>(&*value)) return number_json(*number);
  return tl::unexpected("it gives " + describe_expression_value(*value) + ", no number");
}

Computed<Json> truth_of(const std::string& text, const BindingScope& scope) {
  const Computed<ExpressionValue> value = evaluate(text, scope);
  if (!value) return tl::unexpected(value.error());
  if (const auto* truth = std::get_if<bool>(&*value)) return Json(*truth);
  return tl::unexpected("it gives " + describe_expression_value(*value) + ", not true or false");
}

Computed<Json> looked_up(const Computation& computation, const BindingScope& scope) {
  const Computed<std::string> key = filled_text(*computation.look_up, scope);
  if (key && computation.in) {
    if (const auto found = computation.in->find(*key); found != computation.in->end()) return *found;
  }
  if (computation.otherwise) return computation.otherwise->value;
  if (!key) return tl::unexpected(key.error());
  return tl::unexpected("the table has no " + in_quotes(*key, 60) + ", and there is no else");
}

Computed<std::int64_t> moment_of(const std::string& text, const BindingScope& scope) {
  const Computed<std::string> filled = filled_text(text, scope);
  if (!filled) return tl::unexpected(filled.error());
  if (const std::optional<std::int64_t> moment = parse_moment(*filled)) return *moment;
  return tl::unexpected(in_quotes(*filled, 60) + " is no date or time such as 2026-11-30 or 2026-11-30T09:00:00Z");
}

Computed<Json> time_between(const std::vector<std::string>& ends, std::int64_t unit, const BindingScope& scope) {
  if (ends.size() != 2) return tl::unexpected<std::string>("it takes two dates: from and to");
  const Computed<std::int64_t> from = moment_of(ends[0], scope);
  if (!from) return tl::unexpected(from.error());
  const Computed<std::int64_t> to = moment_of(ends[1], scope);
  if (!to) return tl::unexpected(to.error());
  const std::int64_t micros = *to - *from;
  return micros % unit == 0 ? Json(micros / unit) : Json(static_cast<double>(micros) / static_cast<double>(unit));
}

Computed<Json> computed_value(const Computation& computation, const BindingScope& scope) {
  const std::optional<ComputeWay> way = way_of(computation);
  if (!way) return tl::unexpected<std::string>("it does not say how");
  switch (*way) {
    case ComputeWay::number:
      return number_of(*computation.number, scope);
    case ComputeWay::is:
      return truth_of(*computation.is, scope);
    case ComputeWay::text: {
      Computed<std::string> text = filled_text(*computation.text, scope);
      if (!text) return tl::unexpected(std::move(text.error()));
      return Json(*std::move(text));
    }
    case ComputeWay::look_up:
      return looked_up(computation, scope);
    case ComputeWay::days_between:
      return time_between(computation.days_between, kMicrosPerDay, scope);
    case ComputeWay::hours_between:
      return time_between(computation.hours_between, 60 * kMicrosPerMinute, scope);
    case ComputeWay::minutes_between:
      return time_between(computation.minutes_between, kMicrosPerMinute, scope);
  }
  return Json();
}

const std::vector<std::string>* ends_of(const Computation& computation, ComputeWay way) {
  if (way == ComputeWay::days_between) return &computation.days_between;
  if (way == ComputeWay::hours_between) return &computation.hours_between;
  return way == ComputeWay::minutes_between ? &computation.minutes_between : nullptr;
}

// "total = ...". `shown` writes a text of the design, and `table` the look-up's.
template <class Show, class ShowTable>
std::string in_words(const std::string& property, const Computation& computation, const Show& shown,
                     const ShowTable& table) {
  const std::optional<ComputeWay> way = way_of(computation);
  if (!way) return property;
  switch (*way) {
    case ComputeWay::number:
      return property + " = " + shown(*computation.number);
    case ComputeWay::is:
      return property + " is whether " + shown(*computation.is);
    case ComputeWay::text:
      return property + " = the text " + shown(*computation.text);
    case ComputeWay::look_up:
      return property + " = " + shown(*computation.look_up) + " looked up in " + table(computation);
    case ComputeWay::days_between:
    case ComputeWay::hours_between:
    case ComputeWay::minutes_between: {
      const std::vector<std::string>& ends = *ends_of(computation, *way);
      const std::string name(to_string(*way));
      const std::string unit = name.substr(0, name.find('_'));
      if (ends.size() != 2) return property;
      return property + " = " + unit + " from " + shown(ends[0]) + " to " + shown(ends[1]);
    }
  }
  return property;
}

std::string text_in_short(const std::string& text) { return on_one_line(cut(text, kShownText)); }

std::string table_in_short(const Computation& computation) {
  return "a table of " + std::to_string(computation.in ? computation.in->size() : 0);
}

std::string whole_table(const Computation& computation) {
  std::string text = cut(dump_compact(computation.in.value_or(Json::object())), kShownTable);
  return computation.otherwise ? text + ", else " + dump_compact(computation.otherwise->value) : text;
}

Json schema_of_value(const Computation& computation) {
  const std::optional<ComputeWay> way = way_of(computation);
  if (!way) return Json::object();
  switch (*way) {
    case ComputeWay::is:
      return {{"type", "boolean"}};
    case ComputeWay::text:
      return {{"type", "string"}};
    case ComputeWay::look_up:
      return Json::object();
    case ComputeWay::number:
    case ComputeWay::days_between:
    case ComputeWay::hours_between:
    case ComputeWay::minutes_between:
      return {{"type", "number"}};
  }
  return Json::object();
}

}  // namespace

std::optional<ComputeWay> way_of(const Computation& computation) {
  std::vector<ComputeWay> ways;
  if (computation.number) ways.push_back(ComputeWay::number);
  if (computation.is) ways.push_back(ComputeWay::is);
  if (computation.text) ways.push_back(ComputeWay::text);
  if (computation.look_up) ways.push_back(ComputeWay::look_up);
  if (!computation.days_between.empty()) ways.push_back(ComputeWay::days_between);
  if (!computation.hours_between.empty()) ways.push_back(ComputeWay::hours_between);
  if (!computation.minutes_between.empty()) ways.push_back(ComputeWay::minutes_between);
  return ways.size() == 1 ? std::optional(ways.front()) : std::nullopt;
}

std::string_view to_string(ComputeWay way) {
  switch (way) {
    case ComputeWay::number:
      return "number";
    case ComputeWay::is:
      return "is";
    case ComputeWay::text:
      return "text";
    case ComputeWay::look_up:
      return "look_up";
    case ComputeWay::days_between:
      return "days_between";
    case ComputeWay::hours_between:
      return "hours_between";
    case ComputeWay::minutes_between:
      return "minutes_between";
  }
  return "";
}

std::vector<std::string> texts_of(const Computation& computation) {
  std::vector<std::string> texts;
  for (const auto* text : {&computation.number, &computation.is, &computation.text, &computation.look_up}) {
    if (*text) texts.push_back(**text);
  }
  for (const auto* ends : {&computation.days_between, &computation.hours_between, &computation.minutes_between}) {
    texts.insert(texts.end(), ends->begin(), ends->end());
  }
  return texts;
}

std::string bound_text(const Step& step) {
  std::string all = step.instruction;
  for (const auto& [property, computation] : step.compute) {
    for (const std::string& text : texts_of(computation)) all += "\n" + text;
  }
  return all;
}

std::string describe_computations(const Computations& computations) {
  std::string line;
  for (const auto& [property, computation] : computations) {
    line += (line.empty() ? "" : "; ") + in_words(property, computation, text_in_short, table_in_short);
  }
  return line;
}

std::string ask_for_computations(const Step& step, const BindingScope& scope) {
  std::string text = "The server could not work this step out itself:\n";
  const auto filled = [&](const std::string& written) { return fill_in(written, scope); };
  for (const auto& [property, computation] : step.compute) {
    text += "- " + in_words(property, computation, filled, whole_table) + "\n";
  }
  return text;
}

Json schema_of_computations(const Computations& computations) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  for (const auto& [property, computation] : computations) {
    schema["properties"][property] = schema_of_value(computation);
    schema["required"].push_back(property);
  }
  return schema;
}

tl::expected<Json, std::string> compute_output(const Step& step, const BindingScope& scope) {
  Json output = Json::object();
  if (step.compute.size() > kMostComputations) return tl::unexpected<std::string>("it has too many properties");
  for (const auto& [property, computation] : step.compute) {
    Computed<Json> value = computed_value(computation, scope);
    if (!value) return tl::unexpected(property + " could not be computed: " + value.error());
    output[property] = *std::move(value);
  }
  return output;
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  static const RE2 pattern(
      R"((\d{4}-\d\d-\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?\s?(?:[Zz]|([+-])(\d\d):?(\d\d))?)?)");
  std::string date;
  std::string fraction;
  std::string sign;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int offset_hour = 0;
  int offset_minute = 0;
  const auto optional = [](int& number) {
    return RE2::Arg(&number, [](const char* begin, std::size_t size, void* out) {
      int value = 0;
      for (std::size_t i = 0; i < size; ++i) value = 10 * value + (begin[i] - '0');
      *static_cast<int*>(out) = value;
      return true;
    });
  };
  const std::string_view given = trimmed(text);
  if (!RE2::FullMatch(re2::StringPiece(given.data(), given.size()), pattern, &date, optional(hour), optional(minute),
                      optional(second), &fraction, &sign, optional(offset_hour), optional(offset_minute))) {
    return std::nullopt;
  }
  const Result<Timestamp> day = Timestamp::from_date(date);
  if (!day || hour > 24 || minute > 59 || second > 60 || offset_hour > 23 || offset_minute > 59) return std::nullopt;
  if (hour == 24 && minute + second > 0) return std::nullopt;
  fraction.resize(6, '0');
  const std::int64_t time = (hour * 60 + minute) * kMicrosPerMinute + second * kMicrosPerSecond + std::stoi(fraction);
  const std::int64_t offset = (offset_hour * 60 + offset_minute) * kMicrosPerMinute;
  return day->micros() + time - (sign == "-" ? -offset : offset);
}

}  // namespace pianola::workflow
