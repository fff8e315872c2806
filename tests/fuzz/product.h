// The real tools on a real store of their own, at a time and with ids that are the same in every run.
#pragma once

#include <memory>

#include "base/ids.h"
#include "store/open.h"
#include "tests/support/scratch_folder.h"
#include "tools/catalogue.h"

namespace pianola::fuzz {

struct Product {
  tests::ScratchFolder folder;
  std::unique_ptr<workflow::Store> store = store::open_store(folder / "store.db", {.create = true, .durable = false});
  ManualClock clock{Timestamp::from_micros(1'795'000'000'000'000)};
  SeededRandomness randomness{1};
  IdSource ids{clock, randomness};
  workflow::Environment environment{.store = *store, .clock = clock, .ids = ids};
  tools::ToolContext context{environment};
  mcp::Features features = tools::all_features(context, "fuzz");
};

}  // namespace pianola::fuzz
