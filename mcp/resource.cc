#include "mcp/resource.h"

#include "mcp/icons.h"

namespace pianola::mcp {
namespace {

// What resources and templates have in common after their address.
template <class Described>
OrderedJson described_json(OrderedJson json, const Described& described, const Revision& revision) {
  json["name"] = described.name;
  if (revision.titles && !described.title.empty()) json["title"] = described.title;
  if (!described.description.empty()) json["description"] = described.description;
  if (!described.mime_type.empty()) json["mimeType"] = described.mime_type;
  add_icons(json, described.icons, revision);
  return json;
}

}  // namespace

OrderedJson resource_json(const Resource& resource, const Revision& revision) {
  return described_json({{"uri", resource.uri}}, resource, revision);
}

OrderedJson template_json(const ResourceTemplate& resource_template, const Revision& revision) {
  return described_json({{"uriTemplate", resource_template.uri_template}}, resource_template, revision);
}

OrderedJson page_json(const ResourcePage& page, const Revision& revision) {
  OrderedJson resources = OrderedJson::array();
  for (const Resource& resource : page.resources) resources.push_back(resource_json(resource, revision));
  OrderedJson json = {{"resources", std::move(resources)}};
  if (!page.next.empty()) json["nextCursor"] = page.next;
  return json;
}

}  // namespace pianola::mcp
