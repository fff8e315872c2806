// cost_summary: the accounts, of one workflow or of all. Every figure: docs/accounts.md.
#include <array>

#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/roles.h"
#include "workflow/read_accounts.h"

namespace pianola::tools {

namespace {

enum class Group { workflow, version, model, step, day, month };

std::span<const schema::EnumName<Group>> enum_names(schema::Of<Group>) {
  static constexpr std::array<schema::EnumName<Group>, 6> kNames = {{{Group::workflow, "workflow"},
                                                                     {Group::version, "version"},
                                                                     {Group::model, "model"},
                                                                     {Group::step, "step"},
                                                                     {Group::day, "day"},
                                                                     {Group::month, "month"}}};
  return kNames;
}

struct CostArguments {
  std::string name;
  std::string since;
  std::string until;
  std::string baseline;
  std::optional<Group> group_by;
};

const schema::Description<CostArguments>& describe(schema::Of<CostArguments>) {
  static const auto kDescription = schema::Description<CostArguments>()
                                       .optional("name", &CostArguments::name, "One workflow; default all.")
                                       .optional("since", &CostArguments::since, "Date, YYYY-MM-DD, UTC.")
                                       .optional("until", &CostArguments::until, "Date, exclusive.")
                                       .optional("baseline", &CostArguments::baseline, "Model; default the designer's.")
                                       .optional("group_by", &CostArguments::group_by, "Adds a breakdown.")
                                       .ignored("wait_for_previous");
  return kDescription;
}

// How the accounts break down; by step they do not: money is not kept by step.
std::optional<workflow::GroupBy> breakdown_of(const std::optional<Group>& group) {
  if (!group) return std::nullopt;
  switch (*group) {
    case Group::workflow:
      return workflow::GroupBy::workflow;
    case Group::version:
      return workflow::GroupBy::version;
    case Group::model:
      return workflow::GroupBy::model;
    case Group::step:
      return std::nullopt;
    case Group::day:
      return workflow::GroupBy::day;
    case Group::month:
      return workflow::GroupBy::month;
  }
  return std::nullopt;
}

// Hand-ins by step and executor.
OrderedJson step_lines(const std::vector<workflow::StepRefusals>& lines) {
  OrderedJson array = OrderedJson::array();
  for (const workflow::StepRefusals& line : lines) {
    array.push_back({{"key", line.step},
                     {"executor", line.executor},
                     {"hand_ins", line.hand_ins},
                     {"refused", line.refused},
                     {"failed", line.failed},
                     {"skipped", line.skipped}});
  }
  return array;
}

mcp::ToolResult summarize_costs(ToolContext& context, const Json& arguments, mcp::Request& request) {
  const Result<CostArguments> decoded = schema::decode_or_refuse<CostArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  const bool by_step = decoded->group_by == Group::step;
  if (by_step && decoded->name.empty()) {
    return mcp::refused({"missing_argument", "group_by step needs the name of one workflow.", "/name"});
  }
  const workflow::Actor actor = actor_of(request);
  const Result<workflow::Accounts> accounts = workflow::read_accounts(context.environment, actor,
                                                                      {.name = decoded->name,
                                                                       .since = decoded->since,
                                                                       .until = decoded->until,
                                                                       .baseline = decoded->baseline,
                                                                       .group_by = breakdown_of(decoded->group_by)},
                                                                      heartbeat_of(request));
  if (!accounts) return mcp::refused(accounts.error());
  OrderedJson json = workflow::encode_accounts(*accounts);
  if (by_step) {
    const workflow::WorkflowName name = workflow::WorkflowName::parse(decoded->name).value();
    json["breakdown"] = step_lines(workflow::read_step_tallies(context.environment, actor, name));
  }
  return mcp::facts(std::move(json));
}

}  // namespace

mcp::Tool cost_summary_tool(ToolContext& context) {
  return {.name = "cost_summary",
          .title = "Costs and savings",
          .description =
              "What designing and executing cost, and what it saved against running everything on the baseline model.",
          .input_schema = schema::schema_of<CostArguments>(),
          .effects = mcp::Effects(mcp::Change::reads_only, mcp::Repeat::same_effect, mcp::Reach::own_data),
          .needs = kMayReview,
          .meta = {},
          .handler = [&context](const Json& arguments, mcp::Request& request) {
            return summarize_costs(context, arguments, request);
          }};
}

}  // namespace pianola::tools
