// The evaluator's inner parts, shared by evaluate.cc (subschemas) and assertions.cc (rules on the value itself).
// Thread rule: one check a thread.
#pragma once

#include <string>
#include <string_view>

#include "schema/program.h"
#include "schema/schema.h"

namespace pianola::schema {

// A value inside the checked one, and the way to it; lives on the stack while it is checked.
struct Spot {
  const Json& value;
  const Spot* parent = nullptr;
  const std::string* name = nullptr;  // in the parent object
  std::size_t index = 0;              // in the parent array

  // The JSON Pointer from the checked value to here.
  std::string pointer() const;
};

// What a check may still spend. Once spent, nothing else counts.
class Budget {
 public:
  explicit Budget(const CheckLimits& limits) : steps_(limits.steps), depth_(limits.depth) {}
  // False where the steps are spent.
  bool spend(std::int64_t steps) { return (steps_ -= steps) >= 0 && !spent_; }
  // Goes one subschema deeper; false where that is too deep.
  bool enter() {
    spent_ = spent_ || depth_-- <= 0;
    return !spent_;
  }
  // Comes back out; once for every enter().
  void leave() { ++depth_; }
  // True once steps or depth did not suffice.
  bool is_spent() const { return spent_ || steps_ < 0; }

 private:
  std::int64_t steps_;
  int depth_;
  bool spent_ = false;
};

// What looking at a text once spends beside its place: a step for 64 bytes.
inline std::int64_t steps_of_text(std::string_view text) { return static_cast<std::int64_t>(text.size() / 64); }

// Whether what is wrong is put into words: only where a finding takes them.
enum class Telling { nothing, words };

// Checks a rule that looks at the value alone and needs no subschema. Empty where it holds, else what is wrong.
std::string broken_assertion(const Rule& rule, const Spot& at, Budget& budget, Telling telling);

// True for the kinds that broken_assertion checks.
bool is_assertion(RuleKind kind);

// True where the pattern is found in the text.
bool finds(const Pattern& pattern, std::string_view text, Budget& budget);

// The keyword that a finding names.
std::string_view keyword_of(RuleKind kind);

// `"a","b"` of a list, at most about 300 bytes of it; and one value by itself.
std::string listed(const Json& values);
std::string shown(const Json& value);

}  // namespace pianola::schema
