// What designers mean by a value of another type than a field has: a text for a list, "retry 3 times, then fail", the
// steps as an object by their names. Shapes are places with each list's index as `#`: "/steps/#/branches".
// Thread rule: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// The value that was meant in place of one of the wrong type; nothing where that cannot be told.
std::optional<Json> mended_value(const std::string& shape, const Json& value);

// Fields that are lists of texts.
bool is_text_list(std::string_view shape);
// Fields that say something in sentences, so that two texts can be put together.
bool is_in_sentences(std::string_view shape);
// Texts as one: a paragraph each where there is room for that, else a sentence each.
std::string put_together(std::string_view shape, const std::vector<std::string>& texts);

// A text of which only the first words name it, as an id: "no-signature-on-the-last-page".
std::string id_from_words(std::string_view text);

}  // namespace pianola::workflow
