// Use cases: everything of a store as files that people read and git compares, and back. One folder a workspace:
//
//     default/workflows/NAME/1.0.0.json          a version, with its design
//     default/edge-cases/NAME/REPORT_ID.json     a report with everything told
//     default/executions/NAME/2026-11-24.jsonl   executions started on that day, each followed by its hand-ins
//     default/canaries.jsonl                     which versions are canaries
//     default/accounts.jsonl                     the accounts' entries
//     default/prices.json                        the prices set here
//     default/audit/...                          the audit log: workspace.jsonl, workflows/NAME.jsonl,
//                                                executions/2026-11-24.jsonl
//
// Equal stores give equal files. Thread rule: as the Environment.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "workflow/environment.h"

namespace pianola::workflow {

// Takes one finished file, by its path below the export's folder.
using ExportSink = std::function<void(const std::string& path, const std::string& text)>;

// Every workspace. The store must not change meanwhile: export a copy (store/backup.h).
void export_store(Environment& environment, const ExportSink& sink);

// What a row that the audit log tells of is to people, and the file that tells of it.
struct ExportPlace {
  std::string thing;  // "hand-in 2 of execution ID"
  std::string file;   // below the workspace's folder; empty for executions, whose file their workflow and day make
};

// `row` as AuditEntry::rows names it, of the chain; empty: the chain itself.
ExportPlace place_in_export(const std::string& chain, const std::string& row);

// Where an import reads from.
struct ExportSource {
  std::vector<std::string> paths;  // of every file, below the export's folder
  std::function<Result<std::string>(const std::string& path)> read;
};

// Something that a chain of the audit log and the rows that belong to it do not agree in.
struct ChainProblem {
  std::string row;    // as AuditEntry::rows names it; empty: the chain itself
  std::string words;  // of a row what follows its name: "is missing: the audit log tells of it"
};

// How an import looks through what it wrote, within its transaction: what `pianola verify` finds wrong with a chain.
using ChainCheck =
    std::function<std::vector<ChainProblem>(Store& store, const WorkspaceName& workspace, const std::string& chain)>;

// What an import brought, and what was there before.
struct ImportCount {
  std::int64_t added = 0;
  std::int64_t updated = 0;  // the files knew more of it than the store
  std::int64_t kept = 0;     // equal, or the store knew more
};

// What an import did, by kind of record.
struct ImportReport {
  ImportCount versions;
  ImportCount executions;
  ImportCount reports;
  ImportCount prices;
  std::int64_t audit_entries = 0;  // added
};

// Adds what the store lacks, in one transaction. What is in both must agree: one side may only be an earlier state of
// the other, which the audit chains and the rows' counters tell; and every chain that is written must pass the check.
// Refuses, having changed nothing: bad_export (a file is damaged, or no export's), import_conflict (data.conflicts:
// every contradiction).
Result<ImportReport> import_store(Environment& environment, const ExportSource& source, const ChainCheck& check);

}  // namespace pianola::workflow
