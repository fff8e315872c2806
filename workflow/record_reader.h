// Reads the members of one JSON object of an export and remembers the first that is wrong, so that a decoder is a list
// of its members. Thread rule: belongs to one decoding; points into the object it reads.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "workflow/names.h"

namespace pianola::workflow {

// Reads the members of one record, remembering the first thing that is wrong; so callers read all and ask once.
class RecordReader {
 public:
  explicit RecordReader(const Json& json) : json_(json) {
    if (!json.is_object()) note("", "is no object");
  }

  // Absent members have the value that an encoder leaves out: empty, 0, false, nothing.
  std::string text(const char* name);
  // A whole number.
  std::int64_t integer(const char* name);
  // true or false.
  bool flag(const char* name);
  // A number.
  std::optional<double> real(const char* name);
  // A list of texts.
  std::vector<std::string> texts(const char* name);
  // A time as ISO 8601 writes it, in UTC.
  std::optional<Timestamp> optional_time(const char* name);
  Timestamp time(const char* name);  // must be there
  // Who did it: model, client and key.
  Author author(const char* name);
  // The member itself; null where it is absent.
  const Json* find(const char* name);
  // A member that must be an object or an array; an empty one where it is absent or something else.
  const Json& object_or_empty(const char* name);
  const Json& array_or_empty(const char* name);

  // A value made from text that must be valid: a name, a number, an id.
  template <class T>
  std::optional<T> made(const char* name) {
    const Result<T> value = T::parse(text(name));
    if (value) return *value;
    note(name, value.error().message);
    return std::nullopt;
  }
  // One of an enum's values by its name; absent: the first.
  template <class Enum>
  Enum one_of(const char* name, std::initializer_list<Enum> values) {
    if (find(name) == nullptr) return *values.begin();
    const std::string given = text(name);
    for (const Enum value : values) {
      if (to_string(value) == given) return value;
    }
    note(name, "\"" + given + "\" is none of its values");
    return *values.begin();
  }

  // Remembers what is wrong with a member.
  void note(const std::string& name, const std::string& why);
  // The same for a refusal, where there is one.
  void note_if(const std::optional<Refusal>& refusal, const char* name) {
    if (refusal) note(name, refusal->message);
  }
  // The first thing that was wrong ("bad_export"), members that nobody asked for included.
  std::optional<Refusal> refusal() const;

 private:
  const Json& json_;
  std::set<std::string, std::less<>> asked_;
  std::optional<Refusal> refusal_;
};

}  // namespace pianola::workflow
