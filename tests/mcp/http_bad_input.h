// The rows of what a broken or hostile client may send, and how they are sent: each is answered as written, and a good
// request after it too. Thread rule: for one test thread.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/mcp/http_client.h"

namespace pianola::tests {

struct BadInput {
  std::string what;
  std::string bytes;
  std::string answer;     // "STATUS CODE", the code of the JSON-RPC error or 0
  std::string says = {};  // a part of the body
};
using BadInputs = std::vector<BadInput>;

// Bytes of memory that the process holds.
inline std::size_t resident() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Sends each of the rows on a connection of its own, and a good request after it.
inline void expect_answers(const HttpServerUnderTest& server, const BadInputs& rows) {
  for (const BadInput& row : rows) {
    HttpClient client(server);
    client.send(row.bytes);
    const HttpAnswer answer = client.take();
    EXPECT_EQ(std::to_string(answer.status) + " " + std::to_string(answer.error_code()), row.answer)
        << row.what << "\n"
        << answer.body.substr(0, 200);
    EXPECT_NE(answer.body.find(row.says), std::string::npos) << row.what << "\n" << answer.body.substr(0, 200);
    HttpClient good(server);
    good.send(modern_call("test_simple_text"));
    ASSERT_EQ(good.take().status, 200) << "after " << row.what;
  }
}

// The same rows once more take no memory that is kept.
inline void expect_usual_memory(const HttpServerUnderTest& server, const BadInputs& rows) {
  constexpr std::size_t kUsual = std::size_t{16} * 1024 * 1024;
  const std::size_t before = resident();
  expect_answers(server, rows);
  EXPECT_LT(resident(), before + kUsual);
}

}  // namespace pianola::tests
