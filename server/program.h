// What every command of the program works with: where to print, the store it names, the clock and the ids.
// Thread rule: one thread.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/fault.h"
#include "base/ids.h"
#include "workflow/environment.h"

namespace pianola::server {

// project() in CMakeLists.txt says it: the manifests and the packages take it from there too.
inline constexpr const char* kVersion = PIANOLA_VERSION;

// Exit codes of the program.
inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;

// A message as people need it: made for models, it names the tools and arguments that help; people have commands.
std::string for_people(std::string message);

// A command's surroundings; the store is opened by the first that asks for it.
class Program {
 public:
  Program(std::ostream& out, std::ostream& err) : out_(out), err_(err), ids_(clock_, randomness_) {}

  // Where answers go; under `serve` it is the protocol's alone.
  std::ostream& out() { return out_; }
  // Where problems and logs go.
  std::ostream& err() { return err_; }

  // Set by the global options.
  std::string store_path;  // --store or PIANOLA_STORE; empty: the default path
  std::string workspace = "default";
  bool json = false;
  // Set by commands that fill a store: they make the named one where it is not there. For all others a store that is
  // named and not there is a slip; the default one is made by whoever comes first.
  bool makes_store = false;
  // Set by `serve`, which needs to write; for all others a store that may only be read is one to read.
  bool needs_writing = false;

  // Opens the store. Throws Fault where it cannot be opened, or is named and not there.
  workflow::Environment& environment();
  // The workspace as a type. Refuses a name that is none.
  Result<workflow::Actor> actor() const;
  // Says on standard error where a workspace was named that holds no workflow: what is shown of it is empty, and the
  // name may be a slip.
  void note_empty_workspace(const workflow::Actor& actor);
  // The path that store_path stands for.
  std::string resolved_store_path() const;

  // Prints why a command failed: `pianola: MESSAGE`, or {"error": {...}} with --json. Gives kUsage for a code that only
  // a value of the command line is refused with, else kFailure.
  int fail(const Refusal& refusal);
  // The same for a command that was called wrong, whatever the code. Gives kUsage.
  int misuse(const Refusal& refusal);
  // The same for what the command could not mend: code storage_fault, with the kind of fault. Gives kUsage where the
  // store that the command line names is not there, else kFailure.
  int fail(const Fault& fault);

  // The time, and new ids; both the system's.
  Clock& clock() { return clock_; }
  // Ids made at that time.
  IdSource& ids() { return ids_; }
  workflow::Settings settings;

 private:
  std::ostream& out_;
  std::ostream& err_;
  SystemClock clock_;
  SystemRandomness randomness_;
  IdSource ids_;
  std::unique_ptr<workflow::Store> store_;
  std::unique_ptr<workflow::Environment> environment_;
};

}  // namespace pianola::server
