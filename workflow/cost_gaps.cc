// What is missing to know a cost, in words that say what to do about it.
#include "base/list_text.h"
#include "base/nearest_name.h"
#include "workflow/accounts.h"

namespace pianola::workflow {

std::string describe_gaps(const CostGaps& gaps, const PriceBook& prices, const std::string& day) {
  std::string text;
  for (const std::string& model : gaps.without_price) {
    text += text.empty() ? "" : " ";
    if (model == prices.canonical_model("")) {
      text += "The usage names no model, and the execution no executor: tell usage again, with its model.";
    } else {
      text += "Model \"" + model + "\" has no price on " + day + "." + did_you_mean(model, prices.model_names()) +
              " Tell usage again with the right model, or set its price: pianola prices set " + model + " --from " +
              day + " ...";
    }
  }
  if (gaps.silent.empty()) return text;
  if (!text.empty()) text += " ";
  return text + "No usage was told by " + list_text(gaps.silent, "") + ": send usage with execution_finish.";
}

}  // namespace pianola::workflow
