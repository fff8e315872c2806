// What every use case works with: the store, the time, new ids, who asks, and the settings of this server.
// Thread rule: belongs to one thread at a time, as its Store does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "workflow/compiled_version.h"
#include "workflow/names.h"
#include "workflow/store.h"

namespace pianola::workflow {

// Settings that the command line gives (docs: `pianola serve --help`).
struct Settings {
  std::vector<std::string> roots;                  // folders below which input_files may lie; empty: none allowed
  std::string no_roots_reason;                     // why there are none, naming --root
  std::string default_executor;                    // --executor; empty: "unknown"
  std::string baseline;                            // --baseline; empty: the first version's designed_by
  std::int64_t idle_limit_micros = kMicrosPerDay;  // --idle-limit
  std::size_t page_bytes = 10'000;                 // --page-bytes
  bool require_review = false;                     // publishing needs an approval
};

// What the use cases work with; one a thread, since a Store is.
struct Environment {
  Store& store;
  Clock& clock;
  IdSource& ids;
  Settings settings;
  // Versions made ready to be executed, by content hash; shared with the views under way.
  std::map<std::string, std::shared_ptr<const CompiledVersion>> compiled{};
};

// Who asks, for one call. `executor_role` callers may not design, and see no costs.
struct Actor {
  WorkspaceName workspace;
  Author author;
  bool executor_role = false;
};

}  // namespace pianola::workflow
