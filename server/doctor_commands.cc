// pianola doctor
#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "base/counted.h"
#include "server/commands.h"
#include "server/doctor.h"
#include "server/print.h"

namespace pianola::server {
namespace {

int run_doctor(Program& program) {
  const std::vector<Finding> findings =
      examine({.variables = own_variables(), .store_path = program.resolved_store_path(), .clock = program.clock()});
  const auto problems = std::ranges::count(findings, Health::problem, &Finding::health);
  if (program.json) {
    OrderedJson all = OrderedJson::array();
    for (const Finding& finding : findings) {
      OrderedJson json = {
          {"about", finding.about}, {"health", std::string(to_string(finding.health))}, {"text", finding.text}};
      if (!finding.advice.empty()) json["advice"] = finding.advice;
      all.push_back(std::move(json));
    }
    print_json(program.out(), {{"problems", problems}, {"findings", std::move(all)}});
  } else {
    Table table({{"about"}, {"health"}, {"what was found"}});
    for (const Finding& finding : findings) {
      table.add_row({finding.about, std::string(to_string(finding.health)), finding.text});
      if (!finding.advice.empty()) table.add_row({"", "", "-> " + finding.advice});
    }
    program.out() << table.text() << (problems == 0 ? "No problem.\n" : counted(problems, "problem") + ".\n");
  }
  return problems == 0 ? kSuccess : kFailure;
}

}  // namespace

void add_doctor_command(CLI::App& app, Program& program, Action& chosen) {
  app.add_subcommand("doctor", "Look at the program, the store and every host, and say what to do about each problem")
      ->callback([&program, &chosen] { chosen = [&program] { return run_doctor(program); }; });
}

}  // namespace pianola::server
