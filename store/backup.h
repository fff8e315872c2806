// Keeps a store from being lost: backups made while it is in use, and putting one back.
// Thread rule: plain functions. They throw Fault where the storage fails.
#pragma once

#include <string>

namespace pianola::store {

// Writes a complete copy as of now to `target`, durably. Others may go on writing meanwhile. Throws Fault
// (storage_not_writable) where `target` exists: a backup never overwrites.
void back_up(const std::string& store_path, const std::string& target);

// Puts a backup in the store's place after looking it through; one of an older schema is migrated first. Gives the name
// under which the old file was kept, or nothing where there was none. Throws Fault: the backup is damaged, or
// (storage_busy) other processes use the store.
std::string restore(const std::string& backup_path, const std::string& store_path);

}  // namespace pianola::store
