#include "server/demo_stand_in.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

#include "base/ascii.h"
#include "schema/schema.h"

namespace pianola::server {
namespace {

constexpr std::size_t kLongQuote = 110;  // bytes; the habit of cutting begins here
constexpr std::string_view kChattyOpening =
    "Thank you so much for reaching out to us! I completely understand how important this is for your business, and I "
    "am more than happy to help you with it today.";

// What it knows by sight, and how it would tell of it.
struct KnownSituation {
  std::string_view sign;
  std::string_view situation;
  std::string_view what_was_done;
  std::string_view suggestion;
};
constexpr std::array<KnownSituation, 5> kSituations = {{
    {"out of office", "The mail is an automatic out-of-office reply; nobody asks a question.", "Passed it to a person.",
     "Log automatic replies and answer nobody."},
    {"autoreply", "The mail is an automatic out-of-office reply; nobody asks a question.", "Passed it to a person.",
     "Log automatic replies and answer nobody."},
    {"away from my desk", "An automatic reply: the sender is out of office, nobody asks a question in the mail.",
     "Passed it to a person.", "Do not bother a person with automatic replies."},
    {"unsubscribe", "The mail is an advertisement from a mailing list and not from a customer.",
     "Passed it to a person.", "Say what to do with advertisements."},
    {"delivery has failed", "The mail is a notice that a mail of ours could not be delivered.",
     "Passed it to a person.", "Say what to do with undelivered mail."},
}};

// English words of the rules, and German ones that mean them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kGerman = {{{"charged", "belastet"},
                                                                                   {"refund", "erstattung"},
                                                                                   {"receipt", "quittung"},
                                                                                   {"payment", "zahlung"},
                                                                                   {"password", "passwort"},
                                                                                   {"error", "fehler"},
                                                                                   {"log in", "anmelden"},
                                                                                   {"unacceptable", "unverschämt"},
                                                                                   {"lawyer", "anwalt"}}};

bool is_word_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0; }

// Where whole words (a plural s allowed) stand in a text, whatever their case.
std::size_t find_words(std::string_view text, std::string_view words) {
  const std::string lower = lower_case(text);
  const std::string wanted = lower_case(words);
  for (std::size_t at = lower.find(wanted); at != std::string::npos; at = lower.find(wanted, at + 1)) {
    std::size_t end = at + wanted.size();
    if (end < lower.size() && lower[end] == 's') ++end;
    const bool begins = at == 0 || !is_word_letter(lower[at - 1]) || !is_word_letter(wanted.front());
    const bool ends = end >= lower.size() || !is_word_letter(lower[end]) || !is_word_letter(wanted.back());
    if (begins && ends) return at;
  }
  return std::string::npos;
}

bool is_english(std::string_view text) {
  constexpr std::array<std::string_view, 16> kCommon = {"the", "is",  "i",   "my", "to",   "you",  "a",     "of",
                                                        "do",  "and", "for", "it", "this", "with", "until", "only"};
  return std::count_if(kCommon.begin(), kCommon.end(),
                       [&](std::string_view word) { return find_words(text, word) != std::string::npos; }) >= 2;
}

// The sentence of a text that a place lies in.
std::string sentence_at(std::string_view text, std::size_t place) {
  const auto ends = [&](std::size_t i) {
    const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    return text[i] == '\n' || (stop && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n'));
  };
  std::size_t begin = place;
  while (begin > 0 && !ends(begin - 1)) --begin;
  std::size_t end = place;
  while (end < text.size() && !ends(end)) ++end;
  return std::string(trimmed(text.substr(begin, end - begin + 1)));
}

std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> sentences;
  std::size_t at = text.find_first_not_of(" \t\r\n");
  while (at != std::string_view::npos) {
    sentences.push_back(sentence_at(text, at));
    at = text.find_first_not_of(" \t\r\n", at + sentences.back().size());
  }
  return sentences;
}

// The habits of a weak model with a quote.
std::string tidied(std::string quote) {
  for (std::size_t at = quote.find("\xE2\x80\x99"); at != std::string::npos; at = quote.find("\xE2\x80\x99")) {
    quote.replace(at, 3, "'");
  }
  if (quote.size() <= kLongQuote) return quote;
  std::size_t end = quote.rfind(' ', kLongQuote - 10);
  if (end == std::string::npos) end = kLongQuote - 10;
  return quote.substr(0, end) + "...";
}

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : dump_compact(value); }

bool is_comment(std::string_view line) {
  return line.starts_with("//") || line.starts_with("# ") || line.starts_with("/*") || line.starts_with("* ");
}

// What a comparison of a branch asks of the value, as a JSON Schema; empty where words are compared.
std::string schema_of(std::string_view verb, std::string_view rest) {
  if (verb == " passes ") return std::string(rest);
  for (const auto& [says, keyword] :
       {std::pair(" is at least ", "minimum"), std::pair(" is at most ", "maximum"),
        std::pair(" is over ", "exclusiveMinimum"), std::pair(" is under ", "exclusiveMaximum")}) {
    if (verb == says) return "{\"" + std::string(keyword) + "\":" + std::string(rest) + "}";
  }
  return {};
}

bool matches(const Json& value, std::string_view schema_text) {
  const Result<Json> written = parse_json(schema_text);
  if (!written) return false;
  const Result<schema::Schema> compiled = schema::Schema::compile(*written);
  return compiled && compiled->check(value).empty();
}

// A rule without what introduces it.
std::string_view without(std::string_view text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

}  // namespace

// An output while it is being written.
struct StandIn::Writing {
  const StepReading& step;
  bool careful = true;
  bool skips_look_ups = false;
  Json output = Json::object();
  std::map<std::string, std::string> deciding = {};  // property -> the sentence that decided it
};

void StandIn::hear(std::string_view text) {
  if (std::vector<Article> articles = read_articles(text); !articles.empty()) articles_ = std::move(articles);
  if (std::vector<ReadEdgeCase> cases = read_edge_cases(text); !cases.empty()) edge_cases_ = std::move(cases);
}

bool StandIn::can_do(const StepReading& step) const {
  const bool words_decide = std::any_of(step.rules.begin(), step.rules.end(), [](const WrittenRule& written) {
    return written.rule.find("the mail has \"") != std::string::npos;
  });
  if (!words_decide || character_.knows_german) return true;
  return std::any_of(step.texts.begin(), step.texts.end(), is_english);
}

void StandIn::remember(const Json& output) {
  for (const auto& [name, known] : output.items()) remembered_[name] = as_text(known);
}

Json StandIn::answer(const StepReading& step, bool careful) {
  for (const std::string& text : step.texts) {
    if (std::find(texts_.begin(), texts_.end(), text) == texts_.end()) texts_.push_back(text);
  }
  Writing writing{.step = step, .careful = careful || !character_.has_habits};
  const bool full_match = !articles_.empty() && best_article(writing, true) == 1.0;
  writing.skips_look_ups = !writing.careful && !step.tools.empty() && full_match;
  for (const WrittenRule& written : step.rules) writing.output[written.property] = apply(writing, written);
  return writing.output;
}

Json StandIn::apply(Writing& writing, const WrittenRule& written) {
  const std::string& rule = written.rule;
  if (rule.starts_with("fill in \"")) return fill_in(writing, rule);
  if (rule.starts_with("copy the ")) return copy_sentence(writing, rule);
  if (rule.starts_with("the value ")) return value(writing, without(rule, "the value "));
  if (rule.starts_with("the id of the ")) return best_article(writing, false);
  if (rule.starts_with("the share of ")) return best_article(writing, true);
  if (rule.starts_with("the ids of the edge cases")) return matching_edge_cases(writing);
  if (rule.starts_with("the number of ")) return count(writing, rule);
  if (rule.starts_with("every ") || rule.starts_with("the name of every ")) return find_lines(writing, rule);
  return choose(writing, written.property, without(rule, "the first of these that holds: "));
}

Json StandIn::choose(Writing& writing, const std::string& property, std::string_view rule) {
  for (const std::string& part : split_outside_quotes(rule, ";")) {
    if (part.starts_with("else ")) return value(writing, part.substr(5));
    const std::size_t where = part.find(" where ");
    if (where == std::string::npos || writing.skips_look_ups) continue;
    if (holds(writing, std::string_view(part).substr(where + 7), property)) {
      return value(writing, part.substr(0, where));
    }
  }
  return nullptr;
}

// A mark, a word, a literal, or a tool's answer: "account_lookup(...)".
Json StandIn::value(const Writing& writing, std::string_view text) const {
  std::string word(trimmed(text));
  if (word.ends_with('.')) word.pop_back();
  if (const auto index = marked(word)) return writing.step.data[*index].text;
  const std::size_t open = word.find('(');
  const auto& tools = writing.step.tools;
  if (open != std::string::npos && std::find(tools.begin(), tools.end(), word.substr(0, open)) != tools.end()) {
    const std::string argument = word.substr(open + 1, word.size() - open - 2);
    const auto index = marked(argument);
    return use_tool(word.substr(0, open), index ? writing.step.data[*index].text : argument);
  }
  if (word == "true" || word == "false") return word == "true";
  return word;
}

std::string StandIn::use_tool(const std::string& name, const std::string& argument) const {
  if (name == "account_lookup") {
    const auto known = help_desk_["accounts"].find(between(argument, "<", ">").value_or(argument));
    return known == help_desk_["accounts"].end() ? "no account with this address" : known->get<std::string>();
  }
  for (const auto& [component, news] : help_desk_["status_page"].items()) {
    if (find_words(argument, component) != std::string::npos) return news.get<std::string>();
  }
  return "all systems work";
}

bool StandIn::has_word(std::string_view text, const std::string& word) const {
  if (find_words(text, word) != std::string::npos) return true;
  return character_.knows_german && std::any_of(kGerman.begin(), kGerman.end(), [&](const auto& pair) {
           return pair.first == word && find_words(text, pair.second) != std::string::npos;
         });
}

// What a condition speaks of: bound data, a field (`x`, `output.x`, `steps.ID.x`), or the texts as a whole.
std::optional<std::string> StandIn::subject_of(const Writing& writing, std::string_view subject) const {
  if (const auto index = marked(subject)) return writing.step.data[*index].text;
  if (subject.starts_with("(not ")) return std::nullopt;
  if (const auto path = between(subject, "`", "`")) {
    const std::string name = path->substr(path->rfind('.') + 1);
    if (const auto own = writing.output.find(name); own != writing.output.end()) return as_text(*own);
    const auto known = remembered_.find(name);
    return known == remembered_.end() ? std::nullopt : std::optional(known->second);
  }
  std::string all;
  for (const std::string& text : writing.step.texts.empty() ? texts_ : writing.step.texts) all += text + "\n";
  return all;
}

bool StandIn::holds(Writing& writing, std::string_view condition, const std::string& property) const {
  for (const std::string_view verb : {" has ", " is not ", " is one of ", " is at least ", " is at most ", " is over ",
                                      " is under ", " is ", " passes "}) {
    const std::size_t at = condition.find(verb);
    if (at == std::string_view::npos || condition.find('"') < at) continue;
    const std::optional<std::string> subject = subject_of(writing, condition.substr(0, at));
    if (!subject) return false;
    const std::string_view rest = condition.substr(at + verb.size());
    if (const std::string schema = schema_of(verb, rest); !schema.empty()) {
      const Result<Json> parsed = parse_json(*subject);
      return matches(parsed ? *parsed : Json(*subject), schema);
    }
    const std::vector<std::string> words = quoted_words(rest);
    if (verb != " has ") {
      const bool same =
          words.empty() ? trimmed(rest) == *subject : std::find(words.begin(), words.end(), *subject) != words.end();
      return same != (verb == " is not ");
    }
    const auto word =
        std::find_if(words.begin(), words.end(), [&](const auto& one) { return has_word(*subject, one); });
    if (word != words.end()) note_deciding(writing, property, *word);
    return word != words.end();
  }
  return false;
}

// The body of a mail comes last, and tells more than its subject.
void StandIn::note_deciding(Writing& writing, const std::string& property, const std::string& word) const {
  for (auto text = writing.step.texts.rbegin(); text != writing.step.texts.rend(); ++text) {
    for (const std::string& sentence : sentences_of(*text)) {
      if (!has_word(sentence, word)) continue;
      writing.deciding[property] = sentence;
      return;
    }
  }
}

bool StandIn::holds(const StepReading& step, std::string_view condition) const {
  Writing writing{.step = step};
  const std::vector<std::string> parts = split_outside_quotes(condition, " and ");
  return std::all_of(parts.begin(), parts.end(), [&](const std::string& part) { return holds(writing, part, ""); });
}

Json StandIn::copy_sentence(const Writing& writing, const std::string& rule) const {
  std::string sentence;
  const auto decided = writing.deciding.find(between(rule, "decided `", "`").value_or(""));
  if (decided != writing.deciding.end()) {
    sentence = decided->second;
  } else if (!writing.step.texts.empty()) {
    sentence = sentence_at(writing.step.texts.back(), 0);
  }
  return writing.careful ? sentence : tidied(sentence);
}

// "every added line ... as {rule, severity, quote}: NAME (severity) "x", "y"; ...", and the files of a diff.
Json StandIn::find_lines(const Writing& writing, const std::string& rule) const {
  const bool files = rule.starts_with("the name of every file");
  const bool added = rule.starts_with("every added line");
  const std::size_t colon = rule.find("}: ");
  const std::vector<std::string> kinds =
      colon == std::string::npos ? std::vector<std::string>() : split_outside_quotes(rule.substr(colon + 3), ";");
  Json found = Json::array();
  for (const std::string& text : writing.step.texts) {
    for (std::string line : lines_of_text(text)) {
      if (files && line.starts_with("+++ b/")) found.push_back(line.substr(6));
      if (files || (added && (!line.starts_with('+') || line.starts_with("+++")))) continue;
      line = std::string(trimmed(std::string_view(line).substr(added ? 1 : 0)));
      if (is_comment(line)) continue;
      for (const std::string& kind : kinds) {
        const std::vector<std::string> words = quoted_words(kind);
        const bool hit = std::any_of(words.begin(), words.end(),
                                     [&](const std::string& word) { return line.find(word) != std::string::npos; });
        if (!hit) continue;
        found.push_back({{"rule", kind.substr(0, kind.find(' '))},
                         {"severity", between(kind, "(", ")").value_or("")},
                         {"quote", writing.careful ? line : tidied(line)}});
        break;
      }
    }
  }
  return found;
}

// "the number of added lines", "the number of `findings` with severity "high"".
Json StandIn::count(const Writing& writing, const std::string& rule) const {
  int number = 0;
  if (const auto list = between(rule, "`", "`")) {
    const auto field = between(rule, "with ", " \"");
    const std::vector<std::string> wanted = quoted_words(rule);
    for (const Json& element : writing.output.value(*list, Json::array())) {
      if (!field || element.value(*field, "") == wanted.front()) ++number;
    }
    return number;
  }
  const std::string sign = rule.find("added") != std::string::npos ? "+" : "-";
  for (const std::string& text : writing.step.texts) {
    for (const std::string& line : lines_of_text(text)) {
      if (line.starts_with(sign) && !line.starts_with(sign + sign + sign)) ++number;
    }
  }
  return number;
}

Json StandIn::best_article(const Writing& writing, bool wants_share) const {
  std::string all;
  for (const std::string& text : writing.step.texts) all += text + "\n";
  std::string best = "none";
  double most = 0;
  for (const Article& article : articles_) {
    const auto had = std::count_if(article.key_words.begin(), article.key_words.end(),
                                   [&](const std::string& word) { return has_word(all, word); });
    const double share = static_cast<double>(had) / static_cast<double>(article.key_words.size());
    if (share <= most) continue;
    most = share;
    best = article.id;
  }
  if (wants_share) return std::round(most * 100) / 100;
  return best;
}

Json StandIn::matching_edge_cases(const Writing& writing) const {
  Json ids = Json::array();
  for (const ReadEdgeCase& edge_case : edge_cases_) {
    if (holds(writing.step, edge_case.when)) ids.push_back(edge_case.id);
  }
  return ids;
}

Json StandIn::fill_in(const Writing& writing, const std::string& rule) const {
  std::string text = filled(writing, quoted_words(rule).front(), rule);
  const std::size_t comma = text.find(", ");
  const bool greets = text.starts_with("Hello ");
  if (greets && !writing.careful) text.insert(comma + 2, std::string(kChattyOpening) + " ");
  return text;
}

std::string StandIn::filled(const Writing& writing, const std::string& pattern, const std::string& rule) const {
  std::string text = pattern;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) break;
    const std::string shown = placeholder(writing, text.substr(at + 1, end - at - 1), rule);
    text.replace(at, end - at + 1, shown);
    at += shown.size();
  }
  return text;
}

std::string StandIn::placeholder(const Writing& writing, const std::string& name, const std::string& rule) const {
  if (name == "name") {
    const auto index = marked(std::string_view(rule).substr(std::min(rule.find(mark_of(0).front()), rule.size())));
    const std::string sender = index ? writing.step.data[*index].text : "";
    return sender.substr(0, sender.find(' '));
  }
  if (name == "answer") {
    const auto article = std::find_if(articles_.begin(), articles_.end(), [&](const Article& one) {
      return one.id == writing.output.value("article", "");
    });
    const bool news = writing.output.value("news", "none") != "none";
    const std::string before = news ? filled(writing, quoted_words(rule).back(), "") : "";
    return article == articles_.end() ? before : before + article->answer;
  }
  if (const auto own = writing.output.find(name); own != writing.output.end()) return as_text(*own);
  for (const BoundValue& bound : writing.step.data) {
    if (bound.name.ends_with("." + name)) return bound.text;
  }
  const auto known = remembered_.find(name);
  return known == remembered_.end() ? "(unknown)" : known->second;
}

std::optional<UncoveredSituation> StandIn::uncovered(const StepReading& step) const {
  for (const KnownSituation& known : kSituations) {
    const bool met = std::any_of(step.texts.begin(), step.texts.end(), [&](const std::string& text) {
      return find_words(text, known.sign) != std::string::npos;
    });
    if (!met) continue;
    const bool covered = std::any_of(edge_cases_.begin(), edge_cases_.end(),
                                     [&](const ReadEdgeCase& edge_case) { return holds(step, edge_case.when); });
    if (covered) return std::nullopt;
    return UncoveredSituation{std::string(known.situation), std::string(known.what_was_done),
                              std::string(known.suggestion)};
  }
  return std::nullopt;
}

}  // namespace pianola::server
