// pianola workflow import
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/counted.h"
#include "base/text_lines.h"
#include "server/commands.h"
#include "server/design_file.h"
#include "server/print.h"
#include "server/print_findings.h"
#include "workflow/look_up.h"
#include "workflow/save_version.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct ImportOptions {
  std::vector<std::string> files;
  std::string name;
  std::string base;
  bool draft = false;
};

// A notice about what was saved, with the command that helps as it is to be typed.
std::string notice_for_people(const SavedVersion& saved, const std::string& notice) {
  std::string text = for_people(notice);
  const std::string name = saved.name.text();
  const std::string number = saved.number.text();
  const std::pair<std::string, std::string> filled[] = {{"NAME VERSION", name + " " + number},
                                                        {"--base VERSION", "--base " + number}};
  for (const auto& [hole, with] : filled) {
    if (const std::size_t at = text.find(hole); at != std::string::npos) text.replace(at, hole.size(), with);
  }
  return text;
}

// What was saved, for machines or for people.
void print_saved(Program& program, const SavedVersion& saved, const DesignFile& file) {
  if (program.json) {
    OrderedJson json = {{"name", saved.name.text()},         {"version", saved.number.text()},
                        {"status", to_string(saved.status)}, {"hash", saved.hash.text()},
                        {"readiness", saved.lint.readiness}, {"unchanged", saved.unchanged}};
    if (!file.form.empty()) json["form"] = file.form;
    if (!file.notices.empty()) json["notices"] = file.notices;
    return print_json(program.out(), json);
  }
  program.out() << saved.name.text() << " " << saved.number.text() << ": " << to_string(saved.status)
                << (file.form.empty() ? "" : ", from " + file.form) << (saved.unchanged ? " (unchanged)" : "") << '\n';
  for (const std::string& notice : file.notices) program.out() << without_controls(notice) << '\n';
  for (const std::string& notice : saved.notices) {
    program.out() << without_controls(notice_for_people(saved, notice)) << '\n';
  }
  print_findings(program, saved.lint);
  if (file.is_foreign && saved.status == VersionStatus::draft && !saved.lint.has_errors()) {
    program.out() << "Nobody has looked at it yet: mend what lint says, or pianola workflow publish "
                  << saved.name.text() << " " << saved.number.text() << '\n';
  }
}

// Golden cases are in no skill, SOP, command or recipe: those of the version that the file follows stay.
void keep_cases(Program& program, const Actor& actor, const std::string& base, DesignFile& file) {
  if (file.form.empty() || file.design.contains("cases")) return;
  const auto followed = look_up_version(program.environment(), actor, text_member(file.design, "name"), base);
  if (!followed || (*followed)->design.cases.empty()) return;
  file.design["cases"] = Json(encode_design((*followed)->design)["cases"]);
  file.notices.push_back(counted(std::ssize((*followed)->design.cases), "golden case") + " of " +
                         (*followed)->number.text() + " kept: " + file.form + " holds none.");
}

int import_one(Program& program, const Actor& actor, const ImportOptions& options, const std::string& path) {
  Result<DesignFile> file = read_design_file(path, options.name);
  if (!file) return program.fail(file.error());
  keep_cases(program, actor, options.base, *file);
  SaveRequest request;
  request.workflow = file->design;
  request.base_version = options.base;
  request.whole_design = true;
  request.notes = "imported from " + path;
  if (options.draft || file->is_foreign) request.publish = false;
  const auto saved = save_version(program.environment(), actor, request);
  if (!saved && saved.error().code == "base_version_required") {
    const std::string newest = saved.error().data.value("newest_version", "");
    Refusal refusal = saved.error();
    refusal.message = "A workflow of this name exists; its newest version is " + newest +
                      ". To save the file as the version after it, add --base " + newest +
                      "; as another workflow, --name NAME.";
    return program.fail(refusal);
  }
  if (!saved) return program.fail(saved.error());
  print_saved(program, *saved, *file);
  return kSuccess;
}

// Every file is tried, whatever became of the ones before.
int import_workflows(Program& program, const ImportOptions& options) {
  program.makes_store = true;
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const bool is_of_one = !options.name.empty() || !options.base.empty();
  if (options.files.size() > 1 && is_of_one) {
    return program.fail({"bad_arguments", "--name and --base are for one file: import the files one by one.", ""});
  }
  int result = kSuccess;
  for (const std::string& path : options.files) {
    const int one = import_one(program, *actor, options, path);
    if (one != kSuccess) result = one;
  }
  return result;
}

}  // namespace

void add_workflow_import(CLI::App& group, Program& program, Action& chosen) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* imported = group.add_subcommand(
      "import", "Save designs from files: JSON, an SOP, a skill, a slash command or a Goose recipe");
  imported->callback(
      [&chosen, &program, options] { chosen = [&program, options] { return import_workflows(program, *options); }; });
  imported
      ->add_option("file", options->files, "A design (.json), Markdown (.md, .sop.md, SKILL.md) or a recipe (.yaml)")
      ->required();
  imported->add_option("--name", options->name, "Save it under this name");
  imported->add_option("--base", options->base, "The version it was changed from, where the name exists");
  imported->add_flag("--draft", options->draft, "Do not publish");
}

}  // namespace pianola::server
