#include "workflow/text_formats.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace pianola::workflow {
namespace {

struct TextForm {
  std::string_view name;
  std::string_view pattern;
};

constexpr std::string_view kDay = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
constexpr std::string_view kTime =
    "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";

// Without the signs that begin and end it.
constexpr TextForm kFormats[] = {
    {"date", kDay},
    {"time", kTime},
    {"duration", "P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?)"},
    {"uuid", "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"},
    {"email", "[^@\\s]+@[^@\\s]+"},
    {"uri", "[A-Za-z][A-Za-z0-9+.-]*:\\S*"},
    {"url", "[A-Za-z][A-Za-z0-9+.-]*:\\S*"},
    {"hostname", "[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"},
    {"ipv4", "((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"},
    {"ipv6", "[0-9A-Fa-f:.]{2,45}"}};

constexpr TextForm kEncodings[] = {{"base64", "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"},
                                   {"base64url", "[A-Za-z0-9_-]*={0,2}"},
                                   {"base16", "([0-9A-Fa-f]{2})*"}};

template <std::size_t Size>
std::string pattern_named(const TextForm (&forms)[Size], std::string_view name) {
  const auto form = std::ranges::find(forms, name, &TextForm::name);
  return form == std::end(forms) ? std::string() : "^" + std::string(form->pattern) + "$";
}

}  // namespace

std::string pattern_of_format(std::string_view format) {
  const std::string name = lower_case(format);
  if (name == "date-time" || name == "datetime" || name == "timestamp") {
    return "^" + std::string(kDay) + "[Tt ]" + std::string(kTime) + "$";
  }
  return pattern_named(kFormats, name);
}

std::string pattern_of_encoding(std::string_view encoding) { return pattern_named(kEncodings, lower_case(encoding)); }

}  // namespace pianola::workflow
