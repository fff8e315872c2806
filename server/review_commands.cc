// pianola workflow approve, pianola workspace require-review
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <ostream>

#include "base/text_lines.h"
#include "server/commands.h"
#include "server/print.h"
#include "workflow/diff.h"
#include "workflow/look_up.h"
#include "workflow/review_policy.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct ApproveOptions {
  std::string name;
  std::string version;
  std::string hash;
  bool keep_draft = false;
};

// Whose account it is. The number is the system's; the name is what the session says (a program that is linked
// statically cannot look it up).
std::string user_name() {
  const char* name = std::getenv("USER");
  return (name == nullptr || *name == '\0' ? "a user" : std::string(name)) + " (uid " + std::to_string(geteuid()) + ")";
}

std::string review_text(Program& program, const Actor& actor, const Version& version) {
  std::string text = version.name.text() + " " + version.number.text() + ", " + std::string(to_string(version.status)) +
                     ", saved by " + version.author.model + " through " + version.author.client + "\n";
  const SharedVersion base = compared_in_review(program.environment(), actor, version);
  if (!base) {
    text += "There is no approved version to compare it with. All of it:\n";
  } else {
    text += "Changes since " + base->number.text() + ":\n";
    for (const std::string& change : describe_changes(base->design, version.design)) text += "  " + change + "\n";
    text += "All of them, line by line:\n";
  }
  text += show_all_changes(base ? &base->design : nullptr, version.design);
  return text + "Hash " + version.hash.text() + "\n";
}

// What the person at the terminal says: anything but yes is no, the end of input too.
bool says_yes(Program& program) {
  program.out() << "Approve exactly this content? [y/N] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

int approve(Program& program, const ApproveOptions& options) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto version = look_up_version(program.environment(), *actor, options.name, options.version);
  if (!version) return program.fail(version.error());
  std::string hash = options.hash;
  if (!program.json) program.out() << without_controls(review_text(program, *actor, **version));
  if (hash.empty()) {
    if (program.json || isatty(STDIN_FILENO) == 0) {
      return program.fail(
          {"hash_needed", "Say what was looked at: --hash, with all 64 digits of the version's hash.", ""});
    }
    if (!says_yes(program)) return program.fail({"not_approved", "Nothing was approved.", ""});
    hash = (*version)->hash.text();
  }
  const auto approved = approve_version(program.environment(), *actor,
                                        {.name = (*version)->name,
                                         .number = (*version)->number,
                                         .hash = hash,
                                         .reviewer = user_name(),
                                         .how = "command",
                                         .publish = !options.keep_draft});
  if (!approved) return program.fail(approved.error());
  if (program.json) {
    print_json(program.out(), {{"name", approved->name.text()},
                               {"version", approved->number.text()},
                               {"hash", hash},
                               {"status", to_string(approved->status)},
                               {"reviewer", user_name()},
                               {"resolved", approved->resolved}});
  } else {
    program.out() << "Approved by " << user_name() << "; " << approved->number.text() << " is "
                  << to_string(approved->status) << ".\n";
  }
  return kSuccess;
}

// Published versions that nobody approved: what a rule that comes later leaves as it is.
std::vector<std::string> unapproved(Program& program, const Actor& actor) {
  std::vector<std::string> list;
  VersionStore& versions = program.environment().store.versions();
  for (const std::string& text : versions.names(actor.workspace)) {
    const WorkflowName name = WorkflowName::parse(text).value();
    const std::optional<Canary> canary = versions.canary(actor.workspace, name);
    for (const SharedVersion& version :
         {versions.newest_published(actor.workspace, name),
          canary ? versions.find(actor.workspace, name, canary->version) : SharedVersion()}) {
      if (!version || find_approval(program.environment(), actor, name, version->hash)) continue;
      list.push_back(name.text() + " " + version->number.text());
    }
  }
  return list;
}

int rule(Program& program, const std::string& wanted) {
  program.makes_store = !wanted.empty();
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  if (!wanted.empty()) require_review(program.environment(), *actor, wanted == "on");
  const bool is_on = is_review_required(program.environment(), *actor);
  const std::vector<std::string> open = is_on ? unapproved(program, *actor) : std::vector<std::string>();
  if (program.json) {
    print_json(program.out(),
               {{"workspace", actor->workspace.text()}, {"require_review", is_on}, {"unapproved", open}});
    return kSuccess;
  }
  program.out() << "Workspace \"" << actor->workspace.text() << "\" "
                << (is_on ? "requires a review: a version is published once its very content is approved "
                            "(pianola workflow approve).\n"
                          : "requires no review.\n");
  for (const std::string& version : open) {
    program.out() << "Published before, and not approved by anybody: " << version << '\n';
  }
  return kSuccess;
}

}  // namespace

void add_workflow_approve(CLI::App& group, Program& program, Action& chosen) {
  auto options = std::make_shared<ApproveOptions>();
  CLI::App* command =
      group.add_subcommand("approve", "Look at what a version changes, approve its very content, and publish it");
  command->add_option("name", options->name, "The workflow")->required();
  command->add_option("version", options->version, "Its number")->required();
  command->add_option("--hash", options->hash, "All 64 digits of the content that was looked at; without, it asks");
  command->add_flag("--keep-draft", options->keep_draft, "Approve, and leave publishing to another");
  command->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return approve(program, *options); }; });
}

void add_workspace_commands(CLI::App& app, Program& program, Action& chosen) {
  auto wanted = std::make_shared<std::string>();
  CLI::App* group = app.add_subcommand("workspace", "Rules of a workspace")->require_subcommand(1);
  CLI::App* command = group->add_subcommand(
      "require-review", "Whether a version is published only once a reviewer approved it; without on or off, says it");
  command->add_option("rule", *wanted, "on or off")->check(CLI::IsMember({"on", "off"}));
  command->callback([&program, &chosen, wanted] { chosen = [&program, wanted] { return rule(program, *wanted); }; });
}

}  // namespace pianola::server
