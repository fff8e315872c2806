// What the demo's stories share: the two sessions, where to print, what was expected, and the designer's side of the
// work. Thread rule: one thread.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.h"
#include "base/json.h"
#include "server/demo_client.h"
#include "server/demo_executor.h"

namespace pianola::server {

// The files in server/demo/, compiled in.
std::span<const EmbeddedFile> embedded_files();

// The text of an embedded file. Throws Fault where there is none of this name.
std::string demo_file(std::string_view name);

// The same as JSON.
Json demo_json(std::string_view name);

// What the stories are played on: the sessions of designer and executor, and where it is told.
class DemoStage {
 public:
  // `folder`: where input files were written, below the servers' --root.
  DemoStage(std::ostream& print_to, DemoClient& designs, DemoClient& executes, std::string folder)
      : out(print_to),
        designer(designs),
        executor(executes),
        help_desk(demo_json("help_desk.json")),
        folder_(std::move(folder)) {}

  std::ostream& out;
  DemoClient& designer;
  DemoClient& executor;
  const Json help_desk;

  // A numbered heading, and in a line or two what happens.
  void chapter(std::string_view title, std::string_view what);
  // Says that something is as expected; a claim that does not hold is printed and kept.
  void expect(bool holds, const std::string& claim);
  // The claims that did not hold.
  const std::vector<std::string>& broken() const { return broken_; }

  // Calls a tool that must not refuse; gives its facts. Throws Fault otherwise.
  Json facts(DemoClient& client, const std::string& tool, const Json& arguments);
  // The same, giving the text.
  std::string text(DemoClient& client, const std::string& tool, const Json& arguments);

  // The designer's work, from the search that finds nothing to the version saved; tells it. `studied`: bytes of the
  // real cases that the designer read first.
  void design(const Json& design, const std::string& task, std::size_t studied);

  // A prompt's path to a file of the demo.
  std::string path_of(const std::string& name) const { return folder_ + "/" + name; }
  // Plays one execution and counts what became of it.
  PlayedExecution play(const DemoTask& task);

  int executions = 0;
  int refused = 0;     // hand-ins refused by a check, and corrected
  int handed_off = 0;  // steps that the stronger model did

 private:
  std::string folder_;
  int chapters_ = 0;
  std::vector<std::string> broken_;
};

// The three stories. Each tells itself on the stage and leaves its expectations there.
void tell_triage(DemoStage& stage);
// Pull requests reviewed, guided or in whole mode; the diff comes as an input file.
void tell_reviews(DemoStage& stage);
// Files of code searched for what is unsafe, as input files too.
void tell_audits(DemoStage& stage);

// Names of the demo's workflows, in the order of the stories.
inline constexpr const char* kDemoWorkflows[] = {"support-email-triage", "pull-request-review", "code-security-audit"};

// The accounts of every workflow and of all together, as cost_summary gives them: {"workflows": {NAME: ...}, "all":
// ...}.
Json read_demo_accounts(DemoStage& stage);
// The accounts as a table and bars.
void print_demo_accounts(std::ostream& out, const Json& accounts);

}  // namespace pianola::server
