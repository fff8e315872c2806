// Executions that ended, and what is booked of them: for the tests of the accounts. One workflow, "triage", whose one
// step says nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/builders.h"
#include "tests/support/money.h"
#include "workflow/accounts.h"

namespace pianola::workflow::booked {

inline Timestamp on_day(const std::string& text) { return Timestamp::from_date(text).value(); }
inline WorkflowName name(const char* text = "triage") { return WorkflowName::parse(text).value(); }

inline const PriceBook& prices() {
  static const PriceBook book = PriceBook::with({});
  return book;
}

inline Usage usage_told(std::int64_t input, std::int64_t output, std::string model = {}) {
  Usage usage;
  usage.input = input;
  usage.output = output;
  usage.model = std::move(model);
  return usage;
}

// A version whose step says nothing, so that our own overhead is 80 tokens for the start and each accepted hand-in.
inline Version silent_version() {
  Design design;
  design.name = "triage";
  Step step;
  step.id = "do";
  design.steps.push_back(step);
  return {.name = name(), .number = SemVer(1, 0, 0), .hash = Hash::of(""), .design = std::move(design)};
}

// An execution that ended on a day; hand-ins and usage are added by the test.
inline Execution ended(const std::string& on, ExecutionState state, const std::string& executor = "claude-haiku-5-5") {
  Execution execution{.id = tests::an_execution_id(), .workflow = name(), .version = SemVer(1, 0, 0)};
  execution.executor = executor;
  execution.state = state;
  execution.ended_at = on_day(on);
  return execution;
}

inline HandIn hand_in(HandInResult result, std::optional<Usage> usage = {},
                      const std::string& executor = "claude-haiku-5-5") {
  HandIn made;
  made.step = "do";
  made.result = result;
  made.executor = executor;
  made.usage = std::move(usage);
  made.at = on_day("2026-11-02");
  return made;
}

inline Execution with_hand_ins(Execution execution, int accepted, int all) {
  for (int i = 0; i < all; ++i) {
    execution.hand_ins.push_back(
        hand_in(i < accepted ? HandInResult::accepted : HandInResult::refused, {}, execution.executor));
  }
  return execution;
}

inline std::vector<AccountEntry> book(const Execution& execution) {
  return entries_of(execution, silent_version(), prices());
}

inline void add(std::vector<AccountEntry>& to, const std::vector<AccountEntry>& more, int times = 1) {
  for (int i = 0; i < times; ++i) to.insert(to.end(), more.begin(), more.end());
}

inline DesignBooking design_of(SemVer number, const std::string& on, std::optional<Money> cost,
                               const std::string& designed_by = "claude-opus-5-5") {
  return {name(), number, on_day(on), designed_by, {cost, std::nullopt}};
}

inline AccountsOptions today(const std::string& text = "2026-11-24") {
  AccountsOptions options;
  options.now = on_day(text);
  return options;
}

// One haiku execution of 20,000 and 1,000 tokens: $0.0025; $0.09872 on opus.
inline Execution an_ordinary_success(const std::string& on = "2026-11-02") {
  Execution execution = with_hand_ins(ended(on, ExecutionState::succeeded), 3, 3);
  execution.finish_usage = {usage_told(20'000, 1'000)};
  return execution;
}

}  // namespace pianola::workflow::booked
