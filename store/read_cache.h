// What was read from the database and is known to be still so: no other connection committed since, and nothing of our
// own was undone (Database::cache_stamp). Who keeps values here also keeps up what it writes itself.
// Thread rule: as the Database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "store/database.h"

namespace pianola::store {

template <class Key, class Value>
class ReadCache {
 public:
  // Keeps at most `most` values; one more, and all are forgotten.
  ReadCache(Database& database, std::size_t most) : database_(database), most_(most) {}

  // The value that is known to be so, or null. Good until the next call that changes the cache.
  Value* find(const Key& key) {
    if (!is_fresh()) return nullptr;
    const auto known = values_.find(key);
    return known == values_.end() ? nullptr : &known->second;
  }
  // Take it before reading what is then kept: a commit that comes in between makes keep() forget it.
  std::optional<std::uint64_t> stamp() { return database_.cache_stamp(); }
  // Keeps a value that was read, or written, when the stamp was `stamp`.
  void keep(std::optional<std::uint64_t> stamp, const Key& key, Value value) {
    if (!is_fresh() || stamp_ != stamp) return;
    if (values_.size() >= most_) values_.clear();
    values_.insert_or_assign(key, std::move(value));
  }
  void forget(const Key& key) { values_.erase(key); }
  void forget_all() { values_.clear(); }

 private:
  bool is_fresh() {
    const std::optional<std::uint64_t> stamp = database_.cache_stamp();
    if (!stamp) return false;
    if (stamp_ != stamp) values_.clear();
    stamp_ = stamp;
    return true;
  }

  Database& database_;
  std::size_t most_;
  std::optional<std::uint64_t> stamp_;
  std::map<Key, Value, std::less<>> values_;
};

}  // namespace pianola::store
