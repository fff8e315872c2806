// The accounts at the end of the demo: cost_summary's figures as a table, and as bars against the baseline.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

#include "server/demo_stage.h"
#include "server/print.h"

namespace pianola::server {
namespace {

constexpr double kWidestBar = 50;  // characters

std::string amount(const Json& usd) {
  if (!usd.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", usd.get<double>());
  return text;
}

std::string share(const Json& percent) {
  if (!percent.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", percent.get<double>());
  return text;
}

std::string whole_number(const Json& number) { return number.is_number() ? dump_compact(number) : "-"; }

std::vector<std::string> account_row(const std::string& name, const Json& accounts) {
  return {name,
          whole_number(accounts["executions"]),
          whole_number(accounts["succeeded"]),
          amount(accounts["design_cost"]),
          amount(accounts["revision_cost"]),
          amount(accounts["execution_cost"]),
          amount(accounts["escalation_cost"]),
          amount(accounts["total_cost"]),
          amount(accounts["if_all_baseline"]),
          amount(accounts["savings"]),
          share(accounts["savings_percent"]),
          whole_number(accounts["payback"]["executions"])};
}

void print_bars(std::ostream& out, const Json& accounts) {
  constexpr std::array<std::pair<const char*, const char*>, 6> kBars = {{{"design", "design_cost"},
                                                                         {"revision", "revision_cost"},
                                                                         {"executing", "execution_cost"},
                                                                         {"escalation", "escalation_cost"},
                                                                         {"total", "total_cost"},
                                                                         {"all on the baseline", "if_all_baseline"}}};
  double most = 0;
  for (const auto& [title, field] : kBars) {
    if (accounts[field].is_number()) most = std::max(most, accounts[field].get<double>());
  }
  Table table({{"USD"}, {"", Align::right}, {""}});
  for (const auto& [title, field] : kBars) {
    const double usd = accounts[field].is_number() ? accounts[field].get<double>() : 0;
    const auto length = static_cast<std::size_t>(most > 0 ? usd / most * kWidestBar + 0.5 : 0);
    table.add_row({title, amount(accounts[field]), usd > 0 && length == 0 ? "|" : std::string(length, '#')});
  }
  out << table.text();
}

}  // namespace

Json read_demo_accounts(DemoStage& stage) {
  Json accounts = {{"workflows", Json::object()}};
  for (const char* name : kDemoWorkflows) {
    accounts["workflows"][name] = stage.facts(stage.designer, "cost_summary", {{"name", name}});
  }
  accounts["all"] = stage.facts(stage.designer, "cost_summary", Json::object());
  return accounts;
}

void print_demo_accounts(std::ostream& out, const Json& accounts) {
  Table table({{"workflow"},
               {"runs", Align::right},
               {"ok", Align::right},
               {"design", Align::right},
               {"revision", Align::right},
               {"executing", Align::right},
               {"escalation", Align::right},
               {"total", Align::right},
               {"if baseline", Align::right},
               {"savings", Align::right},
               {"", Align::right},
               {"paid back after", Align::right}});
  for (const char* name : kDemoWorkflows) table.add_row(account_row(name, accounts["workflows"][name]));
  const Json& all = accounts["all"];
  table.add_row(account_row("all", all));
  out << table.text() << '\n';
  print_bars(out, all);
  out << "\nBaseline: " << (all["baseline_model"].is_string() ? all["baseline_model"].get<std::string>() : "none")
      << ", basis: " << (all["basis"].is_string() ? all["basis"].get<std::string>() : "none") << ". Savings "
      << amount(all["savings"]) << " USD = " << share(all["savings_percent"]) << " of the baseline, ROI "
      << share(all["roi_percent"]) << ", design share " << share(all["design_share_percent"]) << ".\n";
}

}  // namespace pianola::server
