#include "schema/equality.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

namespace pianola::schema {
namespace {

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

// long double holds every int64, uint64 and double exactly on the processors we build for.
long double exact(const Json& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return static_cast<long double>(number.get<double>());
}

int rank(const Json& value) {
  if (value.is_null()) return 0;
  if (value.is_boolean()) return 1;
  if (value.is_number()) return 2;
  if (value.is_string()) return 3;
  return value.is_array() ? 4 : 5;
}

int compare_arrays(const Json& a, const Json& b, std::int64_t& steps) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const int order = compare_values(a[i], b[i], steps)) return order;
  }
  return 0;
}

int compare_objects(const Json& a, const Json& b, std::int64_t& steps) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (auto left = a.begin(), right = b.begin(); left != a.end(); ++left, ++right) {
    steps += 1 + static_cast<std::int64_t>(std::min(left.key().size(), right.key().size()) / 64);
    if (const int order = left.key().compare(right.key())) return sign(order);
    if (const int order = compare_values(*left, *right, steps)) return order;
  }
  return 0;
}

// |number| = digits * 10^exponent, digits without trailing zeros lost to rounding: the shortest that read back.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal_of(const Json& number) {
  if (number.is_number_unsigned()) return {number.get<std::uint64_t>(), 0};
  if (number.is_number_integer()) {
    const auto value = number.get<std::int64_t>();
    return {value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value), 0};
  }
  std::array<char, 32> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number.get<double>()),
                                     std::chars_format::scientific);
  Decimal decimal;
  bool fraction = false;
  const char* at = buffer.data();
  for (; at != written.ptr && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
    } else {
      decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*at - '0');
      if (fraction) --decimal.exponent;
    }
  }
  int power = 0;
  if (at != written.ptr) ++at;
  if (at != written.ptr && *at == '+') ++at;
  std::from_chars(at, written.ptr, power);
  decimal.exponent += power;
  return decimal;
}

}  // namespace

int compare_numbers(const Json& a, const Json& b) {
  const long double left = exact(a);
  const long double right = exact(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

int compare_values(const Json& a, const Json& b, std::int64_t& steps) {
  ++steps;
  if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
  switch (a.type()) {
    case Json::value_t::string: {
      const auto& left = a.get_ref<const std::string&>();
      const auto& right = b.get_ref<const std::string&>();
      steps += static_cast<std::int64_t>(std::min(left.size(), right.size()) / 64);
      return sign(left.compare(right));
    }
    case Json::value_t::array:
      return compare_arrays(a, b, steps);
    case Json::value_t::object:
      return compare_objects(a, b, steps);
    case Json::value_t::boolean:
      return static_cast<int>(a.get<bool>()) - static_cast<int>(b.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return compare_numbers(a, b);
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      return 0;
  }
  return 0;
}

bool is_whole_number(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  return std::isfinite(number) && number == std::floor(number);
}

bool is_multiple_of(const Json& value, const Json& divisor, std::int64_t& steps) {
  constexpr std::uint64_t kMostForTimesTen = std::numeric_limits<std::uint64_t>::max() / 10;
  const Decimal number = decimal_of(value);
  const Decimal by = decimal_of(divisor);
  // One division a power of ten that lies between them.
  steps += 1 + std::abs(number.exponent - by.exponent) / 8;
  if (number.digits == 0) return true;
  if (by.digits > kMostForTimesTen) return std::fmod(exact(value), exact(divisor)) == 0;
  if (number.exponent >= by.exponent) {
    std::uint64_t remainder = number.digits % by.digits;
    for (int i = number.exponent; i > by.exponent && remainder != 0; --i) remainder = remainder * 10 % by.digits;
    return remainder == 0;
  }
  std::uint64_t scaled = by.digits;
  for (int i = number.exponent; i < by.exponent; ++i) {
    if (scaled > kMostForTimesTen) return false;
    scaled *= 10;
  }
  return number.digits % scaled == 0;
}

}  // namespace pianola::schema
