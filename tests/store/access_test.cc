// Keys, secrets and sessions are read with every request over HTTP and kept meanwhile: whatever any connection writes
// counts at once.
#include <gtest/gtest.h>

#include "store/sqlite.h"
#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

class AccessReads : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::unique_ptr<workflow::Store> server_ = open_store(folder_ / "store.db");
  std::unique_ptr<workflow::Store> other_ = open_store(folder_ / "store.db");

  static workflow::AccessKey a_key(const std::string& prefix) {
    workflow::AccessKey key;
    key.prefix = prefix;
    key.hash = std::string(64, prefix.back());
    key.created_at = at(0);
    return key;
  }
  void insert(workflow::Store& store, const std::string& prefix) {
    committed(store, [&] { store.access().insert(workspace(), a_key(prefix)); });
  }
  bool is_revoked(const std::string& prefix) { return server_->access().find(prefix)->revoked_at.has_value(); }
};

TEST_F(AccessReads, AKeyThatAnotherConnectionRevokesIsRevokedAtOnce) {
  insert(*server_, "pia_00000001");
  EXPECT_FALSE(is_revoked("pia_00000001"));
  EXPECT_FALSE(is_revoked("pia_00000001")) << "as it is kept";
  committed(*other_, [&] { EXPECT_TRUE(other_->access().revoke(workspace(), "pia_00000001", at(5))); });
  EXPECT_TRUE(is_revoked("pia_00000001"));
}

TEST_F(AccessReads, AKeyThatIsRevokedHereIsRevokedAtOnce) {
  insert(*server_, "pia_00000001");
  EXPECT_FALSE(is_revoked("pia_00000001"));
  committed(*server_, [&] { EXPECT_TRUE(server_->access().revoke(workspace(), "pia_00000001", at(5))); });
  EXPECT_TRUE(is_revoked("pia_00000001"));
}

TEST_F(AccessReads, AKeyThatWasUndoneIsNotThere) {
  {
    const auto transaction = server_->begin_write();
    server_->access().insert(workspace(), a_key("pia_00000001"));
    EXPECT_TRUE(server_->access().find("pia_00000001"));
  }
  EXPECT_FALSE(server_->access().find("pia_00000001"));
}

TEST_F(AccessReads, ARevocationThatWasUndoneDoesNotCount) {
  insert(*server_, "pia_00000001");
  {
    const auto transaction = server_->begin_write();
    server_->access().revoke(workspace(), "pia_00000001", at(5));
    EXPECT_TRUE(is_revoked("pia_00000001"));
  }
  EXPECT_FALSE(is_revoked("pia_00000001"));
}

TEST_F(AccessReads, WhatAnotherConnectionRemembersOfASessionIsFound) {
  const auto remembered = [&] { return server_->access().session(workspace(), "s").value_or("nothing"); };
  EXPECT_EQ(remembered(), "nothing");
  committed(*other_, [&] { other_->access().keep_session(workspace(), "s", "first", at(100), at(0)); });
  EXPECT_EQ(remembered(), "first");
  committed(*server_, [&] { server_->access().keep_session(workspace(), "s", "second", at(100), at(0)); });
  EXPECT_EQ(remembered(), "second");
  EXPECT_FALSE(server_->access().session(workspace("elsewhere"), "s")) << "a session is its workspace's";
}

TEST_F(AccessReads, TheOldestSessionsAreForgottenWhereThereAreTooMany) {
  const std::string now = std::to_string(at(0).micros());
  SqliteDatabase(folder_ / "store.db", FileUse::must_exist).run_script(R"(
    WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 100100)
    INSERT INTO http_sessions (workspace_id, session, remembered, expires_at)
    SELECT 'default', 's' || number, 'kept', number + )" + now + " FROM numbers");
  committed(*server_, [&] {
    server_->access().keep_session(workspace(), "next", "kept", at(0).plus_micros(kMicrosPerDay), at(0));
  });
  EXPECT_FALSE(server_->access().session(workspace(), "s1"));
  EXPECT_FALSE(server_->access().session(workspace(), "s100"));
  EXPECT_TRUE(server_->access().session(workspace(), "s101"));
  EXPECT_TRUE(server_->access().session(workspace(), "next"));
}

}  // namespace
}  // namespace pianola::store
