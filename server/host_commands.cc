// pianola install, uninstall
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/line_diff.h"
#include "base/list_text.h"
#include "mcp/http_get.h"
#include "server/commands.h"
#include "server/install_host.h"
#include "server/print.h"
#include "server/program_path.h"
#include "workflow/access.h"

namespace pianola::server {
namespace {

struct HostOptions {
  std::vector<std::string> hosts;
  bool all = false;
  std::string name = "pianola";
  std::string role;
  std::string url;
  bool dry_run = false;
};

std::vector<std::string> host_ids() {
  std::vector<std::string> ids;
  for (const Host& host : known_hosts()) ids.push_back(host.id);
  return ids;
}

// Where it is found by its name, the name is what to register: it stays good when the program moves.
std::string command_to_register(const Variables& variables) {
  const std::string own = path_of_this_program();
  const std::string name = std::filesystem::path(own).filename().string();
  const std::string found = find_program(name, variable(variables, "PATH"));
  std::error_code ignored;
  return !found.empty() && std::filesystem::equivalent(found, own, ignored) ? name : own;
}

Result<Registration> registration_of(const Program& program, const HostOptions& options) {
  Registration registration{.name = options.name, .url = options.url};
  if (options.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
          options.name.npos ||
      options.name.empty() || options.name.size() > 64) {
    return refuse("bad_name",
                  "An entry's name has letters, digits, - and _, at most 64: not " + in_quotes(options.name) + ".");
  }
  if (!options.url.empty()) {
    if (const Result<mcp::Url> url = mcp::Url::parse(options.url); !url) return refuse(url.error());
    return registration;
  }
  registration.command = command_to_register(own_variables());
  if (!options.role.empty()) {
    registration.arguments.insert(registration.arguments.end(), {"--role", options.role});
  }
  if (program.workspace != "default") {
    registration.arguments.insert(registration.arguments.end(), {"--workspace", program.workspace});
  }
  if (!program.store_path.empty()) {
    registration.arguments.insert(
        registration.arguments.end(),
        {"--store", std::filesystem::absolute(program.store_path).lexically_normal().string()});
  }
  return registration;
}

// The hosts that are named, or with --all those that are found here.
Result<std::vector<HostTask>> tasks_of(const HostOptions& options) {
  const Variables variables = own_variables();
  std::vector<HostTask> tasks;
  for (const Host& host : known_hosts()) {
    if (!options.all) break;
    const Result<std::string> file = host_file(host, this_platform(), variables);
    if (!file) return refuse(file.error());
    if (is_host_there(*file, variables)) tasks.push_back({host, *file, options.dry_run});
  }
  for (const std::string& id : options.hosts) {
    const Result<const Host*> host = find_host(id);
    if (!host) return refuse(host.error());
    const Result<std::string> file = host_file(**host, this_platform(), variables);
    if (!file) return refuse(file.error());
    tasks.push_back({**host, *file, options.dry_run});
  }
  if (!tasks.empty()) return tasks;
  if (!options.all) return refuse("missing_argument", "Name a host, or give --all: " + list_text(host_ids()) + ".");
  return refuse("no_hosts", "No host was found: name one of " + list_text(host_ids()) + ".");
}

OrderedJson change_json(const HostTask& task, const HostChange& change) {
  OrderedJson json = {{"host", task.host.id}, {"file", task.file}, {"changed", change.has_changed()}};
  json["written"] = change.has_changed() && !task.dry_run;
  json["created"] = !change.was_there && change.has_changed();
  json["removed"] = change.removed;
  if (!change.backup.empty()) json["backup"] = change.backup;
  json["diff"] = line_diff(change.before, change.after);
  return json;
}

void print_change(std::ostream& out, const HostTask& task, const HostChange& change, const std::string& done) {
  out << task.host.title << ": " << task.file << '\n';
  if (!change.has_changed()) {
    out << "  nothing to change\n";
    return;
  }
  out << line_diff(change.before, change.after);
  const std::string would = task.dry_run ? "would be " : "";
  if (change.removed) {
    out << "  " << would << "removed: Pianola had made it\n";
  } else {
    out << "  " << would << done << (change.was_there ? "" : ", in a new file");
    if (!change.backup.empty()) out << "; as it was: " << change.backup;
    out << '\n';
  }
}

// What is left to the user: a key, where the entry asks for one.
void print_key_help(std::ostream& out, const HostChange& change) {
  const HostVariables& variables = host_variables();
  if (change.after.find(variables.authorization) != change.after.npos) {
    out << "  set " << variables.authorization
        << " to \"Bearer KEY\" where it starts; pianola key create makes a key\n";
  } else if (change.after.find(variables.key) != change.after.npos) {
    out << "  set " << variables.key << " to a key where it starts; pianola key create makes one\n";
  }
}

// Does the same to every host; one that refuses keeps none of the others from being done.
template <class Change>
int change_hosts(Program& program, const HostOptions& options, const std::string& done, Change change_one) {
  const Result<std::vector<HostTask>> tasks = tasks_of(options);
  if (!tasks) return program.fail(tasks.error());
  OrderedJson all = OrderedJson::array();
  int code = kSuccess;
  for (const HostTask& task : *tasks) {
    const Result<HostChange> change = change_one(task);
    if (!change) {
      code = kFailure;
      if (program.json) {
        all.push_back(
            {{"host", task.host.id}, {"error", {{"code", change.error().code}, {"message", change.error().message}}}});
      } else {
        program.fail(change.error());
      }
    } else if (program.json) {
      all.push_back(change_json(task, *change));
    } else {
      print_change(program.out(), task, *change, done);
      if (!options.url.empty() && change->has_changed()) print_key_help(program.out(), *change);
    }
  }
  if (program.json) print_json(program.out(), {{"hosts", std::move(all)}});
  return code;
}

int run_install(Program& program, const HostOptions& options) {
  const Result<Registration> registration = registration_of(program, options);
  if (!registration) return program.fail(registration.error());
  return change_hosts(program, options, "registered",
                      [&](const HostTask& task) { return install_in(task, *registration); });
}

int run_uninstall(Program& program, const HostOptions& options) {
  return change_hosts(program, options, "taken out",
                      [&](const HostTask& task) { return uninstall_from(task, options.name); });
}

void add_host_options(CLI::App& command, HostOptions& options) {
  CLI::Option* all = command.add_flag("--all", options.all, "Every host that is found on this machine");
  command.add_option("host", options.hosts, "One or more hosts")->excludes(all);
  command.footer([] { return "Hosts: " + list_text(host_ids()); });
  command.add_option("--name", options.name, "The entry's name (default: pianola): a second entry has another");
  command.add_flag("--dry-run", options.dry_run, "Show what would change, and write nothing");
}

}  // namespace

void add_host_commands(CLI::App& app, Program& program, Action& chosen) {
  const auto options = std::make_shared<HostOptions>();
  CLI::App* installing = app.add_subcommand("install", "Register Pianola in a host's own settings");
  add_host_options(*installing, *options);
  CLI::Option* url =
      installing->add_option("--http", options->url, "Address of a server over HTTP, instead of starting one");
  installing->add_option("--role", options->role, "Whom the server is for (serve --role)")
      ->check(CLI::IsMember(workflow::access_role_names()))
      ->excludes(url);
  installing->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return run_install(program, *options); }; });
  CLI::App* uninstalling = app.add_subcommand("uninstall", "Take Pianola's entry out of a host's settings");
  add_host_options(*uninstalling, *options);
  uninstalling->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return run_uninstall(program, *options); }; });
}

}  // namespace pianola::server
