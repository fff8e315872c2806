// A text file compiled into the program: the price catalogue, the migrations. Made by cmake/embed.cmake; each
// folder that embeds declares its own embedded_files().
#pragma once

#include <span>
#include <string_view>

namespace pianola {

// One file; both views live as long as the program.
struct EmbeddedFile {
  std::string_view name;  // without folders
  std::string_view text;
};

}  // namespace pianola
