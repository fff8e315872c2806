// Group commit: what is written between begin_batch and commit_batch is kept together or not at all.
#include <gtest/gtest.h>

#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

class Batch : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::unique_ptr<workflow::Store> store_ = open_with_triage(folder_);
  std::unique_ptr<workflow::Store> reader_ = open_store(folder_ / "store.db", {.writer_wait_millis = 1});

  workflow::Execution start() {
    workflow::Execution execution = an_execution();
    committed(*store_, [&] { store_->executions().insert(workspace(), execution); });
    return execution;
  }
  bool is_durable(const workflow::Execution& execution) {
    return reader_->executions().find(workspace(), execution.id).has_value();
  }
};

TEST_F(Batch, NothingIsSeenBeforeTheBatchIsCommittedAndAllAfter) {
  store_->begin_batch();
  const workflow::Execution first = start();
  const workflow::Execution second = start();
  EXPECT_TRUE(store_->executions().find(workspace(), first.id)) << "the batch sees itself";
  EXPECT_FALSE(is_durable(first));
  store_->commit_batch();
  EXPECT_TRUE(is_durable(first));
  EXPECT_TRUE(is_durable(second));
}

TEST_F(Batch, AWriteThatIsUndoneLeavesTheOthersOfItsBatch) {
  store_->begin_batch();
  const workflow::Execution kept = start();
  const workflow::Execution undone = an_execution();
  {
    const auto transaction = store_->begin_write();
    store_->executions().insert(workspace(), undone);
  }
  store_->commit_batch();
  EXPECT_TRUE(is_durable(kept));
  EXPECT_FALSE(is_durable(undone));
}

TEST_F(Batch, AnUndoneWriteOfHandInsLeavesTheOthersOfItsBatch) {
  store_->begin_batch();
  workflow::Execution kept = start();
  workflow::Execution undone = start();
  {
    const auto transaction = store_->begin_write();
    undone.hand_ins = {a_hand_in(1), a_hand_in(2)};
    ASSERT_TRUE(store_->executions().update(workspace(), undone));
  }
  kept.hand_ins = {a_hand_in(1)};
  committed(*store_, [&] { ASSERT_TRUE(store_->executions().hand_in(workspace(), kept, {kept.author})); });
  EXPECT_THROW(committed(*store_, [&] { store_->executions().insert(workspace(), kept); }), Fault)
      << "it is there already";
  store_->commit_batch();
  EXPECT_TRUE(reader_->executions().find(workspace(), undone.id)->hand_ins.empty());
  EXPECT_EQ(reader_->executions().find(workspace(), kept.id)->hand_ins.size(), 1U);
}

// A hand-in is one statement, which no savepoint stands before.
TEST_F(Batch, AStoredHandInThatIsUndoneTakesItsBatchWithIt) {
  store_->begin_batch();
  workflow::Execution execution = start();
  {
    const auto transaction = store_->begin_write();
    execution.hand_ins = {a_hand_in(1)};
    execution.current_step.clear();
    execution.last_hand_in_at = at(11);
    ASSERT_TRUE(store_->executions().hand_in(workspace(), execution, {execution.author}));
  }
  EXPECT_THROW(start(), Fault);
  EXPECT_THROW(store_->commit_batch(), Fault);
  EXPECT_FALSE(is_durable(execution));
  start();
}

TEST_F(Batch, AFirstWriteThatIsUndoneLeavesTheBatchOpen) {
  store_->begin_batch();
  const workflow::Execution undone = an_execution();
  {
    const auto transaction = store_->begin_write();
    store_->executions().insert(workspace(), undone);
  }
  EXPECT_FALSE(store_->executions().find(workspace(), undone.id));
  const workflow::Execution kept = start();
  store_->commit_batch();
  EXPECT_TRUE(is_durable(kept));
  EXPECT_FALSE(is_durable(undone));
}

TEST_F(Batch, ABatchOfReadsTakesNoTurn) {
  store_->begin_batch();
  EXPECT_TRUE(store_->versions().find(workspace(), name(), {1, 0, 0}));
  EXPECT_NO_THROW(committed(*reader_, [] {})) << "another process writes meanwhile";
  store_->commit_batch();
}

TEST_F(Batch, ABatchThatWroteHoldsTheTurnUntilItIsCommitted) {
  store_->begin_batch();
  start();
  EXPECT_THROW(reader_->begin_write(), Fault);
  store_->commit_batch();
  // The one that gave up may still stand at the door for a moment, longer than the reader waits.
  const auto patient = open_store(folder_ / "store.db");
  EXPECT_NO_THROW(committed(*patient, [] {}));
}

TEST_F(Batch, AStoreThatGoesAwayInABatchKeepsNothingOfIt) {
  store_->begin_batch();
  const workflow::Execution execution = start();
  store_.reset();
  EXPECT_FALSE(is_durable(execution));
  EXPECT_NO_THROW(committed(*reader_, [] {}));
}

TEST_F(Batch, BatchesDoNotNest) {
  store_->begin_batch();
  EXPECT_THROW(store_->begin_batch(), Fault);
}

}  // namespace
}  // namespace pianola::store
