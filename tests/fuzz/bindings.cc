// A text with bindings: the first line is the text (with \n for its line ends), the rest the input as JSON. Bindings
// lie in order within the text; nothing that was bound can end its delimiter; a text without bindings stays as it is.
#include "workflow/bindings.h"

#include "tests/fuzz/fuzz.h"

namespace {

using namespace pianola;            // NOLINT: a program of its own
using namespace pianola::workflow;  // NOLINT

void check_order(std::string_view text, const std::vector<Binding>& bindings) {
  std::size_t at = 0;
  for (const Binding& binding : bindings) {
    fuzz::require(binding.begin >= at && binding.end > binding.begin && binding.end <= text.size(),
                  "bindings lie in order within the text", text);
    fuzz::require(binding.path.has_value() == binding.problem.empty(), "a malformed binding says how to write it",
                  text);
    at = binding.path ? binding.end : binding.begin + 1;  // a malformed one may hold others
  }
}

// The delimiter that quoted data opens with must close once, at its end.
void check_quoting(std::string_view name, std::string_view data) {
  const std::string quoted = quote_as_data(name, data);
  const std::size_t open_end = quoted.find_first_of(" >", 1);
  const std::string closing = "</" + quoted.substr(1, open_end - 1) + ">";
  const std::size_t first = quoted.find(closing);
  fuzz::require(first != std::string::npos && quoted.find(closing, first + 1) == std::string::npos,
                "data cannot end its delimiter", quoted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = fuzz::text_of(data, size);
  const std::size_t line = std::min(all.find('\n'), all.size());
  const std::string_view text = all.substr(0, line);
  const std::string_view rest = all.substr(std::min(line + 1, all.size()));
  const std::vector<Binding> bindings = find_bindings(text);
  check_order(text, bindings);
  check_quoting(text, rest);
  const Json input = parse_json(rest).value_or(Json::object());
  BindingScope scope;
  scope.input = &input;
  const std::string filled = fill_in(text, scope);
  if (bindings.empty()) fuzz::require(filled == text, "a text without bindings stays as it is", text);
  if (const auto path = parse_data_path(text)) find_path(scope, *path);
  return 0;
}
