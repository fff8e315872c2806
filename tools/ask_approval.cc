#include "tools/ask_approval.h"

#include <algorithm>

#include "base/list_text.h"
#include "base/text_lines.h"
#include "tools/roles.h"
#include "workflow/look_up.h"
#include "workflow/review_policy.h"

namespace pianola::tools {
namespace {

constexpr std::size_t kMostChanges = 20;
constexpr std::size_t kLongestChange = 300;  // bytes
constexpr const char* kQuestion = "approval";

// What the person decides by. A designer wrote the changes: each stands on one line, as a quotation.
std::string message_of(const workflow::SavedVersion& saved) {
  std::string text = "A reviewer has to approve version " + saved.number.text() + " of workflow \"" +
                     saved.name.text() + "\" before it is published.\nHash: " + saved.hash.text() + "\n";
  if (!saved.base) return text + "It is new: pianola workflow show " + saved.name.text() + " " + saved.number.text();
  text += "Changes since " + saved.base->text() + ":\n";
  for (std::size_t i = 0; i < std::min(saved.changes.size(), kMostChanges); ++i) {
    text += "> " + on_one_line(cut(saved.changes[i], kLongestChange)) + "\n";
  }
  if (saved.changes.size() > kMostChanges) {
    text += std::to_string(saved.changes.size() - kMostChanges) + " more: pianola workflow diff\n";
  }
  return text;
}

mcp::Question question_of(const workflow::SavedVersion& saved) {
  const OrderedJson approve = {{"type", "boolean"},
                               {"title", "Approve and publish"},
                               {"description", "Yes approves exactly this content."},
                               {"default", false}};
  return {
      "elicitation/create",
      {{"message", message_of(saved)},
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

}  // namespace

bool can_ask_approval(const mcp::Request& request) {
  const bool may_approve = request.caller().key.empty() || mcp::may_use(request.caller(), kMayOperate);
  return may_approve && request.client_has("elicitation");
}

void ask_approval(ToolContext& context, const workflow::Actor& actor, workflow::SavedVersion& saved,
                  mcp::Request& request) {
  const Json asked = {{"hash", saved.hash.text()}};
  // In legacy revisions the very call waits for the answer; in modern ones the state says what was asked about.
  const bool is_of_this = request.revision().era == mcp::Era::legacy || request.state() == asked;
  request.keep_state(asked);
  const auto answer = request.input(kQuestion, question_of(saved));
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
  saved.status = approved->status;
  saved.resolved = approved->resolved;
  saved.notices.emplace_back("The person at the host approved it: it is published.");
}

}  // namespace pianola::tools
