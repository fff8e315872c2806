// A disk that fails, for tests of what a program then says and keeps.
// Thread rule: as WatchedDisk.
#pragma once

#include <optional>

#include "tests/support/watched_disk.h"

namespace pianola::tests {

// A disk on which the nth operation of some kinds fails, once or from then on until it is mended.
class FailingDisk final : public DiskWatcher {
 public:
  enum class Lasting { once, until_mended };

  // What a failing disk tells SQLite; nothing for operations that do not fail on this disk.
  using CodeOf = std::optional<int> (*)(DiskOperation);

  FailingDisk(CodeOf code_of, Lasting lasting) : code_of_(code_of), lasting_(lasting) {}

  void arm(int nth) {
    left_ = nth;
    failed_ = false;
  }
  void mend() { left_ = 0; }
  // Operations until one fails; 0 where none will.
  int left() const { return left_; }
  // Whether an operation has failed since the disk was armed.
  bool has_failed() const { return failed_; }

  int before(DiskOperation operation, const std::string&) override {
    const std::optional<int> code = code_of_(operation);
    if (!code || left_ == 0) return SQLITE_OK;
    if (left_ > 1) {
      --left_;
      return SQLITE_OK;
    }
    failed_ = true;
    if (lasting_ == Lasting::once) left_ = 0;
    return *code;
  }

 private:
  CodeOf code_of_;
  Lasting lasting_;
  int left_ = 0;
  bool failed_ = false;
};

inline std::optional<int> full_disk(DiskOperation operation) {
  return operation == DiskOperation::write ? std::optional<int>(SQLITE_FULL) : std::nullopt;
}

inline std::optional<int> broken_disk(DiskOperation operation) {
  switch (operation) {
    case DiskOperation::open:
      return SQLITE_CANTOPEN;
    case DiskOperation::read:
      return SQLITE_IOERR_READ;
    case DiskOperation::write:
      return SQLITE_IOERR_WRITE;
    case DiskOperation::truncate:
      return SQLITE_IOERR_TRUNCATE;
    case DiskOperation::sync:
      return SQLITE_IOERR_FSYNC;
    case DiskOperation::remove:
      return SQLITE_IOERR_DELETE;
    case DiskOperation::lock:
      return SQLITE_IOERR_LOCK;
    case DiskOperation::map:
      return SQLITE_IOERR_SHMMAP;
  }
  return std::nullopt;
}

}  // namespace pianola::tests
