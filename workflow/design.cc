#include "workflow/design.h"

#include <algorithm>
#include <cmath>

#include "schema/describe.h"
#include "workflow/design_mending.h"
#include "workflow/schema_samples.h"

namespace pianola::workflow {

using schema::Description;
using schema::EnumName;
using schema::Of;

// The names of the enums and the description of each struct; the one place where a design's JSON is spelled out.

std::span<const EnumName<Level>> enum_names(Of<Level>) {
  static constexpr EnumName<Level> kNames[] = {{Level::low, "low"}, {Level::medium, "medium"}, {Level::high, "high"}};
  return kNames;
}

std::span<const EnumName<FailureThen>> enum_names(Of<FailureThen>) {
  static constexpr EnumName<FailureThen> kNames[] = {
      {FailureThen::escalate, "escalate"}, {FailureThen::skip, "skip"}, {FailureThen::fail, "fail"}};
  return kNames;
}

std::span<const EnumName<EscalationTo>> enum_names(Of<EscalationTo>) {
  static constexpr EnumName<EscalationTo> kNames[] = {{EscalationTo::designer, "designer"},
                                                      {EscalationTo::human, "human"}};
  return kNames;
}

const Description<OnFailure>& describe(Of<OnFailure>) {
  static const auto kDescription = Description<OnFailure>()
                                       .optional("retries", &OnFailure::retries, "Attempts after the first.")
                                       .optional("then", &OnFailure::then, "What happens when the attempts are spent.");
  return kDescription;
}

const Description<Branch>& describe(Of<Branch>) {
  static const auto kDescription =
      Description<Branch>()
          .optional("when", &Branch::when, "Paths to JSON Schemas that must all match; {} is else.")
          .required("goto", &Branch::go_to, "a step's id, \"end\" or \"escalate\".")
          .optional("label", &Branch::label, "What the way means.");
  return kDescription;
}

const Description<Example>& describe(Of<Example>) {
  static const auto kDescription = Description<Example>()
                                       .optional("input", &Example::input, "What the step gets.")
                                       .optional("output", &Example::output, "What it hands in.");
  return kDescription;
}

const Description<Computation>& describe(Of<Computation>) {
  static const auto kDescription =
      Description<Computation>()
          .optional("number", &Computation::number, "Arithmetic on {{input.x}} and {{steps.ID.x}}.")
          .optional("is", &Computation::is, "A comparison of them: true or false.")
          .optional("text", &Computation::text, "A text with {{...}} filled in.")
          .optional("look_up", &Computation::look_up, "The key, with {{...}}.")
          .optional("in", &Computation::in, "The table of look_up: {key: value}.")
          .optional("else", &Computation::otherwise, "The value where the table has no such key.")
          .optional("days_between", &Computation::days_between, "Two dates or times, ISO 8601: from, to.")
          .optional("hours_between", &Computation::hours_between, "The same in hours.")
          .optional("minutes_between", &Computation::minutes_between, "The same in minutes.");
  return kDescription;
}

const Description<Step>& describe(Of<Step>) {
  static const auto kDescription =
      Description<Step>()
          .required("id", &Step::id, "a-z, 0-9, \"_\" or \"-\", 64 at most.")
          .optional("title", &Step::title, "A few words.")
          .optional("instruction", &Step::instruction, "What to do; may bind {{input.x}} and {{steps.ID.x}}.")
          .optional("compute", &Step::compute, "Instead of an instruction: {property: how the server computes it}.")
          .optional("output", &Step::output, "JSON Schema of the object to hand in.")
          .optional("quotes", &Step::quotes, "JSON Pointers into the output to text that must occur in the input.")
          .optional("branches", &Step::branches, "The ways on; the first that matches wins.")
          .optional("on_failure", &Step::on_failure, "What happens when attempts are spent.")
          .optional("max_visits", &Step::max_visits, "How often a loop may come to it.")
          .optional("examples", &Step::examples, "Input and output of the step.")
          .optional("tools", &Step::tools, "Names of host tools that the step may use.");
  return kDescription;
}

const Description<EdgeCase>& describe(Of<EdgeCase>) {
  static const auto kDescription = Description<EdgeCase>()
                                       .required("id", &EdgeCase::id, "a-z, 0-9, \"_\" or \"-\", 64 at most.")
                                       .required("when", &EdgeCase::when, "the situation, in a sentence.")
                                       .required("then", &EdgeCase::then, "what to do about it.")
                                       .optional("severity", &EdgeCase::severity, "low, medium or high.")
                                       .optional("example", &EdgeCase::example, "One concrete case.");
  return kDescription;
}

const Description<Escalation>& describe(Of<Escalation>) {
  static const auto kDescription = Description<Escalation>()
                                       .optional("when", &Escalation::when, "The situations to hand over in.")
                                       .optional("to", &Escalation::to, "designer or human.")
                                       .optional("message", &Escalation::message, "What to say.");
  return kDescription;
}

const Description<GoldenCase>& describe(Of<GoldenCase>) {
  static const auto kDescription = Description<GoldenCase>()
                                       .optional("input", &GoldenCase::input, "An execution's input.")
                                       .optional("output", &GoldenCase::output, "The right final output.")
                                       .optional("checks", &GoldenCase::checks, "JSON Schema of a right output.");
  return kDescription;
}

const Description<Design>& describe(Of<Design>) {
  static const auto kDescription =
      Description<Design>()
          .required("name", &Design::name, "a slug such as \"ticket-triage\".")
          .optional("title", &Design::title, "A few words.")
          .optional("description", &Design::description, "What it does, in words a search would use.")
          .optional("when_to_use", &Design::when_to_use, "Situations it is for.")
          .optional("when_not_to_use", &Design::when_not_to_use, "Situations it is not for.")
          .optional("designed_by", &Design::designed_by, "The designer's model.")
          .optional("intelligence_level", &Design::intelligence_level, "Of the designer.")
          .optional("executor", &Design::executor, "The cheapest model expected to suffice.")
          .optional("inputs", &Design::inputs, "JSON Schema of an execution's input.")
          .optional("outputs", &Design::outputs, "JSON Schema of the final output.")
          .optional("context", &Design::context, "Markdown: what an executor needs to know.")
          .optional("steps", &Design::steps, "In default order.")
          .optional("edge_cases", &Design::edge_cases, "Situations and what to do.")
          .optional("escalation", &Design::escalation, "When to hand over.")
          .optional("tolerance", &Design::tolerance, "The success rate below which no cheaper model may run it.")
          .optional("cases", &Design::cases, "Golden cases; never shown to executors.")
          .optional("tags", &Design::tags, "Words to find it by.");
  return kDescription;
}

namespace {

constexpr std::size_t kMostDesignSteps = 200;
constexpr std::size_t kMostCases = 500;  // edge cases, golden cases
constexpr std::size_t kLongestTitle = 300;
constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;  // of the whole design as compact JSON
constexpr int kMostRetries = 20;
constexpr int kMendingRounds = 3;
constexpr int kMostVisits = 1000;

using Findings = std::vector<Refusal>;

void add_out_of_range(Findings& findings, const std::string& place, const std::string& is, const std::string& must,
                      const std::string& fix) {
  Refusal finding{"out_of_range", place + " is " + is + "; it must be " + must + ".", place};
  finding.data["fix"] = fix;
  findings.push_back(std::move(finding));
}

void check_title(const std::string& title, const std::string& place, Findings& findings) {
  if (title.size() <= kLongestTitle) return;
  findings.push_back({"too_long",
                      place + " has " + std::to_string(title.size()) + " bytes; at most " +
                          std::to_string(kLongestTitle) + " are taken: say the rest in the description.",
                      place});
}

void check_id(const std::string& id, const std::string& place, Findings& findings) {
  if (id.empty() || is_step_id(id)) return;
  Refusal finding{"bad_step_id",
                  place + " is " + schema::describe_value(Json(id)) +
                      "; it must be a-z, 0-9, \"_\" or \"-\", at most 64, and neither \"end\" nor \"escalate\".",
                  place};
  finding.data["fix"] = "\"id\": " + dump_compact(Json(step_id_from(id)));
  findings.push_back(std::move(finding));
}

void check_step(const Step& step, const std::string& place, Findings& findings) {
  check_id(step.id, place + "/id", findings);
  check_title(step.title, place + "/title", findings);
  if (step.on_failure.retries < 0 || step.on_failure.retries > kMostRetries) {
    add_out_of_range(findings, place + "/on_failure/retries", std::to_string(step.on_failure.retries),
                     "0 to " + std::to_string(kMostRetries), "\"retries\": " + std::to_string(kDefaultRetries));
  }
  if (step.max_visits < 1 || step.max_visits > kMostVisits) {
    add_out_of_range(findings, place + "/max_visits", std::to_string(step.max_visits),
                     "1 to " + std::to_string(kMostVisits), "\"max_visits\": " + std::to_string(kDefaultMaxVisits));
  }
}

void check_count(std::size_t count, std::size_t most, const std::string& place, Findings& findings) {
  if (count <= most) return;
  findings.push_back({"too_many",
                      place + " has " + std::to_string(count) + " entries; at most " + std::to_string(most) +
                          " are taken: split the workflow.",
                      place});
}

// The success rate that a percentage meant: 95 is one, 5 is the failures that may be.
double rate_meant_by(double percentage) {
  const double rate = percentage / 100;
  if (!(rate > 0 && rate <= 1)) return kDefaultTolerance;
  return rate < 0.5 ? 1 - rate : rate;
}

// What the types cannot say: ranges, sizes, ids.
void check_values(const Design& design, Findings& findings) {
  check_count(design.steps.size(), kMostDesignSteps, "/steps", findings);
  check_count(design.edge_cases.size(), kMostCases, "/edge_cases", findings);
  check_count(design.cases.size(), kMostCases, "/cases", findings);
  check_title(design.title, "/title", findings);
  for (std::size_t i = 0; i < std::min(design.steps.size(), kMostDesignSteps); ++i) {
    check_step(design.steps[i], pointer_child("/steps", i), findings);
  }
  for (std::size_t i = 0; i < std::min(design.edge_cases.size(), kMostCases); ++i) {
    check_id(design.edge_cases[i].id, pointer_child("/edge_cases", i) + "/id", findings);
  }
  if (!(design.tolerance >= 0 && design.tolerance <= 1)) {
    add_out_of_range(findings, "/tolerance", ecmascript_number(design.tolerance), "a success rate from 0 to 1",
                     "\"tolerance\": " + ecmascript_number(rate_meant_by(design.tolerance)));
  }
}

// One refusal where the design is too large to look at more closely, else nothing.
void check_size(const Json& json, Findings& findings) {
  const std::size_t bytes = dump_compact(json).size();
  if (bytes <= kMostBytes) return;
  findings.push_back({"too_large",
                      "The design has " + std::to_string(bytes) + " bytes; at most " + std::to_string(kMostBytes) +
                          " are taken: move long texts into files that executors open.",
                      ""});
}

bool stands_below(const std::string& place, const std::string& above) {
  return place == above || (place.size() > above.size() && place.starts_with(above) && place[above.size()] == '/');
}

// Everything wrong with a design as it stands.
DecodedDesign decode_once(const Json& json) {
  DecodedDesign decoded;
  schema::Decoded<Design> read = schema::decode<Design>(json);
  decoded.design = std::move(read.value);
  decoded.findings = std::move(read.findings);
  Findings more = find_samples(json);
  check_values(decoded.design, more);
  for (Refusal& finding : more) {
    const bool known = std::any_of(decoded.findings.begin(), decoded.findings.end(),
                                   [&](const Refusal& first) { return stands_below(finding.place, first.place); });
    if (!known || finding.code == "not_a_schema") decoded.findings.push_back(std::move(finding));
  }
  add_fixes(json, decoded.findings);
  return decoded;
}

}  // namespace

DecodedDesign decode_design(const Json& json) {
  DecodedDesign decoded;
  check_size(json, decoded.findings);
  if (!decoded.findings.empty()) return decoded;
  DecodedDesign read = decode_once(json);
  decoded.design = std::move(read.design);
  decoded.findings = read.findings;
  Json mended = json;
  // What stands inside something that could not be read is read once that is mended.
  for (int round = 0; round < kMendingRounds && !read.findings.empty(); ++round) {
    bool any_applied = false;
    for (const Refusal& finding : read.findings) any_applied = apply_fix(mended, finding) || any_applied;
    if (!any_applied) break;
    read = decode_once(mended);
    decoded.design = std::move(read.design);
    for (const Refusal& finding : read.findings) {
      const bool known = std::any_of(decoded.findings.begin(), decoded.findings.end(),
                                     [&](const Refusal& first) { return first.place == finding.place; });
      if (!known) decoded.findings.push_back(finding);
    }
  }
  for (const Refusal& finding : read.findings) decoded.unmended.push_back(finding.place);
  shorten_fixes(decoded.findings);
  return decoded;
}

OrderedJson encode_design(const Design& design) { return schema::encode(design); }

Result<std::string> canonical_design(const Design& design) { return canonical_json(Json(encode_design(design))); }

const Step* Design::find_step(std::string_view id) const {
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step& step) { return step.id == id; });
  return found == steps.end() ? nullptr : &*found;
}

std::vector<std::string> Design::step_ids() const {
  std::vector<std::string> ids;
  for (const Step& step : steps) ids.push_back(step.id);
  return ids;
}

const EdgeCase* Design::find_edge_case(std::string_view id) const {
  const auto found =
      std::find_if(edge_cases.begin(), edge_cases.end(), [&](const EdgeCase& known) { return known.id == id; });
  return found == edge_cases.end() ? nullptr : &*found;
}

namespace {

template <class E>
std::string_view name_of(E value) {
  for (const EnumName<E>& known : enum_names(Of<E>{})) {
    if (known.value == value) return known.name;
  }
  return "";
}

}  // namespace

std::string_view to_string(Level level) { return name_of(level); }
std::string_view to_string(FailureThen then) { return name_of(then); }
std::string_view to_string(EscalationTo to) { return name_of(to); }

}  // namespace pianola::workflow
