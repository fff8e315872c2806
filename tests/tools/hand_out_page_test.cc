#include "tools/hand_out_page.h"

#include "tests/tools/execution_fixture.h"

namespace pianola::tools {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using tests::a_design;

constexpr std::size_t kPage = 1'000;
const std::string kGoOn = "\n(Cut here; the text goes on.";

// A workflow whose every text is far longer than a page.
class HandOutPages : public tests::ExecutionToolTest {
 protected:
  HandOutPages() {
    std::string context;
    for (int i = 0; i < 60; ++i) context += "Rule " + std::to_string(i) + ": keep to the house style.\n\n";
    std::string instruction = "Read {{input.mail}}.\n";
    for (int i = 0; i < 60; ++i) instruction += "Look at point " + std::to_string(i) + " of it.\n";
    EXPECT_TRUE(library.save(a_design("long")
                                 .with_inputs(tests::object_schema({"mail"}))
                                 .with_context(context)
                                 .with_step("parse", instruction)
                                 .with_output({"topic"})
                                 .with_on_failure(workflow::FailureThen::escalate, 0)
                                 .with_step("reply", instruction)
                                 .with_output({"topic"})));
    library.environment.settings.page_bytes = kPage;
  }

  mcp::ToolResult started_long(const std::string& mode) {
    return start({{"name", "long"}, {"input", {{"mail", "Hi"}}}, {"mode", mode}});
  }
  static std::string cursor_of(const std::string& page) {
    const std::size_t at = page.rfind("cursor \"") + 8;
    return page.substr(at, page.find('"', at) - at);
  }
  static bool is_cut(const std::string& page) { return page.find(kGoOn) != std::string::npos; }

  // All pages after the first, read as a model reads them, joined without their last lines.
  std::string read_on(const std::string& id, std::string page) {
    std::string text;
    while (true) {
      EXPECT_LE(page.size(), kPage);
      text += page.substr(0, page.find(kGoOn));
      if (!is_cut(page)) return text;
      EXPECT_THAT(page, HasSubstr("execution_step with execution_id \"" + id + "\""));
      const mcp::ToolResult next = step({{"execution_id", id}, {"cursor", cursor_of(page)}});
      EXPECT_EQ(id_of(next), id) << message_of(next);
      if (next.is_error) return text;
      page = text_of(next);
    }
  }
  // The same with pages that hold everything.
  template <class Ask>
  std::string unpaged(Ask ask) {
    library.environment.settings.page_bytes = 1'000'000;
    const std::string text = ask();
    library.environment.settings.page_bytes = kPage;
    return text;
  }
};

TEST_F(HandOutPages, PagesOfTheFirstHandOutConcatenateToItAndNoneIsLonger) {
  const mcp::ToolResult first = started_long("guided");
  const std::string id = id_of(first);
  const std::string text = read_on(id, text_of(first));
  EXPECT_THAT(text, StartsWith("Execution " + id));
  for (int i = 0; i < 60; ++i) EXPECT_THAT(text, HasSubstr("Rule " + std::to_string(i) + ":"));
  EXPECT_THAT(text, HasSubstr("Look at point 59"));
  EXPECT_THAT(text, EndsWith("attempt left.\n"));
  EXPECT_EQ(stored(id).blocked, 0);
}

TEST_F(HandOutPages, EveryTextIsCutAlikeAndReadsWhole) {
  const std::string id = id_of(started_long("guided"));
  const auto here = [&] { return text_of(step({{"execution_id", id}})); };
  EXPECT_EQ(read_on(id, here()), unpaged(here));
  const mcp::ToolResult packet = step({{"execution_id", id}, {"step", "parse"}, {"outcome", "failed"}});
  EXPECT_EQ(meta_of(packet)["state"], "waiting");
  EXPECT_EQ(read_on(id, text_of(packet)), unpaged(here));
  const std::string next = text_of(step(
      {{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "shoes"}}}, {"executor", "claude-opus-5-5"}}));
  EXPECT_THAT(read_on(id, next), EndsWith("attempts left.\n"));
}

TEST_F(HandOutPages, WholeModeIsCutToo) {
  const mcp::ToolResult first = started_long("whole");
  EXPECT_THAT(first.content, SizeIs(1));
  const std::string text = read_on(id_of(first), text_of(first));
  EXPECT_THAT(text, HasSubstr("Rule 59:"));
  EXPECT_THAT(text, Not(HasSubstr("Hi</data>"))) << "the caller has just sent it";
  const std::string here = text_of(step({{"execution_id", id_of(first)}}));
  EXPECT_THAT(here, HasSubstr("gives the playbook again"));
  EXPECT_THAT(here, EndsWith("The input:\n<data name=\"input.mail\">Hi</data>\n"));
}

TEST_F(HandOutPages, ShortTextsAreNotCut) {
  library.environment.settings.page_bytes = 100'000;
  EXPECT_THAT(started_long("whole").content, SizeIs(2)) << "how to hand in, and the playbook";
  EXPECT_THAT(text_of(started_long("guided")), Not(HasSubstr(kGoOn)));
}

TEST_F(HandOutPages, CursorOfATextThatIsNoLongerCurrentIsRefused) {
  const mcp::ToolResult first = started_long("guided");
  const std::string id = id_of(first);
  const std::string cursor = cursor_of(text_of(first));
  step({{"execution_id", id}, {"step", "parse"}, {"output", {{"topic", "shoes"}}}});
  const mcp::ToolResult stale = step({{"execution_id", id}, {"cursor", cursor}});
  EXPECT_EQ(code_of(stale), "bad_cursor");
  EXPECT_THAT(message_of(stale), HasSubstr("no longer current"));
  EXPECT_EQ(meta_of(stale)["step"], "reply");
}

TEST_F(HandOutPages, CursorsThatWereNeverGivenAreRefused) {
  const std::string id = id_of(started_long("guided"));
  for (const char* cursor : {"x", "f", "f.0", "f.0.", "f.0.99999", "f.0.-1", "f..5", "z.0.5", "w.0.5", "h.0.5", "f.1.5",
                             "f.0.99999999999999999999", "f 0 5"}) {
    EXPECT_EQ(code_of(step({{"execution_id", id}, {"cursor", cursor}})), "bad_cursor") << cursor;
  }
  EXPECT_EQ(code_of(step({{"execution_id", id}, {"cursor", ""}})), "");
}

}  // namespace
}  // namespace pianola::tools
