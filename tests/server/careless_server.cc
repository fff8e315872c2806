// Servers that do one thing wrong: the negative controls of kill_test.cc and crowd_test.cc. They are `pianola serve`
// but for this.
//     careless_server early --store PATH serve       what one read delivered is committed when the next is there
//     careless_server impatient --store PATH serve   writers wait for nobody
#include <unistd.h>

#include <iostream>
#include <string_view>

#include "mcp/stdio.h"
#include "server/program.h"
#include "store/open.h"
#include "tools/catalogue.h"

namespace pianola {
namespace {

class Batch final : public mcp::WorkBatch {
 public:
  Batch(workflow::Store& store, bool is_early) : store_(store), is_early_(is_early) {}
  void begin() override {
    if (open_) store_.commit_batch();
    store_.begin_batch();
    open_ = true;
  }
  void commit() override {
    if (is_early_) return;
    open_ = false;
    store_.commit_batch();
  }

 private:
  workflow::Store& store_;
  bool is_early_;
  bool open_ = false;
};

int serve(const std::string& store_path, bool is_early) {
  server::Program program(std::cerr, std::cerr);
  const auto store = store::open_store(store_path, {.writer_wait_millis = is_early ? 30'000 : 1});
  workflow::Environment environment{*store, program.clock(), program.ids(), program.settings};
  tools::ToolContext context{environment};
  const mcp::Features features = tools::all_features(context, server::kVersion);
  mcp::Server server(features);
  mcp::Session session;
  session.caller.workspace = program.workspace;
  Batch batch(*store, is_early);
  return mcp::serve_stdio(server, session, &batch, {STDIN_FILENO, STDOUT_FILENO}) ? 0 : 1;
}

}  // namespace
}  // namespace pianola

int main(int argc, char** argv) {
  return argc == 5 ? pianola::serve(argv[3], std::string_view(argv[1]) == "early") : 2;
}
