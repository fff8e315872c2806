// SQLite's view of the disk, for tests: a VFS (SQLite's own interface to the system) that passes everything on to the
// system's VFS and lets a watcher see each operation, or make it fail.
//
//     struct : DiskWatcher { int before(DiskOperation, const std::string&) override { return SQLITE_FULL; } } full;
//     const WatchedDisk disk(full);   // every file opened from here on is watched
//
// Thread rule: one WatchedDisk at a time in a process; the watcher is called by whatever thread uses SQLite.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pianola::tests {

// `map` is the memory that the processes on one file share (the index of its log).
enum class DiskOperation { open, read, write, truncate, sync, remove, lock, map };

class DiskWatcher {
 public:
  virtual ~DiskWatcher() = default;
  // Asked before each operation: SQLITE_OK lets it happen, any other code makes it fail with that; a write that fails
  // has written its first half, as a disk does that is full in the middle of it.
  virtual int before(DiskOperation, const std::string& /*path*/) { return SQLITE_OK; }
  // What happened, in order.
  virtual void wrote(const std::string& /*path*/, std::int64_t /*offset*/, std::string_view /*bytes*/) {}
  virtual void truncated(const std::string& /*path*/, std::int64_t /*size*/) {}
  virtual void synced(const std::string& /*path*/) {}
  virtual void removed(const std::string& /*path*/) {}
};

class WatchedDisk {
 public:
  explicit WatchedDisk(DiskWatcher& watcher);
  // All files must be closed by then.
  ~WatchedDisk();
  WatchedDisk(const WatchedDisk&) = delete;
  WatchedDisk& operator=(const WatchedDisk&) = delete;

 private:
  sqlite3_vfs vfs_{};
};

}  // namespace pianola::tests
