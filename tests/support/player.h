// Plays one execution of a design without a store: hands in steps and finishes, a minute apart.
//
//     Player player(a_design().with_step("a").with_step("b"));
//     EXPECT_EQ(player.hand_in("a").kind, StepAnswerKind::accepted);
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/builders.h"
#include "workflow/compiled_version.h"

namespace pianola::tests {

// What a step that asks for a "topic" takes, and what it refuses.
inline const Json kGood = {{"topic", "a"}};
inline const Json kBad = {{"topic", 3}};

class Player {
 public:
  explicit Player(const workflow::Design& design, workflow::Mode mode = workflow::Mode::guided,
                  Json input = Json::object())
      : version_(workflow::CompiledVersion::compile(design).value()),
        execution(an_execution(design, mode, std::move(input))) {
    workflow::begin(version_, execution);
  }

  // A hand-in that is done; every one differs from the others unless the test says so.
  static workflow::HandInRequest done(std::string step) {
    workflow::HandInRequest request;
    request.step = std::move(step);
    return request;
  }
  static workflow::HandInRequest done(std::string step, Json output) {
    workflow::HandInRequest request = done(std::move(step));
    request.output = std::move(output);
    return request;
  }
  static workflow::HandInRequest with_outcome(std::string step, workflow::HandInOutcome outcome,
                                              std::string note = {}) {
    workflow::HandInRequest request;
    request.step = std::move(step);
    request.outcome = outcome;
    request.note = std::move(note);
    return request;
  }

  // The same by another executor than the one that started.
  static workflow::HandInRequest by(std::string executor, workflow::HandInRequest request) {
    request.executor = std::move(executor);
    return request;
  }

  workflow::StepAnswer hand_in(const workflow::HandInRequest& request) {
    now = now.plus_micros(60 * kMicrosPerSecond);
    return workflow::hand_in(context(), execution, request);
  }
  workflow::StepAnswer hand_in(std::string step) { return hand_in(done(std::move(step))); }
  workflow::StepAnswer hand_in(std::string step, Json output) {
    return hand_in(done(std::move(step), std::move(output)));
  }
  workflow::FinishAnswer finish(const workflow::FinishRequest& request) {
    now = now.plus_micros(60 * kMicrosPerSecond);
    return workflow::finish(context(), execution, request);
  }
  workflow::FinishAnswer finish(workflow::FinishOutcome outcome, std::vector<workflow::HandInRequest> steps = {}) {
    workflow::FinishRequest request;
    request.outcome = outcome;
    request.steps = std::move(steps);
    return finish(request);
  }
  workflow::ExecutionContext context() const { return {version_, execution.input, now, kMicrosPerDay}; }
  const workflow::CompiledVersion& version() const { return version_; }

 private:
  workflow::CompiledVersion version_;

 public:
  workflow::Execution execution;
  Timestamp now = kTestStart;
};

}  // namespace pianola::tests
