// JSON values compared as JSON Schema compares them: 1 equals 1.0, true does not equal 1, members have no order.
// Thread rule: plain functions.
#pragma once

#include <cstdint>

#include "base/json.h"

namespace pianola::schema {

// Below, equal or above (-1, 0, 1) in one total order of all values. Adds the work done to `steps`.
int compare_values(const Json& a, const Json& b, std::int64_t& steps);

// The order of two numbers, exact for every mix of integers and doubles.
int compare_numbers(const Json& a, const Json& b);

// True for a number without a fraction, however it is written.
bool is_whole_number(const Json& value);

// True where `value` is a whole multiple of `divisor`, by their decimal digits: 0.07 is a multiple of 0.01.
// Needs two numbers, the divisor above zero.
bool is_multiple_of(const Json& value, const Json& divisor, std::int64_t& steps);

}  // namespace pianola::schema
