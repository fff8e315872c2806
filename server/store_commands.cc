// pianola backup, restore, verify, export, import
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include "base/counted.h"
#include "base/text_lines.h"
#include "server/commands.h"
#include "server/export_folder.h"
#include "server/print.h"
#include "store/backup.h"
#include "store/new_store.h"
#include "store/open.h"
#include "store/verify.h"
#include "store/verify_chain.h"
#include "store/whole_file.h"
#include "workflow/export_store.h"

namespace pianola::server {
namespace {

int run_backup(Program& program, const std::string& target) {
  const std::filesystem::path folder = std::filesystem::absolute(target).parent_path();
  if (std::error_code ignored; !std::filesystem::is_directory(folder, ignored)) {
    return program.fail(
        {"unknown_folder", "There is no folder " + folder.string() + " to back up into: make it first.", ""});
  }
  store::back_up(program.resolved_store_path(), target);
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()}, {"backup", target}});
  } else {
    program.out() << "Backed up " << program.resolved_store_path() << " to " << target << "\n";
  }
  return kSuccess;
}

int run_restore(Program& program, const std::string& backup, bool replace) {
  std::error_code ignored;
  if (!std::filesystem::exists(backup, ignored)) {
    return program.fail({"unknown_file", "There is no backup " + backup + ".", ""});
  }
  if (!replace && std::filesystem::exists(program.resolved_store_path(), ignored)) {
    return program.fail({"store_exists",
                         "There is a store at " + program.resolved_store_path() +
                             ": add --replace to put the backup in its place; the old store is kept beside it.",
                         ""});
  }
  const std::string kept = store::restore(backup, program.resolved_store_path());
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()}, {"backup", backup}, {"kept_as", kept}});
    return kSuccess;
  }
  program.out() << "Restored " << program.resolved_store_path() << " from " << backup << "\n";
  if (!kept.empty()) program.out() << "The old store was kept as " << kept << "\n";
  return kSuccess;
}

// A copy of the store, gone at the end: an export of it takes its time and sees one state, while others go on writing.
class StoreCopy {
 public:
  StoreCopy(const std::string& store_path, const std::string& folder) : path_(folder + "/.export-copy.db") {
    remove();
    store::back_up(store_path, path_);
  }
  ~StoreCopy() { remove(); }
  StoreCopy(const StoreCopy&) = delete;
  StoreCopy& operator=(const StoreCopy&) = delete;
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", ".lock", ".new"}) std::filesystem::remove(path_ + suffix, ignored);
  }
  std::string path_;
};

int run_export(Program& program, const std::string& target) {
  store::expect_store(program.resolved_store_path());  // else a folder would be left behind
  Result<ExportFolder> folder = ExportFolder::open(target);
  if (!folder) return program.fail(folder.error());
  {
    const StoreCopy copy(program.resolved_store_path(), target);
    const std::unique_ptr<workflow::Store> store = store::open_store(copy.path(), {.create = false});
    workflow::Environment environment{*store, program.clock(), program.ids(), program.settings};
    workflow::export_store(environment,
                           [&](const std::string& path, const std::string& text) { folder->write(path, text); });
  }
  folder->finish();
  if (program.json) {
    print_json(program.out(),
               {{"store", program.resolved_store_path()}, {"folder", target}, {"files", folder->files()}});
  } else {
    program.out() << "Exported " << program.resolved_store_path() << " to " << target << ": "
                  << counted(static_cast<std::int64_t>(folder->files()), "file") << "\n";
  }
  return kSuccess;
}

OrderedJson count_json(const workflow::ImportCount& count) {
  return {{"added", count.added}, {"updated", count.updated}, {"kept", count.kept}};
}

// A refusal leaves no store where there was none.
Result<workflow::ImportReport> import_from(Program& program, const workflow::ExportSource& source) {
  const std::string path = program.resolved_store_path();
  if (store::is_store_there(path))
    return workflow::import_store(program.environment(), source, store::find_problems_of_chain);
  store::NewStore made(path);
  workflow::Environment environment{made.store(), program.clock(), program.ids(), program.settings};
  Result<workflow::ImportReport> report = workflow::import_store(environment, source, store::find_problems_of_chain);
  if (report) made.put_in_place();
  return report;
}

// The message has the first contradiction; the others follow it.
int fail_import(Program& program, const Refusal& refusal) {
  program.fail(refusal);
  if (program.json) return kFailure;
  const OrderedJson conflicts = refusal.data.value("conflicts", OrderedJson::array());
  for (std::size_t i = 1; i < conflicts.size(); ++i) program.err() << "  " << conflicts[i].get<std::string>() << '\n';
  return kFailure;
}

int run_import(Program& program, const std::string& from) {
  const Result<workflow::ExportSource> source = read_export_folder(from);
  if (!source) return program.fail(source.error());
  const auto report = import_from(program, *source);
  if (!report) return fail_import(program, report.error());
  const std::pair<const char*, const workflow::ImportCount*> lines[] = {{"versions", &report->versions},
                                                                        {"executions", &report->executions},
                                                                        {"edge case reports", &report->reports},
                                                                        {"prices", &report->prices}};
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()},
                               {"folder", from},
                               {"versions", count_json(report->versions)},
                               {"executions", count_json(report->executions)},
                               {"edge_cases", count_json(report->reports)},
                               {"prices", count_json(report->prices)},
                               {"audit_entries", report->audit_entries}});
    return kSuccess;
  }
  Table table({{""}, {"added", Align::right}, {"updated", Align::right}, {"kept", Align::right}});
  for (const auto& [what, count] : lines) {
    table.add_row({what, std::to_string(count->added), std::to_string(count->updated), std::to_string(count->kept)});
  }
  table.add_row({"audit entries", std::to_string(report->audit_entries)});
  program.out() << table.text();
  return kSuccess;
}

int run_verify(Program& program, const std::string& known) {
  std::optional<store::LogHead> head;
  if (!known.empty()) {
    Result<store::LogHead> parsed = store::LogHead::parse(known);
    if (!parsed) return program.fail(parsed.error());
    head = std::move(*parsed);
  }
  const store::VerifyReport report = store::verify(program.resolved_store_path(), head);
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()},
                               {"sound", report.is_sound()},
                               {"problems", report.problems},
                               {"versions", report.versions},
                               {"audit_chains", report.audit_chains},
                               {"audit_entries", report.audit_entries},
                               {"head", report.head.text()}});
    return report.is_sound() ? kSuccess : kFailure;
  }
  for (const std::string& problem : report.problems) program.out() << without_controls(problem) << "\n";
  program.out() << program.resolved_store_path() << ": "
                << (report.is_sound() ? "sound" : counted(std::ssize(report.problems), "problem")) << "; "
                << counted(report.versions, "version") << ", "
                << counted(report.audit_entries, "audit entry", "audit entries") << " in "
                << counted(report.audit_chains, "chain") << "\nhead " << report.head.text() << "\n";
  return report.is_sound() ? kSuccess : kFailure;
}

}  // namespace

void add_store_commands(CLI::App& app, Program& program, Action& chosen) {
  const auto path = std::make_shared<std::string>();
  CLI::App* backup = app.add_subcommand("backup", "Copy the store to a new file, while others use it");
  backup->add_option("file", *path, "The file to make; it must not exist")->required();
  backup->callback([&program, &chosen, path] { chosen = [&program, path] { return run_backup(program, *path); }; });

  const auto replace = std::make_shared<bool>(false);
  CLI::App* restore = app.add_subcommand("restore", "Put a backup in the store's place");
  restore->add_option("file", *path, "A backup")->required();
  restore->add_flag("--replace", *replace, "Where there is a store: take it out of the way, and keep it");
  restore->callback([&program, &chosen, path, replace] {
    chosen = [&program, path, replace] { return run_restore(program, *path, *replace); };
  });

  CLI::App* exported = app.add_subcommand("export", "Write all that is stored to a folder of files, as for git");
  exported->add_option("folder", *path, "A new folder, or an earlier export")->required();
  exported->callback([&program, &chosen, path] { chosen = [&program, path] { return run_export(program, *path); }; });

  CLI::App* imported = app.add_subcommand("import", "Add what a folder of pianola export holds and the store lacks");
  imported->add_option("folder", *path, "The export")->required();
  imported->callback([&program, &chosen, path] { chosen = [&program, path] { return run_import(program, *path); }; });

  CLI::App* verify = app.add_subcommand(
      "verify", "Look for damage, and for what was changed past the program: every row against the audit log");
  const auto head = std::make_shared<std::string>();
  verify->add_option("--head", *head,
                     "The head that an earlier verify printed: the audit log must still begin as it was then");
  verify->callback([&program, &chosen, head] { chosen = [&program, head] { return run_verify(program, *head); }; });
}

}  // namespace pianola::server
