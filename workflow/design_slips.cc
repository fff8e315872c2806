#include "workflow/design_slips.h"

namespace pianola::workflow {
namespace {

struct Slip {
  std::string_view object;
  std::string_view written;
  std::string_view meant;
};

constexpr Slip kSlips[] = {
    {"/steps/#/branches/#", "next", "goto"},
    {"/steps/#/branches/#", "next_step", "goto"},
    {"/steps/#/branches/#", "to", "goto"},
    {"/steps/#/branches/#", "then", "goto"},
    {"/steps/#/branches/#", "target", "goto"},
    {"/steps/#/branches/#", "go_to", "goto"},
    {"/steps/#/branches/#", "step", "goto"},
    {"/steps/#/branches/#", "else", "goto"},
    {"/steps/#/branches/#", "otherwise", "goto"},
    {"/steps/#/branches/#", "default", "goto"},
    {"/steps/#/branches/#", "if", "when"},
    {"/steps/#/branches/#", "condition", "when"},
    {"/steps/#/branches/#", "description", "label"},
    {"/steps/#/branches/#", "name", "label"},
    {"/steps/#", "step_id", "id"},
    {"/steps/#", "name", "title"},
    {"/steps/#", "description", "instruction"},
    {"/steps/#", "prompt", "instruction"},
    {"/steps/#", "action", "instruction"},
    {"/steps/#", "task", "instruction"},
    {"/steps/#", "text", "instruction"},
    {"/steps/#", "instructions", "instruction"},
    {"/steps/#", "schema", "output"},
    {"/steps/#", "output_schema", "output"},
    {"/steps/#", "outputs", "output"},
    {"/steps/#", "branch", "branches"},
    {"/steps/#", "computed", "compute"},
    {"/steps/#", "calculate", "compute"},
    {"/steps/#/compute/*", "expression", "number"},
    {"/steps/#/compute/*", "expr", "number"},
    {"/steps/#/compute/*", "formula", "number"},
    {"/steps/#/compute/*", "value", "number"},
    {"/steps/#/compute/*", "condition", "is"},
    {"/steps/#/compute/*", "compare", "is"},
    {"/steps/#/compute/*", "if", "is"},
    {"/steps/#/compute/*", "template", "text"},
    {"/steps/#/compute/*", "lookup", "look_up"},
    {"/steps/#/compute/*", "key", "look_up"},
    {"/steps/#/compute/*", "table", "in"},
    {"/steps/#/compute/*", "map", "in"},
    {"/steps/#/compute/*", "default", "else"},
    {"/steps/#/compute/*", "otherwise", "else"},
    {"/edge_cases/#", "situation", "when"},
    {"/edge_cases/#", "condition", "when"},
    {"/edge_cases/#", "trigger", "when"},
    {"/edge_cases/#", "if", "when"},
    {"/edge_cases/#", "case", "when"},
    {"/edge_cases/#", "scenario", "when"},
    {"/edge_cases/#", "description", "when"},
    {"/edge_cases/#", "handling", "then"},
    {"/edge_cases/#", "handle", "then"},
    {"/edge_cases/#", "action", "then"},
    {"/edge_cases/#", "do", "then"},
    {"/edge_cases/#", "response", "then"},
    {"/edge_cases/#", "resolution", "then"},
    {"/edge_cases/#", "solution", "then"},
    {"/edge_cases/#", "instruction", "then"},
    {"/edge_cases/#", "name", "id"},
    {"/edge_cases/#", "title", "id"},
    {"/edge_cases/#", "level", "severity"},
    {"/steps/#/examples/#", "in", "input"},
    {"/steps/#/examples/#", "inputs", "input"},
    {"/steps/#/examples/#", "out", "output"},
    {"/steps/#/examples/#", "outputs", "output"},
    {"/steps/#/examples/#", "expected", "output"},
    {"/steps/#/examples/#", "expected_output", "output"},
    {"/cases/#", "in", "input"},
    {"/cases/#", "inputs", "input"},
    {"/cases/#", "out", "output"},
    {"/cases/#", "outputs", "output"},
    {"/cases/#", "expected", "output"},
    {"/cases/#", "expected_output", "output"},
    {"", "parameters", "inputs"},
    {"", "params", "inputs"},
    {"", "arguments", "inputs"},
    {"/steps/#/on_failure", "max_retries", "retries"},
    {"/steps/#/on_failure", "retry", "retries"},
    {"/steps/#/on_failure", "action", "then"},
    {"/steps/#/on_failure", "fallback", "then"},
    {"/escalation", "conditions", "when"},
    {"/escalation", "condition", "when"},
    {"/escalation", "triggers", "when"},
    {"/escalation", "if", "when"},
    {"/escalation", "contact", "to"},
    {"/escalation", "target", "to"},
    {"/escalation", "escalate_to", "to"},
    {"/escalation", "text", "message"},
    {"/escalation", "note", "message"},
    {"", "input", "inputs"},
    {"", "input_schema", "inputs"},
    {"", "output", "outputs"},
    {"", "output_schema", "outputs"},
    {"", "model", "executor"},
    {"", "edgecases", "edge_cases"},
    {"", "edge_case", "edge_cases"},
    {"", "summary", "description"},
    {"", "instructions", "context"},
};

struct ValueSlip {
  std::string_view field;
  std::string_view written;
  std::string_view meant;
};

constexpr ValueSlip kValueSlips[] = {{"severity", "critical", "high"},
                                     {"severity", "severe", "high"},
                                     {"severity", "blocker", "high"},
                                     {"severity", "urgent", "high"},
                                     {"severity", "major", "high"},
                                     {"severity", "error", "high"},
                                     {"severity", "normal", "medium"},
                                     {"severity", "moderate", "medium"},
                                     {"severity", "warning", "medium"},
                                     {"severity", "minor", "low"},
                                     {"severity", "info", "low"},
                                     {"severity", "trivial", "low"},
                                     {"then", "stop", "fail"},
                                     {"then", "abort", "fail"},
                                     {"then", "error", "fail"},
                                     {"then", "continue", "skip"},
                                     {"then", "next", "skip"},
                                     {"then", "ignore", "skip"},
                                     {"then", "retry", "escalate"},
                                     {"then", "handoff", "escalate"},
                                     {"then", "human", "escalate"},
                                     {"to", "person", "human"},
                                     {"to", "user", "human"},
                                     {"to", "manager", "human"},
                                     {"to", "supervisor", "human"},
                                     {"to", "operator", "human"},
                                     {"to", "team-lead", "human"},
                                     {"to", "lead", "human"},
                                     {"to", "team", "human"},
                                     {"to", "support", "human"},
                                     {"to", "model", "designer"},
                                     {"to", "llm", "designer"},
                                     {"to", "architect", "designer"},
                                     {"to", "strong-model", "designer"},
                                     {"intelligence_level", "strong", "high"},
                                     {"intelligence_level", "frontier", "high"},
                                     {"intelligence_level", "mid", "medium"},
                                     {"intelligence_level", "middle", "medium"},
                                     {"intelligence_level", "average", "medium"},
                                     {"intelligence_level", "standard", "medium"},
                                     {"intelligence_level", "weak", "low"}};

}  // namespace

std::string_view field_meant_by(std::string_view object, std::string_view written) {
  for (const Slip& slip : kSlips) {
    if (slip.object == object && slip.written == written) return slip.meant;
  }
  return {};
}

std::string_view value_meant_by(std::string_view field, std::string_view written) {
  for (const ValueSlip& slip : kValueSlips) {
    if (slip.field == field && slip.written == written) return slip.meant;
  }
  return {};
}

}  // namespace pianola::workflow
