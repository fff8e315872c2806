// What to write instead: for each finding of a decoded design, the corrected fragment, made from what was given. A
// designer then mends everything in one go, by copying. Thread rule: plain functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/json.h"

namespace pianola::workflow {

// Adds to each finding, where it can be told, data["fix"]: a JSON fragment. Joins findings that are one slip ("next"
// for "goto" is an unknown and a missing field).
void add_fixes(const Json& given, std::vector<Refusal>& findings);

// Cuts fragments that are too long to repeat (over 4,000 bytes), so that they say how they begin.
void shorten_fixes(std::vector<Refusal>& findings);

// Writes a fix into a design where it belongs: `"name": value` sets that member (of the place, where code is
// missing_field; else in place of the member that stands there), a value replaces what stands there. False, and nothing
// changed, where the fix is a sentence or the place is not there.
bool apply_fix(Json& design, const Refusal& finding);

// A step's id made from any text: "Look Up!" -> "look-up".
std::string step_id_from(std::string_view text);

// The first of ID-2, ID-3, ... that is not among `taken`: what lint proposes for an id that is there twice.
std::string fresh_id(const std::string& id, const std::set<std::string>& taken);

// A workflow's name made from any text: "Triage_Mail!" -> "triage-mail".
std::string slug_from(std::string_view text);

}  // namespace pianola::workflow
