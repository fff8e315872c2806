// A store that is filled before anybody sees it. Thread rule: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "workflow/store.h"

namespace pianola::store {

// True where a store lies at `path`; an empty file is none. Throws Fault where `path` is a folder.
bool is_store_there(const std::string& path);

// A new store, which lies beside its place under another name until put_in_place(), and is gone without it, with the
// folders that were made for it.
class NewStore {
 public:
  // For a place where there is no store. Throws Fault where none can be made.
  explicit NewStore(const std::string& path);
  ~NewStore();
  NewStore(const NewStore&) = delete;
  NewStore& operator=(const NewStore&) = delete;

  workflow::Store& store() { return *store_; }
  // Once, at the end: closes the store and gives it its name. Throws Fault (storage_busy) where another one was made
  // there meanwhile.
  void put_in_place();

 private:
  std::string path_;
  std::string unfinished_;
  std::vector<std::string> made_folders_;  // deepest first
  std::unique_ptr<workflow::Store> store_;
  bool is_in_place_ = false;
};

}  // namespace pianola::store
