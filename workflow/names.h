// The names and numbers of the domain as types, each made only from valid text, so that nobody validates twice.
// Thread rule: plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pianola::workflow {

// A slug: [a-z0-9][a-z0-9-]{0,63}.
class WorkflowName {
 public:
  // Refuses ("bad_name") with a slug made from the text where that is possible.
  static Result<WorkflowName> parse(std::string_view text);
  // The text it was parsed from.
  const std::string& text() const { return text_; }
  auto operator<=>(const WorkflowName&) const = default;

 private:
  explicit WorkflowName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// True for [a-z0-9][a-z0-9_-]{0,63}, not "end" and not "escalate": a step's or a designed edge case's id.
bool is_step_id(std::string_view text);

// What a change asks of the version number.
enum class Bump { patch, minor, major };
// "patch", "minor", "major".
std::string_view to_string(Bump bump);

// MAJOR.MINOR.PATCH (https://semver.org/spec/v2.0.0.html, without pre-release and build parts).
class SemVer {
 public:
  constexpr SemVer() = default;
  constexpr SemVer(std::int32_t major, std::int32_t minor, std::int32_t patch)
      : major_(major), minor_(minor), patch_(patch) {}
  // Refuses ("bad_version") what is not three numbers of at most nine digits without leading zeros.
  static Result<SemVer> parse(std::string_view text);
  // MAJOR.MINOR.PATCH.
  std::string text() const;
  // The next number: the part counted up, those behind it zero.
  SemVer bumped(Bump bump) const;
  // Its parts.
  constexpr std::int32_t major() const { return major_; }
  constexpr std::int32_t minor() const { return minor_; }
  constexpr std::int32_t patch() const { return patch_; }
  auto operator<=>(const SemVer&) const = default;

 private:
  std::int32_t major_ = 0;
  std::int32_t minor_ = 0;
  std::int32_t patch_ = 0;
};

// SHA-256, as 64 lower-case hexadecimal digits.
class Hash {
 public:
  // The hash of some bytes.
  static Hash of(std::string_view bytes);
  // Refuses ("bad_hash") what is not 64 hexadecimal digits.
  static Result<Hash> parse(std::string_view text);
  // The text it was parsed from.
  const std::string& text() const { return text_; }
  // The 12 digits that a playbook shows and `if_hash` takes.
  std::string short_form() const { return text_.substr(0, 12); }
  auto operator<=>(const Hash&) const = default;

 private:
  explicit Hash(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A UUIDv7 that names one kind of thing.
template <class Kind>
class Id {
 public:
  // Refuses (Kind::kUnknownCode) text that is no UUID, saying what such an id looks like and where it comes from.
  static Result<Id> parse(std::string_view text);
  // The text it was parsed from.
  const std::string& text() const { return text_; }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// What tells ids of executions from those of reports.
struct ExecutionKind {
  static constexpr std::string_view kUnknownCode = "unknown_execution";
  static constexpr std::string_view kFrom = "execution_start";
};
// Ids of edge case reports.
struct ReportKind {
  static constexpr std::string_view kUnknownCode = "unknown_edge_case";
  static constexpr std::string_view kFrom = "report_edge_case or workflow_review";
};
using ExecutionId = Id<ExecutionKind>;
using ReportId = Id<ReportKind>;

// The tenant. It comes from the credential, never from an argument of a tool: [a-z0-9][a-z0-9_-]{0,63}.
class WorkspaceName {
 public:
  WorkspaceName() = default;  // "default"
  // Refuses ("bad_workspace") what is no such name.
  static Result<WorkspaceName> parse(std::string_view text);
  // The text it was parsed from.
  const std::string& text() const { return text_; }
  auto operator<=>(const WorkspaceName&) const = default;

 private:
  explicit WorkspaceName(std::string text) : text_(std::move(text)) {}
  std::string text_ = "default";
};

// Who wrote something: what the caller says, or its host says for it.
struct Author {
  std::string model;   // "claude-opus-5-5"; "unknown" where nobody said
  std::string client;  // the MCP client's name and version, or "pianola" for the command line
  std::string key;     // the access key's prefix; empty over stdio
  bool operator==(const Author&) const = default;
};

}  // namespace pianola::workflow
