// What a doctor looks at, and what to do about each thing that is wrong: the program, the store, and every host on this
// machine: its file, its entry, and the server that the entry starts or reaches, with what the host gives it.
// Thread rule: one thread.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "server/host_catalogue.h"

namespace pianola::server {

// How something was found: as it should be; worth knowing; or in the way.
enum class Health { good, note, problem };
std::string_view to_string(Health health);

// One thing that was looked at. No text holds a key.
struct Finding {
  std::string about;  // "program", "store", or a host's id
  Health health = Health::good;
  std::string text;
  std::string advice;  // what to do; empty where nothing is
};

// What is looked at from.
struct Surroundings {
  Variables variables;  // of this process
  Platform platform = this_platform();
  std::string store_path;
  Clock& clock;
};

// Looks at everything; starts servers, and changes no file of a host.
std::vector<Finding> examine(const Surroundings& surroundings);

}  // namespace pianola::server
