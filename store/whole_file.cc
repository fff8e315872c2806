#include "store/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace pianola::store {
namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

FaultKind system_fault_kind(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return FaultKind::storage_full;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
      return FaultKind::storage_not_writable;
    default:
      return FaultKind::storage_io;
  }
}

void throw_system_fault(const std::string& what, int error) {
  const FaultKind kind = system_fault_kind(error);
  throw Fault(kind, what + ": " + std::generic_category().message(error), kind == FaultKind::storage_full);
}

void sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw_system_fault("cannot open " + path, errno);
  const int failed = ::fsync(file);
  const int error = errno;
  ::close(file);
  if (failed != 0) throw_system_fault("cannot sync " + path, error);
}

void put_in_place(const std::string& finished, const std::string& path) {
  sync_path(finished);
  if (::rename(finished.c_str(), path.c_str()) != 0) throw_system_fault("cannot make " + path, errno);
  sync_path(folder_of(path));
}

void put_in_place_as_new(const std::string& finished, const std::string& path) {
  sync_path(finished);
  if (::link(finished.c_str(), path.c_str()) != 0) throw_system_fault("cannot make " + path, errno);
  remove_file(finished);
  sync_path(folder_of(path));
}

void make_folders(const std::string& path) {
  if (path.empty() || std::filesystem::is_directory(path)) return;
  make_folders(std::filesystem::path(path).parent_path().string());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_system_fault("cannot make the folder " + path, errno);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_system_fault("cannot remove " + path, errno);
}

}  // namespace pianola::store
