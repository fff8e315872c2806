// Registering Pianola in one host's settings file, and taking it out again.
// Thread rule: plain functions. They throw Fault where the disk fails.
#pragma once

#include <string>

#include "base/result.h"
#include "server/host_catalogue.h"

namespace pianola::server {

// What happened to a host's file, or would happen.
struct HostChange {
  std::string before;
  std::string after;
  bool was_there = false;
  bool removed = false;  // nothing but Pianola's entry was in it, and Pianola had made it
  std::string backup;    // where the text of before is kept, if it is
  bool has_changed() const { return before != after || removed; }
};

// Where the file is, and whether anything is written.
struct HostTask {
  const Host& host;
  std::string file;
  bool dry_run = false;
};

// Writes the entry into the host's file; an entry of that name is brought to what is registered. The file as it was
// before Pianola's entry is kept beside it. Refuses what host_catalogue.h and settings_file.h do; "bad_config" then
// names the file.
Result<HostChange> install_in(const HostTask& task, const Registration& registration);

// Takes the entry of that name out, and nothing else. Where all else is as it was before install_in, the file is what
// it was, byte by byte, or gone, and so is the backup; else the file as it is now is kept beside it.
Result<HostChange> uninstall_from(const HostTask& task, const std::string& name);

}  // namespace pianola::server
