#include "workflow/money.h"

#include <cmath>
#include <limits>

#include "base/fault.h"

namespace pianola::workflow {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kNanosPerUsd = 1'000'000'000;
constexpr std::int64_t kNanosPerMicroUsd = 1'000;
constexpr double kMostUsd = 9e9;

// numerator / denominator, half to even; denominator > 0.
Wide divide_half_even(Wide numerator, Wide denominator) {
  Wide quotient = numerator / denominator;
  Wide rest = numerator % denominator;
  if (rest < 0) rest = -rest;
  const Wide twice = rest * 2;
  if (twice > denominator || (twice == denominator && quotient % 2 != 0)) quotient += numerator < 0 ? -1 : 1;
  return quotient;
}

std::int64_t narrow(Wide value) {
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min()) {
    throw Fault(FaultKind::bug, "an amount of money is beyond what 64 bits hold");
  }
  return static_cast<std::int64_t>(value);
}

Result<std::int64_t> nanos_from_usd(double usd) {
  if (!std::isfinite(usd) || usd < 0 || usd > kMostUsd) {
    return refuse("bad_amount", "An amount in USD must be a number from 0 to 9,000,000,000.");
  }
  return static_cast<std::int64_t>(std::nearbyint(usd * static_cast<double>(kNanosPerUsd)));
}

}  // namespace

Result<Money> Money::from_usd(double usd) {
  const Result<std::int64_t> nanos = nanos_from_usd(usd);
  if (!nanos) return refuse(nanos.error());
  return Money(*nanos);
}

double Money::usd() const {
  return static_cast<double>(static_cast<std::int64_t>(divide_half_even(nanos_, kNanosPerMicroUsd))) / 1e6;
}

std::string Money::text() const { return text(nanos_ > -kNanosPerUsd && nanos_ < kNanosPerUsd); }

std::string Money::unit_text() const { return text(true); }

std::string Money::text(bool small) const {
  const bool negative = nanos_ < 0;
  const int decimals = small ? 6 : 2;
  const std::int64_t unit = small ? kNanosPerMicroUsd : kNanosPerUsd / 100;
  Wide units = divide_half_even(nanos_, unit);
  if (negative) units = -units;
  std::string digits = std::to_string(static_cast<std::int64_t>(units));
  while (digits.size() <= static_cast<std::size_t>(decimals)) digits.insert(0, "0");
  std::string whole = digits.substr(0, digits.size() - static_cast<std::size_t>(decimals));
  std::string fraction = digits.substr(whole.size());
  while (small && fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  return (negative ? "-$" : "$") + whole + '.' + fraction;
}

Money Money::operator+(Money other) const { return Money(narrow(Wide{nanos_} + other.nanos_)); }
Money Money::operator-(Money other) const { return Money(narrow(Wide{nanos_} - other.nanos_)); }

Money Money::scaled(std::int64_t numerator, std::int64_t denominator) const {
  return Money(narrow(divide_half_even(Wide{nanos_} * numerator, denominator)));
}

Result<PricePerMillion> PricePerMillion::from_usd(double usd_per_million) {
  const Result<std::int64_t> nanos = nanos_from_usd(usd_per_million);
  if (!nanos) return refuse(nanos.error());
  return PricePerMillion(*nanos);
}

Money PricePerMillion::of(std::int64_t tokens, std::int64_t numerator, std::int64_t denominator) const {
  return Money::from_nanos(narrow(divide_half_even(Wide{nanos_} * tokens * numerator, Wide{1'000'000} * denominator)));
}

double percent(Money part, Money whole, int decimals) {
  std::int64_t scale = 100;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  Wide numerator = Wide{part.nanos()} * scale;
  Wide denominator = whole.nanos();
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  return static_cast<double>(static_cast<std::int64_t>(divide_half_even(numerator, denominator))) /
         (static_cast<double>(scale) / 100.0);
}

nlohmann::ordered_json usd_or_null(const std::optional<Money>& amount) {
  return amount ? nlohmann::ordered_json(amount->usd()) : nlohmann::ordered_json();
}

}  // namespace pianola::workflow
