#include "tools/ask_approval.h"

#include <string>
#include <vector>

#include "base/text_lines.h"
#include "tools/roles.h"
#include "workflow/diff.h"
#include "workflow/look_up.h"
#include "workflow/review_policy.h"

namespace pianola::tools {
namespace {

constexpr std::size_t kLongestQuestion = 4'000;  // bytes that a person reads in a form
constexpr const char* kQuestion = "approval";

// What the person decides by: all that the approval is of. A designer wrote it, so each line is a quotation.
std::string message_of(const workflow::SavedVersion& saved, const workflow::Version& version,
                       const workflow::Version* base) {
  std::string text = "A reviewer has to approve version " + saved.number.text() + " of workflow \"" +
                     saved.name.text() + "\" before it is published.\nHash: " + saved.hash.text() + "\n";
  text += base != nullptr ? "All changes since " + base->number.text() + ":\n"
                          : "No version of it is approved. All of it:\n";
  const std::string changes = workflow::show_all_changes(base != nullptr ? &base->design : nullptr, version.design);
  for (const std::string& line : split_lines(changes)) {
    if (!line.empty()) text += "> " + on_one_line(line) + "\n";
  }
  return text;
}

mcp::Question question_of(const std::string& message) {
  const OrderedJson approve = {{"type", "boolean"},
                               {"title", "Approve and publish"},
                               {"description", "Yes approves exactly this content."},
                               {"default", false}};
  return {
      "elicitation/create",
      {{"message", message},
       {"requestedSchema", {{"type", "object"}, {"properties", {{"approve", approve}}}, {"required", {"approve"}}}}}};
}

// Only an answer that says so in both ways approves.
bool approves(const Json& answer) {
  if (answer.value("action", "") != "accept") return false;
  const auto content = answer.find("content");
  if (content == answer.end() || !content->is_object()) return false;
  const auto approve = content->find("approve");
  return approve != content->end() && approve->is_boolean() && approve->get<bool>();
}

void drop_notices_of_a_draft(workflow::SavedVersion& saved) {
  const std::string how = workflow::how_to_approve(saved.name, saved.number);
  std::erase_if(saved.notices, [&](const std::string& notice) {
    return notice == workflow::kResolvedOnPublishing || notice.find(how) != std::string::npos;
  });
}

}  // namespace

bool can_ask_approval(const mcp::Request& request) {
  const bool may_approve = request.caller().key.empty() || mcp::may_use(request.caller(), kMayOperate);
  return may_approve && request.client_has("elicitation");
}

void ask_approval(ToolContext& context, const workflow::Actor& actor, workflow::SavedVersion& saved,
                  mcp::Request& request) {
  const workflow::SharedVersion version =
      context.environment.store.versions().find(actor.workspace, saved.name, saved.number);
  const workflow::SharedVersion base = workflow::compared_in_review(context.environment, actor, *version);
  const std::string message = message_of(saved, *version, base.get());
  if (message.size() > kLongestQuestion) {
    saved.notices.emplace_back("The person at the host was not asked: there is more to read than a question can show.");
    return;
  }
  const Json asked = {{"hash", saved.hash.text()}, {"base", base ? base->number.text() : ""}};
  // In legacy revisions the very call waits for the answer; in modern ones the state says what was asked about.
  const bool is_of_this = request.revision().era == mcp::Era::legacy || request.state() == asked;
  request.keep_state(asked);
  const auto answer = request.input(kQuestion, question_of(message));
  if (request.needs_input()) return;
  if (!answer || !is_of_this || !approves(*answer)) {
    saved.notices.emplace_back("The person at the host did not approve it.");
    return;
  }
  const auto approved = workflow::approve_version(context.environment, actor,
                                                  {.name = saved.name,
                                                   .number = saved.number,
                                                   .hash = saved.hash.text(),
                                                   .reviewer = "the person at " + actor.author.client,
                                                   .how = "elicitation"});
  if (!approved) {
    saved.notices.push_back("It was approved and not published: " + approved.error().message);
    return;
  }
  drop_notices_of_a_draft(saved);
  saved.status = approved->status;
  saved.resolved = approved->resolved;
  saved.notices.emplace_back("The person at the host approved it: it is published.");
}

}  // namespace pianola::tools
