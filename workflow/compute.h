// Computed steps: what the server works out itself from an execution's values, at no token's cost. Deterministic and
// bounded: the same values give the same output, or the same sentence that says why there is none.
// Thread rule: plain functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "workflow/bindings.h"
#include "workflow/design.h"

namespace pianola::workflow {

inline constexpr std::size_t kMostComputations = 50;                  // properties of one step
inline constexpr std::size_t kLargestTable = std::size_t{64} * 1024;  // bytes of a look-up's table as compact JSON
inline constexpr std::size_t kLongestComputedText = 100'000;          // bytes, of a text or a look-up's key

// By whom computed steps are handed in, in place of a model's name.
inline constexpr std::string_view kServerExecutor = "pianola";

// The ways to compute a property.
enum class ComputeWay { number, is, text, look_up, days_between, hours_between, minutes_between };
// The way that is given, or nothing where there is none or more than one.
std::optional<ComputeWay> way_of(const Computation& computation);
// Its JSON name.
std::string_view to_string(ComputeWay way);

// Everything in a step that may hold {{...}}: its instruction, and the texts of what is computed.
std::string bound_text(const Step& step);
// The texts of one computation that may hold {{...}}.
std::vector<std::string> texts_of(const Computation& computation);

// What is computed, in one line: "total = {{input.price}} * 2; late is {{steps.age.days}} > 30".
std::string describe_computations(const Computations& computations);
// What a model is asked in a hand-off: the same, a line a property, with tables, and values filled in.
std::string ask_for_computations(const Step& step, const BindingScope& scope);
// The schema of what is computed, for a designer who wrote none.
Json schema_of_computations(const Computations& computations);

// The output, or the sentence that says which property could not be computed and why. `step` must be computed.
tl::expected<Json, std::string> compute_output(const Step& step, const BindingScope& scope);

// Microseconds since 1970, UTC, of an ISO 8601 date, or date and time with or without an offset; nothing where it is
// none.
std::optional<std::int64_t> parse_moment(std::string_view text);

}  // namespace pianola::workflow
