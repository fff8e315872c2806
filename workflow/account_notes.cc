#include "workflow/account_notes.h"

#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::workflow {
namespace {

constexpr std::size_t kMostInNote = 5;

// ": a, b." and the nearest known name.
std::string name_models(const std::vector<std::string>& models, const PriceBook& prices) {
  std::string text;
  for (std::size_t i = 0; i < models.size() && i < kMostInNote; ++i) {
    const bool is_unnamed = models[i] == prices.canonical_model("");
    text += (i == 0 ? ": " : ", ") + (is_unnamed ? std::string("no model named") : models[i]);
  }
  if (models.size() > kMostInNote) text += " and " + std::to_string(models.size() - kMostInNote) + " more";
  // One suggestion says how: the reader sees the others.
  return text + "." + (models.empty() ? "" : did_you_mean(models.front(), prices.model_names()));
}

}  // namespace

std::string note_of_unknown_design(const std::vector<std::string>& versions) {
  return "What designing " + list_text(versions, "", kMostInNote) +
         " cost is not known, so total, savings, ROI and payback are null: run pianola cost set-design NAME VERSION "
         "USD; of a newest version, workflow_save of the same content with design_cost_usd or design_usage does it, "
         "too.";
}

std::string note_of_design_cost(const DesignBooking& design, const PriceBook& prices,
                                const std::vector<std::string>& drafts) {
  if (const std::optional<Money> cost = design_money(design, prices)) {
    const std::string too = drafts.empty() ? "" : ", which counts for " + list_text(drafts, "", kMostInNote) + ", too";
    return "Design cost recorded: " + cost->unit_text() + too + ".";
  }
  if (!design.cost.usage && design.is_draft) {
    return "Design cost not told: design_usage or design_cost_usd of a later save counts for this draft, too.";
  }
  if (!design.cost.usage) {
    return "Design cost not told: without design_usage or design_cost_usd what this saves stays unknown. Save it again "
           "with one.";
  }
  const std::string model = prices.model_of(*design.cost.usage, design.designed_by);
  const std::string how = " Save it again with design_cost_usd, or with the right design_usage.model.";
  if (model == prices.canonical_model("")) {
    return "Design cost not known: design_usage names no model, and the design no designed_by." + how;
  }
  return "Design cost not known: " + in_quotes(model) + " has no price on " + design.at.date() + "." +
         did_you_mean(model, prices.model_names()) + how;
}

std::string note_of_unpriced(const Accounts& accounts, const PriceBook& prices) {
  const std::int64_t without_price = accounts.coverage.without_price;
  const std::int64_t silent = accounts.unpriced_executions - without_price;
  std::string text = std::to_string(accounts.unpriced_executions) + " of " + std::to_string(accounts.executions) +
                     (accounts.executions == 1 ? " execution is" : " executions are") +
                     " in none of these costs and savings:";
  if (silent > 0) {
    text += " " + std::to_string(silent) +
            " told no usage, or not that of all who took part (have executors send usage with execution_finish)";
  }
  if (without_price == 0) return text + ".";
  text += (silent > 0 ? "; " : " ") + std::to_string(without_price) +
          " told usage of a model without a price on its day" + name_models(accounts.unpriced_models, prices);
  return text + " Set it with pianola prices set MODEL --from DAY, or finish again with the right usage.model.";
}

std::string note_of_uncertain_tiers(const Accounts& accounts) {
  const std::int64_t count = accounts.coverage.tier_uncertain;
  return std::to_string(count) + (count == 1 ? " usage record is a sum" : " usage records are sums") +
         " beyond a tier's limit, priced at the dearer tier: tell largest_prompt_tokens with "
         "the usage, or import it request by request (pianola usage import).";
}

std::string note_of_missing_designers(const std::vector<std::string>& workflows) {
  return list_text(workflows, "", kMostInNote) + (workflows.size() == 1 ? " tells" : " tell") +
         " no designed_by, so there is no baseline to compare with: name one (baseline, or --baseline MODEL), or ask "
         "for one workflow by name.";
}

std::string note_of_unpriced_baseline(const std::string& baseline, const std::string& day, const PriceBook& prices) {
  const std::string which = baseline == "several" ? "A workflow's baseline" : "The baseline " + baseline;
  return which + " has no price on " + day + "." + did_you_mean(baseline, prices.model_names()) +
         " Set one with pianola prices set MODEL --from DAY, or name another baseline.";
}

std::string note_of_assumed_tokens(const std::string& baseline, const std::vector<std::string>& models) {
  return "Assumed: " + baseline + " makes as many tokens of the same text as " + list_text(models, "", kMostInNote) +
         ", or fewer; how they compare is not known, and would change savings in proportion. Tell it with pianola "
         "prices set MODEL --tokenizer-factor.";
}

}  // namespace pianola::workflow
