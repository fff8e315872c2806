#include "server/settings_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "server/read_file.h"
#include "store/whole_file.h"

namespace pianola::server {
namespace {

constexpr std::size_t kMostSettingsBytes = std::size_t{256} * 1024 * 1024;

// Also of a link whose target is not there yet.
std::string target_of(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path target = std::filesystem::weakly_canonical(path, ignored);
  if (std::filesystem::is_symlink(target, ignored)) {
    target = target.parent_path() / std::filesystem::read_symlink(target, ignored);
  }
  return target.empty() ? path : target.string();
}

// A new file beside `target` that holds `text`; gone at the end where it was not put in place.
class Replacement {
 public:
  explicit Replacement(const std::string& target) : path_(target + ".XXXXXX"), file_(::mkstemp(path_.data())) {
    if (file_ < 0) store::throw_system_fault("cannot make a file beside " + target, errno);
  }
  ~Replacement() {
    if (file_ >= 0) ::close(file_);
    ::unlink(path_.c_str());
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  // The mode and owner of another file. Gives false where they cannot be had.
  bool take_after(const struct stat& old) const {
    struct stat own {};
    if (::fstat(file_, &own) != 0) return false;
    const bool is_same_owner = own.st_uid == old.st_uid && own.st_gid == old.st_gid;
    return (is_same_owner || ::fchown(file_, old.st_uid, old.st_gid) == 0) && ::fchmod(file_, old.st_mode & 07777) == 0;
  }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) store::throw_system_fault("cannot write " + path_, errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  // Whole on the disk, so that nothing is left to do but the renaming.
  void finish() {
    ::close(file_);
    file_ = -1;
    store::sync_path(path_);
  }

  void put_in_place(const std::string& target) const {
    if (::rename(path_.c_str(), target.c_str()) != 0) store::throw_system_fault("cannot make " + target, errno);
  }

 private:
  std::string path_;
  int file_;
};

tl::unexpected<Refusal> read_only(const std::string& path, const std::string& why) {
  return refuse("read_only_file", "\"" + path + "\" cannot be written: " + why + ". Nothing was changed.");
}

// Refuses what may not be written.
Result<void> check_writable(const SettingsFile& file) {
  const std::string folder = std::filesystem::path(file.target).parent_path().string();
  struct stat status {};
  const bool is_there = ::stat(file.target.c_str(), &status) == 0;
  constexpr mode_t kAnyWrite = S_IWUSR | S_IWGRP | S_IWOTH;
  if (is_there && ((status.st_mode & kAnyWrite) == 0 || ::access(file.target.c_str(), W_OK) != 0)) {
    return read_only(file.path, "it is read-only");
  }
  if (::access(folder.c_str(), F_OK) == 0 && ::access(folder.c_str(), W_OK) != 0) {
    return read_only(file.path, "nothing may be written in " + folder);
  }
  return {};
}

// Refuses what is not any more as it was read.
Result<void> check_unchanged(const SettingsFile& file) {
  const Result<SettingsFile> now = read_settings(file.path);
  if (!now) return refuse(now.error());
  if (now->exists == file.exists && now->text == file.text) return {};
  return refuse("settings_changed", "\"" + file.path + "\" was just changed by another program: try again.");
}

// What is to take the place of `path`, finished.
Result<std::unique_ptr<Replacement>> prepare(const SettingsFile& file, const std::string& path, std::string_view text) {
  auto replacement = std::make_unique<Replacement>(path);
  struct stat old {};
  if (::stat(file.target.c_str(), &old) == 0 && !replacement->take_after(old)) {
    return read_only(file.path, "it is another user's");
  }
  replacement->write(text);
  replacement->finish();
  return replacement;
}

}  // namespace

SettingsLock::SettingsLock(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(target_of(path)).parent_path();
  std::error_code ignored;
  while (folder.has_relative_path() && !std::filesystem::is_directory(folder, ignored)) folder = folder.parent_path();
  folder_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (folder_ >= 0 && ::flock(folder_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

SettingsLock::~SettingsLock() {
  if (folder_ >= 0) ::close(folder_);
}

Result<SettingsFile> read_settings(const std::string& path) {
  SettingsFile file{.path = path, .target = target_of(path)};
  struct stat status {};
  file.exists = ::stat(file.target.c_str(), &status) == 0;
  if (!file.exists && errno == ENOENT) return file;
  if (file.exists && !S_ISREG(status.st_mode)) {
    return refuse("unreadable_file", "\"" + path + "\" is no file: move it away.");
  }
  Result<std::string> text = read_text_file(file.target, kMostSettingsBytes);
  if (!text) return refuse(text.error());
  file.text = *std::move(text);
  return file;
}

std::optional<std::string> read_backup(const SettingsFile& file) {
  const Result<SettingsFile> backup = read_settings(file.backup_path());
  return backup && backup->exists ? std::optional<std::string>(backup->text) : std::nullopt;
}

Result<void> write_settings(const SettingsFile& file, std::string_view text, bool keeps_backup) {
  store::make_folders(std::filesystem::path(file.target).parent_path().string());
  if (Result<void> writable = check_writable(file); !writable) return writable;
  std::unique_ptr<Replacement> backup;
  if (keeps_backup) {
    auto kept = prepare(file, file.backup_path(), file.text);
    if (!kept) return refuse(kept.error());
    backup = *std::move(kept);
  }
  const auto settings = prepare(file, file.target, text);
  if (!settings) return refuse(settings.error());
  // Last, as the disk takes its time: another program's write between here and the renaming would be lost.
  if (Result<void> unchanged = check_unchanged(file); !unchanged) return unchanged;
  if (backup != nullptr) backup->put_in_place(file.backup_path());
  (*settings)->put_in_place(file.target);
  store::sync_path(std::filesystem::path(file.target).parent_path().string());
  return {};
}

Result<void> remove_settings(const SettingsFile& file) {
  if (Result<void> writable = check_writable(file); !writable) return writable;
  if (Result<void> unchanged = check_unchanged(file); !unchanged) return unchanged;
  store::remove_file(file.target);
  return {};
}

void remove_backup(const SettingsFile& file) { store::remove_file(file.backup_path()); }

}  // namespace pianola::server
