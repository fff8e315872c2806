#include "workflow/record_reader.h"

namespace pianola::workflow {

void RecordReader::note(const std::string& name, const std::string& why) {
  if (refusal_) return;
  const std::string place = name.empty() ? "" : pointer_child("", name);
  refusal_ = Refusal{"bad_export", (place.empty() ? "the record" : place) + ": " + why, place};
}

const Json* RecordReader::find(const char* name) {
  asked_.insert(name);
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(name);
  return found == json_.end() ? nullptr : &*found;
}

std::string RecordReader::text(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  note(name, "must be a text");
  return {};
}

std::int64_t RecordReader::integer(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return 0;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  note(name, "must be an integer");
  return 0;
}

bool RecordReader::flag(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  note(name, "must be true or false");
  return false;
}

std::optional<double> RecordReader::real(const char* name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  note(name, "must be a number");
  return std::nullopt;
}

std::vector<std::string> RecordReader::texts(const char* name) {
  std::vector<std::string> texts;
  for (const Json& item : array_or_empty(name)) {
    if (item.is_string()) {
      texts.push_back(item.get<std::string>());
    } else {
      note(name, "must be a list of texts");
    }
  }
  return texts;
}

std::optional<Timestamp> RecordReader::optional_time(const char* name) {
  if (find(name) == nullptr) return std::nullopt;
  const Result<Timestamp> time = Timestamp::from_iso8601(text(name));
  if (time) return *time;
  note(name, time.error().message);
  return std::nullopt;
}

Timestamp RecordReader::time(const char* name) {
  if (find(name) == nullptr) note(name, "is missing");
  return optional_time(name).value_or(Timestamp());
}

Author RecordReader::author(const char* name) {
  RecordReader reader(object_or_empty(name));
  Author author;
  author.model = reader.text("model");
  author.client = reader.text("client");
  author.key = reader.text("key");
  note_if(reader.refusal(), name);
  return author;
}

const Json& RecordReader::object_or_empty(const char* name) {
  static const Json kEmpty = Json::object();
  const Json* value = find(name);
  if (value != nullptr && !value->is_object()) note(name, "must be an object");
  return value != nullptr && value->is_object() ? *value : kEmpty;
}

const Json& RecordReader::array_or_empty(const char* name) {
  static const Json kEmpty = Json::array();
  const Json* value = find(name);
  if (value != nullptr && !value->is_array()) note(name, "must be a list");
  return value != nullptr && value->is_array() ? *value : kEmpty;
}

std::optional<Refusal> RecordReader::refusal() const {
  if (refusal_ || !json_.is_object()) return refusal_;
  for (const auto& [name, value] : json_.items()) {
    if (!asked_.contains(name)) {
      return Refusal{"bad_export", pointer_child("", name) + ": this program knows no such member",
                     pointer_child("", name)};
    }
  }
  return std::nullopt;
}

}  // namespace pianola::workflow
