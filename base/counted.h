// A number with what it counts: "1 execution", "3 executions". Thread rule: plain functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pianola {

// `many` is the plural where it is not `one` with an s.
inline std::string counted(std::int64_t count, std::string_view one, std::string_view many = {}) {
  std::string text = std::to_string(count) + " ";
  if (count == 1) return text.append(one);
  return many.empty() ? text.append(one) + "s" : text.append(many);
}

}  // namespace pianola
