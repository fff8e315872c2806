// What a disk may hold after the power was cut: everything up to the last sync of each file, and of what was written
// since, any part: kept, dropped, or torn at the bounds of sectors, in any order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/watched_disk.h"

namespace pianola::tests {

enum class DiskEventKind { write, truncate, sync, remove, acknowledged };

struct DiskEvent {
  DiskEventKind kind = DiskEventKind::write;
  std::string file;         // the last part of its path
  std::int64_t offset = 0;  // of a write; the new size of a truncation; the number acknowledged
  std::string bytes;
};

// Records what a run did to its files, and when it acknowledged what.
class DiskRecorder final : public DiskWatcher {
 public:
  void wrote(const std::string& path, std::int64_t offset, std::string_view bytes) override {
    events_.push_back({DiskEventKind::write, name_of(path), offset, std::string(bytes)});
  }
  void truncated(const std::string& path, std::int64_t size) override {
    events_.push_back({DiskEventKind::truncate, name_of(path), size, {}});
  }
  void synced(const std::string& path) override { events_.push_back({DiskEventKind::sync, name_of(path), 0, {}}); }
  void removed(const std::string& path) override { events_.push_back({DiskEventKind::remove, name_of(path), 0, {}}); }
  // The run has told somebody that write `number` is done.
  void acknowledge(std::int64_t number) { events_.push_back({DiskEventKind::acknowledged, {}, number, {}}); }

  const std::vector<DiskEvent>& events() const { return events_; }

 private:
  static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

  std::vector<DiskEvent> events_;
};

using DiskImage = std::map<std::string, std::string>;  // content by file name

// The disk at a moment of a run.
class CutDisk {
 public:
  explicit CutDisk(DiskImage at_start) : durable_(std::move(at_start)) {}

  void advance(const DiskEvent& event) {
    switch (event.kind) {
      case DiskEventKind::write:
      case DiskEventKind::truncate:
        pending_[event.file].push_back(&event);
        return;
      case DiskEventKind::sync:
        for (const DiskEvent* each : pending_[event.file]) apply(*each, durable_[event.file]);
        pending_[event.file].clear();
        return;
      case DiskEventKind::remove:
        durable_.erase(event.file);
        pending_.erase(event.file);
        return;
      case DiskEventKind::acknowledged:
        return;
    }
  }

  // One state in which the disk may come back.
  DiskImage after_cut(std::mt19937_64& random) const {
    enum Fate { all_dropped, first_ones_kept, each_by_chance };
    const auto fate = static_cast<Fate>(random() % 3);
    DiskImage image = durable_;
    for (const auto& [file, events] : pending_) {
      const std::size_t kept = fate == first_ones_kept ? random() % (events.size() + 1) : 0;
      for (std::size_t i = 0; i < events.size(); ++i) {
        if (fate == each_by_chance) {
          apply_by_chance(*events[i], image[file], random);
        } else if (i < kept) {
          apply(*events[i], image[file]);
        }
      }
    }
    return image;
  }

 private:
  static constexpr std::size_t kSector = 512;

  static void put(std::string& content, std::size_t at, std::string_view bytes) {
    if (content.size() < at + bytes.size()) content.resize(at + bytes.size(), '\0');
    content.replace(at, bytes.size(), bytes);
  }

  static void apply(const DiskEvent& event, std::string& content) {
    if (event.kind == DiskEventKind::truncate) {
      content.resize(static_cast<std::size_t>(event.offset), '\0');
    } else {
      put(content, static_cast<std::size_t>(event.offset), event.bytes);
    }
  }

  // Whole, not at all, or some of its sectors.
  static void apply_by_chance(const DiskEvent& event, std::string& content, std::mt19937_64& random) {
    const std::uint64_t dice = random() % 3;
    if (dice == 0) return;
    if (dice == 1 || event.kind == DiskEventKind::truncate) return apply(event, content);
    const auto start = static_cast<std::size_t>(event.offset);
    for (std::size_t at = start; at < start + event.bytes.size();) {
      const std::size_t end = std::min((at / kSector + 1) * kSector, start + event.bytes.size());
      if (random() % 2 == 0) put(content, at, std::string_view(event.bytes).substr(at - start, end - at));
      at = end;
    }
  }

  DiskImage durable_;
  std::map<std::string, std::vector<const DiskEvent*>> pending_;
};

}  // namespace pianola::tests
