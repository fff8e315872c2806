#include "workflow/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pianola::workflow {
namespace {

AuditEntry an_entry(const std::string& action) {
  AuditEntry entry;
  entry.chain = "workflow:triage";
  entry.at = Timestamp::from_micros(1'795'478'400'000'000);
  entry.action = action;
  entry.author = {"claude-opus-5-5", "test 1.0", ""};
  entry.body = R"({"version":"1.0.0"})";
  return entry;
}

std::vector<AuditEntry> a_chain(int length) {
  std::vector<AuditEntry> chain;
  for (int i = 0; i < length; ++i) {
    const AuditEntry* last = chain.empty() ? nullptr : &chain.back();
    chain.push_back(next_audit_entry(last, an_entry("action" + std::to_string(i))));
  }
  return chain;
}

TEST(Audit, EntriesAreNumberedAndCarryTheHashBefore) {
  const std::vector<AuditEntry> chain = a_chain(3);
  EXPECT_EQ(chain[0].seq, 1);
  EXPECT_EQ(chain[0].previous_hash, "");
  EXPECT_EQ(chain[2].seq, 3);
  EXPECT_EQ(chain[2].previous_hash, chain[1].hash);
  EXPECT_FALSE(find_broken_link(chain));
  EXPECT_FALSE(find_broken_link({}));
}

TEST(Audit, EveryFieldIsHashed) {
  const AuditEntry entry = a_chain(1).front();
  std::vector<AuditEntry> edited(9, entry);
  edited[0].chain = "workflow:other";
  edited[1].seq = 2;
  edited[2].at = entry.at.plus_micros(1);
  edited[3].action = "b";
  edited[4].author.model = "b";
  edited[5].author.client = "b";
  edited[6].author.key = "b";
  edited[7].body = "{}";
  edited[8].previous_hash = "b";
  for (std::size_t i = 0; i < edited.size(); ++i) EXPECT_NE(audit_hash(edited[i]), entry.hash) << i;
}

// What other programs recompute the chain from: compact JSON with sorted keys.
TEST(Audit, TheHashIsThatOfTheFieldsAsCompactJson) {
  AuditEntry entry = a_chain(2).back();
  entry.body = "{\"text\":\"\\\"\n\u0001 \xC3\xA4\x7F\"}";
  const Json fields = {{"chain", entry.chain},        {"seq", entry.seq},
                       {"at", entry.at.micros()},     {"action", entry.action},
                       {"model", entry.author.model}, {"client", entry.author.client},
                       {"key", entry.author.key},     {"body", entry.body},
                       {"rows", entry.rows},          {"previous_hash", entry.previous_hash}};
  EXPECT_EQ(audit_hash(entry), Hash::of(dump_compact(fields)).text());
}

TEST(Audit, EditedEntryIsFound) {
  std::vector<AuditEntry> chain = a_chain(3);
  chain[1].body = "{}";
  EXPECT_THAT(find_broken_link(chain).value(), testing::HasSubstr("entry 2"));
  EXPECT_THAT(find_broken_link(chain).value(), testing::HasSubstr("edited"));
}

TEST(Audit, EditedEntryWithItsOwnNewHashBreaksTheNext) {
  std::vector<AuditEntry> chain = a_chain(3);
  chain[1].body = "{}";
  chain[1].hash = audit_hash(chain[1]);
  EXPECT_THAT(find_broken_link(chain).value(), testing::HasSubstr("entry 3"));
}

TEST(Audit, MissingEntryIsFound) {
  std::vector<AuditEntry> chain = a_chain(3);
  chain.erase(chain.begin() + 1);
  EXPECT_THAT(find_broken_link(chain).value(), testing::HasSubstr("missing"));
}

TEST(Audit, ReorderedEntriesAreFound) {
  std::vector<AuditEntry> chain = a_chain(3);
  std::swap(chain[0], chain[1]);
  EXPECT_TRUE(find_broken_link(chain));
}

}  // namespace
}  // namespace pianola::workflow
