#include "mcp/http_watch.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "base/fault.h"

namespace pianola::mcp {
namespace {

// Fails twice, and then finds a change.
class FailingFeed final : public ChangeFeed {
 public:
  std::vector<WorkspaceChanges> look(const Watched&) override {
    if (looks_++ == 0) throw Fault(FaultKind::storage_io, "the disk is away");
    if (looks_ == 2) throw std::runtime_error("nobody expects this");
    return {{"default", {}}};
  }

 private:
  int looks_ = 0;
};

TEST(HttpWatch, LooksAgainWhateverAFeedThrows) {
  std::promise<std::string> found;
  bool is_first = true;
  HttpWatch watch([] { return std::make_unique<FailingFeed>(); },
                  [&](const Sight& sight) {
                    if (sight.changes.empty() || !std::exchange(is_first, false)) return;
                    found.set_value(sight.changes.front().workspace);
                  });
  watch.start();
  watch.replace({{{"default", {}}}, {}});
  EXPECT_EQ(found.get_future().get(), "default");
  watch.end();
}

}  // namespace
}  // namespace pianola::mcp
