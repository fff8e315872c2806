#include "mcp/revision.h"

#include "mcp/message.h"

namespace pianola::mcp {
namespace {

constexpr int kLegacyNotFound = -32002;

// name, era, batches, annotations, titles, icons, result_type, caching, not_found, http, closing_cancels, polling
constexpr Revision kRevisions[] = {
    {"2026-07-28", Era::modern, false, true, true, true, true, true, code::kInvalidParams, true, true, false},
    {"2025-11-25", Era::legacy, false, true, true, true, false, false, kLegacyNotFound, true, false, true},
    {"2025-06-18", Era::legacy, false, true, true, false, false, false, kLegacyNotFound, true, false, false},
    {"2025-03-26", Era::legacy, true, true, false, false, false, false, kLegacyNotFound, true, false, false},
    {"2024-11-05", Era::legacy, false, false, false, false, false, false, kLegacyNotFound, false, false, false}};

}  // namespace

std::span<const Revision> revisions() { return kRevisions; }

const Revision* find_revision(std::string_view name) {
  for (const Revision& revision : kRevisions) {
    if (revision.name == name) return &revision;
  }
  return nullptr;
}

const Revision& newest_legacy_revision() { return kRevisions[1]; }

}  // namespace pianola::mcp
