// What the tests of executions share: a saved workflow on a real store, and the three tools called as a host calls
// them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "tests/tools/scratch_library.h"

namespace pianola::tests {

// Two steps: `parse` hands in a topic and a quote from the mail, `reply` an answer.
inline DesignBuilder a_mail_design(std::string name = "triage") {
  return a_design(std::move(name))
      .with_inputs(object_schema({"mail"}))
      .with_context("We sell shoes.")
      .with_step("parse", "Read {{input.mail}}.")
      .with_output({"topic", "quote"})
      .with_quotes({"/quote"})
      .with_step("reply", "Answer about {{steps.parse.topic}}.")
      .with_output({"answer"});
}

class ExecutionToolTest : public testing::Test {
 protected:
  ExecutionToolTest() { EXPECT_TRUE(library.save(a_mail_design())); }

  mcp::ToolResult call(const mcp::Tool& tool, const Json& arguments, const Json& meta = Json::object()) {
    return library.call(tool, arguments, {privileged, key, meta});
  }
  mcp::ToolResult start(const Json& arguments, const Json& meta = Json::object()) {
    return call(tools::execution_start_tool(library.context), arguments, meta);
  }
  mcp::ToolResult step(const Json& arguments, const Json& meta = Json::object()) {
    return call(tools::execution_step_tool(library.context), arguments, meta);
  }
  mcp::ToolResult finish(const Json& arguments, const Json& meta = Json::object()) {
    return call(tools::execution_finish_tool(library.context), arguments, meta);
  }

  // The id of a new execution of "triage".
  std::string started(const std::string& mode = "guided", const Json& more = Json::object()) {
    Json arguments = {{"name", "triage"}, {"input", {{"mail", "My shoe is torn."}}}, {"mode", mode}};
    arguments.update(more);
    return id_of(start(arguments));
  }
  mcp::ToolResult hand_in_parse(const std::string& id, const std::string& quote = "shoe is torn") {
    return step({{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "shoes"}, {"quote", quote}}}});
  }
  mcp::ToolResult hand_in_reply(const std::string& id) {
    return step({{"execution_id", id}, {"step", "reply"}, {"output", {{"answer", "Send it back."}}}});
  }

  static OrderedJson meta_of(const mcp::ToolResult& result) {
    return OrderedJson::parse("{" + result.meta + "}").value("pianola/execution", OrderedJson::object());
  }
  static std::string id_of(const mcp::ToolResult& result) { return meta_of(result).value("execution_id", ""); }
  // All text blocks.
  static std::string text_of(const mcp::ToolResult& result) {
    std::string text;
    for (const mcp::Content& content : result.content) text += std::get<mcp::Text>(content).text;
    return text;
  }
  static OrderedJson facts_of(const mcp::ToolResult& result) {
    return result.structured.value_or(OrderedJson::object());
  }
  // The code of an error; empty where the result is none.
  static std::string code_of(const mcp::ToolResult& result) {
    return result.is_error ? facts_of(result)["error"]["code"].get<std::string>() : std::string();
  }
  static std::string message_of(const mcp::ToolResult& result) {
    return result.is_error ? facts_of(result)["error"]["message"].get<std::string>() : std::string();
  }
  workflow::Execution stored(const std::string& id) {
    return library.store->executions()
        .find(library.designer.workspace, workflow::ExecutionId::parse(id).value())
        .value();
  }

  ScratchLibrary library;
  bool privileged = true;
  std::string key;
};

}  // namespace pianola::tests
