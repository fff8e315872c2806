#include "schema/reference.h"
#include "schema/schema.h"

namespace pianola::schema {
namespace {

// True where the subschema says by its type that only objects are valid.
bool only_objects(const Json& root, const Json& schema, int& looks) {
  if (!schema.is_object() || looks-- <= 0) return false;
  const auto type = schema.find("type");
  if (type != schema.end()) return *type == "object" || *type == Json::array({"object"});
  if (const auto all = schema.find("allOf"); all != schema.end() && all->is_array()) {
    for (const Json& part : *all) {
      if (only_objects(root, part, looks)) return true;
    }
  }
  const auto reference = schema.find("$ref");
  if (reference == schema.end() || !reference->is_string()) return false;
  const auto& text = reference->get_ref<const std::string&>();
  const Json* target = text.starts_with("#") ? find_pointer(root, percent_decoded(text.substr(1))) : nullptr;
  return target != nullptr && only_objects(root, *target, looks);
}

}  // namespace

bool is_object_schema(const Json& schema) {
  int looks = 64;  // a reference may lead round in a circle
  return only_objects(schema, schema, looks);
}

}  // namespace pianola::schema
