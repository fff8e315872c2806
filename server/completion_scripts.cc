#include "server/completion_scripts.h"

#include <algorithm>

namespace pianola::server {
namespace {

// One option as a command takes it: its own, or (`everywhere`) the program's, which every command takes.
struct TakenOption {
  const OptionDescription* option;
  const CommandDescription* by;
  bool everywhere;
};

bool takes_option(const CommandDescription& command, const OptionDescription& wanted) {
  return std::any_of(command.options.begin(), command.options.end(), [&](const OptionDescription& option) {
    return option.names == wanted.names && option.value == wanted.value;
  });
}

// Every named option once for each command that it belongs to; of those that each command has, like --help, the
// program's.
std::vector<TakenOption> taken_options(const CommandDescription& program) {
  std::vector<TakenOption> taken;
  for (const CommandDescription* command : with_all_below(program)) {
    const bool everywhere = command == &program;
    for (const OptionDescription& option : command->options) {
      if (!option.is_named() || (!everywhere && takes_option(program, option))) continue;
      taken.push_back({&option, command, everywhere});
    }
  }
  return taken;
}

// What a command completes where no option begins: commands, or the values of an argument that takes few.
struct NextWord {
  std::string word;
  std::string description;
};

std::vector<NextWord> next_words(const CommandDescription& command) {
  std::vector<NextWord> words;
  for (const CommandDescription& each : command.commands) words.push_back({each.own_name(), each.description});
  for (const OptionDescription& option : command.options) {
    if (option.argument.empty()) continue;
    for (const std::string& choice : option.choices) words.push_back({choice, option.description});
  }
  return words;
}

bool takes_other_words(const CommandDescription& command) {
  return std::any_of(command.options.begin(), command.options.end(), [](const OptionDescription& option) {
    return !option.argument.empty() && option.choices.empty();
  });
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

// The text in single quotes, as bash and zsh read it.
std::string in_single_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// As patterns of `case "COMMAND WORD"` (bash, zsh) or `switch` (fish): the commands, and the options behind which a
// value stands. An option of the program is one behind every command: the star stands for it.
std::vector<std::string> command_patterns(const CommandDescription& program) {
  std::vector<std::string> patterns;
  for (const CommandDescription* command : with_all_below(program)) {
    if (command != &program) patterns.push_back("'" + command->name + "'");
  }
  return patterns;
}

std::vector<std::string> patterns_of(const TakenOption& taken, const std::string& star) {
  std::vector<std::string> patterns;
  for (const std::string& name : taken.option->names) {
    patterns.push_back(taken.everywhere ? star + " " + name + "'" : "'" + taken.by->name + " " + name + "'");
  }
  return patterns;
}

std::vector<std::string> value_patterns(const CommandDescription& program, const std::string& star) {
  std::vector<std::string> patterns;
  for (const TakenOption& taken : taken_options(program)) {
    if (!taken.option->takes_value()) continue;
    const std::vector<std::string> more = patterns_of(taken, star);
    patterns.insert(patterns.end(), more.begin(), more.end());
  }
  return patterns;
}

// The star of bash and zsh stands before the quotes, the one of fish inside.
constexpr const char* kStar = "*'";
constexpr const char* kFishStar = "'*";

// The loop of bash and zsh that finds the command that the words before the current one name.
std::string finding_loop(const CommandDescription& program, const std::string& counted) {
  return "  for ((" + counted +
         "; i++)); do\n"
         "    word=${words[i]}\n"
         "    case \"$at $word\" in\n"
         "      (" +
         joined(value_patterns(program, kStar), "|") +
         ") ((i++)) ;;\n"
         "      (" +
         joined(command_patterns(program), "|") +
         ") at=\"$at $word\" ;;\n"
         "    esac\n"
         "  done\n";
}

std::string fish_options(const CommandDescription& program) {
  std::string out;
  for (const TakenOption& taken : taken_options(program)) {
    out += "complete -c pianola";
    if (!taken.everywhere) out += " -n 'test (__pianola_command) = \"" + taken.by->name + "\"'";
    for (const std::string& name : taken.option->names) {
      out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (!taken.option->choices.empty()) {
      out += " -x -a '" + joined(taken.option->choices, " ") + "'";
    } else if (taken.option->takes_value()) {
      out += " -r -F";
    }
    out += " -d " + in_single_quotes(taken.option->description) + "\n";
  }
  return out;
}

}  // namespace

std::string bash_completion(const CommandDescription& program) {
  std::string out =
      "# bash completion for pianola, as `pianola completion bash` prints it\n"
      "_pianola() {\n"
      "  local at=pianola word i next= options= current=${COMP_WORDS[COMP_CWORD]}\n"
      "  local -a words=(\"${COMP_WORDS[@]}\")\n" +
      finding_loop(program, "i = 1; i < COMP_CWORD") + "  case \"$at ${words[COMP_CWORD - 1]}\" in\n";
  for (const TakenOption& taken : taken_options(program)) {
    if (taken.option->choices.empty()) continue;
    out += "    (" + joined(patterns_of(taken, kStar), "|") + ") COMPREPLY=($(compgen -W '" +
           joined(taken.option->choices, " ") + "' -- \"$current\")); return ;;\n";
  }
  out += "    (" + joined(value_patterns(program, kStar), "|") +
         ") COMPREPLY=(); return ;; # files\n"
         "  esac\n"
         "  case \"$at\" in\n";
  const std::vector<TakenOption> all_options = taken_options(program);
  for (const CommandDescription* command : with_all_below(program)) {
    std::vector<std::string> words;
    for (const NextWord& next : next_words(*command)) words.push_back(next.word);
    std::vector<std::string> options;
    for (const TakenOption& taken : all_options) {
      if (!taken.everywhere && taken.by != command) continue;
      options.insert(options.end(), taken.option->names.begin(), taken.option->names.end());
    }
    out +=
        "    ('" + command->name + "') next='" + joined(words, " ") + "' options='" + joined(options, " ") + "' ;;\n";
  }
  return out +
         "  esac\n"
         "  [[ $current == -* ]] && next=$options\n"
         "  COMPREPLY=($(compgen -W \"$next\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _pianola pianola\n";
}

std::string zsh_completion(const CommandDescription& program) {
  // zsh's _describe takes NAME:DESCRIPTION.
  const auto entry = [](const std::string& name, const std::string& description) {
    std::string escaped;
    for (const char c : description) escaped += c == ':' ? std::string("\\:") : std::string(1, c);
    return "      " + in_single_quotes(name + ":" + escaped) + "\n";
  };
  std::string out =
      "#compdef pianola\n"
      "# zsh completion for pianola, as `pianola completion zsh` prints it\n"
      "_pianola() {\n"
      "  local at=pianola word i\n"
      "  local -a next flags\n" +
      finding_loop(program, "i = 2; i < CURRENT") + "  case \"$at ${words[CURRENT - 1]}\" in\n";
  for (const TakenOption& taken : taken_options(program)) {
    if (taken.option->choices.empty()) continue;
    out += "    (" + joined(patterns_of(taken, kStar), "|") + ") next=(" + joined(taken.option->choices, " ") +
           "); _describe value next; return ;;\n";
  }
  out += "    (" + joined(value_patterns(program, kStar), "|") + ") _files; return ;;\n  esac\n  flags=(\n";
  for (const TakenOption& taken : taken_options(program)) {
    if (!taken.everywhere) continue;
    for (const std::string& name : taken.option->names) out += entry(name, taken.option->description);
  }
  out += "  )\n  case \"$at\" in\n";
  const std::vector<TakenOption> all_options = taken_options(program);
  for (const CommandDescription* command : with_all_below(program)) {
    out += "    ('" + command->name + "') next=(\n";
    for (const NextWord& next : next_words(*command)) out += entry(next.word, next.description);
    out += "    ); flags+=(\n";
    for (const TakenOption& taken : all_options) {
      if (taken.everywhere || taken.by != command) continue;
      for (const std::string& name : taken.option->names) out += entry(name, taken.option->description);
    }
    out += "    ) ;;\n";
  }
  return out +
         "  esac\n"
         "  if [[ $PREFIX == -* ]]; then\n"
         "    _describe -o option flags\n"
         "  elif (( $#next )); then\n"
         "    _describe command next\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "if [[ ${funcstack[1]} == _pianola ]]; then _pianola \"$@\"; else compdef _pianola pianola; fi\n";
}

std::string fish_completion(const CommandDescription& program) {
  std::string out =
      "# fish completion for pianola, as `pianola completion fish` prints it\n"
      "function __pianola_command\n"
      "    set -l at pianola\n"
      "    set -l is_value no\n"
      "    for word in (commandline -opc)[2..-1]\n"
      "        if test $is_value = yes\n"
      "            set is_value no\n"
      "            continue\n"
      "        end\n"
      "        switch \"$at $word\"\n"
      "            case " +
      joined(value_patterns(program, kFishStar), " ") +
      "\n"
      "                set is_value yes\n"
      "            case " +
      joined(command_patterns(program), " ") +
      "\n"
      "                set at \"$at $word\"\n"
      "        end\n"
      "    end\n"
      "    echo $at\n"
      "end\n";
  for (const CommandDescription* command : with_all_below(program)) {
    const std::string at = "complete -c pianola -n 'test (__pianola_command) = \"" + command->name + "\"'";
    if (!takes_other_words(*command)) out += at + " -f\n";
    for (const NextWord& next : next_words(*command)) {
      out += at + " -a " + next.word + " -d " + in_single_quotes(next.description) + "\n";
    }
  }
  return out + fish_options(program);
}

}  // namespace pianola::server
