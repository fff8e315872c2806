// "Did you mean": the names nearest to one that is unknown, for error messages of tools, commands and prices.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pianola {

// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost one each.
std::size_t edit_distance(std::string_view a, std::string_view b);

// At most `most` of `known`, nearest first, each near enough to be a slip of `name` (a third of its length, or a
// common prefix or part); empty where none is.
std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> known, std::size_t most = 3);

// " Did you mean \"x\" or \"y\"?" for the end of a message; empty where nothing is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

}  // namespace pianola
