#include "server/demo_stage.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "base/counted.h"
#include "base/fault.h"

namespace pianola::server {

std::string demo_file(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name == name) return std::string(file.text);
  }
  throw Fault(FaultKind::bug, "the demo has no file " + std::string(name));
}

Json demo_json(std::string_view name) {
  Result<Json> json = parse_json(demo_file(name));
  if (!json) throw Fault(FaultKind::bug, std::string(name) + ": " + json.error().message);
  return *std::move(json);
}

void DemoStage::chapter(std::string_view title, std::string_view what) {
  out << '\n' << ++chapters_ << ". " << title << '\n' << std::string(title.size() + 3, '-') << '\n' << what << "\n\n";
}

void DemoStage::expect(bool holds, const std::string& claim) {
  if (holds) return;
  broken_.push_back(claim);
  out << "NOT AS EXPECTED: " << claim << '\n';
}

Json DemoStage::facts(DemoClient& client, const std::string& tool, const Json& arguments) {
  const DemoAnswer answer = client.call(tool, arguments);
  if (answer.is_error) throw Fault(FaultKind::bug, tool + " answered " + answer.text);
  return answer.facts;
}

std::string DemoStage::text(DemoClient& client, const std::string& tool, const Json& arguments) {
  const DemoAnswer answer = client.call(tool, arguments);
  if (answer.is_error) throw Fault(FaultKind::bug, tool + " answered " + answer.text);
  return answer.text;
}

void DemoStage::design(const Json& design, const std::string& task, std::size_t studied) {
  const std::string name = design.value("name", "");
  Conversation talk(designer.preamble_bytes(), studied);
  const auto ask = [&](const std::string& tool, const Json& arguments) {
    const DemoAnswer answer = designer.call(tool, arguments);
    if (answer.is_error) throw Fault(FaultKind::bug, tool + " answered " + answer.text);
    talk.add_request(dump_compact(arguments).size(), answer.text.size());
    return answer.facts;
  };
  const Json found = ask("workflow_find", {{"task", task}});
  expect(!found.value("fits", true), "before it is designed, nothing fits \"" + task + "\"");
  out << "workflow_find \"" << task << "\": nothing fits among "
      << counted(std::ssize(found["library"]), "saved workflow") << ", so one is designed.\n";
  ask("workflow_save", {{"workflow", Json::object()}});
  const Json tried = ask("workflow_save", {{"workflow", design}, {"dry_run", true}});
  out << "workflow_save, dry run: readiness " << tried["readiness"] << " of 100, "
      << counted(std::ssize(tried["findings"]), "finding") << ".\n";
  for (const Json& finding : tried["findings"]) out << "  " << finding.value("message", "") << '\n';
  expect(tried.value("readiness", 0) >= 90, name + " is ready for a weaker model");
  Json arguments = {{"workflow", design}};
  Conversation with_this = talk;
  with_this.add_request(dump_compact(arguments).size(), 0);
  arguments["design_usage"] = with_this.usage();
  const Json saved = facts(designer, "workflow_save", arguments);
  expect(saved.value("status", "") == "published", name + " is published");
  out << "workflow_save: " << name << " " << saved.value("version", "") << ", " << saved.value("status", "")
      << ", hash " << saved.value("hash", "") << "; designing took about " << arguments["design_usage"]["input_tokens"]
      << " tokens in, " << arguments["design_usage"]["output_tokens"] << " out.\n";
}

PlayedExecution DemoStage::play(const DemoTask& task) {
  PlayedExecution played = play_execution(executor, help_desk, task);
  ++executions;
  refused += played.refused;
  handed_off += played.handed_off ? 1 : 0;
  return played;
}

}  // namespace pianola::server
