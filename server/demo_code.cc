// The demo's second and third story: pull requests to review, and files to audit; both read by input_files.
#include <algorithm>
#include <ostream>

#include "server/demo_stage.h"
#include "server/print.h"

namespace pianola::server {
namespace {

struct CodeTask {
  const char* file;
  const char* title;
  bool whole;
  const char* state;    // how it must end
  const char* verdict;  // the final output's word; empty: none
};

constexpr CodeTask kReviews[] = {
    {"clean.diff", "Cart: quantities, and removing items", false, "succeeded", "approve"},
    {"search.diff", "Search: categories, pages, suggestions", false, "succeeded", "request-changes"},
    {"upload.diff", "Upload: new bucket", false, "escalated", ""},
    {"typo.diff", "Checkout: mend a typo", true, "succeeded", "comment"}};
constexpr CodeTask kAudits[] = {{"login.c", "login.c", false, "succeeded", "high"},
                                {"reports.py", "reports.py", true, "succeeded", "high"},
                                {"money.js", "money.js", false, "succeeded", "low"}};

std::size_t studied_bytes(const char* file) { return demo_file(file).size(); }

// Every finding quotes its line verbatim: looked up here once more, apart from the server's check.
void check_quotes(DemoStage& stage, const CodeTask& task, const Json& findings) {
  const std::string text = demo_file(task.file);
  for (const Json& finding : findings) {
    const std::string quote = finding.value("quote", "");
    stage.expect(!quote.empty() && text.find(quote) != std::string::npos, std::string(task.file) + " has: " + quote);
  }
}

void show_findings(DemoStage& stage, const CodeTask& task, const Json& findings) {
  for (const Json& finding : findings) {
    stage.out << "  " << task.file << ": " << finding.value("rule", "") << " (" << finding.value("severity", "")
              << "): " << shortened(finding.value("quote", ""), 80) << '\n';
  }
}

std::string remarks_of(const PlayedExecution& played, bool whole) {
  std::string text = played.refused > 0 ? std::to_string(played.refused) + " refused, corrected" : "";
  if (whole) text += std::string(text.empty() ? "" : ", ") + "whole";
  return text;
}

// Plays a story's tasks: `field` is the final output's word, `name` and `file` the input's properties.
void play_tasks(DemoStage& stage, const char* workflow, const std::vector<CodeTask>& tasks, const std::string& name,
                const std::string& file, const std::string& field) {
  Table table({{"input file"}, {"title"}, {"findings", Align::right}, {field}, {"state"}, {"remarks"}});
  std::vector<Json> findings;
  for (const CodeTask& task : tasks) {
    const PlayedExecution played = stage.play({.workflow = workflow,
                                               .input = {{name, task.title}},
                                               .input_files = {{file, stage.path_of(task.file)}},
                                               .whole = task.whole});
    findings.push_back(played.fields.value("findings", Json::array()));
    const std::string word = played.fields.value(field, "");
    table.add_row({task.file, task.title == std::string(task.file) ? "" : task.title,
                   std::to_string(findings.back().size()), word.empty() ? "-" : word, played.state,
                   remarks_of(played, task.whole)});
    stage.expect(played.state == task.state, std::string(task.file) + " ends as " + task.state);
    stage.expect(word == task.verdict, std::string(task.file) + " gets \"" + task.verdict + "\"");
    check_quotes(stage, task, findings.back());
  }
  stage.out << table.text() << '\n';
  for (std::size_t i = 0; i < tasks.size(); ++i) show_findings(stage, tasks[i], findings[i]);
}

}  // namespace

void tell_reviews(DemoStage& stage) {
  stage.chapter(
      "Pull requests: a review from the diff",
      "The diff is given by path (input_files): no model writes it out again, and a long one is handed out as a\n"
      "reference to open. Quotes must occur verbatim. A leaked secret ends in a designed escalation.");
  stage.design(demo_json("review.json"), "review the diff of a pull request", studied_bytes("search.diff"));
  stage.out << '\n';
  play_tasks(stage, "pull-request-review", {std::begin(kReviews), std::end(kReviews)}, "title", "diff", "verdict");
}

void tell_audits(DemoStage& stage) {
  stage.chapter("Security audit of code files",
                "Every finding quotes its line; a quote that is not in the file is refused.");
  stage.design(demo_json("audit.json"), "audit a source file for security weaknesses", studied_bytes("login.c"));
  stage.out << '\n';
  play_tasks(stage, "code-security-audit", {std::begin(kAudits), std::end(kAudits)}, "file", "code", "risk");
}

}  // namespace pianola::server
