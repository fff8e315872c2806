// A settings file of another program on disk: read whole, and replaced whole or not at all.
// Thread rule: plain functions. They throw Fault where the disk fails.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pianola::server {

// A file as it was read.
struct SettingsFile {
  std::string path;    // as its program names it
  std::string target;  // where links lead
  bool exists = false;
  std::string text;

  // Where its text is kept before it is changed.
  std::string backup_path() const { return target + ".before-pianola"; }
};

// As long as it is there, no other Pianola changes settings in that file's folder: held from the reading to the
// writing.
class SettingsLock {
 public:
  explicit SettingsLock(const std::string& path);
  ~SettingsLock();
  SettingsLock(const SettingsLock&) = delete;
  SettingsLock& operator=(const SettingsLock&) = delete;

 private:
  int folder_ = -1;
};

// Reads it; one that is not there has no text. Refuses ("unreadable_file") others than files.
Result<SettingsFile> read_settings(const std::string& path);
// What its backup holds, if there is one.
std::optional<std::string> read_backup(const SettingsFile& file);

// Puts `text` in its place: another file, synced and renamed, with the old one's mode and owner; a new one is for its
// owner alone, and the folders above it are made. Where `keeps_backup`, the old text is kept beside it. Refuses
// ("read_only_file") what may not be written, and ("settings_changed") what another program has changed since it was
// read.
Result<void> write_settings(const SettingsFile& file, std::string_view text, bool keeps_backup);
// Removes it, under the same conditions.
Result<void> remove_settings(const SettingsFile& file);
// Removes its backup.
void remove_backup(const SettingsFile& file);

}  // namespace pianola::server
