#include "server/doctor.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "base/fault.h"
#include "base/list_text.h"
#include "server/program.h"
#include "server/program_path.h"
#include "server/server_probe.h"
#include "server/settings_file.h"
#include "store/migrate.h"
#include "store/open.h"
#include "store/verify.h"

namespace pianola::server {
namespace {

// What an entry tells a host to do, in whichever host's words.
struct HostLaunch {
  std::string command;
  std::vector<std::string> arguments;
  Variables variables;
  std::string url;            // empty where a server is started
  std::string authorization;  // of the header, where it stands in the entry
  bool is_off = false;
};

std::string first_text(const OrderedJson& entry, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = entry.find(name);
    if (found != entry.end() && found->is_string()) return found->get<std::string>();
  }
  return "";
}

HostLaunch launch_of(const OrderedJson& entry) {
  HostLaunch launch;
  launch.command = first_text(entry, {"command", "cmd"});
  for (const char* name : {"command", "args"}) {
    const auto words = entry.find(name);
    if (words == entry.end() || !words->is_array()) continue;
    for (const OrderedJson& word : *words) {
      if (word.is_string()) launch.arguments.push_back(word.get<std::string>());
    }
  }
  if (launch.command.empty() && !launch.arguments.empty()) {
    launch.command = launch.arguments.front();
    launch.arguments.erase(launch.arguments.begin());
  }
  for (const char* name : {"env", "environment", "envs"}) {
    const auto variables = entry.find(name);
    if (variables == entry.end() || !variables->is_object()) continue;
    for (const auto& [key, value] : variables->items()) {
      if (value.is_string()) launch.variables[key] = value.get<std::string>();
    }
  }
  launch.url = first_text(entry, {"url", "httpUrl", "serverUrl", "uri"});
  const bool is_proxied = dump_compact(entry).find("mcp-remote") != std::string::npos;
  for (const std::string& argument : launch.arguments) {
    if (is_proxied && launch.url.empty() && argument.starts_with("http")) launch.url = argument;
  }
  if (const auto headers = entry.find("headers"); headers != entry.end() && headers->is_object()) {
    launch.authorization = first_text(*headers, {"Authorization", "authorization"});
  }
  launch.is_off = entry.value("enabled", OrderedJson(true)) == false || entry.value("disabled", OrderedJson()) == true;
  return launch;
}

// What follows an option among arguments; empty where nothing does.
std::string value_of_option(const std::vector<std::string>& arguments, std::string_view option) {
  const auto found = std::ranges::find(arguments, option);
  return found == arguments.end() || found + 1 == arguments.end() ? "" : *(found + 1);
}

// The name that entries have unless somebody chose another.
constexpr std::string_view kUsualName = "pianola";

// True where it starts this program, or leads to an address with a key of ours.
bool is_of_pianola(const OrderedJson& entry) {
  if (!entry.is_object()) return false;
  const std::string text = dump_compact(entry);
  const HostVariables& names = host_variables();
  if (text.find(names.key) != text.npos || text.find(names.authorization) != text.npos) return true;
  const std::string name = std::filesystem::path(launch_of(entry).command).filename().string();
  return name == "pianola" || name == std::filesystem::path(path_of_this_program()).filename();
}

// One entry of a host: what is told is about it, and what would write it anew.
struct EntryAt {
  const Host& host;
  std::string about;
  std::string repair;
};

class Doctor {
 public:
  explicit Doctor(const Surroundings& surroundings) : surroundings_(surroundings) {}
  std::vector<Finding> examine() {
    look_at_program();
    look_at_store();
    look_at_hosts();
    return std::move(findings_);
  }

 private:
  void add(const std::string& about, Health health, std::string text, std::string advice = "") {
    findings_.push_back({about, health, std::move(text), std::move(advice)});
  }
  std::string own(std::string_view name) const { return variable(surroundings_.variables, name); }
  void look_at_program();
  void look_at_store();
  void look_at_new_store();
  void look_at_hosts();
  void look_at_file(const Host& host, const std::string& file);
  void look_at_entry(const Host& host, const std::string& file, const std::string& name, const OrderedJson& entry);
  void look_at_local(const EntryAt& at, const HostLaunch& launch);
  void look_at_stores_agree(const EntryAt& at, const HostLaunch& launch, const Variables& environment);
  void look_at_remote(const EntryAt& at, const OrderedJson& entry, const HostLaunch& launch);
  void compare_version(const EntryAt& at, const ServerAnswer& answer, std::string told);

  const Surroundings& surroundings_;
  std::vector<Finding> findings_;
};

void Doctor::look_at_program() {
  const std::string path = path_of_this_program();
  const std::string name = std::filesystem::path(path).filename().string();
  const std::string found = find_program(name, own("PATH"));
  const std::string is_here = std::string("version ") + kVersion + ", " + path;
  std::error_code ignored;
  if (found.empty()) {
    add("program", Health::note, is_here + ", is not on the PATH",
        "hosts are given its full path; to type its name, add " + std::filesystem::path(path).parent_path().string() +
            " to the PATH");
  } else if (!std::filesystem::equivalent(found, path, ignored)) {
    add("program", Health::note, is_here + ", but the PATH has another one first: " + found,
        "remove the one that is not wanted");
  } else {
    add("program", Health::good, is_here + ", is on the PATH");
  }
}

// The folder that a new store would lie in, or the nearest above it that is there.
void Doctor::look_at_new_store() {
  std::filesystem::path folder = std::filesystem::absolute(surroundings_.store_path).parent_path();
  std::error_code ignored;
  while (folder.has_relative_path() && !std::filesystem::exists(folder, ignored)) folder = folder.parent_path();
  if (std::filesystem::is_directory(folder, ignored) && ::access(folder.c_str(), W_OK) == 0) {
    add("store", Health::good, surroundings_.store_path + " is not there yet: the first server makes it");
  } else {
    add("store", Health::problem,
        surroundings_.store_path + " cannot be made: nothing may be written in " + folder.string(),
        "name a file that may be written with --store PATH or PIANOLA_STORE");
  }
}

void Doctor::look_at_store() {
  const std::string& path = surroundings_.store_path;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return look_at_new_store();
  // A store that cannot be read is what a doctor tells of, and goes on.
  store::StoreCondition condition;
  if (const auto fault = fault_of([&] { condition = store::look_at(path); })) {
    return add("store", Health::problem, fault->what(), "name another with --store PATH, or put a backup in its place");
  }
  const std::string schema = "schema " + std::to_string(condition.schema);
  if (!condition.damage.empty()) {
    add("store", Health::problem, path + " is damaged: " + condition.damage,
        "pianola verify tells all; pianola restore FILE --replace puts a backup in its place");
  } else if (!condition.may_be_written) {
    add("store", Health::problem, path + ", " + schema + ", may not be written here",
        "give yourself the right to write the file and its folder, or name another with --store PATH");
  } else {
    const bool is_older = condition.schema < store::newest_schema();
    add("store", Health::good,
        path + ", " + schema + (is_older ? ", which the next server brings up to date" : "") + ", can be written");
  }
}

void Doctor::look_at_hosts() {
  bool has_said_no_home = false;
  bool found_one = false;
  for (const Host& host : known_hosts()) {
    const Result<std::string> file = host_file(host, surroundings_.platform, surroundings_.variables);
    if (!file) {
      if (!has_said_no_home) add("hosts", Health::problem, file.error().message, "set it, and ask again");
      has_said_no_home = true;
    } else if (is_host_there(*file, surroundings_.variables)) {
      found_one = true;
      look_at_file(host, *file);
    }
  }
  if (!found_one && !has_said_no_home) {
    add("hosts", Health::note, "no host was found on this machine",
        "pianola install HOST registers Pianola all the same");
  }
}

void Doctor::look_at_file(const Host& host, const std::string& file) {
  const std::string repair = "pianola install " + host.id;
  const Result<SettingsFile> settings = read_settings(file);
  if (!settings) return add(host.id, Health::problem, settings.error().message, "let it be read, and ask again");
  const Result<std::optional<OrderedJson>> usual = registered_entry(host, settings->text, std::string(kUsualName));
  const auto entries = registered_entries(host, settings->text);
  if (!usual || !entries) {
    return add(host.id, Health::problem, file + ", " + (usual ? entries.error() : usual.error()).message,
               "mend that line: " + host.title + " may not be able to read it either");
  }
  bool has_one = false;
  for (const auto& [name, entry] : *entries) {
    if (name != kUsualName && !is_of_pianola(entry)) continue;
    has_one = true;
    look_at_entry(host, file, name, entry);
  }
  if (!has_one) add(host.id, Health::note, file + " has no entry for Pianola", repair);
}

// Under another name than the usual one it is said of which entry something is true.
void Doctor::look_at_entry(const Host& host, const std::string& file, const std::string& name,
                           const OrderedJson& entry) {
  EntryAt at{host, host.id, "pianola install " + host.id};
  if (name != kUsualName) {
    at.about += " (" + name + ")";
    at.repair += " --name " + name;
  }
  if (!entry.is_object()) return add(at.about, Health::problem, file + ": the entry is no object", at.repair);
  const HostLaunch launch = launch_of(entry);
  if (const std::string role = value_of_option(launch.arguments, "--role"); !role.empty()) {
    at.repair += " --role " + role;
  }
  if (launch.is_off) {
    return add(at.about, Health::note, "the entry is turned off in " + file, "turn it on in " + host.title);
  }
  if (!launch.url.empty()) return look_at_remote(at, entry, launch);
  if (launch.command.empty()) {
    return add(at.about, Health::problem, file + ": the entry names no program and no address", at.repair);
  }
  look_at_local(at, launch);
}

// Whatever program is named is started as the host starts it.
void Doctor::look_at_local(const EntryAt& at, const HostLaunch& launch) {
  Variables environment = host_environment(at.host, surroundings_.variables);
  for (const auto& [name, value] : launch.variables) environment[name] = value;
  const std::string program = find_program(launch.command, variable(environment, "PATH"));
  if (program.empty()) {
    const bool is_path = launch.command.find('/') != std::string::npos;
    return add(at.about, Health::problem,
               "the entry names " + launch.command.substr(0, launch.command.find(' ')) + ", which is " +
                   (is_path ? "no program that is there" : "not on the PATH"),
               at.repair + " names this one");
  }
  const Timestamp begin = surroundings_.clock.now();
  const Result<ServerAnswer> answer = probe_over_stdio(program, launch.arguments, environment);
  const std::int64_t millis = surroundings_.clock.now().micros_since(begin) / 1000;
  if (!answer) {
    return add(at.about, Health::problem, "started as " + at.host.title + " does: " + answer.error().message,
               "mend what it says, or " + at.repair);
  }
  compare_version(at, *answer,
                  counted(static_cast<std::int64_t>(answer->tools), "tool") + " in " + std::to_string(millis) + " ms");
  look_at_stores_agree(at, launch, environment);
}

void Doctor::compare_version(const EntryAt& at, const ServerAnswer& answer, std::string told) {
  const std::string who = answer.name + " " + answer.version;
  if (answer.name == "pianola" && answer.version == kVersion) {
    return add(at.about, Health::good, "registered in " + at.host.title + ": " + who + ", " + std::move(told));
  }
  add(at.about, Health::problem, "the entry leads to " + who + ", and this is pianola " + kVersion,
      at.repair + " names this one");
}

// A host that does not hand on a variable has its server keep another store.
void Doctor::look_at_stores_agree(const EntryAt& at, const HostLaunch& launch, const Variables& environment) {
  std::string path = variable(environment, "PIANOLA_STORE");
  if (const std::string named = value_of_option(launch.arguments, "--store"); !named.empty()) path = named;
  if (path.empty()) {
    path = store::default_store_path(variable(environment, "XDG_DATA_HOME"), variable(environment, "HOME"));
  }
  if (std::filesystem::absolute(path) == std::filesystem::absolute(surroundings_.store_path)) return;
  add(at.about, Health::note, "its server keeps another store: " + path,
      at.repair + " --store " + surroundings_.store_path + " gives it this one");
}

void Doctor::look_at_remote(const EntryAt& at, const OrderedJson& entry, const HostLaunch& launch) {
  const HostVariables& names = host_variables();
  const std::string text = dump_compact(entry);
  Variables known = surroundings_.variables;
  for (const auto& [name, value] : launch.variables) known[name] = value;
  std::string authorization;
  std::string asked_for;  // the variable that the key comes from
  if (text.find(names.authorization) != text.npos) {
    asked_for = names.authorization;
    authorization = variable(known, asked_for);
  } else if (text.find(names.key) != text.npos) {
    asked_for = names.key;
    const std::string key = variable(known, asked_for);
    if (!key.empty()) authorization = "Bearer " + key;
  } else if (launch.authorization.find('{') == std::string::npos) {
    authorization = launch.authorization;
  }
  const Result<ServerAnswer> answer = probe_over_http(launch.url, authorization);
  const std::string address = launch.url.substr(0, launch.url.find('?'));  // what follows may be a key
  if (answer) return compare_version(at, *answer, "at " + address);
  std::string why = answer.error().message;
  if (const std::size_t named = why.find(launch.url); named != why.npos) why.replace(named, launch.url.size(), address);
  const std::string what = address + ": " + why;
  if (answer.error().code != "key_refused") {
    return add(at.about, Health::problem, what,
               "start it there with pianola serve --http, or mend the address in the entry");
  }
  if (!authorization.empty()) {
    return add(at.about, Health::problem, what,
               "make a key with pianola key create on the server's machine" +
                   (asked_for.empty() ? std::string() : ", and set " + asked_for));
  }
  if (asked_for.empty()) {
    return add(at.about, Health::good,
               address + " is reached and asks for a key, which " + at.host.title + " asks you for");
  }
  add(at.about, Health::note,
      address + " is reached; whether the key is taken is not known: " + asked_for + " is not set here",
      "set " + asked_for + " where " + at.host.title + " starts");
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::good:
      return "good";
    case Health::note:
      return "note";
    case Health::problem:
      return "problem";
  }
  return "";
}

std::vector<Finding> examine(const Surroundings& surroundings) { return Doctor(surroundings).examine(); }

}  // namespace pianola::server
