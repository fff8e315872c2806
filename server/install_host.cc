#include "server/install_host.h"

#include <filesystem>
#include <utility>

#include "server/settings_file.h"

namespace pianola::server {
namespace {

// A format knows lines, not files.
tl::unexpected<Refusal> of_file(const std::string& file, Refusal refusal) {
  if (refusal.code == "bad_config") refusal.message = file + ", " + refusal.message + ". Nothing was changed.";
  return refuse(std::move(refusal));
}

// Whether `text` is what it was before with nothing but our entries more: before they were there it was the backup, or,
// where there is none, nothing at all. What somebody wrote by hand without a backup is not ours to throw away.
bool is_former_with_entries(const Host& host, const std::optional<std::string>& backup, const std::string& text,
                            const std::string& name) {
  if (!backup && !is_registered_by_us(host, text, name)) return false;
  if (backup) {
    const auto earlier = registered_entry(host, *backup, name);
    if (!earlier || earlier->has_value()) return false;
  }
  // A former text may be of any shape; the present one has been read.
  const Result<std::string> made = with_entries_of(host, backup.value_or(""), text, name);
  return made && *made == text;
}

}  // namespace

Result<HostChange> install_in(const HostTask& task, const Registration& registration) {
  const SettingsLock lock(task.file);
  const Result<SettingsFile> file = read_settings(task.file);
  if (!file) return refuse(file.error());
  Result<std::string> after = register_in(task.host, file->text, registration);
  if (!after) return of_file(task.file, after.error());
  HostChange change{.before = file->text, .after = *std::move(after), .was_there = file->exists};
  if (!change.has_changed()) return change;

  const Result<std::optional<OrderedJson>> entry = registered_entry(task.host, file->text, registration.name);
  if (!entry) return of_file(task.file, entry.error());
  // An entry of an earlier time may go without the text before it being lost.
  const std::optional<std::string> backup = read_backup(*file);
  const bool is_kept_already =
      entry->has_value() && is_former_with_entries(task.host, backup, file->text, registration.name);
  const bool keeps_backup = file->exists && !is_kept_already;
  if (keeps_backup) change.backup = file->backup_path();
  if (task.dry_run) return change;
  if (const Result<void> written = write_settings(*file, change.after, keeps_backup); !written) {
    return refuse(written.error());
  }
  return change;
}

Result<HostChange> uninstall_from(const HostTask& task, const std::string& name) {
  const SettingsLock lock(task.file);
  const Result<SettingsFile> file = read_settings(task.file);
  if (!file) return refuse(file.error());
  Result<std::string> after = unregister_from(task.host, file->text, name);
  if (!after) return of_file(task.file, after.error());
  HostChange change{.before = file->text, .after = *std::move(after), .was_there = file->exists};
  if (!change.has_changed()) return change;

  const std::optional<std::string> backup = read_backup(*file);
  const bool is_restored = is_former_with_entries(task.host, backup, file->text, name);
  if (is_restored) change.after = backup.value_or("");
  change.removed = is_restored && !backup && file->path == file->target;
  const bool keeps_backup = !is_restored;
  if (keeps_backup) change.backup = file->backup_path();
  if (task.dry_run) return change;
  const Result<void> written =
      change.removed ? remove_settings(*file) : write_settings(*file, change.after, keeps_backup);
  if (!written) return refuse(written.error());
  if (is_restored && backup) remove_backup(*file);
  return change;
}

}  // namespace pianola::server
