// A refusal is what the caller can mend: a wrong step, an unknown name, a check that fails. It is a value.
// Functions that can refuse return Result<T>; what nobody can mend by asking differently is a Fault (fault.h).
// Thread rule: plain values.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace pianola {

// Why a request was refused, in words that say what to do next.
struct Refusal {
  std::string code;     // from the one list in docs/errors.md, e.g. "unknown_workflow"
  std::string message;  // one or two sentences: what was wrong, with the value, and what to do
  std::string place;    // JSON Pointer into what was handed in; empty where there is none
  nlohmann::ordered_json data = nlohmann::ordered_json::object();  // further facts, e.g. {"attempts_left": 2}

  bool operator==(const Refusal&) const = default;
};

// A value, or the refusal that stands in its place.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Refusal> {
 public:
  using tl::expected<T, Refusal>::expected;
};

// Makes the refusal that a function returning Result<T> gives back.
inline tl::unexpected<Refusal> refuse(std::string code, std::string message, std::string place = {}) {
  return tl::unexpected<Refusal>(Refusal{std::move(code), std::move(message), std::move(place)});
}

// Hands a refusal on to the caller's own Result.
inline tl::unexpected<Refusal> refuse(Refusal refusal) { return tl::unexpected<Refusal>(std::move(refusal)); }

}  // namespace pianola
