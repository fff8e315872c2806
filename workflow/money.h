// Money in integers: amounts are nano-dollars (10^-9 USD); prices are nano-dollars per million tokens. A product is
// made in 128 bits and rounded once, half to even. Overflow is a Fault (bug), never a wrap.
// Thread rule: plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace pianola::workflow {

// An amount of US dollars.
class Money {
 public:
  constexpr Money() = default;
  // So many nano-dollars; may be negative (a saving that is a loss).
  static constexpr Money from_nanos(std::int64_t nanos) { return Money(nanos); }
  // Rounds half to even; refuses ("bad_amount") negative, not finite, or more than nine billion dollars.
  static Result<Money> from_usd(double usd);

  // The exact amount, as it is stored.
  constexpr std::int64_t nanos() const { return nanos_; }
  // For JSON: USD rounded to 6 decimals, half to even.
  double usd() const;
  // For people: "$2,322.30"; amounts under a dollar keep the digits they need, up to 6 decimals.
  std::string text() const;
  // The same, but any amount keeps the digits it needs, up to 6 decimals: of one request, or a price.
  std::string unit_text() const;

  // Exact; throws Fault (bug) on overflow, as the two below.
  Money operator+(Money other) const;
  // The difference; may be negative.
  Money operator-(Money other) const;
  // Adds in place.
  Money& operator+=(Money other) { return *this = *this + other; }
  // numerator / denominator of it in 128 bits, rounded half to even; denominator > 0.
  Money scaled(std::int64_t numerator, std::int64_t denominator) const;
  auto operator<=>(const Money&) const = default;

 private:
  explicit constexpr Money(std::int64_t nanos) : nanos_(nanos) {}
  std::string text(bool small) const;
  std::int64_t nanos_ = 0;
};

// A price: nano-dollars per million tokens. $15 per million is 15'000'000'000.
class PricePerMillion {
 public:
  constexpr PricePerMillion() = default;
  // So many nano-dollars per million tokens.
  static constexpr PricePerMillion from_nanos(std::int64_t nanos) { return PricePerMillion(nanos); }
  // Rounds to a whole nano-dollar; refuses ("bad_amount") as Money::from_usd.
  static Result<PricePerMillion> from_usd(double usd_per_million);
  // The exact price, as it is stored.
  constexpr std::int64_t nanos() const { return nanos_; }
  // tokens x price x numerator / (1,000,000 x denominator), rounded once; denominator > 0.
  Money of(std::int64_t tokens, std::int64_t numerator = 1, std::int64_t denominator = 1) const;
  auto operator<=>(const PricePerMillion&) const = default;

 private:
  explicit constexpr PricePerMillion(std::int64_t nanos) : nanos_(nanos) {}
  std::int64_t nanos_ = 0;
};

// For JSON: the amount in USD, null where it is not known.
nlohmann::ordered_json usd_or_null(const std::optional<Money>& amount);

// The share part / whole in percent, rounded to `decimals`; whole must not be zero.
double percent(Money part, Money whole, int decimals = 2);

}  // namespace pianola::workflow
