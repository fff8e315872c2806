// Names, ids, limits, schemas, and examples against their schemas.
#include <map>

#include "base/json.h"
#include "workflow/lint_rules.h"

namespace pianola::workflow {
namespace {

constexpr int kMostRetries = 20;
constexpr int kMostVisits = 1000;

// "Look Up!" -> "look-up": the letters and digits that an id may keep.
std::string id_from(std::string_view text) {
  std::string id;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const char lower = upper ? static_cast<char>(c - 'A' + 'a') : c;
    const bool keep = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || (lower == '_' && !id.empty());
    if (keep) {
      id += lower;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  id.resize(std::min<std::size_t>(id.size(), 64));
  while (!id.empty() && id.back() == '-') id.pop_back();
  return is_step_id(id) ? id : "step-" + (id.empty() ? std::string("1") : id.substr(0, 59));
}

template <class Item>
LintMistakes bad_ids(const std::vector<Item>& items, std::string_view list, std::string_view what) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (is_step_id(items[i].id)) continue;
    mistakes.push_back({pointer_child(pointer_child(list, i), "id"),
                        std::string(what) + " id " + in_quotes(items[i].id) +
                            " must be a-z, 0-9, \"_\" or \"-\", at most 64, and not \"end\" or \"escalate\".",
                        "\"id\": " + in_quotes(id_from(items[i].id))});
  }
  return mistakes;
}

template <class Item>
LintMistakes repeated_ids(const std::vector<Item>& items, std::string_view list, std::string_view what) {
  LintMistakes mistakes;
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto [known, is_new] = first.try_emplace(items[i].id, i);
    if (is_new) continue;
    std::string fresh = items[i].id;
    for (int number = 2; first.contains(fresh); ++number) fresh = items[i].id + "-" + std::to_string(number);
    mistakes.push_back({pointer_child(pointer_child(list, i), "id"),
                        std::string(what) + " id " + in_quotes(items[i].id) + " is taken by " +
                            pointer_child(list, known->second) + ".",
                        "\"id\": " + in_quotes(fresh)});
  }
  return mistakes;
}

// The first rule that a value breaks, as "at /x: must be ...".
std::string first_break(const schema::Schema& schema, const Json& value) {
  const std::vector<schema::SchemaFinding> found = schema.check(value);
  if (found.empty()) return {};
  return (found.front().place.empty() ? "it " : "at " + found.front().place + ": ") + found.front().rule;
}

void check_value(LintMistakes& mistakes, const schema::Schema* schema, const Json& value, const std::string& place,
                 std::string_view whose) {
  if (schema == nullptr) return;
  const std::string broken = first_break(*schema, value);
  if (broken.empty()) return;
  mistakes.push_back({place, "This value does not pass " + std::string(whose) + ": " + broken + ".",
                      "Mend the value, or loosen the schema it is checked by."});
}

}  // namespace

LintMistakes check_name(const LintSubject& subject) {
  const Result<WorkflowName> name = WorkflowName::parse(subject.design.name);
  if (name) return {};
  std::string slug = id_from(subject.design.name);
  for (char& c : slug) c = c == '_' ? '-' : c;
  return {{"/name", name.error().message, "\"name\": " + in_quotes(slug)}};
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

LintMistakes check_schemas(const LintSubject& subject) {
  LintMistakes mistakes;
  for (const LintedSchema& linted : subject.schemas) {
    if (linted.compiled) continue;
    const Refusal& why = linted.compiled.error();
    mistakes.push_back({linted.place + why.place, why.message, "Write the keyword as JSON Schema 2020-12 has it."});
  }
  return mistakes;
}

LintMistakes check_object_schemas(const LintSubject& subject) {
  LintMistakes mistakes;
  for (const LintedSchema& linted : subject.schemas) {
    if (!linted.must_be_object || !linted.compiled || schema::is_object_schema(*linted.schema)) continue;
    Json properties = Json::object();
    if (linted.schema->is_object() && linted.schema->contains("type")) properties["result"] = *linted.schema;
    const Json fixed = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    mistakes.push_back(
        {linted.place, "This schema must be an object's: values are handed in as JSON objects.", dump_compact(fixed)});
  }
  return mistakes;
}

LintMistakes check_examples_match(const LintSubject& subject) {
  LintMistakes mistakes;
  for (std::size_t i = 0; i < subject.design.steps.size(); ++i) {
    const schema::Schema* output = subject.compiled_at(step_place(i, "output"));
    const std::vector<Example>& examples = subject.design.steps[i].examples;
    for (std::size_t e = 0; e < examples.size(); ++e) {
      const std::string place = pointer_child(pointer_child(step_place(i, "examples"), e), "output");
      check_value(mistakes, output, examples[e].output, place, "the step's own output schema");
    }
  }
  return mistakes;
}

LintMistakes check_cases_match(const LintSubject& subject) {
  LintMistakes mistakes;
  const std::vector<GoldenCase>& cases = subject.design.cases;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string place = pointer_child("/cases", i);
    check_value(mistakes, subject.compiled_at("/inputs"), cases[i].input, place + "/input", "`inputs`");
    if (!cases[i].output) continue;
    check_value(mistakes, subject.compiled_at("/outputs"), *cases[i].output, place + "/output", "`outputs`");
    check_value(mistakes, subject.compiled_at(place + "/checks"), *cases[i].output, place + "/output", "`checks`");
  }
  return mistakes;
}

}  // namespace pianola::workflow
