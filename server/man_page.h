// The man page, in roff (man(7)), of a described command line. Thread rule: plain function.
#pragma once

#include <string>

#include "server/command_description.h"

namespace pianola::server {

// The whole page; without a date, so that one version always has the same page.
std::string man_page(const CommandDescription& program);

}  // namespace pianola::server
