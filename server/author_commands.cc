// pianola author list|show|quarantine|release
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/counted.h"
#include "server/commands.h"
#include "server/print.h"
#include "workflow/quarantine.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct AuthorOptions {
  std::string key;
  std::string model;
  std::string client;
  std::string reason;
};

// Whom the options name. CLI11 has seen to it that it is one of them.
AuthorMark mark_of(const AuthorOptions& options) {
  if (!options.key.empty()) return {AuthorField::key, options.key};
  if (!options.model.empty()) return {AuthorField::model, options.model};
  return {AuthorField::client, options.client};
}

std::string text_of(const AuthorMark& mark) { return std::string(to_string(mark.field)) + " " + mark.value; }

std::vector<std::string> texts_of(const std::vector<VersionName>& versions) {
  std::vector<std::string> texts;
  for (const auto& [name, number] : versions) texts.push_back(name.text() + " " + number.text());
  return texts;
}

OrderedJson work_json(const AuthorWork& work) {
  OrderedJson reports = OrderedJson::array();
  for (const ReportId& id : work.reports) reports.push_back(id.text());
  return {{"key", work.author.key},
          {"client", work.author.client},
          {"model", work.author.model},
          {"versions", texts_of(work.versions)},
          {"edge_cases", std::move(reports)},
          {"executions", work.executions},
          {"quarantined", work.is_quarantined}};
}

int print_authors(Program& program, const std::vector<AuthorWork>& all) {
  if (program.json) {
    OrderedJson list = OrderedJson::array();
    for (const AuthorWork& work : all) list.push_back(work_json(work));
    print_json(program.out(), {{"authors", std::move(list)}});
    return kSuccess;
  }
  Table table({{"key"},
               {"client"},
               {"model"},
               {"versions", Align::right},
               {"edge cases", Align::right},
               {"executions", Align::right},
               {"quarantined"}});
  for (const AuthorWork& work : all) {
    table.add_row({work.author.key.empty() ? "-" : work.author.key, shortened(work.author.client, 30),
                   shortened(work.author.model, 30), std::to_string(work.versions.size()),
                   std::to_string(work.reports.size()), std::to_string(work.executions),
                   work.is_quarantined ? "yes" : ""});
  }
  program.out() << (table.empty() ? "Nobody has written anything yet.\n" : table.text());
  return kSuccess;
}

int list_all(Program& program) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  program.note_empty_workspace(*actor);
  return print_authors(program, list_authors(program.environment(), *actor));
}

int show(Program& program, const AuthorMark& mark) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const std::vector<AuthorWork> found = work_by(program.environment(), *actor, mark);
  print_authors(program, found);
  if (program.json) return kSuccess;
  for (const AuthorWork& work : found) {
    for (const std::string& version : texts_of(work.versions)) program.out() << "version " << version << '\n';
    for (const ReportId& id : work.reports) program.out() << "edge case " << id.text() << '\n';
  }
  return kSuccess;
}

int print_change(Program& program, const Result<QuarantineChange>& change, bool is_release) {
  if (!change) return program.fail(change.error());
  if (program.json) {
    print_json(program.out(), {{"by", to_string(change->mark.field)},
                               {"author", change->mark.value},
                               {"quarantined", !is_release},
                               {"unchanged", change->unchanged},
                               {is_release ? "published" : "retired", texts_of(change->versions)},
                               {"kept_retired", texts_of(change->kept)}});
    return kSuccess;
  }
  program.out() << text_of(change->mark)
                << (is_release          ? " is quarantined no longer: "
                    : change->unchanged ? " was quarantined before: "
                                        : " is quarantined: ")
                << counted(static_cast<std::int64_t>(change->versions.size()), "version")
                << (is_release ? " published again.\n" : " retired; reports and executions count for no verdict.\n");
  for (const std::string& version : texts_of(change->versions)) program.out() << "  " << version << '\n';
  for (const std::string& version : texts_of(change->kept)) {
    program.out() << "  " << version
                  << " stays retired: it lacks an approval, was a canary, or its author is still quarantined\n";
  }
  return kSuccess;
}

int change(Program& program, const AuthorOptions& options, bool is_release) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  Environment& environment = program.environment();
  return print_change(program,
                      is_release ? release_author(environment, *actor, mark_of(options), options.reason)
                                 : quarantine_author(environment, *actor, mark_of(options), options.reason),
                      is_release);
}

}  // namespace

void add_author_commands(CLI::App& app, Program& program, Action& chosen) {
  auto options = std::make_shared<AuthorOptions>();
  CLI::App* group =
      app.add_subcommand("author", "Who wrote what; and all that one author wrote, set apart")->require_subcommand(1);
  group->add_subcommand("list", "Everybody who saved, told or carried out anything")->callback([&program, &chosen] {
    chosen = [&program] { return list_all(program); };
  });
  const auto add = [&](const char* name, const char* help, std::function<int()> action) {
    CLI::App* command = group->add_subcommand(name, help);
    CLI::Option_group* who = command->add_option_group("who", "The author, by one of");
    who->add_option("--key", options->key, "An access key's prefix, as listed");
    who->add_option("--model", options->model, "A model");
    who->add_option("--client", options->client, "A client: its name, or name and version");
    who->require_option(1);
    command->callback([&chosen, action = std::move(action)] { chosen = action; });
    return command;
  };
  add("show", "What one author wrote", [&program, options] { return show(program, mark_of(*options)); });
  add("quarantine", "Set apart all that an author wrote, and will write: nothing of it is handed out or judged by",
      [&program, options] { return change(program, *options, false); })
      ->add_option("--reason", options->reason, "Why, for the audit log");
  add("release", "End a quarantine: what it retired is published again", [&program, options] {
    return change(program, *options, true);
  })->add_option("--reason", options->reason, "Why, for the audit log");
}

}  // namespace pianola::server
