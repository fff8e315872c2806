// edge_case_resolve: a designer settles an edge case report that needs no new version.
#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/roles.h"
#include "workflow/report_edge_case.h"

namespace pianola::tools {

namespace {

using workflow::Resolution;

enum class Settled { accepted, rejected, duplicate };

std::span<const schema::EnumName<Settled>> enum_names(schema::Of<Settled>) {
  static constexpr schema::EnumName<Settled> kNames[] = {
      {Settled::accepted, "accepted"}, {Settled::rejected, "rejected"}, {Settled::duplicate, "duplicate"}};
  return kNames;
}

struct ResolveArguments {
  std::string id;
  Settled resolution = Settled::accepted;
  std::string reason;
  std::string duplicate_of;
};

const schema::Description<ResolveArguments>& describe(schema::Of<ResolveArguments>) {
  static const auto kDescription =
      schema::Description<ResolveArguments>()
          .required("id", &ResolveArguments::id, "From workflow_review.")
          .required("resolution", &ResolveArguments::resolution, "accepted: to be designed.")
          .optional("reason", &ResolveArguments::reason, "One sentence.")
          .optional("duplicate_of", &ResolveArguments::duplicate_of, "Id of the other report.")
          .ignored("wait_for_previous");
  return kDescription;
}

Resolution resolution_of(Settled settled) {
  switch (settled) {
    case Settled::accepted:
      return Resolution::accepted;
    case Settled::rejected:
      return Resolution::rejected;
    case Settled::duplicate:
      return Resolution::duplicate;
  }
  return Resolution::accepted;
}

OrderedJson answer_json(const workflow::ResolveAnswer& answer) {
  OrderedJson json = {{"id", answer.report.id.text()},
                      {"workflow", answer.report.workflow.text()},
                      {"status", to_string(answer.report.status)}};
  if (!answer.report.reason.empty()) json["reason"] = answer.report.reason;
  if (answer.original) {
    json["duplicate_of"] = {{"id", answer.original->id.text()}, {"count", answer.original->count}};
  }
  if (answer.unchanged) json["unchanged"] = true;
  return json;
}

mcp::ToolResult resolve(ToolContext& context, const Json& arguments, mcp::Request& request) {
  Result<ResolveArguments> decoded = schema::decode_or_refuse<ResolveArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  workflow::ResolveRequest wanted;
  wanted.id = std::move(decoded->id);
  wanted.resolution = resolution_of(decoded->resolution);
  wanted.reason = std::move(decoded->reason);
  wanted.duplicate_of = std::move(decoded->duplicate_of);
  const Result<workflow::ResolveAnswer> answer =
      workflow::resolve_edge_case(context.environment, actor_of(request), wanted);
  if (!answer) return mcp::refused(answer.error());
  if (!answer->unchanged) request.resource_updated("workflow://" + answer->report.workflow.text() + "/edge-cases");
  return mcp::facts(answer_json(*answer));
}

}  // namespace

mcp::Tool edge_case_resolve_tool(ToolContext& context) {
  return {.name = "edge_case_resolve",
          .title = "Resolve an edge case report",
          .description = "Settle a report that needs no new version; else use resolves in workflow_save.",
          .input_schema = schema::schema_of<ResolveArguments>(),
          .effects = mcp::Effects(mcp::Change::changes, mcp::Repeat::same_effect, mcp::Reach::own_data),
          .needs = kMayDesign,
          .meta = OrderedJson::object(),
          .handler = [&context](const Json& arguments, mcp::Request& request) {
            return resolve(context, arguments, request);
          }};
}

}  // namespace pianola::tools
