#include "workflow/look_up.h"

#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostNamed = 8;

// "1.1.0 (draft), 1.0.0 (published)", newest first.
std::string numbers_of(const std::vector<VersionSummary>& history) {
  std::string text;
  for (std::size_t i = 0; i < history.size() && i < kMostNamed; ++i) {
    text += (i == 0 ? "" : ", ") + history[i].number.text() + " (" + std::string(to_string(history[i].status)) + ")";
  }
  return history.size() > kMostNamed ? text + ", ..." : text;
}

std::vector<VersionSummary> without_drafts(std::vector<VersionSummary> history) {
  std::erase_if(history, [](const VersionSummary& line) { return line.status == VersionStatus::draft; });
  return history;
}

}  // namespace

Refusal unknown_workflow(Environment& environment, const Actor& actor, std::string_view name) {
  std::vector<std::string> known;
  if (actor.executor_role) {
    constexpr int kMostCompared = 1000;
    for (const WorkflowSummary& line : environment.store.versions().list(actor.workspace, "", kMostCompared, false)) {
      known.push_back(line.name.text());
    }
  } else {
    known = environment.store.versions().names(actor.workspace);
  }
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) hint = known.empty() ? " Nothing is saved yet." : " workflow_find lists what there is.";
  Refusal refusal{"unknown_workflow", "There is no workflow " + in_quotes(name) + "." + hint, "/name"};
  const std::vector<std::string> near = nearest_names(name, known);
  if (!near.empty()) refusal.data["nearest"] = near;
  return refusal;
}

Refusal unknown_version(const WorkflowName& name, std::string_view number, const std::vector<VersionSummary>& history) {
  const std::string known = numbers_of(history);
  return {"unknown_version",
          "Workflow \"" + name.text() + "\" has no version " + in_quotes(number) + "." +
              (known.empty() ? std::string() : " It has " + known + "."),
          "/version"};
}

Result<SharedVersion> look_up_version(Environment& environment, const Actor& actor, std::string_view name,
                                      std::string_view number) {
  VersionStore& versions = environment.store.versions();
  const Result<WorkflowName> slug = WorkflowName::parse(name);
  if (!slug) return refuse(unknown_workflow(environment, actor, name));
  if (number.empty()) {
    if (SharedVersion newest = versions.newest_published(actor.workspace, *slug)) return newest;
  }
  std::vector<VersionSummary> history = versions.history(actor.workspace, *slug);
  if (actor.executor_role) history = without_drafts(std::move(history));
  if (history.empty()) return refuse(unknown_workflow(environment, actor, name));
  if (number.empty()) {
    return refuse("no_published_version",
                  "Workflow \"" + slug->text() + "\" has no published version; it has " + numbers_of(history) +
                      ". Name one, or publish one.",
                  "/version");
  }
  const Result<SemVer> wanted = SemVer::parse(number);
  if (!wanted) return refuse(wanted.error().code, wanted.error().message, "/version");
  SharedVersion version = versions.find(actor.workspace, *slug, *wanted);
  const bool hidden = version && version->status == VersionStatus::draft && actor.executor_role;
  if (!version || hidden) return refuse(unknown_version(*slug, number, history));
  return version;
}

}  // namespace pianola::workflow
