// Resources: what a client can list, read, complete and watch by URI.
// Thread rule: plain values; functions run on the thread that handles the request.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mcp/caller.h"
#include "mcp/content.h"
#include "mcp/request.h"

namespace pianola::mcp {

// An entry of resources/list: something that a client can read by its URI.
struct Resource {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  OrderedJson icons = OrderedJson::array();
};

// A family of resources: the URI with blanks in braces.
struct ResourceTemplate {
  std::string uri_template;  // RFC 6570, level 1
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  Rights needs = 0;
  OrderedJson icons = OrderedJson::array();
};

// One page of a product's resources, in a fixed order.
struct ResourcePage {
  std::vector<Resource> resources;
  std::string next;  // cursor of the next page; empty: this is the last
};

// What is to be completed: an argument of a prompt or a resource template, and what is known of the others.
struct CompletionRequest {
  bool of_prompt = false;
  std::string name;  // the prompt's name or the template's URI
  std::string argument;
  std::string value;  // typed so far
  std::map<std::string, std::string> others;
};

// What a product offers as resources. Functions that are not set mean: none.
struct ResourceSource {
  // Refuses a cursor that is none of its own.
  std::function<Result<ResourcePage>(const std::string& cursor, Request&)> list;
  std::vector<ResourceTemplate> templates;
  // Refuses with code not_found where there is no such resource for this caller.
  std::function<Result<ResourceContents>(const std::string& uri, Request&)> read;
  // Values that begin as what was typed, best first; the protocol shows 100 at most.
  std::function<std::vector<std::string>(const CompletionRequest&, Request&)> complete;
};

// Entries of resources/list and resources/templates/list; what the revision does not know is left out.
OrderedJson resource_json(const Resource& resource, const Revision& revision);
OrderedJson template_json(const ResourceTemplate& resource_template, const Revision& revision);
// A page of resources with the cursor of the next one, where there is one.
OrderedJson page_json(const ResourcePage& page, const Revision& revision);

}  // namespace pianola::mcp
