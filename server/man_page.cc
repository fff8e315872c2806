#include "server/man_page.h"

#include <algorithm>
#include <cctype>

#include "base/list_text.h"
#include "server/program.h"

namespace pianola::server {
namespace {

// Text as roff takes it: backslashes and hyphens are themselves, and no line begins with a request.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string in_capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

// What stands behind the option's name: `one|of|these` or TEXT.
std::string value_of(const OptionDescription& option) {
  if (option.choices.empty()) return italic(option.value);
  std::string out;
  for (const std::string& choice : option.choices) out += (out.empty() ? "" : "|") + bold(choice);
  return out;
}

std::string option_entry(const OptionDescription& option) {
  std::string out = ".TP\n";
  if (!option.is_named()) {
    out += italic(in_capitals(option.argument));
    if (!option.choices.empty()) out += ": " + value_of(option);
  } else {
    for (const std::string& name : option.names) out += (name == option.names.front() ? "" : ", ") + bold(name);
    if (option.takes_value()) out += " " + value_of(option);
  }
  return out + "\n" + roff(as_sentence(option.description)) + "\n";
}

// `pianola workflow show NAME [VERSION]`
std::string synopsis_of(const CommandDescription& command) {
  std::string out = roff(command.name);
  if (!command.commands.empty()) return out + " COMMAND";
  for (const OptionDescription& option : command.options) {
    const std::string argument = roff(in_capitals(option.argument));
    if (!argument.empty()) out += option.is_required ? " " + argument : " [" + argument + "]";
  }
  return out;
}

std::string command_section(const CommandDescription& command) {
  std::string out = ".SS " + synopsis_of(command) + "\n" + roff(as_sentence(command.description)) + "\n";
  for (const OptionDescription& option : command.options) {
    if (option.names.back() != "--help") out += option_entry(option);
  }
  return out;
}

constexpr const char* kFiles =
    ".SH FILES\n"
    ".TP\n"
    "\\fI$XDG_DATA_HOME/pianola/store.db\\fR, \\fI~/.local/share/pianola/store.db\\fR\n"
    "The store, unless another is named.\n"
    ".SH EXIT STATUS\n"
    ".TP\n\\fB0\\fR\nDone.\n"
    ".TP\n\\fB1\\fR\nFailed; standard error says why, or with \\fB\\-\\-json\\fR standard output.\n"
    ".TP\n\\fB2\\fR\nCalled wrong.\n";

}  // namespace

std::string man_page(const CommandDescription& program) {
  std::string summary = program.description;
  if (summary.ends_with('.')) summary.pop_back();
  summary.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(summary.front())));
  std::string out = std::string(".TH PIANOLA 1 \"\" \"pianola ") + kVersion + "\" \"User Commands\"\n" +
                    ".SH NAME\npianola \\- " + roff(summary) + "\n" +
                    ".SH SYNOPSIS\n.B pianola\n\\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n" +
                    roff(program.description) + "\n.PP\n" +
                    "Hosts of the Model Context Protocol start \\fBpianola serve\\fR; the other commands are for "
                    "people and scripts.\n" +
                    ".SH OPTIONS\nThese go with every command, before or behind it.\n";
  for (const OptionDescription& option : program.options) out += option_entry(option);
  out += ".SH COMMANDS\n";
  for (const CommandDescription* command : with_all_below(program)) {
    if (command != &program) out += command_section(*command);
  }
  out += ".SH ENVIRONMENT\n";
  for (const OptionDescription& option : program.options) {
    if (option.environment.empty()) continue;
    out += ".TP\n" + bold(option.environment) + "\nStands in for " + bold(option.names.back()) + ".\n";
  }
  return out + kFiles;
}

}  // namespace pianola::server
