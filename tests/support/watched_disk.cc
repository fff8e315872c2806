#include "tests/support/watched_disk.h"

#include <cerrno>

namespace pianola::tests {
namespace {

// The state behind the one VFS that is registered.
struct Watched {
  DiskWatcher* watcher = nullptr;
  sqlite3_vfs* system = nullptr;
};

Watched& watched_of(sqlite3_vfs* vfs) { return *static_cast<Watched*>(vfs->pAppData); }

// An open file: ours first, as SQLite asks, then the system's in the same piece of memory.
struct File {
  sqlite3_file base;
  Watched* watched;
  std::string* path;
  bool has_failed;  // because the watcher said so

  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  int ask(DiskOperation operation) {
    const int code = watched->watcher->before(operation, *path);
    has_failed = has_failed || code != SQLITE_OK;
    return code;
  }
};

File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

int close_file(sqlite3_file* file) {
  File* mine = file_of(file);
  sqlite3_file* system = mine->system();
  const int code = system->pMethods == nullptr ? SQLITE_OK : system->pMethods->xClose(system);
  delete mine->path;
  mine->path = nullptr;
  return code;
}

int read_file(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  File* mine = file_of(file);
  if (const int code = mine->ask(DiskOperation::read); code != SQLITE_OK) return code;
  return mine->system()->pMethods->xRead(mine->system(), into, amount, offset);
}

int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  File* mine = file_of(file);
  if (const int code = mine->ask(DiskOperation::write); code != SQLITE_OK) {
    mine->system()->pMethods->xWrite(mine->system(), from, amount / 2, offset);
    return code;
  }
  const int code = mine->system()->pMethods->xWrite(mine->system(), from, amount, offset);
  if (code == SQLITE_OK) {
    mine->watched->watcher->wrote(*mine->path, offset,
                                  {static_cast<const char*>(from), static_cast<std::size_t>(amount)});
  }
  return code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  File* mine = file_of(file);
  if (const int code = mine->ask(DiskOperation::truncate); code != SQLITE_OK) return code;
  const int code = mine->system()->pMethods->xTruncate(mine->system(), size);
  if (code == SQLITE_OK) mine->watched->watcher->truncated(*mine->path, size);
  return code;
}

int sync_file(sqlite3_file* file, int flags) {
  File* mine = file_of(file);
  if (const int code = mine->ask(DiskOperation::sync); code != SQLITE_OK) return code;
  const int code = mine->system()->pMethods->xSync(mine->system(), flags);
  if (code == SQLITE_OK) mine->watched->watcher->synced(*mine->path);
  return code;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return file_of(file)->system()->pMethods->xFileSize(file_of(file)->system(), size);
}

int lock_file(sqlite3_file* file, int level) {
  if (const int code = file_of(file)->ask(DiskOperation::lock); code != SQLITE_OK) return code;
  return file_of(file)->system()->pMethods->xLock(file_of(file)->system(), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return file_of(file)->system()->pMethods->xUnlock(file_of(file)->system(), level);
}

int check_reserved_lock(sqlite3_file* file, int* held) {
  return file_of(file)->system()->pMethods->xCheckReservedLock(file_of(file)->system(), held);
}

int file_control(sqlite3_file* file, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_LAST_ERRNO && file_of(file)->has_failed) {
    *static_cast<int*>(argument) = EIO;  // what the system would have said
    return SQLITE_OK;
  }
  return file_of(file)->system()->pMethods->xFileControl(file_of(file)->system(), operation, argument);
}

int sector_size(sqlite3_file* file) { return file_of(file)->system()->pMethods->xSectorSize(file_of(file)->system()); }

int device_characteristics(sqlite3_file* file) {
  return file_of(file)->system()->pMethods->xDeviceCharacteristics(file_of(file)->system());
}

int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  if (const int code = file_of(file)->ask(DiskOperation::map); code != SQLITE_OK) return code;
  return file_of(file)->system()->pMethods->xShmMap(file_of(file)->system(), page, size, extend, memory);
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return file_of(file)->system()->pMethods->xShmLock(file_of(file)->system(), offset, count, flags);
}

void shared_barrier(sqlite3_file* file) { file_of(file)->system()->pMethods->xShmBarrier(file_of(file)->system()); }

int unmap_shared(sqlite3_file* file, int remove) {
  return file_of(file)->system()->pMethods->xShmUnmap(file_of(file)->system(), remove);
}

// Version 2: without memory-mapped reading, so that every read is seen.
constexpr sqlite3_io_methods kMethods = {2,
                                         close_file,
                                         read_file,
                                         write_file,
                                         truncate_file,
                                         sync_file,
                                         file_size,
                                         lock_file,
                                         unlock_file,
                                         check_reserved_lock,
                                         file_control,
                                         sector_size,
                                         device_characteristics,
                                         map_shared,
                                         lock_shared,
                                         shared_barrier,
                                         unmap_shared,
                                         nullptr,
                                         nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  Watched& watched = watched_of(vfs);
  File* mine = file_of(file);
  mine->base.pMethods = nullptr;
  const std::string path = name == nullptr ? "" : name;
  if (const int code = watched.watcher->before(DiskOperation::open, path); code != SQLITE_OK) return code;
  const int code = watched.system->xOpen(watched.system, name, mine->system(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  mine->watched = &watched;
  mine->has_failed = false;
  mine->path = new std::string(path);
  mine->base.pMethods = &kMethods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  Watched& watched = watched_of(vfs);
  if (const int code = watched.watcher->before(DiskOperation::remove, name); code != SQLITE_OK) return code;
  const int code = watched.system->xDelete(watched.system, name, sync_folder);
  if (code == SQLITE_OK) watched.watcher->removed(name);
  return code;
}

Watched& the_watched() {
  static Watched watched;
  return watched;
}

}  // namespace

WatchedDisk::WatchedDisk(DiskWatcher& watcher) {
  sqlite3_initialize();
  Watched& watched = the_watched();
  watched = {&watcher, sqlite3_vfs_find(nullptr)};
  vfs_ = *watched.system;
  vfs_.pNext = nullptr;
  vfs_.zName = "watched";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + watched.system->szOsFile;
  vfs_.pAppData = &watched;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  // The rest goes to the system's functions, which look at nothing of the VFS but its name.
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
    return watched_of(vfs).system->xAccess(watched_of(vfs).system, name, flags, answer);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* into) {
    return watched_of(vfs).system->xFullPathname(watched_of(vfs).system, name, size, into);
  };
  sqlite3_vfs_register(&vfs_, 1);
}

WatchedDisk::~WatchedDisk() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(the_watched().system, 1);
}

}  // namespace pianola::tests
