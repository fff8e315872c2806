// pianola workflow list|show|diff|lint|export|publish|retire|rollback
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/list_text.h"
#include "base/text_lines.h"
#include "server/commands.h"
#include "server/design_file.h"
#include "server/print.h"
#include "server/print_findings.h"
#include "workflow/canary.h"
#include "workflow/diff.h"
#include "workflow/lint.h"
#include "workflow/look_up.h"
#include "workflow/playbook.h"
#include "workflow/publishing.h"
#include "workflow/save_version.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

// What the subcommands take; each uses what it needs.
struct WorkflowOptions {
  std::string name;
  std::string version;
  std::string other;
  std::string file;
  std::string reason;
  std::string form;
  std::string output;
};

// The versions of one workflow, the newest first.
int list_versions(Program& program, const std::string& text) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto name = WorkflowName::parse(text);
  if (!name) return program.fail(name.error());
  const auto versions = program.environment().store.versions().history(actor->workspace, *name);
  if (versions.empty()) return program.fail(unknown_workflow(program.environment(), *actor, text));
  OrderedJson list = OrderedJson::array();
  Table table({{"version"}, {"status"}, {"saved"}, {"by"}, {"notes"}});
  for (const VersionSummary& each : versions) {
    table.add_row({each.number.text(), each.is_canary ? "canary" : std::string(to_string(each.status)),
                   each.created_at.iso8601().substr(0, 19), each.author.model, shortened(each.notes, 60)});
    if (!program.json) continue;
    list.push_back({{"version", each.number.text()},
                    {"status", to_string(each.status)},
                    {"canary", each.is_canary},
                    {"hash", each.hash.text()},
                    {"created_at", each.created_at.iso8601()},
                    {"author", each.author.model},
                    {"notes", each.notes},
                    {"resolves", reports_resolved_in(program.environment(), *actor, *name, each.number)}});
  }
  if (program.json) {
    print_json(program.out(), {{"name", name->text()}, {"versions", std::move(list)}});
  } else {
    program.out() << table.text();
  }
  return kSuccess;
}

int list_workflows(Program& program) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  program.note_empty_workspace(*actor);
  constexpr int kMostListed = 10'000;
  const auto canaries = program.environment().store.versions().canaries(actor->workspace);
  const auto found = program.environment().store.versions().list(actor->workspace, "", kMostListed, true);
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const WorkflowSummary& each : found) {
      list.push_back({{"name", each.name.text()},
                      {"version", each.version.text()},
                      {"status", to_string(each.status)},
                      {"title", each.title}});
      if (const auto canary = canaries.find(each.name); canary != canaries.end()) {
        list.back()["canary"] = {{"version", canary->second.version.text()}, {"percent", canary->second.percent}};
      }
    }
    print_json(program.out(), {{"workflows", std::move(list)}});
    return kSuccess;
  }
  Table table({{"name"}, {"version"}, {"status"}, {"title"}});
  for (const WorkflowSummary& each : found) {
    const auto canary = canaries.find(each.name);
    const std::string beside = canary == canaries.end() ? ""
                                                        : ", canary " + canary->second.version.text() + " on " +
                                                              std::to_string(canary->second.percent) + " %";
    table.add_row({each.name.text(), each.version.text(), std::string(to_string(each.status)) + beside,
                   shortened(each.title, 60)});
  }
  program.out()
      << (table.empty()
              ? "No workflows yet. A designer saves one with workflow_save, or: pianola workflow import FILE\n"
              : table.text());
  return kSuccess;
}

// Finds a version and does something with it.
template <class Use>
int with_version(Program& program, const std::string& name, const std::string& number, const Use& use) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto version = look_up_version(program.environment(), *actor, name, number);
  return version ? use(**version) : program.fail(version.error());
}

int show_workflow(Program& program, const WorkflowOptions& options) {
  return with_version(program, options.name, options.version, [&](const Version& version) {
    const auto canary = report_canary(program.environment(), *program.actor(), version.name);
    if (program.json) {
      OrderedJson json = {{"name", version.name.text()},
                          {"version", version.number.text()},
                          {"status", to_string(version.status)},
                          {"hash", version.hash.text()}};
      if (canary) json["canary"] = encode_canary(*canary);
      json["workflow"] = encode_design(version.design);
      print_json(program.out(), json);
    } else {
      program.out() << without_controls(render_playbook(version));
      if (canary) program.err() << render_canary(*canary);
    }
    return kSuccess;
  });
}

int diff_versions(Program& program, const WorkflowOptions& options) {
  return with_version(program, options.name, options.version, [&](const Version& base) {
    return with_version(program, options.name, options.other, [&](const Version& next) {
      const auto changes = describe_changes(base.design, next.design);
      if (program.json) {
        print_json(program.out(),
                   {{"base", base.number.text()}, {"version", next.number.text()}, {"changes", changes}});
      } else {
        for (const std::string& change : changes) program.out() << without_controls(change) << '\n';
        if (changes.empty()) program.out() << "The two versions are equal.\n";
      }
      return kSuccess;
    });
  });
}

int lint_workflow(Program& program, const WorkflowOptions& options) {
  const auto judge = [&](const Design& design, Kept kept) {
    const LintReport report = lint(design, kept);
    print_findings(program, report);
    return report.has_errors() ? kFailure : kSuccess;
  };
  if (options.file.empty() && options.name.empty()) {
    return program.fail({"missing_argument", "Name a saved workflow, or a file with --file.", ""});
  }
  if (std::error_code ignored; options.file.empty() && std::filesystem::is_regular_file(options.name, ignored)) {
    return program.misuse(
        {"bad_arguments", in_quotes(options.name) + " is a file: pianola workflow lint --file " + options.name, ""});
  }
  if (options.file.empty()) {
    return with_version(program, options.name, options.version,
                        [&](const Version& version) { return judge(version.design, Kept::yes); });
  }
  const Result<DesignFile> file = read_design_file(options.file, "");
  if (!file) return program.fail(file.error());
  const DecodedDesign decoded = decode_design(file->design);
  for (const Refusal& finding : decoded.findings) {
    const std::string fix = finding.data.value("fix", "");
    program.err() << "pianola: " << without_controls(finding.message + (fix.empty() ? "" : " Write: " + fix)) << '\n';
  }
  const int judged = judge(decoded.design, Kept::no);
  return decoded.findings.empty() ? judged : kFailure;
}

int export_workflow(Program& program, const WorkflowOptions& options) {
  return with_version(program, options.name, options.version, [&](const Version& version) {
    const std::vector<WrittenFile> files = written_as(version, options.form);
    if (options.output.empty()) {
      program.out() << files.front().text;
      return kSuccess;
    }
    const Result<std::vector<std::string>> written = write_files(files, options.output, version.name);
    if (!written) return program.fail(written.error());
    if (program.json) {
      print_json(program.out(), {{"files", *written}});
    } else {
      for (const std::string& path : *written) program.out() << path << '\n';
    }
    return kSuccess;
  });
}

int print_status(Program& program, const Result<StatusChange>& change) {
  if (!change) return program.fail(change.error());
  const std::string newest = change->newest_published ? change->newest_published->text() : "";
  if (program.json) {
    print_json(program.out(), {{"name", change->name.text()},
                               {"version", change->number.text()},
                               {"status", to_string(change->status)},
                               {"newest_published", newest}});
  } else if (change->canary) {
    program.out() << change->name.text() << " " << change->number.text() << " is now " << to_string(change->status)
                  << "; executions start with " << newest << ", " << change->canary->percent << " % of them with "
                  << change->canary->version.text() << ".\n";
  } else {
    program.out() << change->name.text() << " " << change->number.text() << " is now " << to_string(change->status)
                  << "; " << (newest.empty() ? "no version is published" : "executions start with " + newest) << ".\n";
  }
  return kSuccess;
}

enum class StatusCommand { publish, retire, rollback };

int change_status(Program& program, const WorkflowOptions& options, StatusCommand command) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto name = WorkflowName::parse(options.name);
  if (!name) return program.fail(name.error());
  if (command == StatusCommand::rollback) {
    return print_status(program, roll_back(program.environment(), *actor, *name, options.reason));
  }
  const auto number = SemVer::parse(options.version);
  if (!number) return program.fail(number.error());
  if (command == StatusCommand::publish) {
    return print_status(program, publish_version(program.environment(), *actor, *name, *number));
  }
  return print_status(program, retire_version(program.environment(), *actor, *name, *number, options.reason));
}

}  // namespace

void add_workflow_commands(CLI::App& app, Program& program, Action& chosen) {
  auto options = std::make_shared<WorkflowOptions>();
  CLI::App* group =
      app.add_subcommand("workflow", "Look at workflows, and manage their versions")->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, std::function<int()> action) {
    CLI::App* command = group->add_subcommand(name, help);
    command->callback([&chosen, action = std::move(action)] { chosen = action; });
    return command;
  };
  const auto with_name = [options](CLI::App* command) {
    command->add_option("name", options->name, "The workflow")->required();
    return command;
  };
  CLI::App* list = add("list", "All workflows, or all versions of one", [&program, options] {
    return options->name.empty() ? list_workflows(program) : list_versions(program, options->name);
  });
  list->add_option("name", options->name, "The workflow whose versions to list");
  CLI::App* show = with_name(
      add("show", "A version as its playbook", [&program, options] { return show_workflow(program, *options); }));
  show->add_option("version,--version", options->version, "Default: the newest published");
  CLI::App* diff =
      with_name(add("diff", "Two versions in words", [&program, options] { return diff_versions(program, *options); }));
  diff->add_option("base", options->version, "The older version")->required();
  diff->add_option("version", options->other, "The newer version (default: the newest published)");
  CLI::App* lint = add("lint", "What a design lacks, and how to mend it",
                       [&program, options] { return lint_workflow(program, *options); });
  lint->add_option("name", options->name, "The workflow");
  lint->add_option("version,--version", options->version, "Default: the newest published");
  lint->add_option("--file", options->file, "A file, as import takes it, instead of a saved workflow");
  CLI::App* exported =
      with_name(add("export", "A version as JSON, or as a file for a host: a skill, an agent, a command",
                    [&program, options] { return export_workflow(program, *options); }));
  exported->add_option("version,--version", options->version, "Default: the newest published");
  exported->add_option("--as", options->form, "design (the default), skill, claude-agent or claude-command")
      ->check(CLI::IsMember({"design", "skill", "claude-agent", "claude-command"}));
  exported->add_option("-o,--output", options->output, "A file (.md, .json), or a folder to write into");
  add_workflow_import(*group, program, chosen);
  add_workflow_compile(*group, program, chosen);
  add_workflow_approve(*group, program, chosen);
  add_canary_command(*group, program, chosen);
  const std::pair<const char*, StatusCommand> changes[] = {
      {"publish", StatusCommand::publish}, {"retire", StatusCommand::retire}, {"rollback", StatusCommand::rollback}};
  const char* const helps[] = {"Publish a draft, or a retired version again", "Take no new starts with a version",
                               "Retire the canary, else the newest version: the one before is newest again"};
  for (std::size_t i = 0; i < std::size(changes); ++i) {
    const StatusCommand command = changes[i].second;
    CLI::App* change = with_name(add(changes[i].first, helps[i], [&program, options, command] {
      return change_status(program, *options, command);
    }));
    if (command != StatusCommand::rollback) change->add_option("version", options->version, "Its number")->required();
    if (command != StatusCommand::publish) change->add_option("--reason", options->reason, "Why, for the audit log");
  }
}

}  // namespace pianola::server
