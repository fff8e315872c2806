// pianola backup, restore, verify
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "server/commands.h"
#include "server/print.h"
#include "store/backup.h"

namespace pianola::server {
namespace {

int run_backup(Program& program, const std::string& target) {
  store::back_up(program.resolved_store_path(), target);
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()}, {"backup", target}});
  } else {
    program.out() << "Backed up " << program.resolved_store_path() << " to " << target << "\n";
  }
  return kSuccess;
}

int run_restore(Program& program, const std::string& backup) {
  const std::string kept = store::restore(backup, program.resolved_store_path());
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()}, {"backup", backup}, {"kept_as", kept}});
    return kSuccess;
  }
  program.out() << "Restored " << program.resolved_store_path() << " from " << backup << "\n";
  if (!kept.empty()) program.out() << "The old store was kept as " << kept << "\n";
  return kSuccess;
}

int run_verify(Program& program) {
  const store::VerifyReport report = store::verify(program.resolved_store_path());
  if (program.json) {
    print_json(program.out(), {{"store", program.resolved_store_path()},
                               {"sound", report.is_sound()},
                               {"problems", report.problems},
                               {"versions", report.versions},
                               {"audit_chains", report.audit_chains},
                               {"audit_entries", report.audit_entries}});
    return report.is_sound() ? kSuccess : kFailure;
  }
  for (const std::string& problem : report.problems) program.out() << problem << "\n";
  program.out() << program.resolved_store_path() << ": "
                << (report.is_sound() ? "sound" : std::to_string(report.problems.size()) + " problems") << "; "
                << report.versions << " versions, " << report.audit_entries << " audit entries in "
                << report.audit_chains << " chains\n";
  return report.is_sound() ? kSuccess : kFailure;
}

}  // namespace

void add_store_commands(CLI::App& app, Program& program, Action& chosen) {
  const auto path = std::make_shared<std::string>();
  CLI::App* backup = app.add_subcommand("backup", "Copy the store to a new file, while others use it");
  backup->add_option("file", *path, "The file to make; it must not exist")->required();
  backup->callback([&program, &chosen, path] { chosen = [&program, path] { return run_backup(program, *path); }; });

  CLI::App* restore = app.add_subcommand("restore", "Put a backup in the store's place; the old store is kept");
  restore->add_option("file", *path, "A backup")->required();
  restore->callback([&program, &chosen, path] { chosen = [&program, path] { return run_restore(program, *path); }; });

  CLI::App* verify = app.add_subcommand("verify", "Look for damage: the file, versions' hashes, the audit log");
  verify->callback([&program, &chosen] { chosen = [&program] { return run_verify(program); }; });
}

}  // namespace pianola::server
