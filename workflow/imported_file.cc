#include "workflow/imported_file.h"

#include "base/ascii.h"
#include "workflow/design_mending.h"
#include "workflow/markdown_procedure.h"
#include "workflow/procedure_import.h"
#include "workflow/recipe_import.h"
#include "workflow/sop_import.h"

namespace pianola::workflow {
namespace {

Result<ImportedFile> as(const char* form, Result<Design> design) {
  if (!design) return refuse(design.error());
  return ImportedFile{*std::move(design), form};
}

// Whether a line of the head begins with "name:"; a head that is no YAML is told by who reads it.
bool names_itself(std::string_view head) {
  return head.starts_with("name:") || head.find("\nname:") != std::string_view::npos;
}

Result<ImportedFile> import_as_command(const std::string& file_name, std::string_view text, const std::string& name) {
  const std::string stem = file_name.substr(0, file_name.rfind('.'));
  return as("a slash command", import_command(text, name.empty() ? slug_from(stem) : name));
}

}  // namespace

Result<ImportedFile> import_file(const std::string& file_name, std::string_view text, const std::string& name) {
  const std::string lower = lower_case(file_name);
  if (lower.ends_with(".yaml") || lower.ends_with(".yml")) return as("a Goose recipe", import_recipe(text, name));
  if (lower.ends_with(".sop.md")) return as("an SOP", import_sop(text, name));
  const std::string plain = plain_text_of(text);
  const MarkdownFile file = split_head(plain);
  const bool is_skill = lower == "skill.md" || (file.has_head && names_itself(file.head));
  if (is_skill) return as("a skill", import_skill(text, name));
  if (file.has_head || has_arguments(plain)) return import_as_command(file_name, text, name);
  Result<Design> sop = import_sop(text, name);
  const bool has_other_steps = !sop && is_utf8(text) && !read_procedure(plain).steps.empty();
  return has_other_steps ? import_as_command(file_name, text, name) : as("an SOP", std::move(sop));
}

}  // namespace pianola::workflow
