// Settings of hosts: a first byte that says which format, and the text. What can be changed at all holds the entry
// then, is not changed a second time, and is the same text again once the entry is taken out.
#include "server/config_text.h"
#include "tests/fuzz/fuzz.h"

namespace pianola::fuzz {
namespace {

using server::ConfigFormat;
using server::ConfigPath;
using server::ConfigText;

// A place and what stands there.
struct Entry {
  ConfigFormat format;
  ConfigPath path;
  OrderedJson value;
};

const Entry& entry_of(std::uint8_t byte) {
  static const OrderedJson kValue = {{"command", "pianola"}, {"args", {"serve", "--store", "/a b"}}};
  static const OrderedJson kNamed = {{"name", "p"}, {"command", "pianola"}};
  static const Entry kEntries[] = {{ConfigFormat::json, {{"m", ""}, {"p", ""}}, kValue},
                                   {ConfigFormat::toml, {{"m", ""}, {"p", ""}}, kValue},
                                   {ConfigFormat::yaml, {{"m", ""}, {"p", ""}}, kValue},
                                   {ConfigFormat::yaml, {{"m", ""}, {"name", "p"}}, kNamed},
                                   {ConfigFormat::json, {{"m", ""}, {"name", "p"}}, kNamed}};
  return kEntries[byte % std::size(kEntries)];
}

bool holds(const ConfigText& format, const std::string& text, const ConfigPath& path) {
  const auto found = format.read(text, path);
  require(found.has_value(), "what was written is read", text);
  return found->has_value();
}

}  // namespace
}  // namespace pianola::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pianola;        // NOLINT: a program of its own
  using namespace pianola::fuzz;  // NOLINT
  if (size == 0) return 0;
  const Entry& entry = entry_of(data[0]);
  const ConfigText& format = server::config_text(entry.format);
  const std::string text(text_of(data + 1, size - 1));
  const auto before = format.read(text, entry.path);
  const auto put = format.put(text, entry.path, entry.value);
  if (!put) return 0;
  require(before.has_value(), "what is changed can be read", text);
  require(holds(format, *put, entry.path), "the entry is there", *put);
  require(server::is_same(**format.read(*put, entry.path), entry.value), "the entry is as it was meant", *put);
  const auto again = format.put(*put, entry.path, entry.value);
  require(again && *again == *put, "the same entry changes nothing", *put);
  const auto taken = format.take(*put, entry.path);
  if (!taken) return 0;
  require(!holds(format, *taken, entry.path), "the entry is gone", *taken);
  const auto holder = format.read(text, ConfigPath{entry.path.front()});
  const bool was_beside_others = !before->has_value() && holder && *holder && (*holder)->size() > 0;
  require(!was_beside_others || *taken == text, "every other byte stays", *put + "\n--- and without it\n" + *taken);
  return 0;
}
