// A design from a proven run: the steps that one execution really took become the steps of a draft, what came from its
// input or from earlier outputs becomes a binding, what it handed in tells the outputs' form and is an example, and the
// run is a golden case. Procedures taken from runs that succeeded help; those written without them mostly do not.
//
// To record a run of a task that has no steps yet, a designer saves a draft without any, starts it in whole mode, and
// hands in each step that it took, with a note that says what to do. Thread rule: as the Environment.
#pragma once

#include <string>
#include <vector>

#include "workflow/save_version.h"

namespace pianola::workflow {

// A design made from a run, and what was made of its texts, in sentences.
struct CompiledRun {
  Design design;
  std::vector<std::string> notes;
};

// The design of the execution's version, its steps as they were taken. A step that the version knows keeps what its
// designer wrote, and gets what it lacks; one that it does not know is put in behind the step that was done before it,
// its note as the instruction. Refuses not_proven: it did not succeed, or nothing was handed in.
Result<CompiledRun> compile_run(const Version& version, const Execution& execution);

// What to save of a run. `changes` are fields of a design that go before those of the run ("name" too: another name is
// another workflow). `request` says all but the design itself; its base is the newest version unless it names one.
struct SaveRunRequest {
  std::string execution_id;
  Json changes = Json::object();
  SaveRequest request;
};

// Saves a run as a version, a draft unless `publish` says otherwise. Refuses what compile_run and save_version refuse,
// and unknown_execution.
Result<SavedVersion> save_run(Environment& environment, const Actor& actor, SaveRunRequest wanted);

}  // namespace pianola::workflow
