#include "store/verify_standing.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "store/codec.h"
#include "store/row_seals.h"

namespace pianola::store {
namespace {

using workflow::HandIn;

constexpr Statement kRow{R"(
  SELECT current_step, last_hand_in_at, rev, row_seq, idle_hour, mode, state, started_at FROM executions
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id)"};
constexpr Statement kHandIns{R"(
  SELECT seq, step, result, executor, handed_in_at, details, output FROM hand_ins
  WHERE workspace_id = :workspace_id AND execution_id = :execution_id AND seq <= :row_seq
  ORDER BY seq)"};

struct Standing {
  std::string current_step;
  std::int64_t at = 0;
  std::int64_t rev = 0;
  std::int64_t row_seq = 0;
  std::optional<std::int64_t> idle_hour;
};

std::string sealed(const Standing& standing) {
  return seal_of({standing.current_step, standing.at, standing.rev, standing.row_seq,
                  standing.idle_hour ? Bound(*standing.idle_hour) : Bound()});
}

// What of the row stays the same from the sealed hand-in to the row's: else the row would have been sealed in between.
struct Constant {
  bool is_whole = false;
  bool can_idle = false;
  std::int64_t started_at = 0;
};

std::optional<std::int64_t> idle_hour(const Constant& constant, std::int64_t at) {
  if (!constant.can_idle) return std::nullopt;
  return at / (3600 * kMicrosPerSecond);
}

std::string step_after(const HandIn& hand_in) {
  if (hand_in.next == workflow::kGotoEnd) return "";
  return hand_in.next.empty() ? hand_in.step : hand_in.next;
}

// The row as it stood after the first `count` of the hand-ins, in all the ways that there are.
std::vector<Standing> taken_back(const Standing& row, const Constant& constant, const std::vector<HandIn>& hand_ins,
                                 std::size_t count) {
  Standing before = row;
  before.row_seq = static_cast<std::int64_t>(count);
  before.rev = row.rev - (row.row_seq - before.row_seq);
  before.at = count == 0 ? constant.started_at : hand_ins[count - 1].at.micros();
  before.idle_hour = idle_hour(constant, before.at);
  std::vector<std::string> steps = {row.current_step};
  if (!constant.is_whole) steps = {"", hand_ins[count].step, count == 0 ? "" : step_after(hand_ins[count - 1])};
  std::vector<Standing> ways;
  for (std::string& step : steps) {
    ways.push_back(before);
    ways.back().current_step = std::move(step);
  }
  return ways;
}

}  // namespace

bool stood_as_sealed(Database& database, const workflow::WorkspaceName& workspace, std::string_view execution_id,
                     const std::string& seal) {
  std::vector<Row> rows = database.query(kRow, {{":workspace_id", workspace.text()}, {":execution_id", execution_id}});
  if (rows.empty()) return false;
  Standing row{.current_step = rows.front().take_text(), .at = rows.front().take_integer()};
  row.rev = rows.front().take_integer();
  row.row_seq = rows.front().take_integer();
  row.idle_hour = rows.front().take_optional_integer();
  Constant constant{.is_whole = rows.front().take_text() == "whole"};
  const std::string state = rows.front().take_text();
  constant.can_idle = state == "running" || state == "waiting";
  constant.started_at = rows.front().take_integer();
  std::vector<HandIn> hand_ins;
  for (Row& hand_in : database.query(
           kHandIns,
           {{":workspace_id", workspace.text()}, {":execution_id", execution_id}, {":row_seq", row.row_seq}})) {
    hand_ins.push_back(read_hand_in(hand_in));
  }
  if (hand_ins.empty() || hand_ins.back().seq != row.row_seq || std::ssize(hand_ins) != row.row_seq) return false;
  if (row.at != hand_ins.back().at.micros() || row.idle_hour != idle_hour(constant, row.at)) return false;
  if (!constant.is_whole && row.current_step != step_after(hand_ins.back())) return false;
  for (std::size_t count = hand_ins.size(); count-- > 0;) {
    for (const Standing& before : taken_back(row, constant, hand_ins, count)) {
      if (sealed(before) == seal) return true;
    }
  }
  return false;
}

}  // namespace pianola::store
