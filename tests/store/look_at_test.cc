// The quick look at a store that the doctor takes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "store/migrate.h"
#include "store/verify.h"
#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

class LookAt : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::string path_ = folder_ / "store.db";
};

TEST_F(LookAt, ASoundStoreInUseIsFoundSound) {
  const std::unique_ptr<workflow::Store> store = open_with_triage(folder_);
  const StoreCondition condition = look_at(path_);
  EXPECT_EQ(condition.schema, newest_schema());
  EXPECT_EQ(condition.damage, "");
  EXPECT_TRUE(condition.may_be_written);
}

TEST_F(LookAt, ADamagedPageIsFound) {
  open_with_triage(folder_).reset();
  constexpr std::streamoff kPage = 4096;
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path_));
  // The last one: the first hold the schema, without which nothing is read at all.
  std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary).seekp(size - kPage) << std::string(100, 'x');
  EXPECT_NE(look_at(path_).damage, "");
}

TEST_F(LookAt, WhatIsNoStoreIsAFault) {
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_THROW(look_at(path_), Fault);
}

}  // namespace
}  // namespace pianola::store
