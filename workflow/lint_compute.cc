// Computed steps: whether the server can work out what they say, and whether their output takes it.
#include <algorithm>
#include <cctype>
#include <optional>

#include "workflow/compute.h"
#include "workflow/expression.h"
#include "workflow/lint_rules.h"
#include "workflow/schema_path.h"

namespace pianola::workflow {
namespace {

// One computation, with where it stands.
struct LintedComputation {
  const LintSubject& subject;
  const Step& step;
  const std::string& property;
  const Computation& computation;
  std::string place;  // "/steps/3/compute/total"
};

std::string text_path(const DataPath& path) {
  std::string text = path.root == PathRoot::steps ? "steps." + path.step : "input";
  for (const std::string& property : path.properties) text += "." + property;
  return text;
}

// "{{input.price}}" for "price", "input.price" or "steps.sum.price"; empty where it cannot be told.
std::string binding_for(const LintedComputation& linted, const std::string& word) {
  Binding binding;
  binding.text = word;
  binding.path = parse_data_path(word);
  if (binding.path && binding.path->root == PathRoot::output) binding.path.reset();
  const std::optional<DataPath> meant = binding_meant(linted.subject.design, linted.step, binding);
  return meant ? "{{" + text_path(*meant) + "}}" : std::string();
}

bool is_word_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

// Whether a byte beside a word makes it another one: "<" before "=", or a letter before a name. Nothing does so to a
// text in quotes.
bool goes_on(const std::string& word, char beside) {
  if (is_word_part(word.front())) return is_word_part(beside);
  if (word.front() == '"' || word.front() == '\'') return false;
  return std::string_view("=<>!~").find(beside) != std::string_view::npos;
}

// The text with a word or an operator replaced wherever it stands alone, outside of {{...}}.
std::string with_word_replaced(const std::string& text, const std::string& word, const std::string& by) {
  std::string replaced;
  std::size_t copied = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) {
    const bool begins = at == 0 || !goes_on(word, text[at - 1]);
    const std::size_t end = at + word.size();
    const bool ends = end == text.size() || !goes_on(word, text[end]);
    const std::size_t open = at == 0 ? std::string::npos : text.rfind("{{", at - 1);
    const bool is_bound = open != std::string::npos && text.find("}}", open) >= at;
    if (!begins || !ends || is_bound) continue;
    replaced.append(text, copied, at - copied).append(by);
    copied = end;
  }
  return replaced + text.substr(copied);
}

// The expression as it was meant: every word that is no value replaced by the value it names. Empty where one cannot
// be told.
std::string meant_expression(const LintedComputation& linted, std::string text) {
  for (std::size_t round = 0; round < kMostExpressionValues; ++round) {
    const auto read = Expression::parse(text);
    if (read) return text;
    const ExpressionProblem& problem = read.error();
    if (problem.word.empty()) return {};
    const bool is_name = std::ranges::all_of(problem.word, is_word_part);
    std::string instead = is_name ? binding_for(linted, problem.word) : problem.instead;
    if (instead.empty()) instead = problem.instead;
    if (instead.empty()) return {};
    std::string next = with_word_replaced(text, problem.word, instead);
    if (next == text) return {};
    text = std::move(next);
  }
  return {};
}

// A value such as the schema at a path allows, or nothing where more than one type may stand there.
std::optional<ExpressionValue> sample_at(const LintedComputation& linted, const std::string& name) {
  const std::optional<DataPath> path = parse_data_path(name);
  if (!path) return std::nullopt;
  const Design& design = linted.subject.design;
  const Step* source = path->root == PathRoot::steps ? design.find_step(path->step) : nullptr;
  const std::optional<Json>* schema = path->root == PathRoot::input ? &design.inputs
                                      : source != nullptr           ? &source->output
                                                                    : nullptr;
  if (schema == nullptr || !*schema) return std::nullopt;
  const SchemaAtPath at = schema_at_path(**schema, path->properties);
  if (at.known != PathKnown::yes || !at.schema->is_object() || !at.schema->contains("type")) return std::nullopt;
  const Json& type = at.schema->at("type");
  if (type == "number" || type == "integer") return ExpressionValue(2.0);
  if (type == "boolean") return ExpressionValue(true);
  if (type == "string") return ExpressionValue(std::string("text"));
  return std::nullopt;
}

// What goes wrong with any values of the types that the schemas allow, or nothing.
std::string trial_problem(const LintedComputation& linted, const Expression& expression, bool is_truth) {
  std::vector<ExpressionValue> values;
  for (const ExpressionName& name : expression.names()) {
    std::optional<ExpressionValue> value = sample_at(linted, name.text);
    if (!value) return {};
    values.push_back(*std::move(value));
  }
  const auto result = expression.evaluate(values);
  // Zero and size depend on the values, where there are any.
  const bool depends = !values.empty() && !result && result.error().find("its result") != std::string::npos;
  if (!result) return depends ? std::string() : result.error();
  if (is_truth && !std::holds_alternative<bool>(*result)) {
    return "it gives " + describe_expression_value(*result) + ", not true or false: compare it, or use \"number\"";
  }
  if (!is_truth && !std::holds_alternative<double>(*result)) {
    return "it gives " + describe_expression_value(*result) + ", no number: use \"is\" for true or false";
  }
  return {};
}

void judge_expression(const LintedComputation& linted, ComputeWay way, const std::string& text,
                      LintMistakes& mistakes) {
  const std::string member(to_string(way));
  const auto expression = Expression::parse(text);
  const auto tell = [&](const std::string& problem, std::string fix) {
    mistakes.push_back(
        {pointer_child(linted.place, member),
         in_quotes(linted.property) + " of step " + in_quotes(linted.step.id) + " cannot be computed: " + problem + ".",
         std::move(fix)});
  };
  if (expression) {
    const std::string problem = trial_problem(linted, *expression, way == ComputeWay::is);
    if (problem.empty()) return;
    tell(problem, expression->names().empty() ? "Write numbers with which it can be computed, or {{input.NAME}}."
                                              : "Compute with values of the type that the expression needs.");
    return;
  }
  const std::string meant = meant_expression(linted, text);
  tell(expression.error().message, meant.empty() ? "Write it with {{input.NAME}} or {{steps.ID.NAME}}, numbers and + - "
                                                   "* / ( ) and comparisons, such as \"{{input.price}} * 1.2\"."
                                                 : in_quotes(member) + ": " + in_quotes(meant, meant.size()));
}

void judge_look_up(const LintedComputation& linted, LintMistakes& mistakes) {
  const Computation& computation = linted.computation;
  if (!computation.in || computation.in->empty()) {
    mistakes.push_back({linted.place, in_quotes(linted.property) + " is looked up in no table.",
                        R"(Add "in": {"KEY": VALUE, ...}, and "else" for every other key.)"});
  } else if (dump_compact(*computation.in).size() > kLargestTable) {
    mistakes.push_back({linted.place + "/in", "The table has over " + std::to_string(kLargestTable) + " bytes.",
                        "Split the look-up into two, or let the caller give the value as input."});
  }
  if (!find_bindings(*computation.look_up).empty()) return;
  const std::string meant = binding_for(linted, *computation.look_up);
  mistakes.push_back(
      {linted.place + "/look_up", "The key is the same each time: it has no {{...}}.",
       meant.empty() ? "Write {{input.NAME}} or {{steps.ID.NAME}}." : "\"look_up\": " + in_quotes(meant)});
}

void judge_times(const LintedComputation& linted, ComputeWay way, const std::vector<std::string>& ends,
                 LintMistakes& mistakes) {
  const std::string place = pointer_child(linted.place, to_string(way));
  if (ends.size() != 2) {
    mistakes.push_back({place, std::string(to_string(way)) + " takes two dates: from and to.",
                        in_quotes(to_string(way)) + R"(: ["{{input.FROM}}", "{{input.TO}}"])"});
  }
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (!find_bindings(ends[i]).empty() || parse_moment(ends[i])) continue;
    const std::string meant = binding_for(linted, ends[i]);
    mistakes.push_back({pointer_child(place, i), in_quotes(ends[i], 60) + " is no date, nor has it a {{...}}.",
                        meant.empty() ? "\"2026-11-30\"" : in_quotes(meant)});
  }
}

// Why there is no single way, and what to do.
void judge_ways(const LintedComputation& linted, LintMistakes& mistakes) {
  mistakes.push_back({linted.place,
                      in_quotes(linted.property) + " of step " + in_quotes(linted.step.id) +
                          " says in no way, or in several, how it is computed.",
                      R"(Write one of "number", "is", "text", "look_up" with "in", "days_between", "hours_between", )"
                      R"("minutes_between", such as {"number": "{{input.price}} * 1.2"}.)"});
}

void judge_computation(const LintedComputation& linted, LintMistakes& mistakes) {
  const Computation& computation = linted.computation;
  const std::optional<ComputeWay> way = way_of(computation);
  if (!way) return judge_ways(linted, mistakes);
  switch (*way) {
    case ComputeWay::number:
      return judge_expression(linted, *way, *computation.number, mistakes);
    case ComputeWay::is:
      return judge_expression(linted, *way, *computation.is, mistakes);
    case ComputeWay::text:
      return;
    case ComputeWay::look_up:
      return judge_look_up(linted, mistakes);
    case ComputeWay::days_between:
      return judge_times(linted, *way, computation.days_between, mistakes);
    case ComputeWay::hours_between:
      return judge_times(linted, *way, computation.hours_between, mistakes);
    case ComputeWay::minutes_between:
      return judge_times(linted, *way, computation.minutes_between, mistakes);
  }
}

bool takes_type(const Json& schema, const Json& made) {
  if (!schema.is_object() || !schema.contains("type") || !made.contains("type")) return true;
  const Json& type = schema["type"];
  const auto is_made = [&](const Json& taken) {
    return taken == made["type"] || (taken == "integer" && made["type"] == "number");
  };
  return type.is_array() ? std::any_of(type.begin(), type.end(), is_made) : is_made(type);
}

// What the output's schema asks for and is not computed, or refuses of what is.
void judge_output(const Step& step, const std::string& place, LintMistakes& mistakes) {
  if (!step.output) return;
  const std::string fix = "\"output\": " + dump_compact(schema_of_computations(step.compute));
  const Json* required = find_pointer(*step.output, "/required");
  if (required != nullptr && required->is_array()) {
    for (const Json& name : *required) {
      if (!name.is_string() || step.compute.contains(name.get<std::string>())) continue;
      mistakes.push_back({place,
                          "Step " + in_quotes(step.id) + " computes no " + in_quotes(name.get<std::string>()) +
                              ", which its output requires.",
                          fix});
    }
  }
  const Json made = schema_of_computations(step.compute);
  for (const auto& [property, computation] : step.compute) {
    const SchemaAtPath at = schema_at_path(*step.output, {property});
    const bool fits = at.known == PathKnown::cannot_tell ||
                      (at.known == PathKnown::yes && takes_type(*at.schema, made["properties"][property]));
    if (fits) continue;
    mistakes.push_back(
        {place,
         "The output of step " + in_quotes(step.id) + " does not take " + in_quotes(property) + " as it is computed.",
         fix});
  }
}

}  // namespace

LintMistakes check_computations(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (!step.is_computed()) continue;
    if (step.compute.size() > kMostComputations) {
      mistakes.push_back(
          {step_place(i, "compute"),
           "Step " + in_quotes(step.id) + " computes more than " + std::to_string(kMostComputations) + " values.",
           "Split it into two steps."});
    }
    for (const auto& [property, computation] : step.compute) {
      const std::string place = pointer_child(step_place(i, "compute"), property);
      judge_computation({subject, step, property, computation, place}, mistakes);
      if (!computation.look_up && (computation.in || computation.otherwise)) {
        mistakes.push_back(
            {place, "\"in\" and \"else\" belong to \"look_up\".", "Leave them out, or add \"look_up\"."});
      }
    }
    judge_output(step, step_place(i, "output"), mistakes);
  }
  return mistakes;
}

LintMistakes check_instruction_or_compute(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (!step.is_computed() || step.instruction.empty()) continue;
    mistakes.push_back({step_place(i, "instruction"),
                        "Step " + in_quotes(step.id) +
                            " has both an instruction and `compute`: the server would do it, "
                            "and nobody read the instruction.",
                        "Remove one of them (of a stored step with \"remove\": [" +
                            in_quotes("/steps/" + step.id + "/instruction") + "])."});
  }
  return mistakes;
}

LintMistakes check_computed_retries(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const Step& step = subject.design.steps[i];
    if (!step.is_computed() || step.on_failure.retries == kDefaultRetries) continue;
    mistakes.push_back(
        {step_place(i, "on_failure") + "/retries",
         "Step " + in_quotes(step.id) + " is computed, and the same values give the same result: it is tried once.",
         "Leave retries out."});
  }
  return mistakes;
}

}  // namespace pianola::workflow
