#include "store/log_writes.h"

#include <cstddef>

namespace pianola::store {
namespace {

constexpr std::size_t kMostKeptBack = std::size_t{64} * 1024;

}  // namespace

template <auto Method, class... Arguments>
int JoinedLogWrites::hand_on_and(sqlite3_file* log, Arguments... arguments) {
  JoinedLogWrites& self = of(log);
  const int code = self.hand_on();
  return code == SQLITE_OK ? (self.own_methods_->*Method)(log, arguments...) : code;
}

JoinedLogWrites::JoinedLogWrites(sqlite3_file* log, std::string& kept_back) : log_(log), kept_back_(kept_back) {
  kept_back_.clear();
  if (log_ == nullptr) return;
  own_methods_ = log_->pMethods;
  static_cast<sqlite3_io_methods&>(methods_) = *own_methods_;
  methods_.self = this;
  methods_.xWrite = write;
  methods_.xRead = hand_on_and<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>;
  methods_.xTruncate = hand_on_and<&sqlite3_io_methods::xTruncate, sqlite3_int64>;
  methods_.xSync = hand_on_and<&sqlite3_io_methods::xSync, int>;
  methods_.xFileSize = hand_on_and<&sqlite3_io_methods::xFileSize, sqlite3_int64*>;
  log_->pMethods = &methods_;
}

JoinedLogWrites::~JoinedLogWrites() {
  if (log_ != nullptr) log_->pMethods = own_methods_;
}

int JoinedLogWrites::write(sqlite3_file* log, const void* bytes, int size, sqlite3_int64 at) {
  JoinedLogWrites& self = of(log);
  const auto more = static_cast<std::size_t>(size);
  const bool follows = at == self.from_ + static_cast<sqlite3_int64>(self.kept_back_.size());
  if (!follows || self.kept_back_.size() + more > kMostKeptBack) {
    if (const int code = self.hand_on(); code != SQLITE_OK) return code;
    self.from_ = at;
  }
  self.kept_back_.append(static_cast<const char*>(bytes), more);
  return SQLITE_OK;
}

int JoinedLogWrites::hand_on() {
  if (kept_back_.empty()) return SQLITE_OK;
  const int code = own_methods_->xWrite(log_, kept_back_.data(), static_cast<int>(kept_back_.size()), from_);
  kept_back_.clear();
  return code;
}

}  // namespace pianola::store
