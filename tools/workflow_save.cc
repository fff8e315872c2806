// workflow_save: saves a workflow or a new version of it, and answers with everything to mend. With an empty workflow
// it answers with one complete example: prompts are for people, and some hosts list none.
#include <algorithm>

#include "schema/describe.h"
#include "tools/ask_approval.h"
#include "tools/catalogue.h"
#include "tools/prompts.h"
#include "tools/roles.h"
#include "tools/skills.h"
#include "workflow/compile_run.h"
#include "workflow/prices.h"
#include "workflow/read_accounts.h"
#include "workflow/save_version.h"

namespace pianola::tools {

namespace {

struct SaveArguments {
  Json workflow;
  std::string base_version;
  std::vector<std::string> remove;
  std::string version;
  std::optional<bool> publish;
  bool dry_run = false;
  std::vector<std::string> resolves;
  std::string notes;
  std::optional<Json> design_usage;
  std::optional<double> design_cost_usd;
};

constexpr const char* kWorkflowText =
    "{name, title, description, when_to_use[], when_not_to_use[], designed_by, intelligence_level: low|medium|high, "
    "executor, inputs, outputs, context, steps[{id, title, instruction (may bind {{input.x}}, {{steps.ID.x}}) or, done "
    "by the server, compute: {property: {number|is: \"{{input.x}} * 2\"} | {look_up, in, else} | {days_between: "
    "[from, to]} | {text}}, output, quotes[], branches[{when: {\"output.x\": schema}, goto: id|end|escalate, label}], "
    "on_failure: {retries, then: "
    "escalate|skip|fail}, max_visits, examples[{input, output}], tools[]}], edge_cases[{id, when, then, severity, "
    "example}], escalation: {when[], to: designer|human, message}, tolerance, cases[{input, output}], tags[]}. inputs, "
    "outputs, output: JSON Schemas of objects. quotes: JSON Pointers into output (/lines/*/quote: of every element) to "
    "text that must occur in the input. "
    "With {} you get a complete example.";

const schema::Description<SaveArguments>& describe(schema::Of<SaveArguments>) {
  static const auto kDescription =
      schema::Description<SaveArguments>()
          .required("workflow", &SaveArguments::workflow, kWorkflowText)
          .optional("base_version", &SaveArguments::base_version,
                    "The version you changed; required if the name exists.")
          .optional("remove", &SaveArguments::remove, "JSON Pointers into the base, e.g. /steps/ID.")
          .optional("version", &SaveArguments::version, "major, minor, patch or exact; default by what changed.")
          .optional("publish", &SaveArguments::publish, "Default true unless lint errors or review required.")
          .optional("dry_run", &SaveArguments::dry_run, "Check only.")
          .optional("resolves", &SaveArguments::resolves, "Ids of edge case reports it settles.")
          .optional("notes", &SaveArguments::notes, "Why, for the history.")
          .optional("design_usage", &SaveArguments::design_usage,
                    "What designing took, untold drafts included; fields as in execution_step.usage.")
          .optional("design_cost_usd", &SaveArguments::design_cost_usd, "Its cost, if known.")
          .ignored("wait_for_previous");
  return kDescription;
}

constexpr const char* kFromExecution = "from_execution";
constexpr std::size_t kMostWarnings = 20;
constexpr std::size_t kLongestNotes = 10'000;

mcp::ToolResult show_example() {
  OrderedJson example = OrderedJson::parse(example_design_json(), nullptr, false);
  return mcp::facts({{"saved", false},
                     {"how", "One complete design. Send yours in the same form as workflow."},
                     {"example", std::move(example)}});
}

// What designing cost, as told; unknown stays unknown.
Result<workflow::DesignCost> decode_cost(ToolContext& context, const workflow::Actor& actor,
                                         const SaveArguments& arguments) {
  workflow::DesignCost cost;
  if (arguments.design_cost_usd) {
    const Result<workflow::Money> given = workflow::Money::from_usd(*arguments.design_cost_usd);
    if (!given) return refuse(given.error().code, given.error().message, "/design_cost_usd");
    cost.given = *given;
  }
  if (!arguments.design_usage) return cost;
  Result<workflow::Usage> usage = workflow::decode_usage(*arguments.design_usage);
  if (!usage) return refuse(usage.error().code, usage.error().message, "/design_usage" + usage.error().place);
  const auto book = workflow::price_book(context.environment, actor);
  const auto designer = arguments.workflow.find("designed_by");
  const bool told = designer != arguments.workflow.end() && designer->is_string();
  if (usage->model.empty() && told) usage->model = designer->get<std::string>();
  // Without one it is the designer's that the base names: known only when the design is read.
  if (!usage->model.empty()) usage->model = book.canonical_model(usage->model);
  cost.usage = std::move(*usage);
  return cost;
}

Result<workflow::SaveRequest> save_request(ToolContext& context, const workflow::Actor& actor,
                                           SaveArguments arguments) {
  Result<workflow::DesignCost> cost = decode_cost(context, actor, arguments);
  if (!cost) return refuse(cost.error());
  if (arguments.notes.size() > kLongestNotes) {
    return refuse("too_long",
                  "notes has " + std::to_string(arguments.notes.size()) + " bytes; at most 10000 are taken.", "/notes");
  }
  workflow::SaveRequest request;
  request.workflow = std::move(arguments.workflow);
  request.base_version = std::move(arguments.base_version);
  request.remove = std::move(arguments.remove);
  request.version = std::move(arguments.version);
  request.publish = arguments.publish;
  request.dry_run = arguments.dry_run;
  request.resolves = std::move(arguments.resolves);
  request.notes = std::move(arguments.notes);
  request.design_cost = std::move(*cost);
  return request;
}

// Errors all, and the first warnings: what is left is counted.
OrderedJson findings_json(const workflow::LintReport& report) {
  OrderedJson findings = OrderedJson::array();
  std::size_t warnings = 0;
  for (const workflow::LintFinding& finding : report.findings) {
    if (!finding.error && ++warnings > kMostWarnings) continue;
    findings.push_back({{"code", finding.code},
                        {"severity", finding.error ? "error" : "warning"},
                        {"place", finding.place},
                        {"message", finding.message},
                        {"fix", finding.fix}});
  }
  return findings;
}

OrderedJson saved_json(const workflow::SavedVersion& saved, bool dry_run) {
  OrderedJson json = {{"name", saved.name.text()}, {"version", saved.number.text()}};
  if (dry_run) {
    json.update({{"dry_run", true}, {"saved", false}, {"would_be", to_string(saved.status)}});
  } else {
    json["status"] = to_string(saved.status);
  }
  json["hash"] = saved.hash.short_form();
  if (saved.base) json["base_version"] = saved.base->text();
  if (saved.unchanged) json["unchanged"] = true;
  json["readiness"] = saved.lint.readiness;
  json["findings"] = findings_json(saved.lint);
  if (!saved.changes.empty()) json["changes"] = saved.changes;
  if (!saved.doubts.empty()) json["check"] = saved.doubts;
  if (!saved.stayed.empty()) json["stayed"] = saved.stayed;
  if (!saved.resolved.empty()) json["resolved"] = saved.resolved;
  std::vector<std::string> notes = saved.notices;
  const std::size_t warnings =
      std::count_if(saved.lint.findings.begin(), saved.lint.findings.end(), [](const auto& f) { return !f.error; });
  if (warnings > kMostWarnings) {
    notes.push_back(std::to_string(warnings - kMostWarnings) + " more warnings: mend these first.");
  }
  if (!notes.empty()) json["notes"] = std::move(notes);
  return json;
}

// Who designs: what the host says goes before what the design says, and that before whose usage is told.
std::string designer_of(const mcp::Request& request, const SaveArguments& arguments) {
  std::string model = host_model(request.meta());
  const auto take = [&](const Json& object, const char* name) {
    if (!model.empty() || !object.is_object()) return;
    const auto told = object.find(name);
    if (told != object.end() && told->is_string()) model = told->get<std::string>();
  };
  take(arguments.workflow, "designed_by");
  if (arguments.design_usage) take(*arguments.design_usage, "model");
  return model.empty() ? "unknown" : model;
}

// A design under another name, or its fields beside the other arguments: told as what it is, not field by field.
std::optional<Refusal> refuse_design_elsewhere(const Json& arguments) {
  if (!arguments.is_object() || arguments.contains("workflow")) return std::nullopt;
  for (const char* name : {"design", "definition", "content", "spec"}) {
    if (!arguments.contains(name)) continue;
    return Refusal{"missing_field", "The design belongs under \"workflow\", not \"" + std::string(name) + "\".",
                   pointer_child("", name)};
  }
  if (!arguments.contains("steps") && !arguments.contains("name")) return std::nullopt;
  return Refusal{"missing_field",
                 "The design's fields belong under \"workflow\": {\"workflow\": {\"name\": ..., \"steps\": [...]}}.",
                 "/workflow"};
}

// A run takes the design's place: {"from_execution": ID}, beside it the fields that are to be others.
Result<workflow::SavedVersion> save_or_compile(ToolContext& context, const workflow::Actor& actor,
                                               const workflow::SaveRequest& request) {
  const auto run = request.workflow.find(kFromExecution);
  if (run == request.workflow.end()) return workflow::save_version(context.environment, actor, request);
  workflow::SaveRunRequest wanted;
  wanted.execution_id = run->is_string() ? run->get<std::string>() : dump_compact(*run);
  wanted.changes = request.workflow;
  wanted.changes.erase(kFromExecution);
  wanted.request = request;
  return workflow::save_run(context.environment, actor, std::move(wanted));
}

mcp::ToolResult save_workflow(ToolContext& context, const Json& arguments, mcp::Request& request) {
  if (arguments.is_object() && arguments.empty()) return show_example();
  if (const std::optional<Refusal> refusal = refuse_design_elsewhere(arguments)) return mcp::refused(*refusal);
  Result<SaveArguments> decoded = schema::decode_or_refuse<SaveArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  if (decoded->workflow.empty() && decoded->base_version.empty()) return show_example();
  workflow::Actor actor = actor_of(request);
  actor.author.model = designer_of(request, *decoded);
  Result<workflow::SaveRequest> save = save_request(context, actor, std::move(*decoded));
  if (!save) return mcp::refused(save.error());
  // Where the person was asked about it, it was saved by the round before.
  const bool is_asked = !request.state().is_null();
  if (is_asked) {
    save->resolves.clear();
    save->design_cost = {};
  }
  Result<workflow::SavedVersion> saved = save_or_compile(context, actor, *save);
  if (!saved) return mcp::refused(saved.error());
  if (saved->waits_for_review && !save->dry_run && can_ask_approval(request)) {
    ask_approval(context, actor, *saved, request);
  }
  if (saved->status == workflow::VersionStatus::published && !save->dry_run) {
    request.resource_updated("workflow://" + saved->name.text());
    for (std::string& file : skill_files(saved->name)) request.resource_updated(std::move(file));
    request.resources_changed();
  }
  if (!saved->resolved.empty()) request.resource_updated("workflow://" + saved->name.text() + "/edge-cases");
  return mcp::facts(saved_json(*saved, save->dry_run));
}

}  // namespace

mcp::Tool workflow_save_tool(ToolContext& context) {
  return {
      .name = "workflow_save",
      .title = "Save a workflow",
      .description =
          "Save a new workflow, or a new version. Design only what repeats and can be a checklist: a cheaper model "
          "must be able to follow it without you. Answers with all lint findings and their fixes. With base_version, "
          "send only what changes: steps and edge_cases merge by id, other fields replace.",
      .input_schema = schema::schema_of<SaveArguments>(),
      .effects = mcp::Effects(mcp::Change::adds, mcp::Repeat::same_effect, mcp::Reach::own_data),
      .needs = kMayDesign,
      .meta = OrderedJson::object(),
      .handler = [&context](const Json& arguments, mcp::Request& request) {
        return save_workflow(context, arguments, request);
      }};
}

}  // namespace pianola::tools
