#include "workflow/money.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/fault.h"
#include "tests/support/money.h"

namespace pianola::workflow {
namespace {

using tests::usd;

PricePerMillion usd_per_million(double amount) { return PricePerMillion::from_usd(amount).value(); }

TEST(Money, IsKeptInBillionthsOfADollar) {
  EXPECT_EQ(usd(5.20).nanos(), 5'200'000'000);
  EXPECT_EQ(usd(0.1).nanos(), 100'000'000);
  EXPECT_EQ(usd(0).nanos(), 0);
}

TEST(Money, RefusesWhatIsNoAmount) {
  EXPECT_EQ(Money::from_usd(-0.01).error().code, "bad_amount");
  EXPECT_EQ(Money::from_usd(1e10).error().code, "bad_amount");
  EXPECT_EQ(Money::from_usd(std::numeric_limits<double>::quiet_NaN()).error().code, "bad_amount");
  EXPECT_EQ(Money::from_usd(std::numeric_limits<double>::infinity()).error().code, "bad_amount");
}

TEST(Money, IsShownToPeopleWithCentsAndThousands) {
  EXPECT_EQ(usd(2322.30).text(), "$2,322.30");
  EXPECT_EQ(usd(1'234'567.895).text(), "$1,234,567.90");
  EXPECT_EQ(usd(0).text(), "$0.00");
  EXPECT_EQ(Money::from_nanos(-5'200'000'000).text(), "-$5.20");
}

TEST(Money, ShowsTheDigitsThatAmountsUnderADollarNeed) {
  EXPECT_EQ(usd(0.016).text(), "$0.016");
  EXPECT_EQ(usd(0.5).text(), "$0.50");
  EXPECT_EQ(Money::from_nanos(-160'427'000).text(), "-$0.160427");
  EXPECT_EQ(usd(0.0025).text(), "$0.0025");
  EXPECT_EQ(Money::from_nanos(1'000).text(), "$0.000001");
}

TEST(Money, OfOneRequestKeepsTheDigitsItHas) {
  EXPECT_EQ(usd(0.0125).unit_text(), "$0.0125");
  EXPECT_EQ(usd(3.125).unit_text(), "$3.125");
  EXPECT_EQ(usd(2250).unit_text(), "$2,250.00");
}

TEST(Money, IsRoundedToMillionthsForJsonHalfToEven) {
  EXPECT_DOUBLE_EQ(Money::from_nanos(1'500).usd(), 0.000002);
  EXPECT_DOUBLE_EQ(Money::from_nanos(2'500).usd(), 0.000002);
  EXPECT_DOUBLE_EQ(Money::from_nanos(-1'500).usd(), -0.000002);
}

TEST(Money, OverflowIsAFaultAndNeverWraps) {
  const Money most = Money::from_nanos(std::numeric_limits<std::int64_t>::max());
  EXPECT_THROW(most + Money::from_nanos(1), Fault);
  EXPECT_THROW(Money::from_nanos(std::numeric_limits<std::int64_t>::min()) - Money::from_nanos(1), Fault);
  EXPECT_THROW(most.scaled(2, 1), Fault);
  EXPECT_EQ(most.scaled(1'000'000'007, 1'000'000'007), most);
}

TEST(Price, OfTokensIsRoundedOnceHalfToEven) {
  EXPECT_EQ(usd_per_million(15).of(5'000'000), usd(75));
  EXPECT_EQ(PricePerMillion::from_nanos(500'000).of(1).nanos(), 0);  // half a nano-dollar: to even
  EXPECT_EQ(PricePerMillion::from_nanos(1'500'000).of(1).nanos(), 2);
  EXPECT_EQ(PricePerMillion::from_nanos(500'001).of(1).nanos(), 1);
}

TEST(Price, FactorsAreTakenBeforeRounding) {
  const PricePerMillion price = PricePerMillion::from_nanos(1'000'000);  // a nano-dollar a token
  EXPECT_EQ(price.of(7, 1'000, 1'300).nanos(), 5);                       // 5.38
  EXPECT_EQ(price.of(5, 1, 2).nanos(), 2);                               // 2.5: to even
  EXPECT_THROW(usd_per_million(75).of(1'000'000'000'000'000, 1'300, 1'000), Fault);
}

TEST(Price, OfATrillionTokensFits) { EXPECT_EQ(usd_per_million(75).of(100'000'000'000'000), usd(7.5e9)); }

TEST(Percent, IsRoundedToItsDecimals) {
  EXPECT_DOUBLE_EQ(percent(usd(2322.30), usd(2340)), 99.24);
  EXPECT_DOUBLE_EQ(percent(usd(1), usd(3), 0), 33);
  EXPECT_DOUBLE_EQ(percent(Money::from_nanos(-1), Money::from_nanos(4)), -25);
  EXPECT_DOUBLE_EQ(percent(Money::from_nanos(1), Money::from_nanos(-4)), -25);
}

}  // namespace
}  // namespace pianola::workflow
