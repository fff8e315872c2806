// Completions of a described command line for the shells that people use: commands, options, the values of an option
// that takes few, and files for all others. Thread rule: plain functions.
#pragma once

#include <string>

#include "server/command_description.h"

namespace pianola::server {

// A script to source, or to put where the shell looks for it: share/bash-completion/completions/pianola,
// a folder of zsh's fpath as _pianola, share/fish/vendor_completions.d/pianola.fish.
std::string bash_completion(const CommandDescription& program);
std::string zsh_completion(const CommandDescription& program);
std::string fish_completion(const CommandDescription& program);

}  // namespace pianola::server
