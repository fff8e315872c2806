// Names, ids, limits, schemas, and examples against their schemas.
#include <map>
#include <optional>
#include <set>

#include "base/json.h"
#include "workflow/design_mending.h"
#include "workflow/lint_rules.h"
#include "workflow/value_mending.h"

namespace pianola::workflow {
namespace {

constexpr int kMostRetries = 20;
constexpr int kMostVisits = 1000;

template <class Item>
LintMistakes bad_ids(const std::vector<Item>& items, std::string_view list, std::string_view what) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (is_step_id(items[i].id)) continue;
    mistakes.push_back({pointer_child(pointer_child(list, i), "id"),
                        std::string(what) + " id " + in_quotes(items[i].id) +
                            " must be a-z, 0-9, \"_\" or \"-\", at most 64, and not \"end\" or \"escalate\".",
                        "\"id\": " + in_quotes(step_id_from(items[i].id))});
  }
  return mistakes;
}

// The ids of a list, each repeated one replaced by a fresh one.
template <class Item>
std::vector<std::string> distinct_ids(const std::vector<Item>& items) {
  std::set<std::string> taken;
  for (const Item& item : items) taken.insert(item.id);
  std::set<std::string> seen;
  std::vector<std::string> ids;
  for (const Item& item : items) {
    const bool is_new = seen.insert(item.id).second;
    ids.push_back(is_new ? item.id : fresh_id(item.id, taken));
    taken.insert(ids.back());
  }
  return ids;
}

template <class Item>
LintMistakes repeated_ids(const std::vector<Item>& items, std::string_view list, std::string_view what) {
  LintMistakes mistakes;
  const std::vector<std::string> distinct = distinct_ids(items);
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto [known, is_new] = first.try_emplace(items[i].id, i);
    if (is_new) continue;
    mistakes.push_back({pointer_child(pointer_child(list, i), "id"),
                        std::string(what) + " id " + in_quotes(items[i].id) + " is taken by " +
                            pointer_child(list, known->second) + ".",
                        "\"id\": " + in_quotes(distinct[i])});
  }
  return mistakes;
}

// The object's schema that was meant: the type added, or the value as its one property.
Json object_schema_of(const Json& schema) {
  const bool lists_properties = schema.is_object() && schema.contains("properties");
  if (lists_properties || !schema.is_object() || schema.empty()) {
    Json object = lists_properties ? schema : Json::object();
    object["type"] = "object";
    return object;
  }
  return {{"type", "object"},
          {"properties", {{"result", schema}}},
          {"required", Json::array({"result"})},
          {"additionalProperties", false}};
}

// The first rule that a value breaks, as "at /x: must be ...".
std::string first_break(const schema::Schema& schema, const Json& value) {
  const std::vector<schema::SchemaFinding> found = schema.check(value);
  if (found.empty()) return {};
  return (found.front().place.empty() ? "it " : "at " + found.front().place + ": ") + found.front().rule;
}

// One value of the design, and the schema that it must pass.
struct CheckedValue {
  const Json& value;
  std::string place;
  std::string schema_place;
  std::string whose;  // in words
};

void check_value(LintMistakes& mistakes, const LintSubject& subject, const CheckedValue& checked) {
  const schema::Schema* schema = subject.compiled_at(checked.schema_place);
  const std::string broken = schema == nullptr ? "" : first_break(*schema, checked.value);
  if (broken.empty()) return;
  std::string fix = "Mend the value, or loosen the schema it is checked by.";
  if (const std::optional<Json> passing = value_that_passes(*subject.schema_at(checked.schema_place), checked.value)) {
    fix = in_quotes(checked.place.substr(checked.place.rfind('/') + 1)) + ": " + dump_compact(*passing);
  }
  mistakes.push_back(
      {checked.place, "This value does not pass " + checked.whose + ": " + broken + ".", std::move(fix)});
}

}  // namespace

std::vector<std::string> distinct_step_ids(const Design& design) { return distinct_ids(design.steps); }

LintMistakes check_name(const LintSubject& subject) {
  const Result<WorkflowName> name = WorkflowName::parse(subject.design.name);
  if (name) return {};
  return {{"/name", name.error().message, "\"name\": " + in_quotes(slug_from(subject.design.name))}};
}

LintMistakes check_has_steps(const LintSubject& subject) {
  if (!subject.design.steps.empty()) return {};
  return {{"/steps", "The design has no steps.",
           R"("steps": [{"id": "first", "title": "...", "instruction": "...", "output": {"type": "object", ...}}])"}};
}

LintMistakes check_step_ids(const LintSubject& subject) { return bad_ids(subject.design.steps, "/steps", "Step"); }

LintMistakes check_duplicate_step_ids(const LintSubject& subject) {
  return repeated_ids(subject.design.steps, "/steps", "Step");
}

LintMistakes check_edge_case_ids(const LintSubject& subject) {
  return bad_ids(subject.design.edge_cases, "/edge_cases", "Edge case");
}

LintMistakes check_duplicate_edge_case_ids(const LintSubject& subject) {
  return repeated_ids(subject.design.edge_cases, "/edge_cases", "Edge case");
}

LintMistakes check_limits(const LintSubject& subject) {
  LintMistakes mistakes;
  const Design& design = subject.design;
  if (!(design.tolerance >= 0 && design.tolerance <= 1)) {
    mistakes.push_back({"/tolerance", "tolerance is a success rate between 0 and 1.", "\"tolerance\": 0.95"});
  }
  for (std::size_t i = 0; i < design.steps.size(); ++i) {
    const Step& step = design.steps[i];
    if (step.on_failure.retries < 0 || step.on_failure.retries > kMostRetries) {
      mistakes.push_back({step_place(i, "on_failure") + "/retries",
                          "retries is " + std::to_string(step.on_failure.retries) + "; it must be 0 to 20.",
                          "\"retries\": 2"});
    }
    if (step.max_visits < 1 || step.max_visits > kMostVisits) {
      mistakes.push_back({step_place(i, "max_visits"),
                          "max_visits is " + std::to_string(step.max_visits) + "; it must be 1 to 1000.",
                          "\"max_visits\": 10"});
    }
  }
  return mistakes;
}

LintMistakes check_tolerance(const LintSubject& subject) {
  constexpr double kLowest = 0.5;
  const double tolerance = subject.design.tolerance;
  if (!(tolerance > 0 && tolerance < kLowest)) return {};
  return {{"/tolerance",
           "tolerance is the success rate below which no cheaper model may run it: " + ecmascript_number(tolerance) +
               " lets a model run it that mostly fails.",
           "\"tolerance\": " + ecmascript_number(1 - tolerance)}};
}

LintMistakes check_schemas(const LintSubject& subject) { return subject.refused_schemas; }

LintMistakes check_object_schemas(const LintSubject& subject) {
  LintMistakes mistakes;
  for (const LintedSchema& linted : subject.schemas) {
    if (!linted.must_be_object || !linted.compiled || schema::is_object_schema(*linted.schema)) continue;
    mistakes.push_back({linted.place, "This schema must be an object's: values are handed in as JSON objects.",
                        dump_compact(object_schema_of(*linted.schema))});
  }
  return mistakes;
}

LintMistakes check_examples_match(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const std::vector<Example>& examples = subject.design.steps[i].examples;
    for (std::size_t e = 0; e < examples.size(); ++e) {
      const std::string place = pointer_child(pointer_child(step_place(i, "examples"), e), "output");
      check_value(mistakes, subject,
                  {examples[e].output, place, step_place(i, "output"), "the step's own output schema"});
    }
  }
  return mistakes;
}

LintMistakes check_cases_match(const LintSubject& subject) {
  LintMistakes mistakes;
  const std::vector<GoldenCase>& cases = subject.design.cases;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string place = pointer_child("/cases", i);
    check_value(mistakes, subject, {cases[i].input, place + "/input", "/inputs", "`inputs`"});
    if (!cases[i].output) continue;
    check_value(mistakes, subject, {*cases[i].output, place + "/output", "/outputs", "`outputs`"});
    check_value(mistakes, subject, {*cases[i].output, place + "/output", place + "/checks", "`checks`"});
  }
  return mistakes;
}

}  // namespace pianola::workflow
