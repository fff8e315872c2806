#include "tools/fit_page.h"

#include <algorithm>
#include <string>

#include "base/list_text.h"

namespace pianola::tools {
namespace {

constexpr std::size_t kForCounts = 400;  // bytes that saying what is left out may take
constexpr const char* kMendFirst = "Mend these first: the next answer tells what is left.";
constexpr const char* kAskForLess =
    "Ask for less (limit, since, until, a name), or read execution://ID or `pianola ... --json` for all of it.";

struct List {
  OrderedJson* list = nullptr;
  std::string place;
  std::size_t bytes = 0;
};

// The longest list in `json`, by its JSON; lists of one element cannot be cut.
void find_longest(OrderedJson& json, const std::string& place, List& longest) {
  if (!json.is_structured()) return;
  if (json.is_array() && json.size() > 1) {
    const std::size_t bytes = dump_compact(json).size();
    if (bytes > longest.bytes) longest = {&json, place, bytes};
  }
  if (json.is_array()) return;  // what lies in a list goes with its element
  for (const auto& [name, value] : json.items()) find_longest(value, pointer_child(place, name), longest);
}

// Takes elements off the end until `excess` bytes are gone or one is left. Gives how many went.
std::size_t shorten(OrderedJson& list, std::size_t excess) {
  const std::size_t before = list.size();
  for (std::size_t gone = 0; gone < excess && list.size() > 1;) {
    gone += dump_compact(list.back()).size() + 1;
    list.erase(list.size() - 1);
  }
  return before - list.size();
}

void cut_message(OrderedJson& error, std::size_t most) {
  const auto message = error.find("message");
  if (message == error.end() || !message->is_string()) return;
  const auto& text = message->get_ref<const std::string&>();
  if (text.size() <= most) return;
  const std::string_view begin = first_bytes(text, most);
  const std::size_t stop = begin.rfind(". ");
  const std::string kept(stop == std::string_view::npos ? begin : begin.substr(0, stop + 1));
  *message = kept + " (" + std::to_string(text.size() - kept.size()) + " bytes more are left out.)";
}

}  // namespace

mcp::ToolResult fit_page(mcp::ToolResult result, std::size_t page_bytes) {
  if (!result.structured) return result;
  OrderedJson& facts = *result.structured;
  std::size_t size = dump_compact(facts).size();
  if (size <= page_bytes) return result;
  const std::size_t room = page_bytes - std::min(page_bytes, kForCounts);
  OrderedJson& holder = result.is_error && facts.contains("error") ? facts["error"] : facts;
  if (result.is_error) cut_message(holder, room / 2);
  OrderedJson left_out = OrderedJson::object();
  while ((size = dump_compact(facts).size()) > room) {
    List longest;
    find_longest(facts, "", longest);
    if (longest.list == nullptr) break;
    const std::size_t gone = shorten(*longest.list, size - room);
    left_out[longest.place] = left_out.value(longest.place, std::size_t{0}) + gone;
  }
  if (left_out.empty()) return result;
  holder["left_out"] = std::move(left_out);
  holder["rest"] = result.is_error ? kMendFirst : kAskForLess;
  return result;
}

}  // namespace pianola::tools
