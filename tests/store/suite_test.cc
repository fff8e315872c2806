// What every driver must do, once for each: the contract of workflow/store.h.
#include <gtest/gtest.h>

#include "tests/store/fixtures.h"

namespace pianola::store {
namespace {

using workflow::AuditEntry;
using workflow::Execution;
using workflow::ExecutionState;
using workflow::HandInResult;
using workflow::SemVer;
using workflow::VersionStatus;

struct Driver {
  std::string name;
  std::string (*where)(const ScratchFolder& folder);
};

class Suite : public testing::TestWithParam<Driver> {
 protected:
  std::string where() const { return GetParam().where(folder_); }
  std::unique_ptr<workflow::Store> open_again() const { return open_store(where(), {.durable = false}); }
  void save(const workflow::Version& version, const std::string& in = "default") {
    committed(*store_, [&] { store_->versions().insert(workspace(in), version); });
  }
  void start(const Execution& execution, const std::string& in = "default") {
    committed(*store_, [&] { store_->executions().insert(workspace(in), execution); });
  }
  bool update(Execution& execution) {
    bool updated = false;
    committed(*store_, [&] { updated = store_->executions().update(workspace(), execution); });
    return updated;
  }
  // The names of the workflows that say a word, those first where it weighs most.
  std::vector<std::string> saying(const std::string& stem, const std::string& in = "default", int most = 10) {
    std::vector<std::string> names;
    for (const workflow::WordPlace& place : store_->versions().places(workspace(in), stem, most)) {
      names.push_back(store_->versions().searched(workspace(in), place.number)->workflow.name.text());
    }
    return names;
  }
  std::vector<std::int64_t> counted(const std::vector<std::string>& stems, const std::string& in = "default") {
    return store_->versions().count_words(workspace(in), stems).speaking;
  }
  void set_status(const std::string& of, VersionStatus status) {
    committed(*store_, [&] { store_->versions().set_status(workspace(), name(of), {1, 0, 0}, status, at(9)); });
  }

  ScratchFolder folder_;
  std::unique_ptr<workflow::Store> store_ = open_again();
};

INSTANTIATE_TEST_SUITE_P(Drivers, Suite,
                         testing::Values(Driver{"Sqlite",
                                                [](const ScratchFolder& folder) { return folder / "store.db"; }}),
                         [](const auto& one) { return one.param.name; });

// --- versions

TEST_P(Suite, AVersionComesBackAsItWasSaved) {
  workflow::Version version = a_version("triage", {1, 2, 3});
  version.base = SemVer(1, 2, 2);
  version.notes = "Says \"why\"\nin two lines";
  version.design_cost.given = workflow::Money::from_nanos(2'500'000'000);
  version.design_cost.usage = workflow::Usage{.input = 5, .output = 7, .model = "strong-model"};
  save(version);
  const auto found = open_again()->versions().find(workspace(), name(), {1, 2, 3});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, version.number);
  EXPECT_EQ(found->status, VersionStatus::published);
  EXPECT_EQ(found->hash, version.hash);
  EXPECT_EQ(found->canonical, version.canonical);
  EXPECT_EQ(found->design, version.design);
  EXPECT_EQ(found->base, version.base);
  EXPECT_EQ(found->notes, version.notes);
  EXPECT_EQ(found->author, version.author);
  EXPECT_EQ(found->created_at, version.created_at);
  EXPECT_EQ(found->published_at, version.published_at);
  EXPECT_EQ(found->design_cost, version.design_cost);
}

TEST_P(Suite, AnUnknownVersionIsNotFound) {
  save(a_version());
  EXPECT_FALSE(store_->versions().find(workspace(), name(), {9, 0, 0}));
  EXPECT_FALSE(store_->versions().newest_published(workspace(), name("other")));
  EXPECT_TRUE(store_->versions().history(workspace(), name("other")).empty());
}

TEST_P(Suite, TheNewestPublishedVersionIsByNumberNotByText) {
  save(a_version("triage", {9, 0, 0}));
  save(a_version("triage", {10, 0, 0}));
  save(a_version("triage", {11, 0, 0}, VersionStatus::draft));
  EXPECT_EQ(store_->versions().newest_published(workspace(), name())->number, SemVer(10, 0, 0));
}

TEST_P(Suite, ACanaryIsNotTheNewestPublishedVersionUntilItEnds) {
  save(a_version("triage", {1, 0, 0}));
  save(a_version("triage", {1, 1, 0}));
  const workflow::Canary canary{.version = SemVer(1, 1, 0), .percent = 10, .by_hand = true, .started_at = at(5)};
  const auto other = open_again();
  EXPECT_FALSE(other->versions().canary(workspace(), name()));
  committed(*store_, [&] { store_->versions().set_canary(workspace(), name(), canary); });
  EXPECT_EQ(other->versions().canary(workspace(), name()), canary);
  EXPECT_EQ(other->versions().canaries(workspace()).at(name()), canary);
  EXPECT_EQ(store_->versions().newest_published(workspace(), name())->number, SemVer(1, 0, 0));
  EXPECT_EQ(store_->versions().list(workspace(), "", 10, false).at(0).version, SemVer(1, 0, 0));
  EXPECT_TRUE(store_->versions().history(workspace(), name()).at(0).is_canary);
  committed(*store_, [&] { store_->versions().end_canary(workspace(), name()); });
  EXPECT_FALSE(other->versions().canary(workspace(), name()));
  EXPECT_EQ(store_->versions().list(workspace(), "", 10, false).at(0).version, SemVer(1, 1, 0));
}

TEST_P(Suite, HistoryIsNewestNumberFirst) {
  for (const SemVer number : {SemVer(1, 0, 0), SemVer(1, 10, 0), SemVer(1, 9, 0)}) save(a_version("triage", number));
  std::vector<std::string> numbers;
  for (const auto& line : store_->versions().history(workspace(), name())) numbers.push_back(line.number.text());
  EXPECT_EQ(numbers, (std::vector<std::string>{"1.10.0", "1.9.0", "1.0.0"}));
}

TEST_P(Suite, PublishingStampsTheTimeOnce) {
  save(a_version("triage", {1, 0, 0}, VersionStatus::draft));
  for (const int second : {50, 60}) {
    committed(*store_, [&] {
      store_->versions().set_status(workspace(), name(), {1, 0, 0}, VersionStatus::published, at(second));
    });
  }
  EXPECT_EQ(store_->versions().find(workspace(), name(), {1, 0, 0})->published_at, at(50));
}

TEST_P(Suite, AStatusChangedByAnotherConnectionIsSeen) {
  save(a_version());
  EXPECT_TRUE(store_->versions().newest_published(workspace(), name()));
  const auto other = open_again();
  committed(*other, [&] {
    other->versions().set_status(workspace(), name(), {1, 0, 0}, VersionStatus::retired, at(9));
  });
  EXPECT_FALSE(store_->versions().newest_published(workspace(), name()));
  EXPECT_EQ(store_->versions().find(workspace(), name(), {1, 0, 0})->status, VersionStatus::retired);
}

TEST_P(Suite, DesignCostCanBeSetLater) {
  save(a_version());
  workflow::DesignCost cost;
  cost.given = workflow::Money::from_nanos(1);
  committed(*store_, [&] { store_->versions().set_design_cost(workspace(), name(), {1, 0, 0}, cost); });
  EXPECT_EQ(store_->versions().history(workspace(), name()).front().design_cost, cost);
}

TEST_P(Suite, AListShowsTheNewestPublishedVersionElseTheNewestDraft) {
  save(a_version("alpha", {1, 0, 0}));
  save(a_version("alpha", {2, 0, 0}, VersionStatus::draft));
  save(a_version("beta", {1, 0, 0}, VersionStatus::draft));
  const auto with_drafts = store_->versions().list(workspace(), "", 10, true);
  ASSERT_EQ(with_drafts.size(), 2U);
  EXPECT_EQ(with_drafts[0].version, SemVer(1, 0, 0));
  EXPECT_EQ(with_drafts[0].title, "Title of alpha");
  EXPECT_EQ(with_drafts[0].tags, (std::vector<std::string>{"mail", "alpha"}));
  EXPECT_EQ(with_drafts[1].status, VersionStatus::draft);
  const auto published = store_->versions().list(workspace(), "", 10, false);
  ASSERT_EQ(published.size(), 1U);
  EXPECT_EQ(published[0].name, name("alpha"));
}

TEST_P(Suite, AListGoesOnAfterAName) {
  for (const char* each : {"c", "a", "b"}) save(a_version(each));
  const auto page = store_->versions().list(workspace(), "a", 1, false);
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].name, name("b"));
  EXPECT_EQ(store_->versions().names(workspace()), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_P(Suite, WordsOfPublishedVersionsAloneAreFound) {
  save(a_version("invoice-check"));
  save(a_version("secret-draft", {1, 0, 0}, VersionStatus::draft));
  EXPECT_EQ(saying("invoic"), std::vector<std::string>{"invoice-check"});
  EXPECT_TRUE(saying("secret").empty());
  EXPECT_TRUE(saying("zebra").empty());
  EXPECT_EQ(store_->versions().count_words(workspace(), {}).workflows, 1);
  EXPECT_EQ(counted({"invoic", "zebra", "what"}), (std::vector<std::int64_t>{1, 0, 1}));
  EXPECT_FALSE(store_->versions().searched(workspace(), 77));
}

TEST_P(Suite, AStopWordIsCountedAndFindsNothing) {
  save(a_version("invoice-check"));
  EXPECT_EQ(counted({"what"}), std::vector<std::int64_t>{1});
  EXPECT_TRUE(saying("what").empty());
}

TEST_P(Suite, NoMorePlacesThanAskedForComeBackTheWeightiestFirst) {
  save(a_version("mail"));    // in the name, the title and a tag
  save(a_version("report"));  // in a tag
  EXPECT_EQ(saying("mail"), (std::vector<std::string>{"mail", "report"}));
  EXPECT_EQ(saying("mail", "default", 1), std::vector<std::string>{"mail"});
}

TEST_P(Suite, ARetiredWorkflowIsNotFoundAnyMore) {
  save(a_version("invoice-check"));
  save(a_version("report"));
  set_status("invoice-check", VersionStatus::retired);
  EXPECT_TRUE(saying("invoic").empty());
  EXPECT_EQ(store_->versions().count_words(workspace(), {}).workflows, 1);
  EXPECT_EQ(counted({"invoic", "mail"}), (std::vector<std::int64_t>{0, 1}));
  set_status("invoice-check", VersionStatus::published);
  EXPECT_EQ(saying("invoic"), std::vector<std::string>{"invoice-check"});
}

TEST_P(Suite, TheNewestPublishedVersionsWordsAreFound) {
  save(a_version("invoice-check"));
  workflow::Version newer = a_version("invoice-check", {2, 0, 0});
  newer.design.title = "A receipt";
  newer.canonical = *workflow::canonical_design(newer.design);
  newer.hash = workflow::Hash::of(newer.canonical);
  save(newer);
  EXPECT_EQ(saying("receipt"), std::vector<std::string>{"invoice-check"});
  EXPECT_EQ(counted({"titl", "mail"}), (std::vector<std::int64_t>{0, 1}));
}

TEST_P(Suite, SearchedWordsAreNeverSql) {
  save(a_version("invoice-check"));
  for (const char* hostile : {"\"", "inv* OR", "NEAR(", "title:invoice", "'); DROP TABLE versions;--", "", "^", "%"}) {
    EXPECT_TRUE(saying(hostile).empty()) << hostile;
  }
  EXPECT_EQ(saying("invoic"), std::vector<std::string>{"invoice-check"});
}

// --- executions

TEST_P(Suite, AnExecutionComesBackAsItWasStored) {
  save(a_version());
  Execution execution = an_execution();
  execution.idempotency_key = "once";
  execution.input_files = {{"text", "/data/a.txt", 12, workflow::Hash::of("a")}};
  start(execution);
  execution.hand_ins = {a_hand_in(1, HandInResult::refused), a_hand_in(2)};
  execution.hand_ins[0].broken = {{"/kind", "must be one of bug, question"}};
  execution.hand_ins[0].note = "unsure";
  execution.hand_ins[1].attempt = 2;
  execution.hand_ins[1].usage = workflow::Usage{.input = 100, .output = 5, .model = "small-model"};
  execution.state = ExecutionState::succeeded;
  execution.last_hand_in_at = at(12);
  execution.ended_at = at(12);
  execution.current_step = "";
  execution.output = Json{{"answer", 42}};
  execution.confidence = 0.75;
  execution.rationale = "because";
  execution.edge_case = "empty-field";
  execution.designed_escalation = true;
  execution.handed_off = true;
  execution.blocked = 3;
  execution.outcome_source = workflow::OutcomeSource::checked;
  execution.finish_usage = {workflow::Usage{.input = 1, .output = 2, .model = "m"}};
  execution.adherence = 0.5;
  ASSERT_TRUE(update(execution));
  const auto found = open_again()->executions().find(workspace(), execution.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->hand_ins, execution.hand_ins);
  EXPECT_EQ(found->state, ExecutionState::succeeded);
  EXPECT_EQ(found->input, execution.input);
  EXPECT_EQ(found->input_files, execution.input_files);
  EXPECT_EQ(found->author, execution.author);
  EXPECT_EQ(found->idempotency_key, "once");
  EXPECT_EQ(found->arguments_hash, "args");
  EXPECT_EQ(found->ended_at, execution.ended_at);
  EXPECT_EQ(found->output, execution.output);
  EXPECT_EQ(found->confidence, execution.confidence);
  EXPECT_EQ(found->rationale, "because");
  EXPECT_EQ(found->edge_case, "empty-field");
  EXPECT_TRUE(found->designed_escalation && found->handed_off);
  EXPECT_EQ(found->blocked, 3);
  EXPECT_EQ(found->outcome_source, workflow::OutcomeSource::checked);
  EXPECT_EQ(found->finish_usage, execution.finish_usage);
  EXPECT_EQ(found->adherence, 0.5);
  EXPECT_EQ(found->rev, 1);
}

TEST_P(Suite, AStaleUpdateWritesNothing) {
  save(a_version());
  Execution first = an_execution();
  start(first);
  Execution second = first;
  first.hand_ins = {a_hand_in(1)};
  ASSERT_TRUE(update(first));
  second.hand_ins = {a_hand_in(1, HandInResult::refused)};
  EXPECT_FALSE(update(second));
  EXPECT_EQ(second.rev, 0);
  EXPECT_EQ(store_->executions().find(workspace(), first.id)->hand_ins, first.hand_ins);
}

TEST_P(Suite, AHandInTellsWhereItsExecutionStands) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  execution.hand_ins = {a_hand_in(1)};
  execution.hand_ins.back().next = "reply";
  execution.current_step = "reply";
  execution.last_hand_in_at = execution.hand_ins.back().at;
  ASSERT_TRUE(update(execution));
  execution.hand_ins.push_back(a_hand_in(2));
  execution.hand_ins.back().step = "reply";
  execution.current_step = "";
  execution.last_hand_in_at = execution.hand_ins.back().at;
  ASSERT_TRUE(update(execution));
  for (const auto& found : {open_again()->executions().find(workspace(), execution.id),
                            std::optional(open_again()->executions().list(workspace(), {}, "", 10).front())}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->current_step, "");
    EXPECT_EQ(found->last_hand_in_at, execution.last_hand_in_at);
    EXPECT_EQ(found->rev, 2);
  }
}

TEST_P(Suite, WhatAHandInDoesNotTellIsStoredWithIt) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  execution.hand_ins = {a_hand_in(1, HandInResult::refused)};
  execution.blocked = 2;
  execution.state = ExecutionState::waiting;
  execution.current_step = "elsewhere";
  ASSERT_TRUE(update(execution));
  const auto found = open_again()->executions().find(workspace(), execution.id);
  EXPECT_EQ(found->blocked, 2);
  EXPECT_EQ(found->state, ExecutionState::waiting);
  EXPECT_EQ(found->current_step, "elsewhere");
  EXPECT_EQ(found->last_hand_in_at, execution.last_hand_in_at);
}

TEST_P(Suite, WhatAnotherProcessHandedInIsSeenAndNotOverwritten) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  const auto other = open_again();
  Execution theirs = *other->executions().find(workspace(), execution.id);
  theirs.hand_ins = {a_hand_in(1)};
  committed(*other, [&] { ASSERT_TRUE(other->executions().update(workspace(), theirs)); });
  EXPECT_EQ(store_->executions().find(workspace(), execution.id)->hand_ins, theirs.hand_ins);
  execution.hand_ins = {a_hand_in(1, HandInResult::refused)};
  EXPECT_FALSE(update(execution));
  committed(*other, [&] {
    other->versions().set_status(workspace(), name(), {1, 0, 0}, VersionStatus::retired, at(50));
  });
  EXPECT_EQ(store_->versions().find(workspace(), name(), {1, 0, 0})->status, VersionStatus::retired);
  EXPECT_FALSE(store_->versions().newest_published(workspace(), name()));
}

TEST_P(Suite, AnUndoneHandInIsForgotten) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  Execution changed = execution;
  changed.hand_ins = {a_hand_in(1)};
  {
    const auto transaction = store_->begin_write();
    ASSERT_TRUE(store_->executions().update(workspace(), changed));
    EXPECT_EQ(store_->executions().find(workspace(), execution.id)->hand_ins, changed.hand_ins);
  }
  EXPECT_TRUE(store_->executions().find(workspace(), execution.id)->hand_ins.empty());
  committed(*store_, [&] {
    const auto inner = store_->begin_write();
    Execution again = execution;
    again.hand_ins = {a_hand_in(1)};
    ASSERT_TRUE(store_->executions().update(workspace(), again));
  });
  EXPECT_TRUE(store_->executions().find(workspace(), execution.id)->hand_ins.empty());
  execution.hand_ins = {a_hand_in(1, HandInResult::refused)};
  EXPECT_TRUE(update(execution));
}

TEST_P(Suite, AHandInIsAnEntryOfItsExecutionsChain) {
  save(a_version());
  Execution execution = an_execution();
  const std::string chain = workflow::chain_of(execution.id);
  const auto append = [&](const std::string& action) {
    AuditEntry entry;
    entry.chain = chain;
    entry.action = action;
    entry.body = "{}";
    committed(*store_, [&] { store_->audit().append(workspace(), entry); });
  };
  start(execution);
  append("started");
  for (const int seq : {1, 2}) {
    execution.hand_ins.push_back(a_hand_in(seq));
    committed(*store_, [&] {
      const workflow::HandInAudit audit{execution.author, execution.state, {{"/data/a.txt", "h"}}};
      ASSERT_TRUE(store_->executions().hand_in(workspace(), execution, audit));
    });
  }
  append("finish");
  const auto again = open_again();
  for (workflow::Store* store : {store_.get(), again.get()}) {
    const std::vector<AuditEntry> entries = store->audit().chain(workspace(), chain);
    ASSERT_EQ(entries.size(), 4U);
    EXPECT_FALSE(workflow::find_broken_link(entries)) << *workflow::find_broken_link(entries);
    EXPECT_EQ(entries[2].action, "hand_in");
    EXPECT_EQ(entries[2].author, execution.author);
    EXPECT_EQ(entries[2].at, execution.hand_ins[1].at);
    EXPECT_NE(entries[2].body.find(R"("output":"{\"kind\":\"bug\"}")"), std::string::npos) << entries[2].body;
    EXPECT_NE(entries[2].body.find("/data/a.txt"), std::string::npos);
  }
  EXPECT_EQ(store_->audit().chains(workspace()), std::vector<std::string>{chain});
}

TEST_P(Suite, AnExecutionIsFoundByItsKeyAndNoneByAnEmptyOne) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  EXPECT_FALSE(store_->executions().find_by_key(workspace(), ""));
  Execution keyed = an_execution();
  keyed.idempotency_key = "once";
  start(keyed);
  EXPECT_EQ(store_->executions().find_by_key(workspace(), "once")->id, keyed.id);
  EXPECT_FALSE(store_->executions().find_by_key(workspace("other"), "once"));
}

TEST_P(Suite, ExecutionsAreListedNewestFirstByEveryFilter) {
  save(a_version());
  save(a_version("other"));
  Execution first = an_execution();
  Execution second = an_execution("other");
  second.author.key = "k2";
  Execution third = an_execution();
  third.state = ExecutionState::failed;
  for (const Execution& each : {first, second, third}) start(each);
  const auto ids = [&](const workflow::ExecutionFilter& filter, const std::string& before = "") {
    std::vector<workflow::ExecutionId> listed;
    for (const Execution& each : store_->executions().list(workspace(), filter, before, 10)) listed.push_back(each.id);
    return listed;
  };
  using Ids = std::vector<workflow::ExecutionId>;
  EXPECT_EQ(ids({}), (Ids{third.id, second.id, first.id}));
  EXPECT_EQ(ids({}, third.id.text()), (Ids{second.id, first.id}));
  EXPECT_EQ(ids({.workflow = name()}), (Ids{third.id, first.id}));
  EXPECT_EQ(ids({.workflow = name(), .version = SemVer(2, 0, 0)}), Ids{});
  EXPECT_EQ(ids({.state = ExecutionState::failed}), Ids{third.id});
  EXPECT_EQ(ids({.author_key = "k2"}), Ids{second.id});
  EXPECT_EQ(ids({.workflow = name(), .author_key = "k2"}), Ids{});
}

TEST_P(Suite, OnlyOpenExecutionsGetIdle) {
  save(a_version());
  Execution running = an_execution();
  Execution ended = an_execution();
  start(running);
  start(ended);
  ended.state = ExecutionState::succeeded;
  ASSERT_TRUE(update(ended));
  const auto idle = store_->executions().idle_since(workspace(), at(100), 10);
  ASSERT_EQ(idle.size(), 1U);
  EXPECT_EQ(idle[0].id, running.id);
  EXPECT_TRUE(store_->executions().idle_since(workspace(), at(10), 10).empty());
}

TEST_P(Suite, AHandInMakesAnIdleExecutionFresh) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  execution.last_hand_in_at = at(90'000);
  ASSERT_TRUE(update(execution));
  EXPECT_TRUE(store_->executions().idle_since(workspace(), at(80'000), 10).empty());
  EXPECT_EQ(store_->executions().idle_since(workspace(), at(90'001), 10).size(), 1U);
}

TEST_P(Suite, AnOldExecutionThatAnotherProcessBringsIsFoundIdle) {
  save(a_version());
  EXPECT_TRUE(store_->executions().idle_since(workspace(), at(100), 10).empty()) << "known from now on";
  Execution recent = an_execution();
  recent.last_hand_in_at = at(500'000);
  start(recent);
  EXPECT_TRUE(store_->executions().idle_since(workspace(), at(400'000), 10).empty());
  const auto other = open_again();
  committed(*other, [&] { other->executions().insert(workspace(), an_execution()); });
  EXPECT_EQ(store_->executions().idle_since(workspace(), at(400'000), 10).size(), 1U);
  start(an_execution());
  EXPECT_EQ(store_->executions().idle_since(workspace(), at(400'000), 10).size(), 2U);
}

TEST_P(Suite, EndedExecutionsAreFoundByWorkflowAndDayPageByPage) {
  save(a_version());
  save(a_version("other"));
  std::vector<std::string> expected;
  for (int i = 0; i < 5; ++i) {
    Execution execution = an_execution(i == 4 ? "other" : "triage");
    start(execution);
    if (i == 0) continue;  // still running
    execution.state = i == 1 ? ExecutionState::abandoned : ExecutionState::succeeded;
    execution.ended_at = at(100 * i);
    ASSERT_TRUE(update(execution));
    if (i < 4) expected.insert(expected.begin(), execution.id.text());
  }
  const auto ids = [&](std::int64_t since, std::int64_t until, const std::string& before = {}, int limit = 10) {
    std::vector<std::string> texts;
    for (const auto& id : store_->executions().ended(workspace(), name(), {at(since), at(until)}, before, limit)) {
      texts.push_back(id.text());
    }
    return texts;
  };
  EXPECT_EQ(ids(0, 1000), expected);
  EXPECT_EQ(ids(200, 300), std::vector<std::string>{expected[1]});
  EXPECT_EQ(ids(0, 1000, {}, 1), std::vector<std::string>{expected[0]});
  EXPECT_EQ(ids(0, 1000, expected[0], 1), std::vector<std::string>{expected[1]});
}

// --- edge cases

TEST_P(Suite, OccurrencesAreCountedAndNoneIsLost) {
  save(a_version());
  workflow::EdgeCaseReport report = a_report();
  committed(*store_, [&] { store_->edge_cases().insert(workspace(), report, an_occurrence()); });
  workflow::Occurrence worse = an_occurrence("The field is blank");
  worse.severity = workflow::Level::high;
  worse.idempotency_key = "told-twice";
  worse.at = at(30);
  ++report.count;
  committed(*store_, [&] { store_->edge_cases().add_occurrence(workspace(), report, worse); });
  const auto found = store_->edge_cases().find(workspace(), report.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->count, 2);
  EXPECT_EQ(found->severity, workflow::Level::high);
  EXPECT_EQ(found->last_at, at(30));
  EXPECT_EQ(found->rev, report.rev);
  const auto told = store_->edge_cases().occurrences(workspace(), report.id, 10);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].seq, 2);
  EXPECT_EQ(told[0].situation, "The field is blank");
  EXPECT_EQ(store_->edge_cases().find_by_key(workspace(), "told-twice")->id, report.id);
  EXPECT_EQ(store_->edge_cases().find_occurrence_by_key(workspace(), "told-twice")->seq, 2);
  EXPECT_FALSE(store_->edge_cases().find_by_key(workspace(), ""));
}

TEST_P(Suite, ReportsAreListedHeaviestFirst) {
  save(a_version());
  workflow::EdgeCaseReport light = a_report("light");
  light.severity = workflow::Level::low;
  workflow::EdgeCaseReport heavy = a_report("heavy");
  heavy.severity = workflow::Level::high;
  workflow::EdgeCaseReport rejected = a_report("rejected");
  committed(*store_, [&] {
    for (const auto& each : {light, heavy, rejected}) {
      store_->edge_cases().insert(workspace(), each, an_occurrence(each.situation));
    }
    rejected.status = workflow::ReportStatus::rejected;
    rejected.reason = "as designed";
    ASSERT_TRUE(store_->edge_cases().update(workspace(), rejected));
  });
  const auto situations = [&](const auto& of, const auto& status) {
    std::vector<std::string> all;
    for (const auto& each : store_->edge_cases().list(workspace(), of, status, 10)) all.push_back(each.situation);
    return all;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(situations(std::nullopt, std::nullopt), (Texts{"heavy", "rejected", "light"}));
  EXPECT_EQ(situations(name(), workflow::ReportStatus::open), (Texts{"heavy", "light"}));
  EXPECT_EQ(situations(name("other"), std::nullopt), Texts{});
}

TEST_P(Suite, AStaleReportIsNotWritten) {
  save(a_version());
  workflow::EdgeCaseReport report = a_report();
  committed(*store_, [&] { store_->edge_cases().insert(workspace(), report, an_occurrence()); });
  workflow::EdgeCaseReport stale = report;
  committed(*store_, [&] {
    EXPECT_TRUE(store_->edge_cases().update(workspace(), report));
    EXPECT_FALSE(store_->edge_cases().update(workspace(), stale));
  });
}

// --- accounts

// Every sum of it differs from the others, so that none can be kept in another's place.
workflow::AccountEntry an_entry_of_all_sums(const std::string& day) {
  workflow::AccountEntry entry = an_entry(day);
  std::int64_t value = 0;
  for (const auto count : workflow::kEntryCounts) entry.*count = ++value;
  entry.tokens = {101, 102, 103, 104, 105};
  entry.useful = {201, 202, 203, 204, 205};
  entry.cost = workflow::Money::from_nanos(301);
  return entry;
}

TEST_P(Suite, EntriesKeepTheirSumsHoweverManyAreFolded) {
  save(a_version());
  constexpr int kEntries = 700;
  std::vector<workflow::AccountEntry> appended;
  for (int i = 0; i < kEntries; ++i) {
    appended.push_back(an_entry_of_all_sums(i % 2 == 0 ? "2026-11-01" : "2026-11-02"));
    committed(*store_, [&] { store_->accounts().append(workspace(), {appended.back()}); });
  }
  const auto entries = store_->accounts().entries(workspace(), {});
  EXPECT_LT(entries.size(), 300U) << "nothing was folded";
  EXPECT_EQ(workflow::fold_all(entries), workflow::fold_all(appended));
  EXPECT_EQ(workflow::fold_all(store_->accounts().entries(workspace(), {.workflow = name()})),
            workflow::fold_all(appended));
}

TEST_P(Suite, EntriesAreFilteredByWorkflowVersionAndDay) {
  committed(*store_, [&] { store_->accounts().append(workspace(), {an_entry("2026-11-01"), an_entry("2026-11-03")}); });
  const auto count = [&](const workflow::AccountFilter& filter) {
    return store_->accounts().entries(workspace(), filter).size();
  };
  EXPECT_EQ(count({}), 2U);
  EXPECT_EQ(count({.since_day = "2026-11-02"}), 1U);
  EXPECT_EQ(count({.since_day = "2026-11-01", .until_day = "2026-11-03"}), 1U);
  EXPECT_EQ(count({.workflow = name()}), 2U);
  EXPECT_EQ(count({.workflow = name(), .version = SemVer(2, 0, 0)}), 0U);
  EXPECT_EQ(count({.workflow = name("other")}), 0U);
}

TEST_P(Suite, RefusalsAreCountedOnceWhenAnExecutionEnds) {
  save(a_version());
  Execution execution = an_execution();
  start(execution);
  execution.hand_ins = {a_hand_in(1, HandInResult::refused), a_hand_in(2)};
  ASSERT_TRUE(update(execution));
  EXPECT_TRUE(store_->accounts().refusals(workspace(), name(), {1, 0, 0}).empty());
  execution.state = ExecutionState::abandoned;
  ASSERT_TRUE(update(execution));
  execution.state = ExecutionState::running;
  ASSERT_TRUE(update(execution));
  execution.hand_ins.push_back(a_hand_in(3, HandInResult::refused));
  execution.state = ExecutionState::failed;
  ASSERT_TRUE(update(execution));
  const auto refusals = store_->accounts().refusals(workspace(), name(), {1, 0, 0});
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].step, "parse");
  EXPECT_EQ(refusals[0].executor, "small-model");
  EXPECT_EQ(refusals[0].hand_ins, 3);
  EXPECT_EQ(refusals[0].refused, 2);
}

TEST_P(Suite, APriceOfTheSameModelAndDateIsReplacedAndMayBeTakenBack) {
  workflow::ModelPrice price;
  price.provider = "own";
  price.model = "local-model";
  price.valid_from = *Timestamp::from_date("2026-01-01");
  price.source = "a contract";
  price.prices.input = workflow::PricePerMillion::from_nanos(1'000'000'000);
  price.prices.output = workflow::PricePerMillion::from_nanos(2'000'000'000);
  committed(*store_, [&] { store_->accounts().set_price(workspace(), price); });
  price.prices.output = workflow::PricePerMillion::from_nanos(3'000'000'000);
  committed(*store_, [&] { store_->accounts().set_price(workspace(), price); });
  EXPECT_EQ(store_->accounts().prices(workspace()), std::vector<workflow::ModelPrice>{price});
  EXPECT_TRUE(store_->accounts().prices(workspace("other")).empty());
  committed(*store_, [&] { store_->accounts().remove_price(workspace(), price.model, price.valid_from); });
  EXPECT_TRUE(store_->accounts().prices(workspace()).empty());
}

// --- audit

TEST_P(Suite, TheAuditLogIsChainedInOrder) {
  for (const char* action : {"saved", "published", "retired"}) {
    AuditEntry entry;
    entry.chain = "workflow:triage";
    entry.at = at(1);
    entry.action = action;
    entry.body = "{}";
    committed(*store_, [&] { store_->audit().append(workspace(), entry); });
  }
  const auto chain = store_->audit().chain(workspace(), "workflow:triage");
  ASSERT_EQ(chain.size(), 3U);
  EXPECT_EQ(chain[2].seq, 3);
  EXPECT_EQ(chain[2].previous_hash, chain[1].hash);
  EXPECT_EQ(workflow::find_broken_link(chain), std::nullopt);
  EXPECT_EQ(store_->audit().chains(workspace()), std::vector<std::string>{"workflow:triage"});
}

// --- workspaces and transactions

TEST_P(Suite, NoRowOfAnotherWorkspaceIsRead) {
  save(a_version());
  save(a_version("triage", {2, 0, 0}), "other");
  Execution execution = an_execution();
  start(execution);
  EXPECT_EQ(store_->versions().newest_published(workspace(), name())->number, SemVer(1, 0, 0));
  EXPECT_FALSE(store_->executions().find(workspace("other"), execution.id));
  EXPECT_EQ(saying("triag", "other"), std::vector<std::string>{"triage"});
  EXPECT_TRUE(saying("triag", "empty").empty());
  EXPECT_EQ(counted({"triag"}, "empty"), std::vector<std::int64_t>{0});
  EXPECT_TRUE(store_->versions().names(workspace("empty")).empty());
}

TEST_P(Suite, AWriteThatIsNotCommittedIsUndone) {
  {
    const auto transaction = store_->begin_write();
    store_->versions().insert(workspace(), a_version());
    EXPECT_TRUE(store_->versions().find(workspace(), name(), {1, 0, 0})) << "a write sees what it wrote";
    EXPECT_FALSE(open_again()->versions().find(workspace(), name(), {1, 0, 0})) << "nobody else does";
  }
  EXPECT_FALSE(store_->versions().find(workspace(), name(), {1, 0, 0}));
}

TEST_P(Suite, ANestedWriteIsUndoneAlone) {
  committed(*store_, [&] {
    store_->versions().insert(workspace(), a_version("kept"));
    const auto inner = store_->begin_write();
    store_->versions().insert(workspace(), a_version("undone"));
  });
  EXPECT_EQ(store_->versions().names(workspace()), std::vector<std::string>{"kept"});
}

TEST_P(Suite, TheChangeCountDiffersAfterAnyCommit) {
  const std::uint64_t before = store_->change_count();
  EXPECT_EQ(store_->change_count(), before);
  save(a_version());
  const std::uint64_t after_own = store_->change_count();
  EXPECT_NE(after_own, before);
  const auto other = open_again();
  committed(*other, [&] { other->versions().insert(workspace(), a_version("other")); });
  EXPECT_NE(store_->change_count(), after_own);
}

}  // namespace
}  // namespace pianola::store
