#include "bench/subjects.h"

#include <fstream>
#include <stdexcept>

#include "base/json.h"

namespace pianola::bench {
namespace {

// One of the sentences that the playbook is padded with: prose, quotes and line ends as an instruction has them.
std::string instruction_of(int step) {
  const std::string number = std::to_string(step);
  std::string text = "Step " + number + " of \"" + kWorkflowName + "\": read {{input.subject}} and decide.\n\n";
  for (int rule = 1; rule <= 7; ++rule) {
    text += "- Rule " + number + "." + std::to_string(rule) +
            ": where the message names a product, write the name as it stands in the message, with its \"quotes\" and "
            "nothing added.\n";
  }
  return text;
}

OrderedJson design() {
  const OrderedJson output = {{"type", "object"},
                              {"properties",
                               {{"verdict", {{"type", "string"}, {"enum", {"bug", "question", "praise"}}}},
                                {"note", {{"type", "string"}, {"minLength", 10}}},
                                {"score", {{"type", "integer"}, {"minimum", 0}, {"maximum", 10}}}}},
                              {"required", {"verdict", "note", "score"}},
                              {"additionalProperties", false}};
  OrderedJson steps = OrderedJson::array();
  for (int step = 1; step <= kSteps; ++step) {
    const std::string id = "step-" + std::to_string(step);
    steps.push_back({{"id", id}, {"title", "Do " + id}, {"instruction", instruction_of(step)}, {"output", output}});
  }
  return {
      {"name", kWorkflowName},
      {"title", "Sort a message"},
      {"description", "Sorts one message in eight steps, each of them checked."},
      {"when_to_use", {"A message is to be sorted."}},
      {"designed_by", "claude-opus-5-5"},
      {"executor", "claude-haiku-5-5"},
      {"inputs", {{"type", "object"}, {"properties", {{"subject", {{"type", "string"}}}}}, {"required", {"subject"}}}},
      {"steps", steps},
      {"edge_cases", {{{"id", "empty"}, {"when", "The message is empty."}, {"then", "Hand in praise with score 0."}}}},
      {"escalation", {{"when", {"The sender is angry."}}, {"to", "human"}}}};
}

std::string between(const std::string& text, const std::string& before, char after) {
  const std::size_t start = text.find(before);
  if (start == text.npos) throw std::runtime_error("no " + before + " in " + text.substr(0, 1000));
  const std::size_t from = start + before.size();
  return text.substr(from, text.find(after, from) - from);
}

}  // namespace

Command pianola_on(const Places& places, const std::string& store) {
  return {{places.build + "/pianola", "--store", store, "serve"}, {}};
}

Command prepared_peer(const Places& places, const std::string& answer_file) {
  return {{places.build + "/bench/prepared_peer", answer_file}, {}};
}

Command minimal_peer(const Places& places) { return {{places.build + "/bench/minimal_peer"}, {}}; }

Command sdk1_peer(const Places& places, const std::string& text_file) {
  return {{places.node, places.sources + "/peers/sdk1.mjs", text_file}, {{"NODE_NO_WARNINGS", "1"}}};
}

Command sdk2_peer(const Places& places, const std::string& text_file) {
  return {{places.node, places.sources + "/peers/sdk2.mjs", text_file}, {{"NODE_NO_WARNINGS", "1"}}};
}

Command memory_peer(const Places& places, const std::string& memory_file) {
  return {{places.node, places.sources + "/node_modules/@modelcontextprotocol/server-memory/dist/index.js"},
          {{"MEMORY_FILE_PATH", memory_file}}};
}

void save_workflow(Child& server) {
  call_once(server, call_line(Era::legacy, 1, "workflow_save", dump_compact(OrderedJson{{"workflow", design()}})));
}

std::string make_store(const Places& places, const std::string& store, const std::string& read) {
  Child server(pianola_on(places, store));
  shake_hands(Era::legacy, server);
  save_workflow(server);
  return call_once(server, call_line(Era::legacy, 1, "workflow_get", read));
}

const std::string& start_line() {
  static const std::string line =
      call_line(Era::legacy, 1, "execution_start",
                std::string(R"({"name":")") + kWorkflowName +
                    R"(","input":{"subject":"The export is empty since Monday"},"executor":"claude-haiku-5-5"})");
  return line;
}

std::string start_execution(Child& server) {
  return between(call_once(server, start_line()), R"("execution_id":")", '"');
}

std::string step_line(long id, const std::string& execution, int step) {
  return call_line(
      Era::legacy, id, "execution_step",
      R"({"execution_id":")" + execution + R"(","step":"step-)" + std::to_string(step) +
          R"(","output":{"verdict":"bug","note":"The export to CSV has been empty since Monday's release, )"
          R"(says the sender, who has tried it twice.","score":7}})");
}

std::vector<std::string> whole_executions(const std::vector<std::string>& executions, int abreast) {
  std::vector<std::string> lines;
  const auto most = static_cast<std::size_t>(abreast);
  for (std::size_t first = 0; first < executions.size(); first += most) {
    for (int step = 1; step <= kSteps; ++step) {
      for (std::size_t i = first; i < std::min(first + most, executions.size()); ++i) {
        lines.push_back(step_line(static_cast<long>(lines.size()) + 1, executions[i], step));
      }
    }
  }
  return lines;
}

std::string text_of_answer(const std::string& answer) {
  const Result<Json> json = parse_json(answer);
  if (!json) throw std::runtime_error("the answer is no JSON: " + json.error().message);
  return json->at("result").at("content").at(0).at("text").get<std::string>();
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace pianola::bench
