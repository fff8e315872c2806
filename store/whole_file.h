// Files that are there whole or not at all: written under another name, synced, renamed, the folder synced.
// Thread rule: plain functions. All throw Fault with the system's reason.
#pragma once

#include <string>

#include "base/fault.h"

namespace pianola::store {

// Throws the Fault that an errno stands for: disk full, not writable, or broken.
[[noreturn]] void throw_system_fault(const std::string& what, int error);
// The kind of Fault that an errno stands for.
FaultKind system_fault_kind(int error);

// Makes the content of a file or folder durable.
void sync_path(const std::string& path);
// Renames a finished file to its real name, durably. An old file of that name is replaced.
void put_in_place(const std::string& finished, const std::string& path);
// The same, and a Fault (storage_not_writable) where a file of that name exists.
void put_in_place_as_new(const std::string& finished, const std::string& path);
// Makes a folder and those above it, for the owner alone.
void make_folders(const std::string& path);
// Removes a file, if it is there.
void remove_file(const std::string& path);

}  // namespace pianola::store
