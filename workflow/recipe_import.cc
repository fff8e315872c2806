#include "workflow/recipe_import.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/yaml.h"
#include "workflow/imported_steps.h"
#include "workflow/markdown_sections.h"
#include "workflow/procedure_import.h"

namespace pianola::workflow {
namespace {

// A recipe under way: which of its members the design says in fields of its own.
struct RecipeReader {
  const YamlDocument& document;
  std::vector<std::string> said = {"title", "description", "instructions", "prompt"};
  std::vector<std::string> parameters = {};

  std::size_t line_of(const std::string& key) const {
    const auto found = std::find_if(document.members.begin(), document.members.end(),
                                    [&](const auto& each) { return each.key == key; });
    return found == document.members.end() ? 1 : found->line;
  }

  Result<std::string> text(const std::string& key) const {
    const auto found = document.value.find(key);
    if (found == document.value.end() || found->is_null()) return std::string();
    if (!found->is_string()) return bad(key, "must be a text");
    return without_blank_edges(found->get<std::string>());
  }

  tl::unexpected<Refusal> bad(const std::string& key, const std::string& why) const {
    return refuse("bad_recipe", "line " + std::to_string(line_of(key)) + ": \"" + key + "\" " + why + ".");
  }

  Result<std::optional<Json>> inputs();
  void add_response(Design& design);
  std::string bound(std::string_view text) const;
};

// Goose's input types; "date" is text.
Json schema_of_parameter(const Json& parameter) {
  const std::string type = text_member(parameter, "input_type");
  Json schema = {{"type", type == "number" || type == "boolean" ? type : "string"}};
  if (type == "select" && parameter.contains("options")) schema["enum"] = parameter["options"];
  if (type == "date") schema["format"] = "date";
  if (parameter.contains("description")) schema["description"] = parameter["description"];
  if (!parameter.contains("default")) return schema;
  // A default is written as text, whatever its type.
  const Json& given = parameter["default"];
  const Result<Json> typed = given.is_string() ? parse_json(given.get<std::string>()) : Result<Json>(given);
  const bool is_number = type == "number" && typed && typed->is_number();
  const bool is_boolean = type == "boolean" && typed && typed->is_boolean();
  const bool is_text = schema["type"] == "string";
  if (is_number || is_boolean) schema["default"] = *typed;
  if (is_text) schema["default"] = given.is_string() ? given : Json(dump_compact(given));
  return schema;
}

// Whether an input type is one whose meaning the schema says: "file", say, is not.
bool is_known_type(const Json& type, const Json& schema) {
  if (type == "select") return schema.contains("enum");
  return type == "string" || type == "number" || type == "boolean" || type == "date";
}

// Whether a schema says all that the parameter does.
bool is_said(const Json& parameter, const Json& schema) {
  for (const auto& [key, value] : parameter.items()) {
    if (key == "key" || key == "requirement") continue;
    if (key == "input_type" && is_known_type(value, schema)) continue;
    const bool kept = (key == "description" && value.is_string()) || (key == "default" && schema.contains("default")) ||
                      (key == "options" && schema.contains("enum"));
    if (!kept) return false;
  }
  return true;
}

Result<std::optional<Json>> RecipeReader::inputs() {
  const auto given = document.value.find("parameters");
  if (given == document.value.end() || given->is_null()) return std::optional<Json>();
  if (!given->is_array()) return bad("parameters", "must be a list");
  Json properties = Json::object();
  Json required = Json::array();
  bool all_said = true;
  for (const Json& parameter : *given) {
    const std::string key = parameter.is_object() ? text_member(parameter, "key") : "";
    if (key.empty() || key.find_first_of(" \t\n{}\"") != std::string::npos) {
      return bad("parameters", "must have a \"key\" of one word each");
    }
    if (properties.contains(key)) return bad("parameters", "names \"" + key + "\" twice");
    const auto description = parameter.find("description");
    if (description != parameter.end() && !description->is_string()) {
      return bad("parameters", "must describe \"" + key + "\" by a text");
    }
    const Json schema = schema_of_parameter(parameter);
    all_said = all_said && is_said(parameter, schema);
    properties[key] = schema;
    if (text_member(parameter, "requirement") == "required") required.push_back(key);
    parameters.push_back(key);
  }
  if (all_said) said.emplace_back("parameters");
  if (parameters.empty()) return std::optional<Json>();
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return std::optional<Json>(std::move(schema));
}

// `response: {json_schema: ...}` is the final output, where it is the schema of an object.
void RecipeReader::add_response(Design& design) {
  const auto response = document.value.find("response");
  if (response == document.value.end() || !response->is_object() || !response->contains("json_schema")) return;
  const Json& schema = (*response)["json_schema"];
  if (!schema.is_object() || schema.value("type", Json()) != "object") return;
  design.outputs = schema;
  if (response->size() == 1) said.emplace_back("response");
}

// {{ key }} of a parameter as the binding {{input.key}}.
std::string RecipeReader::bound(std::string_view text) const {
  std::string result(text);
  for (const std::string& key : parameters) {
    RE2::GlobalReplace(&result, R"(\{\{\s*)" + RE2::QuoteMeta(key) + R"(\s*\}\})", "{{input." + key + "}}");
  }
  return result;
}

}  // namespace

Result<Design> import_recipe(std::string_view text, const std::string& name) {
  const std::string yaml = plain_text_of(text);
  const Result<YamlDocument> document = parse_yaml(yaml);
  if (!document) return refuse(document.error());
  if (!document->value.is_object()) {
    return refuse("bad_recipe", "line 1: a recipe is a mapping: write lines such as \"title: Triage mail\".");
  }
  RecipeReader recipe{*document};
  Design design;
  std::string instructions;
  std::string prompt;
  for (const auto& [key, into] : {std::pair{"title", &design.title}, std::pair{"description", &design.description},
                                  std::pair{"instructions", &instructions}, std::pair{"prompt", &prompt}}) {
    Result<std::string> member = recipe.text(key);
    if (!member) return refuse(member.error());
    *into = *std::move(member);
  }
  if (design.title.empty()) return refuse("no_title", "line 1: the recipe has no title: write \"title: Triage mail\".");
  if (instructions.empty() && prompt.empty()) {
    return refuse("no_text", "line 1: the recipe has neither instructions nor a prompt: write what is to be done.");
  }
  const Result<WorkflowName> parsed = imported_name(name, design.title);
  if (!parsed) return refuse(parsed.error());
  design.name = parsed->text();
  Result<std::optional<Json>> inputs = recipe.inputs();
  if (!inputs) return refuse(inputs.error());
  design.inputs = *std::move(inputs);
  const std::string told = instructions + (instructions.empty() || prompt.empty() ? "" : "\n\n") + prompt + "\n";
  add_procedure(design, told, [&](std::string_view part) { return recipe.bound(part); });
  recipe.add_response(design);
  keep_as_written(design, "The rest of the recipe", "yaml", lines_without(yaml, *document, recipe.said));
  design.tags = {"recipe"};
  return design;
}

}  // namespace pianola::workflow
