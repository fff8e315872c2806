// Where programs are: this one, and others by their names.
// Thread rule: plain functions.
#pragma once

#include <string>
#include <string_view>

namespace pianola::server {

// The absolute path of the running program, links resolved.
std::string path_of_this_program();

// What a shell would start for `name`, given a PATH: the name itself where it holds a slash, else the first program of
// that name in the folders. Empty where there is none that may be executed.
std::string find_program(const std::string& name, std::string_view path);

}  // namespace pianola::server
