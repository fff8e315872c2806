// A store in which everything happened that can be stored: what tests of whole stores start from.
#pragma once

#include "tests/tools/execution_fixture.h"
#include "workflow/access.h"
#include "workflow/canary.h"
#include "workflow/publishing.h"
#include "workflow/report_edge_case.h"
#include "workflow/set_prices.h"

namespace pianola::tests {

class FullStoreTest : public ExecutionToolTest {
 protected:
  using SaveRequest = workflow::SaveRequest;

  FullStoreTest() {
    play();
    EXPECT_TRUE(library.save(R"({"name": "triage", "context": "We sell boots."})", "1.0.0"));
    SaveRequest draft;
    draft.workflow = Json(workflow::encode_design(a_mail_design("draft-only")));
    draft.publish = false;
    draft.design_cost.given = workflow::Money::from_nanos(5'200'000'000);
    EXPECT_TRUE(library.save(draft));
    started("whole");
    play_batch();
    tell("The shoe is alive.");
    tell("The shoe is alive.");
    tell("Nobody speaks this language.");
    workflow::set_prices(library.environment, library.designer, {a_price(3)});
    workflow::ModelPrice taken_back = a_price(4);
    taken_back.model = "taken-back";
    workflow::set_prices(library.environment, library.designer, {taken_back});
    EXPECT_TRUE(workflow::remove_prices(library.environment, library.designer, "taken-back", std::nullopt));
    workflow::create_key(library.environment, library.designer, {workflow::AccessRole::designer, "CI", std::nullopt});
    const auto revoked =
        workflow::create_key(library.environment, library.designer, {.lifetime_micros = kMicrosPerDay});
    EXPECT_TRUE(workflow::revoke_key(library.environment, library.designer, revoked.key.prefix));
    EXPECT_TRUE(workflow::retire_version(library.environment, library.designer, triage(), {1, 0, 0}, "old"));
    SaveRequest next;
    next.workflow = Json{{"name", "triage"}, {"context", "We sell gloves."}};
    next.base_version = "1.0.1";
    next.publish = false;
    const auto saved = library.save(next);
    EXPECT_TRUE(
        workflow::start_canary(library.environment, library.designer, triage(), saved.value().number, 10, true));
  }

  // One execution from start to end, with a refused hand-in; gives its id.
  std::string play() {
    const std::string id = started("guided", {{"executor", "claude-haiku-5-5"}});
    hand_in_parse(id, "no quote");
    hand_in_parse(id);
    hand_in_reply(id);
    finish({{"execution_id", id},
            {"outcome", "succeeded"},
            {"confidence", 0.1},
            {"usage", {{"input_tokens", 1000}, {"output_tokens", 100}, {"model", "claude-haiku-5-5"}}}});
    return id;
  }
  // A batch of two, one item of which has failed; gives its id.
  std::string play_batch() {
    std::string id = id_of(start({{"name", "triage"}, {"inputs", {{{"mail", "Hi."}}, {{"mail", "Ho."}}}}}));
    const Json usage = {{"input_tokens", 1000}, {"output_tokens", 100}, {"model", "claude-haiku-5-5"}};
    finish({{"execution_id", id}, {"outcome", "failed"}, {"usage", usage}});
    return id;
  }
  workflow::ReportId tell(const std::string& situation, const std::string& execution_id = {}) {
    workflow::ReportRequest request{.situation = situation, .name = "triage", .what_was_done = "Waited."};
    request.execution_id = execution_id;
    library.clock.advance_micros(kMicrosPerSecond);
    return workflow::report_edge_case(library.environment, library.designer, request).value().report.id;
  }
  static workflow::ModelPrice a_price(int usd) {
    return workflow::decode_price({{"provider", "own"},
                                   {"model", "small"},
                                   {"valid_from", "2026-01-01"},
                                   {"input", usd},
                                   {"output", 0.15},
                                   {"source", "test"}})
        .value();
  }
  static workflow::WorkflowName triage() { return workflow::WorkflowName::parse("triage").value(); }
};

}  // namespace pianola::tests
