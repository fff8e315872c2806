// report_edge_case: an executor tells of a situation that the workflow does not cover, and gets the designed handling
// where there is one. What it tells is data: stored and counted, never followed.
#include "workflow/report_edge_case.h"

#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/execution_answer.h"
#include "tools/roles.h"

namespace pianola::tools {

namespace {

struct ReportArguments {
  std::string situation;
  std::string execution_id;
  std::string name;
  std::string step;
  std::string what_was_done;
  std::string suggestion;
  workflow::Level severity = workflow::Level::medium;
  std::string idempotency_key;
};

const schema::Description<ReportArguments>& describe(schema::Of<ReportArguments>) {
  static const auto kDescription =
      schema::Description<ReportArguments>()
          .required("situation", &ReportArguments::situation, "What happened, concretely.")
          .optional("execution_id", &ReportArguments::execution_id, "The execution it came up in, or else name.")
          .optional("name", &ReportArguments::name, "The workflow.")
          .optional("step", &ReportArguments::step, "Id of the step.")
          .optional("what_was_done", &ReportArguments::what_was_done, "How you handled it.")
          .optional("suggestion", &ReportArguments::suggestion, "What the workflow should say.")
          .optional("severity", &ReportArguments::severity, "Default medium.")
          .optional("idempotency_key", &ReportArguments::idempotency_key, "For programs. Omit.")
          .ignored("wait_for_previous");
  return kDescription;
}

// What makes two reports the same: all but the key itself.
Result<std::string> hash_report(const ReportArguments& arguments) {
  return hash_arguments({{"situation", arguments.situation},
                         {"execution_id", arguments.execution_id},
                         {"name", arguments.name},
                         {"step", arguments.step},
                         {"what_was_done", arguments.what_was_done},
                         {"suggestion", arguments.suggestion},
                         {"severity", to_string(arguments.severity)}});
}

workflow::ReportRequest report_request(ReportArguments arguments, std::string call_id) {
  workflow::ReportRequest request;
  request.situation = std::move(arguments.situation);
  request.execution_id = std::move(arguments.execution_id);
  request.name = std::move(arguments.name);
  request.step = std::move(arguments.step);
  request.what_was_done = std::move(arguments.what_was_done);
  request.suggestion = std::move(arguments.suggestion);
  request.severity = arguments.severity;
  request.idempotency_key = std::move(arguments.idempotency_key);
  request.call_id = std::move(call_id);
  return request;
}

// What the executor is to do now.
std::string next_of(const workflow::ReportAnswer& answer) {
  if (answer.designed) return "The workflow covers this: do what designed.then says.";
  const std::string judge = "use your judgement and go on.";
  if (answer.others.empty()) return "Recorded. Nothing is designed for this: " + judge;
  // Words alone do not tell surely: who met the situation knows better whether it is one of these.
  constexpr std::size_t kMostShown = 8;
  constexpr std::size_t kLongestShown = 80;  // bytes of each
  std::string text = "Recorded. If it is one of these after all, do what the workflow says of it; else " + judge;
  for (std::size_t i = 0; i < std::min(answer.others.size(), kMostShown); ++i) {
    text += " " + answer.others[i].id + ": " + cut(answer.others[i].when, kLongestShown) + ".";
  }
  return text;
}

OrderedJson answer_json(const workflow::ReportAnswer& answer) {
  const workflow::EdgeCaseReport& report = answer.report;
  OrderedJson json = {{"id", report.id.text()},
                      {"workflow", report.workflow.text()},
                      {"known", answer.known},
                      {"count", report.count},
                      {"status", to_string(report.status)}};
  if (answer.repeated) json["repeated"] = true;
  if (answer.designed) {
    json["designed"] = {{"id", answer.designed->id},
                        {"when", answer.designed->when},
                        {"then", answer.designed->then},
                        {"severity", to_string(answer.designed->severity)}};
  }
  json["next"] = next_of(answer);
  return json;
}

mcp::ToolResult report(ToolContext& context, const Json& arguments, mcp::Request& request) {
  Result<ReportArguments> decoded = schema::decode_or_refuse<ReportArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  const Result<std::string> hash = hash_report(*decoded);
  if (!hash) return mcp::refused(hash.error());
  workflow::ReportRequest told = report_request(std::move(*decoded), host_call_id(request.meta()));
  told.arguments_hash = *hash;
  const Result<workflow::ReportAnswer> answer =
      workflow::report_edge_case(context.environment, actor_of(request), told);
  if (!answer) return mcp::refused(answer.error());
  if (!answer->repeated) request.resource_updated("workflow://" + answer->report.workflow.text() + "/edge-cases");
  return mcp::facts(answer_json(*answer));
}

}  // namespace

mcp::Tool report_edge_case_tool(ToolContext& context) {
  return {.name = "report_edge_case",
          .title = "Report an edge case",
          .description =
              "Report a situation that the workflow does not cover, as soon as you meet it. Gives the designed "
              "handling if there is one; else use your judgement and go on.",
          .input_schema = schema::schema_of<ReportArguments>(),
          .effects = mcp::Effects(mcp::Change::adds, mcp::Repeat::new_effect, mcp::Reach::own_data),
          .needs = kMayExecute,
          .meta = {{"anthropic/alwaysLoad", true}},
          .handler = [&context](const Json& arguments, mcp::Request& request) {
            return report(context, arguments, request);
          }};
}

}  // namespace pianola::tools
