// Usage in JSON lines, imported into a store with an ended execution: all lines or none; the same file again changes
// nothing; and a usage alone comes back from its encoding. $EXECUTION in a line stands for the execution's id.
#include "base/ids.h"
#include "store/open.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/builders.h"
#include "tests/support/scratch_folder.h"
#include "workflow/import_usage.h"
#include "workflow/run_execution.h"
#include "workflow/save_version.h"

namespace {

using namespace pianola;            // NOLINT: a program of its own
using namespace pianola::workflow;  // NOLINT

struct World {
  tests::ScratchFolder folder;
  std::unique_ptr<Store> store = store::open_store(folder / "store.db", {.create = true, .durable = false});
  ManualClock clock{Timestamp::from_micros(1'795'000'000'000'000)};
  SeededRandomness randomness{1};
  IdSource ids{clock, randomness};
  Environment environment{.store = *store, .clock = clock, .ids = ids};
  Actor actor{{}, {"claude-opus-5-5", "fuzz 1", ""}, false};
  std::string execution = ended_execution();

  std::string ended_execution() {
    SaveRequest save;
    save.workflow = Json(encode_design(tests::a_design("triage").with_step("read")));
    fuzz::require(save_version(environment, actor, save).has_value(), "the workflow is saved");
    StartRequest start;
    start.name = "triage";
    start.input = Json::object();
    start.executor = "claude-haiku-5-5";
    const auto view = start_execution(environment, actor, start);
    fuzz::require(view.has_value(), "the execution is started");
    FinishRequest finish;
    finish.outcome = FinishOutcome::failed;
    fuzz::require(finish_execution(environment, actor, view->execution.id, finish).has_value(), "and ended");
    return view->execution.id.text();
  }
};

std::string with_id(std::string_view lines, const std::string& id) {
  constexpr std::string_view kStandsFor = "$EXECUTION";
  std::string text(lines);
  for (std::size_t at = text.find(kStandsFor); at != std::string::npos; at = text.find(kStandsFor, at)) {
    text.replace(at, kStandsFor.size(), id);
    at += id.size();
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  const std::string_view all = fuzz::text_of(data, size);
  if (const Result<Json> json = parse_json(all)) {
    if (const Result<Usage> usage = decode_sourced_usage(*json)) {
      const Result<Usage> again = decode_sourced_usage(Json(encode_sourced_usage(*usage)));
      fuzz::require(again && *again == *usage, "usage comes back from its encoding", json->dump());
    }
  }
  const auto undone = world.store->begin_write();
  const std::string lines = with_id(all, world.execution);
  const auto report = import_usage(world.environment, world.actor, lines, false);
  if (!report) {
    fuzz::require(!report.error().message.empty(), "a refusal says why");
    return 0;
  }
  const auto again = import_usage(world.environment, world.actor, lines, false);
  fuzz::require(again && again->changed == 0, "the same file again changes nothing", lines);
  return 0;
}
