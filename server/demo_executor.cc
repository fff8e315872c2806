#include "server/demo_executor.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/fault.h"
#include "server/demo_reading.h"

namespace pianola::server {
namespace {

constexpr int kMostStepsPlayed = 40;  // of one execution of the demo; more is a loop that does not end

[[noreturn]] void cannot_go_on(const std::string& why) { throw Fault(FaultKind::bug, "the demo cannot go on: " + why); }

// One execution while it is played.
class Play {
 public:
  Play(DemoClient& client, const Json& help_desk, const DemoTask& task)
      : client_(client),
        task_(task),
        talk_(client.preamble_bytes(), dump_compact(task.input).size()),
        rescue_talk_(client.preamble_bytes(), 0),
        weak_({.has_habits = true, .knows_german = false}, help_desk),
        strong_({.has_habits = false, .knows_german = true}, help_desk) {}

  PlayedExecution run() {
    start();
    if (task_.whole) {
      play_whole();
    } else {
      play_guided();
    }
    return std::move(played_);
  }

 private:
  // Calls a tool for the weak model.
  DemoAnswer call(const std::string& tool, const Json& arguments) {
    DemoAnswer answer = client_.call(tool, arguments);
    talk_.add_request(dump_compact(arguments).size(), answer.text.size());
    read_on(answer);
    if (answer.execution.is_object() && answer.execution.contains("state"))
      played_.state = answer.execution.value("state", "");
    weak_.hear(answer.text);
    return answer;
  }

  // A text longer than a page is cut: reads the rest.
  void read_on(DemoAnswer& answer) {
    for (auto cursor = take_cursor(answer.text); cursor; cursor = take_cursor(answer.text)) {
      const Json arguments = {{"execution_id", answer.execution.value("execution_id", "")}, {"cursor", *cursor}};
      const DemoAnswer page = client_.call("execution_step", arguments);
      if (page.is_error) cannot_go_on("the rest of a text cannot be read: " + page.text);
      talk_.add_request(dump_compact(arguments).size(), page.text.size());
      answer.text += page.text;
    }
  }

  void start() {
    Json arguments = {{"name", task_.workflow}, {"input", task_.input}, {"executor", kDemoExecutor}};
    if (!task_.input_files.empty()) arguments["input_files"] = task_.input_files;
    if (task_.whole) arguments["mode"] = "whole";
    handed_out_ = call("execution_start", arguments);
    if (handed_out_.is_error) cannot_go_on("execution_start answered " + handed_out_.text);
    played_.id = handed_out_.execution.value("execution_id", "");
    played_.version = handed_out_.execution.value("version", "");
    for (const auto& [property, path] : task_.input_files.items()) {
      const auto size = std::filesystem::file_size(path.get<std::string>());
      if (handed_out_.text.find("open it with your own tools") != std::string::npos) talk_.read(size);
    }
  }

  void play_guided() {
    for (int steps = 0; played_.state == "running" && asks_for_step(); ++steps) {
      if (steps > kMostStepsPlayed) cannot_go_on("execution " + played_.id + " does not end");
      const std::optional<StepReading> step = read_step(handed_out_.text);
      if (!step) cannot_go_on("no step can be read in: " + handed_out_.text);
      report_uncovered(*step);
      do_step(*step);
    }
    Json arguments = {{"outcome", played_.state == "escalated" ? "escalated" : "succeeded"}};
    if (played_.state == "running") arguments["output"] = final_output(handed_out_.text);
    finish(arguments);
  }

  bool asks_for_step() const { return handed_out_.execution["step"].is_string(); }

  // Hands one step in until it is accepted, by the stronger model where it is handed off.
  void do_step(const StepReading& step) {
    if (!weak_.can_do(step)) {
      const DemoAnswer answer = call("execution_step", {{"execution_id", played_.id},
                                                        {"step", step.id},
                                                        {"outcome", "failed"},
                                                        {"note", "The text is in a language that I cannot read."}});
      return rescue(answer);
    }
    for (bool careful = false; true; careful = true) {
      const Json output = weak_.answer(step, careful);
      const DemoAnswer answer =
          call("execution_step", {{"execution_id", played_.id}, {"step", step.id}, {"output", output}});
      if (!answer.is_error && played_.state == "waiting") return rescue(answer);
      if (!answer.is_error) return accept(step, output, answer);
      if (answer.code() != "output_refused" || careful) cannot_go_on("execution_step answered " + answer.text);
      note_refused(answer.facts["error"].value("message", ""));
    }
  }

  // The hand-off packet goes to the stronger model, which does just that step.
  void rescue(const DemoAnswer& packet) {
    played_.handed_off = true;
    strong_.hear(packet.text);
    const std::optional<StepReading> step = read_step(packet.text);
    if (!step || played_.state != "waiting") cannot_go_on("no hand-off packet: " + packet.text);
    const Json output = strong_.answer(*step, true);
    Json arguments = {
        {"execution_id", played_.id}, {"step", step->id}, {"output", output}, {"executor", kDemoDesigner}};
    rescue_talk_.read(packet.text.size());
    rescue_talk_.add_request(dump_compact(arguments).size(), 0);
    arguments["usage"] = rescue_talk_.usage();
    arguments["usage"]["model"] = kDemoDesigner;
    DemoAnswer answer = client_.call("execution_step", arguments);
    if (answer.is_error) cannot_go_on("the stronger model was refused: " + answer.text);
    talk_.read(answer.text.size());
    read_on(answer);
    played_.state = answer.execution.value("state", "");
    accept(*step, output, std::move(answer));
  }

  void accept(const StepReading& step, const Json& output, DemoAnswer answer) {
    weak_.remember(output);
    played_.path.push_back(step.id);
    played_.fields.update(output);
    handed_out_ = std::move(answer);
  }

  void note_refused(const std::string& message) {
    ++played_.refused;
    played_.rules_broken.push_back(message);
  }

  void report_uncovered(const StepReading& step) {
    const auto met = played_.report.is_null() ? weak_.uncovered(step) : std::nullopt;
    if (!met) return;
    const DemoAnswer answer = call("report_edge_case", {{"execution_id", played_.id},
                                                        {"step", step.id},
                                                        {"situation", met->situation},
                                                        {"what_was_done", met->what_was_done},
                                                        {"suggestion", met->suggestion}});
    if (answer.is_error) cannot_go_on("report_edge_case answered " + answer.text);
    played_.report = answer.facts;
  }

  // The final output's fields have the names of fields of the steps.
  Json final_output(std::string_view asked) const {
    Json output = Json::object();
    for (const std::string& field : read_final_fields(asked)) output[field] = played_.fields.value(field, Json());
    return output;
  }

  // Reads the whole playbook, does every step on the way, and hands all in at once.
  void play_whole() {
    whole_ = read_whole(handed_out_.text);
    std::vector<std::string> careful;
    std::vector<std::string> handed_in;
    while (true) {
      Json steps = Json::array();
      for (auto& [step, output] : walk(careful)) {
        const bool again = std::find(careful.begin(), careful.end(), step) != careful.end();
        const bool is_new = std::find(handed_in.begin(), handed_in.end(), step) == handed_in.end();
        if (again || is_new) steps.push_back({{"step", step}, {"output", output}});
        if (is_new) handed_in.push_back(step);
      }
      Json arguments = {{"outcome", "succeeded"}, {"steps", std::move(steps)}};
      if (const Json output = final_output(whole_.playbook); !output.empty()) arguments["output"] = output;
      const std::optional<DemoAnswer> refused = finish(arguments);
      if (!refused) return;
      if (!careful.empty()) cannot_go_on("execution_finish answered " + refused->text);
      const Json& error = refused->facts["error"];
      for (const Json& step : error.value("refused_steps", Json::array())) {
        careful.push_back(step.value("step", ""));
        note_refused(error.value("message", ""));
      }
    }
  }

  // The outputs of all steps on the way through the playbook.
  std::vector<std::pair<std::string, Json>> walk(const std::vector<std::string>& careful) {
    const std::vector<std::string> sections = split_playbook(whole_.playbook);
    std::vector<std::pair<std::string, Json>> outputs;
    std::map<std::string, Json> by_step;
    played_.path.clear();
    std::size_t at = 0;
    while (at < sections.size() && outputs.size() < kMostStepsPlayed) {
      const std::optional<StepReading> step = read_step(bound(sections[at], by_step));
      if (!step) cannot_go_on("no step can be read in: " + sections[at]);
      report_uncovered(*step);
      const bool by_the_letter = std::find(careful.begin(), careful.end(), step->id) != careful.end();
      const Json output = weak_.answer(*step, by_the_letter);
      weak_.remember(output);
      by_step[step->id] = output;
      outputs.emplace_back(step->id, output);
      played_.path.push_back(step->id);
      played_.fields.update(output);
      at = next_of(sections, *step, at);
    }
    return outputs;
  }

  // Where a step goes on: a section's index, or past the last.
  std::size_t next_of(const std::vector<std::string>& sections, const StepReading& step, std::size_t at) const {
    for (const WayOn& way : step.ways) {
      if (!way.condition.empty() && !weak_.holds(step, way.condition)) continue;
      for (std::size_t i = 0; i < sections.size(); ++i) {
        if (read_step(sections[i])->id == way.go_to) return i;
      }
      return sections.size();
    }
    return at + 1;
  }

  // A section with its bindings filled in, as the server does it in guided mode.
  std::string bound(std::string section, const std::map<std::string, Json>& by_step) const {
    for (std::size_t at = section.find("{{"); at != std::string::npos; at = section.find("{{", at)) {
      const std::size_t end = section.find("}}", at);
      if (end == std::string::npos) break;
      const std::string path = section.substr(at + 2, end - at - 2);
      const std::optional<std::string> known = value_at(path, by_step);
      const std::string shown = known ? "<data name=\"" + path + "\">" + *known + "</data>" : "(not given)";
      section.replace(at, end - at + 2, shown);
      at += shown.size();
    }
    return section;
  }

  std::optional<std::string> value_at(const std::string& path, const std::map<std::string, Json>& by_step) const {
    const std::size_t dot = path.rfind('.');
    const std::string field = path.substr(dot + 1);
    for (const BoundValue& file : whole_.files) {
      if (file.name == path) return file.text;
    }
    const bool is_input = path.starts_with("input.");
    const auto step = is_input ? by_step.end() : by_step.find(path.substr(6, dot - 6));
    if (!is_input && step == by_step.end()) return std::nullopt;
    const Json& values = is_input ? task_.input : step->second;
    if (!values.contains(field)) return std::nullopt;
    const Json& known = values[field];
    return known.is_string() ? known.get<std::string>() : dump_compact(known);
  }

  // Ends the execution with confidence, rationale and usage. Gives the answer where it was refused.
  std::optional<DemoAnswer> finish(Json arguments) {
    arguments["execution_id"] = played_.id;
    if (const auto share = played_.fields.find("confidence"); share != played_.fields.end()) {
      arguments["confidence"] = *share;
    }
    if (const auto why = played_.fields.find("rationale"); why != played_.fields.end()) arguments["rationale"] = *why;
    const Json edge_cases = played_.fields.value("edge_cases", Json::array());
    // Of an execution that has ended by itself the record stays: only what is missing may be added.
    if (!edge_cases.empty() && played_.state == "running") arguments["edge_case"] = edge_cases.front();
    Conversation with_this = talk_;
    with_this.add_request(dump_compact(arguments).size(), 0);
    arguments["usage"] = with_this.usage();
    const DemoAnswer answer = call("execution_finish", arguments);
    if (answer.is_error && answer.code() == "steps_refused") return answer;
    if (answer.is_error) cannot_go_on("execution_finish answered " + answer.text);
    played_.adherence = answer.facts["followed"].value("adherence", 0.0);
    played_.tokens = arguments["usage"]["input_tokens"].get<std::int64_t>() +
                     arguments["usage"]["output_tokens"].get<std::int64_t>();
    return std::nullopt;
  }

  DemoClient& client_;
  const DemoTask& task_;
  Conversation talk_;
  Conversation rescue_talk_;
  StandIn weak_;
  StandIn strong_;
  DemoAnswer handed_out_;
  WholeHandOut whole_;
  PlayedExecution played_;
};

}  // namespace

void Conversation::add_request(std::size_t written, std::size_t answered) {
  input_ += read_;
  output_ += static_cast<std::int64_t>(written);
  largest_ = std::max(largest_, read_);
  read_ += static_cast<std::int64_t>(written + answered);
}

Json Conversation::usage() const {
  return {{"input_tokens", input_ / kBytesPerToken},
          {"output_tokens", output_ / kBytesPerToken},
          {"largest_prompt_tokens", largest_ / kBytesPerToken}};
}

PlayedExecution play_execution(DemoClient& client, const Json& help_desk, const DemoTask& task) {
  return Play(client, help_desk, task).run();
}

}  // namespace pianola::server
