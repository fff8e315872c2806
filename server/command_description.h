// The command line as data, read from CLI11's own description of it: what the man page and the completions are made of,
// so that neither can tell of a command or an option that there is not. Thread rule: plain functions.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace pianola::server {

// One option, flag or positional argument.
struct OptionDescription {
  std::vector<std::string> names;    // "-h", "--help"; of an argument that is only positional: "file"
  std::string argument;              // its name where it may stand without an option's name, else empty
  std::string value;                 // what follows it, as help says it: "TEXT"; empty: a flag
  std::vector<std::string> choices;  // the values that are taken, where only these are
  std::string description;           // as help says it
  std::string environment;           // the variable that stands in for it, or empty
  bool is_required = false;

  // Whether a word of its own follows its name.
  bool takes_value() const { return !value.empty(); }
  // Whether it has a name that begins with a dash.
  bool is_named() const { return names.front().starts_with('-'); }
};

// One command, with the commands below it.
struct CommandDescription {
  std::string name;  // as it is typed: "pianola workflow list"
  std::string description;
  std::vector<OptionDescription> options;
  std::vector<CommandDescription> commands;

  // The last word of its name.
  std::string own_name() const { return name.substr(name.rfind(' ') + 1); }
};

// What `app` takes, hidden commands and options left out; `above` is the name of the command that it stands below.
CommandDescription describe_command(const CLI::App& app, const std::string& above = "");

// The command and all below it, in the order of help, each before its own.
std::vector<const CommandDescription*> with_all_below(const CommandDescription& command);

}  // namespace pianola::server
