// pianola demo: the whole story on a scratch store, through real client sessions with real server processes.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>

#include "base/counted.h"
#include "base/fault.h"
#include "server/commands.h"
#include "server/demo_stage.h"
#include "server/print.h"
#include "server/program_path.h"

namespace pianola::server {
namespace {

constexpr const char* kLabel =
    "The executor is a scripted stand-in, no model is called: it follows the written rules of the steps that the\n"
    "server hands out, on texts that come with the program. Token counts are the stand-in's own estimate: bytes\n"
    "exchanged / 4, every request with all that came before, nothing cached; the accounts show them as reported, as\n"
    "if a model's host had told them. The prices are real, the dollars are not.";

// Where the demo plays: a folder of its own, gone at the end unless it is to be kept.
class DemoFolder {
 public:
  explicit DemoFolder(const std::string& keep) : kept_(!keep.empty()) {
    if (kept_) {
      std::error_code failed;
      std::filesystem::create_directories(keep, failed);
      if (failed)
        throw Fault(FaultKind::storage_not_writable, "cannot make a folder " + keep + ": " + failed.message());
      path_ = std::filesystem::canonical(keep);
    } else {
      std::string pattern = (std::filesystem::temp_directory_path() / "pianola-demo-XXXXXX").string();
      if (mkdtemp(pattern.data()) == nullptr) {
        throw Fault(FaultKind::storage_not_writable, "cannot make a folder " + pattern);
      }
      path_ = std::filesystem::canonical(pattern);
    }
    std::filesystem::create_directories(files());
    for (const EmbeddedFile& file : embedded_files()) {
      if (!file.name.ends_with(".json")) std::ofstream(files() / file.name, std::ios::binary) << file.text;
    }
  }
  ~DemoFolder() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;

  std::filesystem::path files() const { return path_ / "files"; }
  std::string store() const { return (path_ / "pianola.db").string(); }
  std::string path() const { return path_.string(); }

 private:
  bool kept_;
  std::filesystem::path path_;
};

void tell_opening(std::ostream& out, const DemoClient& designer, const DemoClient& executor) {
  out << "Pianola demo\n============\n"
      << kLabel << "\n\n"
      << "Two server processes on one scratch store, over pipes: the designer's (MCP " << designer.revision() << ", "
      << designer.tool_names().size() << " tools)\nand the executor's (MCP " << executor.revision() << ", "
      << executor.tool_names().size() << " tools). Executor: " << kDemoExecutor << ", designer: " << kDemoDesigner
      << ".\n";
}

Json summary_json(const DemoStage& stage, Json accounts) {
  return {{"ok", stage.broken().empty()},
          {"not_as_expected", stage.broken()},
          {"executions", stage.executions},
          {"refused_and_corrected", stage.refused},
          {"handed_off", stage.handed_off},
          {"usage", "estimated by a scripted stand-in: bytes exchanged / 4; no model was called"},
          {"workflows", std::move(accounts["workflows"])},
          {"all", std::move(accounts["all"])}};
}

// Plays everything; with --json only the accounts are printed.
int play_demo(Program& program, const std::string& keep) {
  if (!keep.empty() && std::filesystem::exists(std::filesystem::path(keep) / "pianola.db")) {
    return program.fail({"store_exists", keep + " already holds a store: name a folder that holds none.", "--keep"});
  }
  const DemoFolder folder(keep);
  std::ostream nowhere(nullptr);
  std::ostream& out = program.json ? nowhere : program.out();
  const std::string self = path_of_this_program();
  const std::vector<std::string> common = {"--store", folder.store(), "--root", folder.path(), "--role"};
  const auto role = [&](const char* name) {
    std::vector<std::string> arguments = common;
    arguments.emplace_back(name);
    return arguments;
  };
  DemoClient designer(self, role("designer"), DemoEra::legacy);
  DemoClient executor(self, role("executor"), DemoEra::modern);
  tell_opening(out, designer, executor);
  DemoStage stage(out, designer, executor, folder.files().string());
  tell_triage(stage);
  tell_reviews(stage);
  tell_audits(stage);
  stage.chapter(
      "The accounts",
      "As cost_summary gives them, in USD. \"if baseline\": the same executions' tokens at the designer's price.\n"
      "\"paid back after\": executions until what they saved covered designing and revising.");
  const Json accounts = read_demo_accounts(stage);
  print_demo_accounts(out, accounts);
  stage.expect(designer.close() == kSuccess && executor.close() == kSuccess, "both servers end well");
  out << '\n'
      << counted(stage.executions, "execution") << ", " << counted(stage.refused, "hand-in")
      << " refused and corrected, " << stage.handed_off << " handed off; " << designer.requests() + executor.requests()
      << " requests.\n";
  if (!keep.empty()) out << "The store is kept: pianola --store " << folder.store() << " execution list\n";
  if (program.json) print_json(program.out(), OrderedJson(summary_json(stage, accounts)));
  if (stage.broken().empty()) return kSuccess;
  program.err() << "pianola: the demo did not go as expected in " << stage.broken().size() << " places\n";
  return kFailure;
}

}  // namespace

void add_demo_command(CLI::App& app, Program& program, Action& chosen) {
  auto keep = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("demo", "Play the whole story on a scratch store, with a real client, and show the accounts");
  command->add_option("--keep", *keep, "Folder to keep the store in, to look around afterwards");
  command->callback([&program, &chosen, keep] { chosen = [&program, keep] { return play_demo(program, *keep); }; });
}

}  // namespace pianola::server
