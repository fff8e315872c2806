// Literals of one run in a text, found again in its data and turned into bindings: "Read invoice INV-7" becomes "Read
// invoice {{input.invoice}}" where the input's invoice is INV-7. Thread rule: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// A literal that was replaced, and the path of the binding that stands there now.
struct BoundLiteral {
  std::string literal;
  std::string path;
  bool operator==(const BoundLiteral&) const = default;
};

// What literals are looked for: values of data that was added, texts of at least three characters and numbers of at
// least two digits, which are not taken for a coincidence. What was added first goes before.
class Literals {
 public:
  // Every property of `data`, an object, by its path below `root` ("input", "steps.ID"). Lists have no paths.
  void add(const std::string& root, const Json& data);

  // The text with every literal that stands there as a word of its own replaced, the longest first; what was a binding
  // stays as it is. `bound` gets what was replaced, each once.
  std::string bind(std::string_view text, std::vector<BoundLiteral>& bound) const;

 private:
  std::vector<BoundLiteral> known_;  // the longest first
};

}  // namespace pianola::workflow
