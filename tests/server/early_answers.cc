// A server that answers before its work is durable: the negative control of kill_test.cc. It is `pianola serve` but for
// this: what one read delivered is committed when the next is there.
#include <unistd.h>

#include <iostream>

#include "mcp/stdio.h"
#include "server/program.h"
#include "tools/catalogue.h"

namespace pianola {
namespace {

class LateCommit final : public mcp::WorkBatch {
 public:
  explicit LateCommit(workflow::Store& store) : store_(store) {}
  void begin() override {
    if (open_) store_.commit_batch();
    store_.begin_batch();
    open_ = true;
  }
  void commit() override {}

 private:
  workflow::Store& store_;
  bool open_ = false;
};

int serve(const std::string& store_path) {
  server::Program program(std::cerr, std::cerr);
  program.store_path = store_path;
  tools::ToolContext context{program.environment()};
  const mcp::Features features = tools::all_features(context, server::kVersion);
  mcp::Server server(features);
  mcp::Session session;
  session.caller = {program.workspace, true, ""};
  LateCommit late(context.environment.store);
  return mcp::serve_stdio(server, session, &late, {STDIN_FILENO, STDOUT_FILENO}) ? 0 : 1;
}

}  // namespace
}  // namespace pianola

int main(int argc, char** argv) { return argc == 4 ? pianola::serve(argv[2]) : 2; }
