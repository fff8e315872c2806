// workflow_find: which saved workflow fits a task, or plainly that none does; without a task, the list.
#include <cmath>

#include "base/list_text.h"
#include "schema/describe.h"
#include "tools/catalogue.h"
#include "tools/roles.h"
#include "workflow/find.h"

namespace pianola::tools {

namespace {

struct FindArguments {
  std::string task;
  int limit = 0;
  std::vector<std::string> tags;
  std::string cursor;
  std::vector<std::string> keywords;
};

const schema::Description<FindArguments>& describe(schema::Of<FindArguments>) {
  static const auto kDescription = schema::Description<FindArguments>()
                                       .optional("task", &FindArguments::task, "The task, as it was asked.")
                                       .optional("keywords", &FindArguments::keywords,
                                                 "Its keywords in other words: synonyms, what a title may say.")
                                       .optional("limit", &FindArguments::limit, "1 to 50, default 5.")
                                       .optional("tags", &FindArguments::tags, "All must match.")
                                       .optional("cursor", &FindArguments::cursor, "From the previous page.")
                                       .ignored("wait_for_previous");
  return kDescription;
}

constexpr std::size_t kLongestTask = 10'000;
constexpr std::size_t kLongestLine = 120;
constexpr std::size_t kLibraryBytes = 700;  // of all lines where none fits: about 250 tokens
constexpr std::size_t kLeastOfTitle = 12;   // bytes; of less, none
constexpr std::size_t kLongestTitle = 80;
constexpr std::size_t kLeastForTexts = 700;  // bytes of a page for one candidate
constexpr std::size_t kMostWords = 12;       // that a candidate matched
constexpr std::size_t kMostRules = 4;        // of its when_not_to_use

// A text cut to one line of at most `most` bytes, between two characters.
std::string line_of(std::string_view text, std::size_t most) { return cut(text.substr(0, text.find('\n')), most); }

std::vector<std::string> first_of(std::vector<std::string> texts, std::size_t most) {
  if (texts.size() > most) texts.resize(most);
  return texts;
}

// A candidate in about `most` bytes, its texts cut where they are longer; where that is little, without them.
OrderedJson candidate_json(const workflow::Candidate& candidate, std::size_t most) {
  OrderedJson json = {{"name", candidate.workflow.name.text()},
                      {"version", candidate.workflow.version.text()},
                      {"title", line_of(candidate.workflow.title, kLongestTitle)},
                      {"score", std::round(candidate.score * 100) / 100}};
  if (most < kLeastForTexts) return json;
  json["description"] = line_of(candidate.workflow.description, most / 3);
  json["why"] = first_of(candidate.matched, kMostWords);
  if (candidate.not_for.empty()) return json;
  json["when_not_to_use"] = first_of(candidate.not_for, kMostRules);
  for (OrderedJson& rule : json["when_not_to_use"]) rule = line_of(rule.get<std::string>(), most / 6 / kMostRules);
  return json;
}

std::string title_of(const workflow::WorkflowSummary& line) {
  return line.title.empty() ? line.description : line.title;
}

// "triage 1.2.0: Triage a support mail": one line each, for all there is.
std::string library_line(const workflow::WorkflowSummary& line) {
  const bool draft = line.status == workflow::VersionStatus::draft;
  return line.name.text() + " " + line.version.text() + (draft ? " (draft)" : "") + ": " +
         line_of(title_of(line), kLongestLine);
}

// "triage: Triage a support mail", all of them within kLibraryBytes: first the names, then as much of the titles as
// there is room for. Gives fewer where the names alone are too long.
OrderedJson short_lines(const std::vector<workflow::WorkflowSummary>& library) {
  std::size_t shown = 0;
  std::size_t names = 0;
  for (; shown < library.size(); ++shown) {
    const std::size_t more = library[shown].name.text().size() + 5;  // with quotes, comma, colon and space
    if (names + more > kLibraryBytes) break;
    names += more;
  }
  OrderedJson lines = OrderedJson::array();
  std::size_t left = kLibraryBytes - names;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t share = left / (shown - i);
    const std::string title = share < kLeastOfTitle ? "" : line_of(title_of(library[i]), share - 3);
    left -= std::min(left, title.size());
    lines.push_back(library[i].name.text() + (title.empty() ? "" : ": " + title));
  }
  return lines;
}

// Candidates share a page: the fewer there are, the more is shown of each.
OrderedJson found_json(const workflow::FoundWorkflows& found, bool with_task, std::size_t page_bytes) {
  OrderedJson json = OrderedJson::object();
  if (with_task) {
    json["fits"] = found.fits;
    json["candidates"] = OrderedJson::array();
    for (const workflow::Candidate& candidate : found.candidates) {
      json["candidates"].push_back(candidate_json(candidate, page_bytes / found.candidates.size()));
    }
  }
  if (!with_task) {
    json["library"] = OrderedJson::array();
    for (const workflow::WorkflowSummary& line : found.library) json["library"].push_back(library_line(line));
  } else if (found.fits) {
    json["next"] = "workflow_get to read one, execution_start to carry it out.";
  } else {
    json["library"] = short_lines(found.library);
    const bool all = found.whole_library && json["library"].size() == found.library.size();
    json["next"] = std::string("No workflow fits: do the task without one") +
                   (found.library.empty() ? "."
                    : all                 ? ", unless one in library, which is all there is, is plainly meant for it."
                                          : ", unless one in library, the nearest, is plainly meant for it.");
  }
  if (!found.next_cursor.empty()) json["cursor"] = found.next_cursor;
  return json;
}

mcp::ToolResult find_workflow(ToolContext& context, const Json& arguments, mcp::Request& request) {
  Result<FindArguments> decoded = schema::decode_or_refuse<FindArguments>(arguments);
  if (!decoded) return mcp::refused(decoded.error());
  if (decoded->task.size() > kLongestTask) {
    return mcp::refused({"too_long", "task has over 10000 bytes: say in a sentence what is to be done.", "/task"});
  }
  if (arguments.contains("limit") && decoded->limit < 1) {
    return mcp::refused(
        {"bad_value", "limit is " + std::to_string(decoded->limit) + "; it must be 1 to 50.", "/limit"});
  }
  const bool with_task = !decoded->task.empty() || !decoded->keywords.empty();
  const workflow::FindRequest find{.task = std::move(decoded->task),
                                   .tags = std::move(decoded->tags),
                                   .limit = decoded->limit,
                                   .cursor = std::move(decoded->cursor),
                                   .keywords = std::move(decoded->keywords)};
  const Result<workflow::FoundWorkflows> found =
      workflow::find_workflows(context.environment, actor_of(request), find, heartbeat_of(request));
  if (!found) return mcp::refused(found.error());
  return mcp::facts(found_json(*found, with_task, context.environment.settings.page_bytes));
}

}  // namespace

mcp::Tool workflow_find_tool(ToolContext& context) {
  return {
      .name = "workflow_find",
      .title = "Find a workflow",
      .description =
          "Search the saved workflows before a task that repeats (triage, review, report). Gives ranked candidates, "
          "or says that none fits: then do the task without one. Without task: the list.",
      .input_schema = schema::schema_of<FindArguments>(),
      .effects = mcp::Effects(mcp::Change::reads_only, mcp::Repeat::same_effect, mcp::Reach::own_data),
      .needs = kMayRead,
      .meta = {{"anthropic/alwaysLoad", true}},
      .handler = [&context](const Json& arguments, mcp::Request& request) {
        return find_workflow(context, arguments, request);
      }};
}

}  // namespace pianola::tools
