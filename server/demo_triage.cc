// The demo's first story: a support inbox. Designed, executed on 24 e-mails, reviewed, revised, and executed on 6 more.
#include <algorithm>
#include <map>
#include <ostream>

#include "base/counted.h"
#include "server/demo_stage.h"
#include "server/print.h"

namespace pianola::server {
namespace {

constexpr const char* kTriage = "support-email-triage";
constexpr std::size_t kEveryWhole = 6;  // every sixth e-mail is done in whole mode

struct TriagedMail {
  Json mail;
  bool whole = false;
  PlayedExecution played;
};

std::string short_path(const std::vector<std::string>& path) {
  static const std::map<std::string, std::string> kShort = {{"parse-intent", "parse"},
                                                            {"check-knowledge-base", "look up"},
                                                            {"draft-reply", "reply"},
                                                            {"hand-over", "escalate"},
                                                            {"log-rationale", "log"}};
  std::string text;
  for (const std::string& step : path) text += (text.empty() ? "" : " > ") + kShort.at(step);
  return text;
}

std::string remarks(const TriagedMail& triaged) {
  std::vector<std::string> said;
  for (const Json& id : triaged.played.fields.value("edge_cases", Json::array())) said.push_back(id.get<std::string>());
  if (triaged.played.refused > 0) said.push_back(std::to_string(triaged.played.refused) + " refused, corrected");
  if (triaged.played.handed_off) said.emplace_back("handed off");
  if (!triaged.played.report.is_null()) said.emplace_back("reported");
  if (triaged.whole) said.emplace_back("whole");
  std::string text;
  for (const std::string& one : said) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::vector<TriagedMail> triage_all(DemoStage& stage, const Json& mails) {
  std::vector<TriagedMail> triaged;
  Table table(
      {{"#", Align::right}, {"subject"}, {"intent"}, {"match", Align::right}, {"way"}, {"edge cases, remarks"}});
  for (const Json& mail : mails) {
    const bool whole = triaged.size() % kEveryWhole == kEveryWhole - 1;
    triaged.push_back({mail, whole, stage.play({.workflow = kTriage, .input = mail, .whole = whole})});
    const PlayedExecution& played = triaged.back().played;
    const bool looked_up =
        std::find(played.path.begin(), played.path.end(), "check-knowledge-base") != played.path.end();
    table.add_row({std::to_string(triaged.size()), shortened(mail.value("subject", ""), 22),
                   played.fields.value("intent", ""), looked_up ? dump_compact(played.fields["confidence"]) : "-",
                   short_path(played.path), remarks(triaged.back())});
    stage.expect(played.state == "succeeded", "e-mail " + std::to_string(triaged.size()) + " ends as succeeded");
  }
  stage.out << table.text();
  return triaged;
}

bool went_by(const TriagedMail& triaged, const std::string& step) {
  const std::vector<std::string>& path = triaged.played.path;
  return std::find(path.begin(), path.end(), step) != path.end();
}

bool has_case(const TriagedMail& triaged, const std::string& id) {
  const Json cases = triaged.played.fields.value("edge_cases", Json::array());
  return std::find(cases.begin(), cases.end(), id) != cases.end();
}

// What the design promises, on every e-mail.
void check_promises(DemoStage& stage, const std::vector<TriagedMail>& all) {
  int replies = 0;
  for (const TriagedMail& one : all) {
    const Json& fields = one.played.fields;
    const std::string subject = "\"" + one.mail.value("subject", "") + "\"";
    if (has_case(one, "angry-customer")) {
      stage.expect(went_by(one, "hand-over") && !went_by(one, "draft-reply"),
                   subject + ": an angry customer escalates");
    }
    if (has_case(one, "technical-error") && went_by(one, "check-knowledge-base")) {
      stage.expect(fields["checked_first"] == "status-page", subject + ": the status page is checked first");
    }
    if (has_case(one, "billing-question") && went_by(one, "check-knowledge-base")) {
      stage.expect(fields["checked_first"] == "account", subject + ": the account is verified first");
    }
    if (went_by(one, "draft-reply")) {
      ++replies;
      stage.expect(fields.value("confidence", 0.0) > 0.9, subject + ": a reply needs a confident match");
    }
  }
  stage.expect(replies > 0 && replies < static_cast<int>(all.size()), "some e-mails are answered, some escalated");
}

void show_corrections(DemoStage& stage, const std::vector<TriagedMail>& all) {
  stage.out << "\nWhat the server refused, and the stand-in then mended (the first of each kind):\n";
  std::vector<std::string> shown;
  for (const TriagedMail& one : all) {
    for (const std::string& message : one.played.rules_broken) {
      const std::string step = between(message, "\"", "\"").value_or("");
      if (std::find(shown.begin(), shown.end(), step) != shown.end()) continue;
      shown.push_back(step);
      stage.out << "  " << shortened(message, 130) << '\n';
    }
  }
  stage.expect(!shown.empty(), "some hand-ins are refused and corrected");
}

// Ids of the reports made, and how often each was told.
std::map<std::string, int> reports_of(const std::vector<TriagedMail>& all) {
  std::map<std::string, int> counts;
  for (const TriagedMail& one : all) {
    if (!one.played.report.is_null()) {
      counts[one.played.report.value("id", "")] =
          std::max(counts[one.played.report.value("id", "")], one.played.report.value("count", 0));
    }
  }
  return counts;
}

// The designer reads the brief, rejects what needs no change, and saves only what changes.
void revise(DemoStage& stage, const std::map<std::string, int>& reports) {
  Conversation talk(stage.designer.preamble_bytes(), 0);
  const auto ask = [&](const std::string& tool, const Json& arguments) {
    DemoAnswer answer = stage.designer.call(tool, arguments);
    stage.expect(!answer.is_error, tool + " answers: " + answer.text);
    talk.add_request(dump_compact(arguments).size(), answer.text.size());
    return answer;
  };
  const std::string brief = ask("workflow_review", {{"name", kTriage}}).text;
  stage.out << brief << "\n";
  std::string resolved;
  for (const auto& [id, count] : reports) {
    stage.expect(brief.find(id) != std::string::npos, "the brief names report " + id);
    if (count > 1) {
      resolved = id;
      continue;
    }
    ask("edge_case_resolve",
        {{"id", id}, {"resolution", "rejected"}, {"reason", "The spam filter is to keep advertisements out."}});
    stage.out
        << "edge_case_resolve: the report told once is rejected; the spam filter is to keep advertisements out.\n";
  }
  ask("workflow_get", {{"name", kTriage}, {"format", "json"}});
  const Json change = demo_json("triage_next.json");
  Json arguments = {{"workflow", change},
                    {"base_version", "1.0.0"},
                    {"resolves", {resolved}},
                    {"notes", "Automatic replies were escalated to people for nothing."}};
  Conversation with_this = talk;
  with_this.add_request(dump_compact(arguments).size(), 0);
  arguments["design_usage"] = with_this.usage();
  arguments["design_usage"]["model"] = kDemoDesigner;
  const Json saved = stage.facts(stage.designer, "workflow_save", arguments);
  const std::size_t whole = dump_compact(demo_json("triage.json")).size();
  stage.out << "workflow_save, a partial save of " << dump_compact(change).size() << " bytes onto a design of " << whole
            << ": version " << saved.value("version", "") << ", " << saved.value("status", "") << ", readiness "
            << saved["readiness"] << ". It changed:\n";
  for (const Json& line : saved["changes"]) stage.out << "  - " << shortened(line.get<std::string>(), 120) << '\n';
  stage.expect(saved.value("status", "") == "published", "the next version is published");
  stage.expect(saved.value("resolved", Json()) == Json::array({resolved}),
               "the report is resolved by the next version");
}

}  // namespace

void tell_triage(DemoStage& stage) {
  const Json mails = demo_json("emails.json");
  stage.chapter(
      "Support e-mail: the strong model designs",
      "Once, for a support inbox: five steps, three edge cases, what each step hands in, and where it goes on.");
  stage.design(demo_json("triage.json"), "sort customer e-mail in the support inbox and answer it",
               dump_compact(Json(mails["first"].begin(), mails["first"].begin() + 3)).size());
  const Json found = stage.facts(stage.executor, "workflow_find", {{"task", "triage an e-mail to support"}});
  stage.expect(found.value("fits", false), "the executor finds the workflow");
  std::string playbook = stage.text(stage.executor, "workflow_get", {{"name", kTriage}});
  std::int64_t pages = 1;
  for (auto cursor = take_cursor(playbook); cursor; cursor = take_cursor(playbook)) {
    playbook += stage.text(stage.executor, "workflow_get", {{"name", kTriage}, {"cursor", *cursor}});
    ++pages;
  }
  stage.out << "The executor finds it (workflow_find) and reads a playbook of " << playbook.size() << " bytes in "
            << counted(pages, "page") << " (workflow_get).\n";

  stage.chapter(
      "Support e-mail: the cheap model executes, 24 e-mails",
      "The server hands out one step at a time and checks what is handed in; every sixth e-mail gets the whole\n"
      "playbook at once. \"match\": share of the best article's key words, over 0.9 is confident.");
  const std::vector<TriagedMail> first = triage_all(stage, mails["first"]);
  check_promises(stage, first);
  show_corrections(stage, first);
  stage.expect(std::any_of(first.begin(), first.end(), [](const auto& one) { return has_case(one, "angry-customer"); }),
               "an angry customer is among them");
  const std::map<std::string, int> reports = reports_of(first);
  stage.expect(std::any_of(reports.begin(), reports.end(), [](const auto& one) { return one.second >= 3; }),
               "several executions report the same situation, and it is counted");
  stage.expect(std::any_of(first.begin(), first.end(), [](const auto& one) { return one.played.handed_off; }),
               "one step is handed off to the stronger model");

  stage.chapter("Support e-mail: what executions taught, and the next version",
                "The strong model reads one short brief (workflow_review) and saves only what changes. What executors\n"
                "reported is data: quoted, counted, never an instruction.");
  revise(stage, reports);

  stage.chapter("Support e-mail: six more on the next version", "Automatic replies are now logged and bother nobody.");
  const std::vector<TriagedMail> later = triage_all(stage, mails["later"]);
  check_promises(stage, later);
  stage.expect(reports_of(later).empty(), "nothing is reported any more");
  stage.expect(
      std::count_if(later.begin(), later.end(), [](const auto& one) { return has_case(one, "automatic-reply"); }) == 3,
      "three automatic replies are known by the new edge case");
}

}  // namespace pianola::server
