// The hosts that Pianola can be registered in: where each keeps its settings, in which format, what its entry says, and
// what it gives a server. The facts are manifests/hosts.json's, compiled in; manifests/registrations.mjs says what they
// mean. Thread rule: plain values and functions.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.h"
#include "base/json.h"
#include "base/result.h"
#include "server/config_text.h"

namespace pianola::server {

namespace host_data {
// manifests/hosts.json.
std::span<const EmbeddedFile> embedded_files();
}  // namespace host_data

// The environment of a process.
using Variables = std::map<std::string, std::string, std::less<>>;
// This process's own.
Variables own_variables();
// A variable's value; empty where it is not set.
std::string variable(const Variables& variables, std::string_view name);

// Systems keep settings in different places.
enum class Platform { linux, macos, windows };
// The one that this program runs on.
Platform this_platform();

// What is to be registered.
struct Registration {
  std::string name = "pianola";     // of the entry
  std::string command = "pianola";  // over stdio: the program, with its arguments
  std::vector<std::string> arguments = {"serve"};
  std::string url;  // over HTTP, where it is not empty: the server's address
};

// One place of a host's file with what stands there, placeholders and all; null where nothing does.
struct HostEntry {
  ConfigPath path;
  OrderedJson stdio;
  OrderedJson http;
};

// One host.
struct Host {
  std::string id;     // "claude-code"
  std::string title;  // "Claude Code"
  ConfigFormat format = ConfigFormat::json;
  std::map<Platform, std::vector<std::string>> files;   // the first that is there, else the first
  std::optional<std::vector<std::string>> environment;  // the variables that a server gets; none: all
  OrderedJson start;                                    // what a new file begins with
  std::vector<HostEntry> entries;                       // the last is the server's
};

// What is the same for all hosts: the variables that keys come from.
struct HostVariables {
  std::string key;            // the key alone
  std::string authorization;  // "Bearer KEY"
};
const HostVariables& host_variables();

// All hosts, in the order of their ids.
const std::vector<Host>& known_hosts();
// The one with that id. Refuses ("unknown_host") others, naming the nearest.
Result<const Host*> find_host(std::string_view id);

// The paths that a host's file may have, the usual one first. Refuses ("no_home") where a path needs the home folder
// and neither HOME nor, on Windows, USERPROFILE says where it is.
Result<std::vector<std::string>> host_files(const Host& host, Platform platform, const Variables& variables);
// The one of them that is there, else the first.
Result<std::string> host_file(const Host& host, Platform platform, const Variables& variables);
// True where the host has been used on this machine: its file is there, or the folder that it lies in (but for the home
// folder).
bool is_host_there(const std::string& file, const Variables& variables);

// What a host hands on of its own environment to a server.
Variables host_environment(const Host& host, const Variables& own);

// A file's text with the registration in it: the same text where it is there already. What the host or the user added
// to the entry stays. Refuses ("bad_config") what the format does.
Result<std::string> register_in(const Host& host, std::string_view text, const Registration& registration);
// A file's text without all that register_in puts there under this name.
Result<std::string> unregister_from(const Host& host, std::string_view text, const std::string& name);
// The server's entry of that name in a file's text, or nothing.
Result<std::optional<OrderedJson>> registered_entry(const Host& host, std::string_view text, const std::string& name);
// What all servers' entries there say, by their names; none where what should hold them holds something else.
Result<std::map<std::string, OrderedJson>> registered_entries(const Host& host, std::string_view text);
// Whether what stands under that name can only be Pianola's doing: no member that it does not write, no other program.
bool is_registered_by_us(const Host& host, std::string_view text, const std::string& name);
// What `former` becomes with all the entries of that name that `text` has. Where that is `text`, nothing else has
// changed since.
Result<std::string> with_entries_of(const Host& host, std::string_view former, std::string_view text,
                                    const std::string& name);

}  // namespace pianola::server
