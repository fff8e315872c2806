// A workflow has one design: what its drafts cost up to the first published version; each revision likewise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/workflow/booked.h"

namespace pianola::workflow {
namespace {

using namespace booked;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;
using tests::usd;

DesignBooking draft_of(SemVer number, std::optional<Money> cost) {
  DesignBooking draft = design_of(number, "2026-11-01", cost);
  draft.is_draft = true;
  return draft;
}

Accounts accounts_of(const std::vector<DesignBooking>& designs) {
  return summarize(book(an_ordinary_success()), designs, prices(), today());
}

TEST(DesignCost, ToldOnceCountsForTheDraftsBeforeItOfWhichNothingWasTold) {
  const Accounts accounts = accounts_of({draft_of({1, 0, 0}, {}), design_of({1, 0, 1}, "2026-11-02", usd(0.21))});
  EXPECT_EQ(accounts.design_cost, usd(0.21));
  EXPECT_EQ(accounts.revision_cost, Money());
  EXPECT_EQ(accounts.total_cost, usd(0.2125));
}

TEST(DesignCost, IsThatOfAllDraftsUpToTheFirstPublishedVersion) {
  const Accounts accounts =
      accounts_of({draft_of({1, 0, 0}, usd(0.10)), draft_of({1, 0, 1}, {}),
                   design_of({1, 0, 2}, "2026-11-01", usd(0.20)), design_of({1, 1, 0}, "2026-11-03", usd(0.40))});
  EXPECT_EQ(accounts.design_cost, usd(0.30));
  EXPECT_EQ(accounts.revision_cost, usd(0.40));
}

TEST(DesignCost, OfADraftIsNotThatOfTheVersionsAfterIt) {
  const Accounts accounts = accounts_of({draft_of({1, 0, 0}, usd(0.10)), design_of({1, 0, 1}, "2026-11-01", {})});
  EXPECT_EQ(accounts.design_cost, std::nullopt);
  EXPECT_THAT(accounts.notes[0], HasSubstr("What designing triage 1.0.1 cost is not known"));
}

TEST(DesignCost, OfAPublishedVersionIsNotToldByALaterOne) {
  const Accounts accounts =
      accounts_of({design_of({1, 0, 0}, "2026-11-01", {}), design_of({1, 0, 1}, "2026-11-01", usd(0.20))});
  EXPECT_EQ(accounts.design_cost, std::nullopt);
  EXPECT_EQ(accounts.revision_cost, usd(0.20));
}

TEST(DesignCost, OfDraftsOfWhichNothingWasToldIsUnknown) {
  const Accounts accounts = accounts_of({draft_of({1, 0, 0}, {}), draft_of({1, 0, 1}, {})});
  EXPECT_EQ(accounts.design_cost, std::nullopt);
  EXPECT_EQ(accounts.total_cost, std::nullopt);
}

}  // namespace
}  // namespace pianola::workflow
