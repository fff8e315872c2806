// Fills a store with many executions in little time.
#pragma once

#include <string>

namespace pianola::bench {

// Copies the store's one execution, as it stands with its hand-ins and audit entries, until there are `count` more,
// whose ids are filled_id(1) to filled_id(count). No server may have the store open. Throws Fault.
void fill_store(const std::string& path, long count);

std::string filled_id(long number);

}  // namespace pianola::bench
