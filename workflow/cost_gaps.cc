// What is missing to know a cost, in words that say what to do about it.
#include "base/list_text.h"
#include "base/nearest_name.h"
#include "workflow/accounts.h"

namespace pianola::workflow {
namespace {

// A name as it can be pasted into a shell.
std::string shell_word(const std::string& name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
  if (!name.empty() && name.find_first_not_of(kPlain) == std::string::npos) return name;
  std::string word = "'";
  for (const char c : name) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace

std::string describe_gaps(const CostGaps& gaps, const PriceBook& prices, const std::string& day) {
  std::string text;
  for (const std::string& model : gaps.without_price) {
    text += text.empty() ? "" : " ";
    if (model == prices.canonical_model("")) {
      text += "The usage names no model, and the execution no executor: tell usage again, with its model.";
    } else {
      text += "Model \"" + model + "\" has no price on " + day + "." + did_you_mean(model, prices.model_names()) +
              " Tell usage again with the right model, or set its price: pianola prices set " + shell_word(model) +
              " --from " + day + " ...";
    }
  }
  if (gaps.silent.empty()) return text;
  if (!text.empty()) text += " ";
  return text + "No usage was told by " + list_text(gaps.silent, "") + ": send usage with execution_finish.";
}

}  // namespace pianola::workflow
