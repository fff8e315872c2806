#include <gtest/gtest.h>

#include "tests/mcp/lines.h"
#include "tests/support/transcript.h"

namespace pianola::tests {

TEST(Transcripts, AreAnsweredAsWritten) {
  const auto files = Transcript::in_folder(std::filesystem::path(PIANOLA_SOURCE_DIR) / "tests/transcripts", "mcp_");
  EXPECT_FALSE(files.empty());
  for (const auto& file : files) {
    Lines lines;
    EXPECT_EQ(Transcript(file).run([&](const std::string& line) { return lines.handle(line); }), "");
  }
}

}  // namespace pianola::tests
