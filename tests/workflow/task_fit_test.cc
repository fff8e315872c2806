#include "workflow/task_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace pianola::workflow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Design described(const std::string& title, const std::string& description) {
  Design design;
  design.name = "a-workflow";
  design.title = title;
  design.description = description;
  return design;
}

Design support_mail() {
  Design design = described("Triage a support mail", "Sorts one customer mail into a category with an urgency.");
  design.name = "triage-support-mail";
  return design;
}

// In a library of ten, whose words are all equally rare.
TaskFit fit(const std::string& task, const Design& design, const std::vector<std::string>& keywords = {}) {
  Task read = read_task(task, keywords);
  for (auto* words : {&read.words, &read.keywords}) {
    for (TaskWord& word : *words) word.rarity = rarity_of(word.kind, 1, 10);
  }
  return judge_fit(read, said_of(design), 10);
}

double score(const std::string& task, const Design& design, const std::vector<std::string>& keywords = {}) {
  return fit(task, design, keywords).score;
}

TEST(Words, MarksOfTypographyAreNoPartOfThem) {
  EXPECT_EQ(content_words("sort\u2014the customer\u2019s\u00a0mail\u2026 \u201cbox 3\u201d \u2192 \u00abx\u00bb"),
            content_words("sort - the customer's mail   \"box 3\"   \"x\""));
  EXPECT_EQ(content_words("caf\u00e9 \u0441\u0447\u0451\u0442").size(), 2U);
}

TEST(TaskFit, WhatBothSayIsTheCosineOfWhatEachSays) {
  // Of three words of the task the title holds two, and it has one more: 2 / sqrt(3 x 3).
  EXPECT_NEAR(score("paint wooden fences", described("Paint wooden doors", "")), 2.0 / 3, 1e-12);
  EXPECT_NEAR(score("paint wooden doors", described("Paint wooden doors", "")), 1, 1e-12);
  EXPECT_EQ(score("grow tomatoes", described("Paint wooden doors", "")), 0);
}

TEST(TaskFit, AWordIsFoundByItsStem) {
  EXPECT_NEAR(score("painted the wooden door", described("Painting wooden doors", "")),
              score("painting the wooden doors", described("Painting wooden doors", "")), 1e-12);
  EXPECT_THAT(fit("painted doors", described("Paint a door", "")).matched, ElementsAre("painted", "doors"));
}

TEST(TaskFit, TheSentenceThatTheTaskNamesMostOfCounts) {
  const Design design = described("Garden", "Rakes the leaves. Plants a rose near the fence. Mows the lawn.");
  EXPECT_GT(score("mow the lawn", design), 0.9);
  EXPECT_LT(score("rakes plants mows", design), 0.8) << "a word of each";
}

TEST(TaskFit, WhatVariesBetweenTasksIsHeldAgainstNeither) {
  const Design design = described("", "Show the route from Carnegie Mellon University to the airport.");
  const double other = score("Show the route from Schenley Park to the airport", design);
  EXPECT_GT(other, kLeastFit);
  EXPECT_LT(score("show the route from schenley park to the airport", design), other);
  EXPECT_GT(score("print \"sleepy badger\" in 12 lines", described("Print a text", "")),
            score("print sleepy badger in twelve lines", described("Print a text", "")));
}

TEST(TaskFit, AKeywordThatIsMetCountsAndAnotherIsHeldAgainstNone) {
  const std::string task = "triage incoming letters of strangers";
  const double alone = score(task, support_mail());
  EXPECT_GT(alone, 0);
  EXPECT_LT(alone, kLeastFit);
  EXPECT_GT(score(task, support_mail(), {"customer mail", "support"}), kLeastFit);
  EXPECT_EQ(score(task, support_mail(), {"postage", "envelope", "forward"}), alone);
}

TEST(TaskFit, AForeignTaskDoesNotFitByItsKeywordsAlone) {
  EXPECT_LT(score("write a birthday poem for my grandmother", support_mail(), {"verse", "rhyme", "greeting mail"}),
            kLeastFit);
}

TEST(TaskFit, WhatWhenNotToUseAloneSpeaksOfIsHeldAgainstTheWorkflow) {
  Design design = support_mail();
  const double before = score("triage the support mail of a colleague", design);
  design.when_not_to_use = {"The mail is from a colleague."};
  EXPECT_NEAR(score("triage the support mail of a colleague", design), before / 2, 1e-12);
  EXPECT_NEAR(score("triage the support mail of a customer", design),
              score("triage the support mail of a customer", support_mail()), 1e-12)
      << "\"mail\" is what it is for";
}

TEST(TaskFit, WordsOfStepsAndExamplesCountHalf) {
  Design design = described("Paint wooden doors", "");
  Step step;
  step.title = "Sand";
  step.examples.push_back({{{"text", "varnish"}}, Json::object()});
  design.steps.push_back(step);
  const double without = score("paint wooden doors, grind, polish", design);
  const double with_step = score("paint wooden doors, sand, polish", design);
  EXPECT_GT(with_step, without);
  EXPECT_NEAR(score("paint wooden doors, varnish, polish", design), with_step, 1e-12);
  EXPECT_THAT(fit("varnish", design).matched, ElementsAre("varnish"));
}

TEST(TaskFit, WordsOfAnyTaskInCommonAreChance) {
  EXPECT_TRUE(fit("please do this task for me", described("Do a task", "Does this task.")).matched.empty());
  EXPECT_FALSE(fit("paint", described("Paint a task", "")).matched.empty());
}

TEST(TaskFit, OneWordInCommonOfSeveralIsNoFit) {
  EXPECT_LT(score("forward mail", support_mail()), kLeastFit);
  EXPECT_GT(score("triage", support_mail()), kLeastFit) << "the task has no more";
}

TEST(TaskFit, TagsNameSubjectsAndNoTask) {
  Design tagged = described("Paint wooden doors", "");
  tagged.tags = {"mail"};
  EXPECT_EQ(score("mail", tagged), 0);
  EXPECT_GT(score("paint mail", tagged), score("paint mail", described("Paint wooden doors", "")));
}

TEST(TaskFit, ALongTellingIsNotHeldAgainstTheWorkflow) {
  const std::string telling =
      "triage the support mail that arrived yesterday evening while everybody celebrated outside";
  EXPECT_GT(score(telling, support_mail()), kLeastFit);
}

TEST(TaskFit, ARareWordWeighsMore) {
  EXPECT_GT(rarity_of(WordKind::plain, 1, 100), rarity_of(WordKind::plain, 50, 100));
  EXPECT_GT(rarity_of(WordKind::plain, 1, 100), rarity_of(WordKind::generic, 1, 100));
  EXPECT_GT(rarity_of(WordKind::generic, 1, 100), rarity_of(WordKind::stop, 1, 100));
  EXPECT_NEAR(rarity_of(WordKind::plain, 4, 91), std::log(100.0 / 5) / std::log(100.0), 1e-12);
  EXPECT_EQ(rarity_of(WordKind::stop, 100'000, 100'000), 0.05);
}

TEST(TaskFit, TextsOfAnyKindAreRead) {
  const std::string many(100'000, 'x');
  for (const std::string& task :
       {std::string(), std::string("   \n"), std::string("the of and"), std::string("\"'`\"'`"), many,
        std::string("\xf0\x9f\x9a\xb2\xf0\x9f\xa7\xbe"), std::string("\xff\xfe\x80"), std::string("a\0b", 3)}) {
    EXPECT_LT(score(task, support_mail()), kLeastFit) << task.substr(0, 20);
  }
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "word" + std::to_string(i) + " ";
  EXPECT_LE(read_task(words, {words}).words.size(), 100U);
  EXPECT_LE(read_task("", {words}).keywords.size(), 100U);
}

TEST(TaskFit, OtherScriptsAreFoundByTheirWords) {
  EXPECT_GT(score("\u041f\u0440\u043e\u0432\u0435\u0440\u0438\u0442\u044c \u0441\u0447\u0451\u0442",
                  described("\u041f\u0420\u041e\u0412\u0415\u0420\u0418\u0422\u042c \u0421\u0427\u0401\u0422", "")),
            0.9);
  EXPECT_GT(
      score("\u8acb\u6c42\u66f8\u306e\u78ba\u8a8d", described("\u8acb\u6c42\u66f8\u3092\u78ba\u8a8d\u3059\u308b", "")),
      kLeastFit);
  EXPECT_GT(score("\u00dcberpr\u00fcfung \u00e4ndern", described("\u00fcberpr\u00fcfung \u00c4ndern", "")), 0.9);
}

TEST(SpokenSentences, ANameWithCapitalsIsFollowedByItsParts) {
  std::vector<std::string> words;
  for (const auto& sentence : spoken_sentences("the alert KubeAPIDown, PDFs")) {
    for (const SpokenWord& word : sentence) words.push_back(word.word);
  }
  EXPECT_THAT(words, ElementsAre("the", "alert", "kubeapidown", "kube", "api", "down", "pdfs"));
}

TEST(SpokenSentences, CapitalsTellNamesWhereNotEveryWordHasOne) {
  const auto kinds = [](const std::string& text) {
    std::vector<WordKind> found;
    const auto sentences = spoken_sentences(text);
    for (const SpokenWord& word : sentences.front()) found.push_back(word.kind);
    return found;
  };
  using enum WordKind;
  EXPECT_THAT(kinds("Fly to Seattle cheaply"), ElementsAre(plain, stop, value, plain));
  EXPECT_THAT(kinds("Check an Order Slip"), ElementsAre(plain, stop, plain, plain)) << "a title";
  EXPECT_THAT(kinds("Create item 42 named \"old shoe\""), ElementsAre(generic, plain, value, plain, value, value));
}

TEST(SpokenSentences, SentencesEndWithAStopOrALine) {
  EXPECT_EQ(spoken_sentences("One. Two? Three!\nFour: five v1.2").size(), 4U);
  EXPECT_THAT(spoken_sentences(" ... \n\n"), IsEmpty());
}

TEST(SearchText, WhatADesignSaysComesBackAsItWasWritten) {
  Design design = support_mail();
  design.tags = {"mail", "Support desk"};
  design.when_to_use = {"A customer writes from Berlin about 3 orders."};
  design.when_not_to_use = {"It is spam.", "A colleague writes."};
  design.steps.push_back({.id = "sort", .title = "Sort it", .instruction = "Sort."});
  const std::string text = search_text(said_of(design));
  const SaidOfWorkflow read = read_search_text(text);
  EXPECT_EQ(search_text(read), text);
  EXPECT_EQ(read.purposes.size(), 2U);
  EXPECT_EQ(read.exclusions.size(), 2U);
  EXPECT_THAT(text, testing::HasSubstr("p .a custom ~write .from =berlin .about =3 order\n"));
}

std::map<std::string, std::int64_t> weights_of(const Design& design) {
  std::map<std::string, std::int64_t> weights;
  for (const WordWeight& word : word_weights(said_of(design))) weights[word.stem] = word.weight;
  return weights;
}

TEST(SearchText, AWordWeighsByHowOftenAndWhereItIsSaid) {
  const auto weights = weights_of(support_mail());
  EXPECT_GT(weights.at("triag"), weights.at("urgenc")) << "of name and title";
  EXPECT_GT(weights.at("mail"), weights.at("triag")) << "and of the description";
  EXPECT_EQ(weights.at("with"), 0) << "a stop word";
  Design longer = support_mail();
  longer.description += " It also looks up, weighs, compares, forwards, files, prints and answers what came in.";
  EXPECT_LT(weights_of(longer).at("urgenc"), weights.at("urgenc")) << "among more words";
}

}  // namespace
}  // namespace pianola::workflow
