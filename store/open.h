// Opens the store that `--store` names, making and migrating it where needed.
// Thread rule: every thread opens its own store.
#pragma once

#include <memory>
#include <string>

#include "workflow/store.h"

namespace pianola::store {

// How a store is opened: for lasting work as it stands, for tests and scratch work faster.
struct OpenOptions {
  bool create = true;               // make the file where there is none; otherwise that is a Fault
  bool reading_is_enough = false;   // a file that may not be written is opened for reading; a write is then a Fault
  bool durable = true;              // false: commits are not synced; for scratch stores only
  int writer_wait_millis = 30'000;  // how long a write waits for other writers before it is a Fault (storage_busy)
  // Pages in the write-ahead log before they are moved into the file: as many as one table of the log's index can find
  // (4,062), since what is written often is then moved once for many commits.
  int checkpoint_after_frames = 4000;
};

// `where`: the path of a SQLite file. "postgres://..." is refused: this program has no such driver yet.
std::unique_ptr<workflow::Store> open_store(const std::string& where, const OpenOptions& options = {});

// Throws Fault (storage_not_ours) where there is no file at that path.
void expect_store(const std::string& path);

// Where the store is when nobody says: $XDG_DATA_HOME/pianola/store.db, else ~/.local/share/pianola/store.db.
std::string default_store_path();
// The same in another environment: the values of XDG_DATA_HOME and HOME, empty where they are not set.
std::string default_store_path(const std::string& data_home, const std::string& home);

}  // namespace pianola::store
