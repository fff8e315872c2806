#include "base/hmac.h"

#include <gtest/gtest.h>

namespace pianola {
namespace {

// RFC 4231, 4.2 and 4.3.
TEST(Hmac, GivesWhatTheStandardSaysWhicheverKeyWasUsedBefore) {
  const std::string key(20, '\x0b');
  const std::string hi_there = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(hmac_sha256(key, "Hi There"), hi_there);
    EXPECT_EQ(hmac_sha256(key, "Hi There"), hi_there) << "the same key again";
    EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
}

}  // namespace
}  // namespace pianola
