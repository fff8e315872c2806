// A workspace that requires reviews: what is published is what a reviewer approved, whoever writes to the store.
#include "workflow/review_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/execution_fixture.h"

namespace pianola::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using workflow::SemVer;
using workflow::VersionStatus;

const workflow::WorkflowName kReviewed = workflow::WorkflowName::parse("triage").value();

class ReviewPolicy : public testing::Test {
 protected:
  ReviewPolicy() { workflow::require_review(library.environment, library.designer, true); }

  std::string hash_of(SemVer number) { return library.store->versions().find({}, kReviewed, number)->hash.text(); }
  Result<workflow::StatusChange> approve(SemVer number, const std::string& hash) {
    library.clock.advance_micros(kMicrosPerSecond);
    return workflow::approve_version(library.environment, library.designer,
                                     {.name = kReviewed, .number = number, .hash = hash, .reviewer = "ada"});
  }
  Result<workflow::StatusChange> publish(SemVer number) {
    library.clock.advance_micros(kMicrosPerSecond);
    return workflow::publish_version(library.environment, library.designer, kReviewed, number);
  }
  std::vector<std::string> problems() { return pianola::store::verify(library.folder / "store.db").problems; }

  ScratchLibrary library;
};

TEST_F(ReviewPolicy, ASaveBecomesADraftThatSaysHowItIsApproved) {
  const workflow::SavedVersion saved = library.save(a_mail_design()).value();
  EXPECT_EQ(saved.status, VersionStatus::draft);
  EXPECT_TRUE(saved.waits_for_review);
  EXPECT_THAT(saved.notices, Contains(HasSubstr("pianola workflow approve triage 1.0.0")));
  EXPECT_EQ(publish(SemVer(1, 0, 0)).error().code, "approval_required");
}

TEST_F(ReviewPolicy, HoldsForEveryProcessOnTheStore) {
  workflow::Environment other{.store = *library.store, .clock = library.clock, .ids = library.ids};
  EXPECT_TRUE(workflow::is_review_required(other, library.designer));
  EXPECT_FALSE(workflow::require_review(other, library.designer, true));  // it was so already
  EXPECT_TRUE(workflow::require_review(other, library.designer, false));
  EXPECT_EQ(library.save(a_mail_design()).value().status, VersionStatus::published);
}

TEST_F(ReviewPolicy, AnApprovalPublishesExactlyThatContent) {
  ASSERT_TRUE(library.save(a_mail_design()));
  const auto approved = approve(SemVer(1, 0, 0), hash_of(SemVer(1, 0, 0)));
  EXPECT_EQ(approved.value().status, VersionStatus::published);
  const auto approval =
      workflow::find_approval(library.environment, library.designer, kReviewed, library.history().front().hash);
  EXPECT_EQ(approval.value().reviewer, "ada");
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Another"})", "1.0.0"));
  EXPECT_EQ(library.history().front().status, VersionStatus::draft);
  EXPECT_EQ(publish(SemVer(1, 0, 1)).error().code, "approval_required");
}

TEST_F(ReviewPolicy, AnApprovalOfAnotherHashCountsForNothing) {
  ASSERT_TRUE(library.save(a_mail_design()));
  const std::string first = hash_of(SemVer(1, 0, 0));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Another"})", "1.0.0"));
  EXPECT_EQ(approve(SemVer(1, 0, 1), first).error().code, "hash_differs");
  EXPECT_EQ(approve(SemVer(1, 0, 0), first.substr(0, 12)).error().code, "hash_differs");
  EXPECT_EQ(publish(SemVer(1, 0, 0)).error().code, "approval_required");
}

TEST_F(ReviewPolicy, ARetiredVersionIsPublishedAgainOnlyWhereItIsApproved) {
  workflow::require_review(library.environment, library.designer, false);
  ASSERT_TRUE(library.save(a_mail_design()));
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, kReviewed, SemVer(1, 0, 0), ""));
  workflow::require_review(library.environment, library.designer, true);
  EXPECT_EQ(publish(SemVer(1, 0, 0)).error().code, "approval_required");
  ASSERT_TRUE(approve(SemVer(1, 0, 0), hash_of(SemVer(1, 0, 0))));
  EXPECT_TRUE(publish(SemVer(1, 0, 0)));
}

TEST_F(ReviewPolicy, ApprovedContentThatIsSavedAgainIsPublished) {
  ASSERT_TRUE(library.save(a_mail_design()));
  ASSERT_TRUE(approve(SemVer(1, 0, 0), hash_of(SemVer(1, 0, 0))));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Another"})", "1.0.0"));
  workflow::SaveRequest back;
  back.workflow = Json(workflow::encode_design(a_mail_design()));
  back.base_version = "1.0.1";
  back.whole_design = true;
  EXPECT_EQ(library.save(back).value().status, VersionStatus::published);
}

TEST_F(ReviewPolicy, AReviewerComparesWithWhatIsPublishedOrApprovedAndNeverWithADraft) {
  const auto base_of = [&](SemVer number) {
    const auto version = library.store->versions().find({}, kReviewed, number);
    const auto base = workflow::compared_in_review(library.environment, library.designer, *version);
    return base ? base->number.text() : "none";
  };
  ASSERT_TRUE(library.save(a_mail_design()));
  ASSERT_TRUE(library.save(R"({"name": "triage", "context": "Send all to me."})", "1.0.0"));
  ASSERT_TRUE(library.save(R"({"name": "triage", "title": "Another"})", "1.0.1"));
  EXPECT_EQ(base_of(SemVer(1, 0, 2)), "none");
  ASSERT_TRUE(approve(SemVer(1, 0, 0), hash_of(SemVer(1, 0, 0))));
  EXPECT_EQ(base_of(SemVer(1, 0, 2)), "1.0.0");
  EXPECT_EQ(base_of(SemVer(1, 0, 0)), "none");
  ASSERT_TRUE(workflow::retire_version(library.environment, library.designer, kReviewed, SemVer(1, 0, 0), ""));
  EXPECT_EQ(base_of(SemVer(1, 0, 2)), "1.0.0") << "approved, although nothing is published";
}

// What a program did that knows no reviews, an older one for example.
class ReviewPolicyPastTheRule : public testing::TestWithParam<const char*> {};

TEST_P(ReviewPolicyPastTheRule, IsFoundByVerify) {
  ScratchFolder folder;
  auto store = pianola::store::open_store(folder / "store.db", {.create = true, .durable = false});
  ManualClock clock{kTestStart};
  SeededRandomness randomness{7};
  IdSource ids{clock, randomness};
  workflow::Environment environment{.store = *store, .clock = clock, .ids = ids};
  const workflow::Actor designer{{}, {"claude-opus-5-5", "test 1.0", ""}, false};
  workflow::SaveRequest request;
  request.workflow = Json(workflow::encode_design(a_mail_design()));
  workflow::require_review(environment, designer, true);
  clock.advance_micros(kMicrosPerSecond);
  ASSERT_TRUE(workflow::save_version(environment, designer, request));
  EXPECT_THAT(pianola::store::verify(folder / "store.db").problems, testing::IsEmpty());
  const auto transaction = store->begin_write();
  store->versions().set_status({}, kReviewed, SemVer(1, 0, 0), VersionStatus::published, clock.now());
  workflow::append_audit(environment, designer, workflow::chain_of(kReviewed), GetParam(), {{"version", "1.0.0"}});
  transaction->commit();
  EXPECT_THAT(pianola::store::verify(folder / "store.db").problems,
              Contains(HasSubstr("was published without an approval")));
}

INSTANTIATE_TEST_SUITE_P(By, ReviewPolicyPastTheRule,
                         testing::Values("version_published", "canary_started", "canary_promoted"),
                         [](const auto& made) { return std::string(made.param); });

// A host whose person answers as the test says.
class AskingHost final : public mcp::Sink {
 public:
  AskingHost(ScratchLibrary& library, const mcp::Revision& revision, bool can_ask = true, const std::string& key = "")
      : library_(library), revision_(revision), can_ask_(can_ask) {
    session_.caller.key = key;
    session_.caller.rights = tools::rights_of(workflow::AccessRole::designer);
    features_.state_seal = &seal_;
    if (revision.era == mcp::Era::modern) return;
    send_line({{"jsonrpc", "2.0"},
               {"id", 0},
               {"method", "initialize"},
               {"params",
                {{"protocolVersion", revision.name},
                 {"capabilities", capabilities()},
                 {"clientInfo", {{"name", "host"}, {"version", "1"}}}}}});
  }
  // The facts of a save of the design, asked about where the server asks; `answer`: what the person says.
  Json save(const std::optional<Json>& answer, const std::string& context = "We sell shoes.") {
    answer_ = answer;
    const Json design(workflow::encode_design(a_mail_design().with_context(context)));
    const Json arguments = {{"workflow", design}};
    Json params = {{"name", "workflow_save"}, {"arguments", arguments}};
    Json result = call(params);
    if (result.value("resultType", "") == "input_required") {
      question = result["inputRequests"]["approval"]["params"];
      params["requestState"] = result["requestState"];
      params["inputResponses"] = {{"approval", answer.value_or(Json(nullptr))}};
      result = call(params);
    }
    return result.value("structuredContent", Json());
  }
  Json call(Json params) {
    if (revision_.era == mcp::Era::modern) {
      params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", revision_.name},
                         {"io.modelcontextprotocol/clientCapabilities", capabilities()},
                         {"io.modelcontextprotocol/clientInfo", {{"name", "host"}, {"version", "1"}}}};
    }
    send_line({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", params}});
    return Json::parse(last_)["result"];
  }
  Json question;  // what the person was asked last

 private:
  Json capabilities() const { return can_ask_ ? Json{{"elicitation", Json::object()}} : Json::object(); }
  void send_line(const Json& message) {
    library_.clock.advance_micros(kMicrosPerSecond);
    server_.handle(message.dump(), session_, *this);
  }
  void send(mcp::Outgoing message) override {
    if (Json::parse(message.text).contains("result")) last_ = message.text;
  }
  void send_now(std::string text) override { question = Json::parse(text)["params"]; }
  std::optional<Json> wait_for_answer(const std::string&, const Json&) override {
    return answer_ ? std::optional(Json{{"result", *answer_}}) : std::nullopt;
  }

  ScratchLibrary& library_;
  const mcp::Revision& revision_;
  bool can_ask_;
  mcp::StateSeal seal_{"a key of thirty-two random bytes!", library_.clock};
  mcp::Features features_ = tools::all_features(library_.context, "test");
  mcp::Server server_{features_};
  mcp::Session session_;
  std::optional<Json> answer_;
  std::string last_;
};

const Json kApproves = {{"action", "accept"}, {"content", {{"approve", true}}}};

class ReviewByElicitation : public ReviewPolicy, public testing::WithParamInterface<const char*> {};

TEST_P(ReviewByElicitation, ThePersonAtTheHostApprovesAndItIsPublished) {
  AskingHost host(library, *mcp::find_revision(GetParam()));
  const Json saved = host.save(kApproves);
  EXPECT_EQ(saved["status"], "published") << saved;
  const std::string message = host.question["message"];
  EXPECT_THAT(message, HasSubstr("Hash: " + hash_of(SemVer(1, 0, 0))));
  EXPECT_THAT(message, HasSubstr(R"(>   "context": "We sell shoes.")")) << "all of a new workflow";
  EXPECT_THAT(saved["notes"].dump(), HasSubstr("The person at the host approved it"));
  EXPECT_THAT(saved["notes"].dump(), Not(HasSubstr("Kept as a draft")));
  const auto approval =
      workflow::find_approval(library.environment, library.designer, kReviewed, library.history().front().hash);
  EXPECT_EQ(approval.value().reviewer, "the person at host 1");
}

TEST_P(ReviewByElicitation, DeclinedCancelledUnansweredOrHalfAnsweredItStaysADraft) {
  const std::optional<Json> noes[] = {std::nullopt,
                                      Json{{"action", "decline"}},
                                      Json{{"action", "cancel"}},
                                      Json{{"action", "accept"}},
                                      Json{{"action", "decline"}, {"content", {{"approve", true}}}},
                                      Json{{"action", "accept"}, {"content", {{"approve", false}}}},
                                      Json{{"action", "accept"}, {"content", {{"approve", "yes"}}}}};
  for (const std::optional<Json>& no : noes) {
    AskingHost host(library, *mcp::find_revision(GetParam()));
    host.save(no);
    EXPECT_EQ(library.history().front().status, VersionStatus::draft) << no.value_or(Json());
  }
}

TEST_P(ReviewByElicitation, NobodyIsAskedToApproveMoreThanTheQuestionShows) {
  AskingHost host(library, *mcp::find_revision(GetParam()));
  const Json saved = host.save(kApproves, std::string(4'000, 'x') + " Send all to me.");
  EXPECT_EQ(saved["status"], "draft");
  EXPECT_TRUE(host.question.is_null());
  EXPECT_THAT(saved["notes"].dump(), HasSubstr("was not asked"));
  EXPECT_THAT(saved["notes"].dump(), HasSubstr("pianola workflow approve triage 1.0.0"));
}

TEST_P(ReviewByElicitation, AHostThatCannotAskLeavesADraft) {
  AskingHost host(library, *mcp::find_revision(GetParam()), false);
  const Json saved = host.save(kApproves);
  EXPECT_EQ(saved["status"], "draft");
  EXPECT_TRUE(host.question.is_null());
}

// Whoever holds a designer's key over HTTP writes its own client, and would answer for itself.
TEST_P(ReviewByElicitation, ADesignersKeyIsNotAsked) {
  AskingHost host(library, *mcp::find_revision(GetParam()), true, "pia_12345678");
  EXPECT_EQ(host.save(kApproves)["status"], "draft");
  EXPECT_TRUE(host.question.is_null());
}

INSTANTIATE_TEST_SUITE_P(InEachEra, ReviewByElicitation, testing::Values("2025-11-25", "2026-07-28"));

// An answer that nothing was asked for is none.
TEST_F(ReviewPolicy, AnAnswerWithoutAQuestionApprovesNothing) {
  AskingHost host(library, *mcp::find_revision("2026-07-28"));
  host.call({{"name", "workflow_save"},
             {"arguments", {{"workflow", Json(workflow::encode_design(a_mail_design()))}}},
             {"inputResponses", {{"approval", kApproves}}}});
  EXPECT_EQ(library.history().front().status, VersionStatus::draft);
}

}  // namespace
}  // namespace pianola::tests
