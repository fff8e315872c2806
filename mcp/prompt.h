// A prompt is a value: a text for people to start with, filled in with arguments as they are.
// Thread rule: plain values; handlers run on the thread that handles the request.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mcp/caller.h"
#include "mcp/request.h"

namespace pianola::mcp {

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  Audience audience = Audience::everyone;
  // The text of the one user message; any argument's text is taken as it is.
  std::function<std::string(const std::map<std::string, std::string>& arguments, Request&)> handler;
};

}  // namespace pianola::mcp
