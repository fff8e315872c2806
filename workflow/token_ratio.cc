#include "workflow/token_ratio.h"

#include <algorithm>
#include <cmath>

namespace pianola::workflow {

TokenRatio token_ratio(const ModelPrice& baseline, const ModelPrice* used) {
  if (used != nullptr && used->model == baseline.model) return {};
  constexpr double kThousandths = 1000;
  const auto thousandths = [](std::optional<double> factor) { return std::llround(factor.value_or(1) * kThousandths); };
  const std::optional<double> used_factor = used == nullptr ? std::nullopt : used->tokenizer_factor;
  TokenRatio ratio{thousandths(baseline.tokenizer_factor), thousandths(used_factor), false};
  ratio.assumed = !baseline.tokenizer_factor || !used_factor;
  if (ratio.assumed) ratio.baseline = std::min(ratio.baseline, ratio.used);
  return ratio;
}

}  // namespace pianola::workflow
