#include "server/design_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/ascii.h"
#include "base/list_text.h"
#include "server/read_file.h"
#include "store/whole_file.h"
#include "workflow/agent_files.h"
#include "workflow/imported_file.h"
#include "workflow/procedure_import.h"

namespace pianola::server {
namespace {

namespace fs = std::filesystem;

// ".md" of "X.MD".
std::string extension_of(const std::string& path) { return lower_case(fs::path(path).extension().string()); }

bool is_json_path(const std::string& path) {
  const std::string extension = extension_of(path);
  return extension != ".md" && extension != ".markdown" && extension != ".yaml" && extension != ".yml";
}

Result<Json> read_json_file(const std::string& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return refuse(text.error());
  Result<Json> json = parse_json(*text);
  if (!json) return refuse("bad_json", "\"" + path + "\" is no JSON: " + json.error().message + ".");
  return json;
}

// The design that a skill was written from, where it lies beside it; a notice where that says something else.
std::optional<Json> design_beside(const std::string& path, std::string_view skill, std::vector<std::string>& notices) {
  const fs::path beside = fs::path(path).parent_path() / "references" / "workflow.json";
  std::error_code error;
  if (!fs::is_regular_file(beside, error)) return std::nullopt;
  const Result<Json> json = read_json_file(beside.string());
  if (!json || !json->is_object()) return std::nullopt;
  const workflow::DecodedDesign decoded = workflow::decode_design(*json);
  const std::string text = workflow::plain_text_of(skill);
  const bool is_same = decoded.findings.empty() && workflow::tells_of(text, decoded.design);
  if (is_same) return *json;
  notices.push_back(beside.string() + " says something else than " + path + ": the steps are those of the text.");
  return std::nullopt;
}

// A folder is asked for by another name than one that a file of another kind would have.
Result<void> check_kind(const std::string& path, const std::string& wanted) {
  const std::string extension = extension_of(path);
  std::error_code ignored;
  const bool names_a_file = extension == ".md" || extension == ".markdown" || extension == ".json";
  if (!names_a_file || extension == wanted || fs::is_directory(path, ignored)) return {};
  return refuse("bad_value", "-o " + in_quotes(path) + " names another kind of file: this is written as " + wanted +
                                 ". Name a file that ends so, or a folder.");
}

// A skill that is there under this name must be the same workflow's: names that differ in hyphens alone are one as
// skills, and others have skills of their own.
Result<void> check_is_own_skill(const fs::path& skill, const workflow::WorkflowName& name) {
  std::error_code ignored;
  if (!fs::exists(skill, ignored)) return {};
  const Result<std::string> text = read_text_file(skill.string());
  if (!text) return refuse(text.error());
  if (text->find("call execution_start with name " + in_quotes(name.text())) != std::string::npos) return {};
  return refuse("other_skill", in_quotes(skill.string()) + " is no skill of " + in_quotes(name.text()) +
                                   ": take it away first, or write into another folder.");
}

}  // namespace

Result<DesignFile> read_design_file(const std::string& path, const std::string& name) {
  DesignFile file;
  if (is_json_path(path)) {
    Result<Json> json = read_json_file(path);
    if (!json) return refuse(json.error());
    file.design = *std::move(json);
    if (file.design.is_object() && !name.empty()) file.design["name"] = name;
    return file;
  }
  const Result<std::string> text = read_text_file(path);
  if (!text) return refuse(text.error());
  Result<workflow::ImportedFile> imported = workflow::import_file(fs::path(path).filename().string(), *text, name);
  if (!imported) return refuse(imported.error().code, path + ": " + imported.error().message);
  file.form = imported->form;
  file.is_foreign = file.form != "an SOP";
  const bool is_skill = file.form == "a skill";
  if (std::optional<Json> beside = is_skill ? design_beside(path, *text, file.notices) : std::nullopt) {
    file.design = *std::move(beside);
    if (!name.empty()) file.design["name"] = name;
    return file;
  }
  file.design = Json(workflow::encode_design(imported->design));
  return file;
}

std::vector<WrittenFile> written_as(const workflow::Version& version, const std::string& form) {
  const std::string name = workflow::skill_name(version.name);
  if (form == "claude-agent") return {{name + ".md", workflow::render_claude_agent(version)}};
  if (form == "claude-command") return {{name + ".md", workflow::render_claude_command(version)}};
  if (form != "skill") {
    return {{version.name.text() + ".json", workflow::encode_design(version.design).dump(2) + "\n"}};
  }
  std::vector<WrittenFile> files;
  for (workflow::SkillFile& file : workflow::render_skill(version)) {
    files.push_back({name + "/" + file.path, std::move(file.text)});
  }
  return files;
}

Result<std::vector<std::string>> write_files(const std::vector<WrittenFile>& files, const std::string& path,
                                             const workflow::WorkflowName& name) {
  const std::string wanted = extension_of(files.front().path);
  if (const Result<void> fits = check_kind(path, wanted); !fits) return refuse(fits.error());
  std::error_code ignored;
  const bool is_file = extension_of(path) == wanted && !fs::is_directory(path, ignored);
  if (!is_file && files.front().path.ends_with("/SKILL.md")) {
    const Result<void> is_own = check_is_own_skill(fs::path(path) / files.front().path, name);
    if (!is_own) return refuse(is_own.error());
  }
  std::vector<std::string> written;
  for (const WrittenFile& file : files) {
    const fs::path target = is_file ? fs::path(path) : fs::path(path) / file.path;
    if (target.has_parent_path()) store::make_folders(fs::absolute(target.parent_path()).string());
    const std::string unfinished = target.string() + ".unfinished";
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out << file.text << std::flush;
    if (!out) store::throw_system_fault("cannot write " + target.string(), errno);
    out.close();
    store::put_in_place(unfinished, target.string());
    written.push_back(target.string());
    if (is_file) break;
  }
  return written;
}

}  // namespace pianola::server
