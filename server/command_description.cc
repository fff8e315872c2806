#include "server/command_description.h"

#include <CLI/CLI.hpp>

namespace pianola::server {
namespace {

// CLI11 tells what an option takes as TYPE, TYPE:{one,of,these}, TYPE:DIR or TYPE:INT in [1 - 64].
void describe_value(const std::string& type, OptionDescription& described) {
  const std::size_t colon = type.find(':');
  described.value = type.substr(0, colon);
  if (colon == type.npos) return;
  const std::string rule = type.substr(colon + 1);
  if (rule.starts_with('{') && rule.ends_with('}')) {
    described.choices = CLI::detail::split(rule.substr(1, rule.size() - 2), ',');
  } else if (rule.find(' ') == rule.npos) {
    described.value = rule;
  } else {
    described.description += " (" + rule + ")";
  }
}

OptionDescription describe_option(const CLI::Option& option) {
  OptionDescription described;
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  if (option.get_positional()) described.argument = option.get_name(true);
  if (described.names.empty()) described.names.push_back(described.argument);
  described.description = option.get_description();
  described.environment = option.get_envname();
  described.is_required = option.get_required();
  if (option.get_items_expected_max() > 0) describe_value(option.get_type_name(), described);
  return described;
}

}  // namespace

CommandDescription describe_command(const CLI::App& app, const std::string& above) {
  CommandDescription described;
  described.name = above.empty() ? app.get_name() : above + " " + app.get_name();
  described.description = app.get_description();
  for (const CLI::Option* option :
       app.get_options([](const CLI::Option* each) { return !each->get_group().empty(); })) {
    described.options.push_back(describe_option(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    CommandDescription below = describe_command(*command, described.name);
    if (command->get_name().empty()) {  // a group of options, which CLI11 keeps as a command without a name
      described.options.insert(described.options.end(), below.options.begin(), below.options.end());
    } else {
      described.commands.push_back(std::move(below));
    }
  }
  return described;
}

std::vector<const CommandDescription*> with_all_below(const CommandDescription& command) {
  std::vector<const CommandDescription*> all = {&command};
  for (const CommandDescription& each : command.commands) {
    const std::vector<const CommandDescription*> below = with_all_below(each);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

}  // namespace pianola::server
