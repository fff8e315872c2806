// A prompt is a value: a text for people to start with, filled in with arguments as they are.
// Thread rule: plain values; handlers run on the thread that handles the request.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mcp/caller.h"
#include "mcp/content.h"
#include "mcp/request.h"

namespace pianola::mcp {

// One blank of a prompt that the client asks its user to fill in.
struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

// One message of the conversation that a prompt starts.
struct PromptMessage {
  Content content;
  bool by_assistant = false;
};
// The one message of a prompt that is a text for the model.
inline std::vector<PromptMessage> user_text(std::string text) { return {{Text{std::move(text)}}}; }

// A prompt as prompts/list and prompts/get show it; `icons` as in icons.h.
struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  Rights needs = 0;
  // The messages; any argument's text is taken as it is.
  std::function<std::vector<PromptMessage>(const std::map<std::string, std::string>& arguments, Request&)> handler;
  OrderedJson icons = OrderedJson::array();
};

}  // namespace pianola::mcp
