#include "server/host_catalogue.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/list_text.h"
#include "base/nearest_name.h"

namespace pianola::server {
namespace {

const OrderedJson& host_json() {
  static const OrderedJson json = OrderedJson::parse(host_data::embedded_files().front().text);
  return json;
}

std::vector<std::string> texts_of(const OrderedJson& array) { return array.get<std::vector<std::string>>(); }

ConfigPath path_of(const OrderedJson& steps) {
  ConfigPath path;
  for (const OrderedJson& step : steps) {
    if (step.is_string()) {
      path.push_back({step.get<std::string>(), ""});
    } else {
      path.push_back({step.begin().key(), step.begin()->get<std::string>()});
    }
  }
  return path;
}

ConfigFormat format_of(const std::string& name) {
  if (name == "toml") return ConfigFormat::toml;
  return name == "yaml" ? ConfigFormat::yaml : ConfigFormat::json;
}

Host host_of(const std::string& id, const OrderedJson& json) {
  Host host{.id = id, .title = json["title"], .format = format_of(json["format"])};
  host.files[Platform::linux] = texts_of(json["files"]["linux"]);
  host.files[Platform::macos] = texts_of(json["files"]["macos"]);
  host.files[Platform::windows] = texts_of(json["files"]["windows"]);
  if (json.contains("environment")) host.environment = texts_of(json["environment"]);
  host.start = json.value("start", OrderedJson::object());
  for (const OrderedJson& entry : json["entries"]) {
    host.entries.push_back(
        {path_of(entry["path"]), entry.value("stdio", OrderedJson()), entry.value("http", OrderedJson())});
  }
  return host;
}

std::string replaced(std::string text, std::string_view slot, std::string_view value) {
  for (std::size_t at = text.find(slot); at != text.npos; at = text.find(slot, at + value.size())) {
    text.replace(at, slot.size(), value);
  }
  return text;
}

OrderedJson filled(const OrderedJson& value, const Registration& registration) {
  if (value.is_string()) {
    std::string text = replaced(value.get<std::string>(), "{name}", registration.name);
    text = replaced(std::move(text), "{command}", registration.command);
    return replaced(std::move(text), "{url}", registration.url);
  }
  if (!value.is_structured()) return value;
  OrderedJson out = value.is_array() ? OrderedJson::array() : OrderedJson::object();
  for (const auto& [key, member] : value.items()) {
    if (value.is_object()) {
      out[key] = filled(member, registration);
    } else if (member == "{args}") {
      for (const std::string& argument : registration.arguments) out.push_back(argument);
    } else {
      out.push_back(filled(member, registration));
    }
  }
  return out;
}

ConfigPath filled(ConfigPath path, const std::string& name) {
  for (ConfigStep& step : path) {
    step.name = replaced(step.name, "{name}", name);
    step.value = replaced(step.value, "{name}", name);
  }
  return path;
}

// Whether a value is what is registered by this form: nothing else in it, and no other program.
bool is_written_by(const OrderedJson& form, const OrderedJson& value) {
  if (form == "{command}") {
    return value.is_string() && std::filesystem::path(value.get<std::string>()).filename() == "pianola";
  }
  if (form.is_string() && form.get_ref<const std::string&>().find('{') != std::string::npos) return value.is_string();
  if (form.is_array() && value.is_array()) {
    const bool is_open = std::ranges::find(form, "{args}") != form.end();
    return is_open || std::ranges::equal(form, value, is_written_by);
  }
  if (!form.is_object() || !value.is_object()) return form == value;
  for (const auto& [key, member] : value.items()) {
    if (!form.contains(key) || !is_written_by(form[key], member)) return false;
  }
  return true;
}

// What is left of a value without what a transport writes there; null where that is all.
OrderedJson without(const OrderedJson& existing, const OrderedJson& written) {
  OrderedJson rest = existing.is_array() ? OrderedJson::array() : OrderedJson::object();
  if (existing.is_object() && written.is_object()) {
    for (const auto& [key, value] : existing.items()) {
      OrderedJson left = written.contains(key) ? without(value, written[key]) : value;
      if (!left.is_null()) rest[key] = std::move(left);
    }
  } else if (existing.is_array() && written.is_array()) {
    for (const OrderedJson& element : existing) {
      if (std::ranges::find(written, element) == written.end()) rest.push_back(element);
    }
  }
  return rest.empty() ? OrderedJson() : rest;
}

// What is wanted, and the members of an object that the user has added to it.
OrderedJson with_additions(const OrderedJson& existing, const OrderedJson& wanted) {
  if (!existing.is_object() || !wanted.is_object()) return wanted;
  OrderedJson out = OrderedJson::object();
  for (const auto& [key, value] : existing.items()) {
    out[key] = wanted.contains(key) ? with_additions(value, wanted[key]) : value;
  }
  for (const auto& [key, value] : wanted.items()) {
    if (!out.contains(key)) out[key] = value;
  }
  return out;
}

// What a host has there, brought to what is registered: members in which the two transports differ are ours, the others
// are the user's as soon as they are there.
OrderedJson merged(const OrderedJson& existing, const HostEntry& entry, const OrderedJson& wanted) {
  if (!existing.is_object()) return wanted;
  const auto is_shared = [&](const std::string& key) {
    return entry.stdio.is_object() && entry.http.is_object() && entry.stdio.contains(key) && entry.http.contains(key) &&
           entry.stdio[key] == entry.http[key];
  };
  const auto is_ours = [&](const std::string& key) {
    return (entry.stdio.is_object() && entry.stdio.contains(key)) ||
           (entry.http.is_object() && entry.http.contains(key));
  };
  OrderedJson out = OrderedJson::object();
  for (const auto& [key, value] : existing.items()) {
    if (!is_ours(key) || is_shared(key)) {
      out[key] = value;
    } else if (wanted.contains(key)) {
      out[key] = with_additions(value, wanted[key]);
    } else {
      OrderedJson rest = without(value, (entry.stdio.contains(key) ? entry.stdio : entry.http)[key]);
      if (!rest.is_null()) out[key] = std::move(rest);
    }
  }
  for (const auto& [key, value] : wanted.items()) {
    if (!out.contains(key)) out[key] = value;
  }
  return out;
}

// A text that holds nothing yet, with what the host's file begins with.
Result<std::string> started(const Host& host, std::string_view text) {
  std::string out(text);
  if (!is_blank(text.substr(mark_bytes(text)))) return out;
  for (const auto& [key, value] : host.start.items()) {
    Result<std::string> next = config_text(host.format).put(out, ConfigPath{ConfigStep{key, ""}}, value);
    if (!next) return next;
    out = *std::move(next);
  }
  return out;
}

// VS Code's inputs, which servers' entries mention as ${input:ID}, go once none does.
Result<std::string> without_unused(const Host& host, const std::string& text, const std::string& name) {
  Result<std::string> out = text;
  for (std::size_t i = 0; out && i + 1 < host.entries.size(); ++i) {
    const ConfigPath path = filled(host.entries[i].path, name);
    if (out->find("{input:" + path.back().value + "}") == std::string::npos) {
      out = config_text(host.format).take(*out, path);
    }
  }
  return out;
}

// ~ and ${NAME:-DEFAULT} at a path's beginning.
Result<std::string> expanded(std::string path, Platform platform, const Variables& variables) {
  if (path.starts_with("${")) {
    const std::size_t colon = path.find(":-");
    const std::size_t end = path.find('}');
    const std::string value = variable(variables, path.substr(2, colon - 2));
    // As the XDG base directory specification says: others are not looked at.
    const bool is_usable = platform == Platform::windows ? !value.empty() : value.starts_with('/');
    path = (is_usable ? value : path.substr(colon + 2, end - colon - 2)) + path.substr(end + 1);
  }
  if (!path.starts_with('~')) return path;
  const std::string name = platform == Platform::windows ? "USERPROFILE" : "HOME";
  const std::string home = variable(variables, name);
  if (home.empty()) {
    return refuse("no_home", name + " is not set, so the hosts' files cannot be found: set it to your home folder.");
  }
  // Windows: C:\\Users\\a.
  if (platform != Platform::windows && !home.starts_with('/')) {
    return refuse("no_home",
                  name + " is " + in_quotes(home) + ", which is no absolute path: set it to your home folder.");
  }
  if (!is_utf8(home)) return refuse("no_home", name + " is not UTF-8 text: " + in_quotes(home) + ".");
  return home + path.substr(1);
}

}  // namespace

Variables own_variables() {
  Variables variables;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view text = *each;
    const std::size_t equals = text.find('=');
    if (equals != text.npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string variable(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

Platform this_platform() {
#if defined(_WIN32)
  return Platform::windows;
#elif defined(__APPLE__)
  return Platform::macos;
#else
  return Platform::linux;
#endif
}

const HostVariables& host_variables() {
  static const HostVariables variables{host_json()["key"], host_json()["authorization"]};
  return variables;
}

const std::vector<Host>& known_hosts() {
  static const std::vector<Host> hosts = [] {
    std::vector<Host> all;
    for (const auto& [id, json] : host_json()["hosts"].items()) all.push_back(host_of(id, json));
    std::ranges::sort(all, {}, &Host::id);
    return all;
  }();
  return hosts;
}

Result<const Host*> find_host(std::string_view id) {
  std::vector<std::string> ids;
  for (const Host& host : known_hosts()) {
    if (host.id == id) return &host;
    ids.push_back(host.id);
  }
  return refuse("unknown_host", "There is no host " + in_quotes(id) + "." + did_you_mean(id, ids) + " Pianola knows " +
                                    list_text(ids) + ".");
}

Result<std::vector<std::string>> host_files(const Host& host, Platform platform, const Variables& variables) {
  std::vector<std::string> paths;
  for (const std::string& file : host.files.at(platform)) {
    Result<std::string> path = expanded(file, platform, variables);
    if (!path) return refuse(path.error());
    paths.push_back(*std::move(path));
  }
  return paths;
}

Result<std::string> host_file(const Host& host, Platform platform, const Variables& variables) {
  const Result<std::vector<std::string>> paths = host_files(host, platform, variables);
  if (!paths) return refuse(paths.error());
  std::error_code ignored;
  const auto there =
      std::ranges::find_if(*paths, [&](const std::string& path) { return std::filesystem::exists(path, ignored); });
  return there == paths->end() ? paths->front() : *there;
}

bool is_host_there(const std::string& file, const Variables& variables) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return true;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return std::filesystem::is_directory(folder, ignored) && folder != variable(variables, "HOME") &&
         folder != variable(variables, "USERPROFILE");
}

Variables host_environment(const Host& host, const Variables& own) {
  if (!host.environment) return own;
  Variables handed_on;
  for (const std::string& name : *host.environment) {
    if (const auto found = own.find(name); found != own.end()) handed_on.insert(*found);
  }
  return handed_on;
}

Result<std::string> register_in(const Host& host, std::string_view text, const Registration& registration) {
  Result<std::string> out = started(host, text);
  const ConfigText& format = config_text(host.format);
  for (const HostEntry& entry : host.entries) {
    if (!out) break;
    const ConfigPath path = filled(entry.path, registration.name);
    const OrderedJson& wanted = registration.url.empty() ? entry.stdio : entry.http;
    if (wanted.is_null()) continue;
    const Result<std::optional<OrderedJson>> existing = format.read(*out, path);
    if (!existing) return refuse(existing.error());
    out = format.put(*out, path, merged(existing->value_or(OrderedJson()), entry, filled(wanted, registration)));
  }
  return out ? without_unused(host, *out, registration.name) : out;
}

Result<std::string> unregister_from(const Host& host, std::string_view text, const std::string& name) {
  const Result<std::string> out = config_text(host.format).take(text, filled(host.entries.back().path, name));
  return out ? without_unused(host, *out, name) : out;
}

Result<std::optional<OrderedJson>> registered_entry(const Host& host, std::string_view text, const std::string& name) {
  return config_text(host.format).read(text, filled(host.entries.back().path, name));
}

Result<std::map<std::string, OrderedJson>> registered_entries(const Host& host, std::string_view text) {
  ConfigPath path = host.entries.back().path;
  const ConfigStep last = path.back();
  path.pop_back();
  const Result<std::optional<OrderedJson>> holder = config_text(host.format).read(text, path);
  if (!holder) return refuse(holder.error());
  std::map<std::string, OrderedJson> entries;
  if (!*holder || !(*holder)->is_structured()) return entries;
  for (const auto& [key, entry] : (*holder)->items()) {
    if (!last.is_element()) {
      entries[key] = entry;
    } else if (entry.is_object() && entry.value(last.name, OrderedJson()).is_string()) {
      entries[entry[last.name].get<std::string>()] = entry;
    }
  }
  return entries;
}

bool is_registered_by_us(const Host& host, std::string_view text, const std::string& name) {
  return std::ranges::all_of(host.entries, [&](const HostEntry& entry) {
    const auto existing = config_text(host.format).read(text, filled(entry.path, name));
    if (!existing || !existing->has_value()) return existing.has_value();
    return is_written_by(entry.stdio, **existing) || is_written_by(entry.http, **existing);
  });
}

Result<std::string> with_entries_of(const Host& host, std::string_view former, std::string_view text,
                                    const std::string& name) {
  Result<std::string> out = started(host, former);
  for (const HostEntry& entry : host.entries) {
    if (!out) break;
    const ConfigPath path = filled(entry.path, name);
    const Result<std::optional<OrderedJson>> existing = config_text(host.format).read(text, path);
    if (!existing) return refuse(existing.error());
    if (*existing) out = config_text(host.format).put(*out, path, **existing);
  }
  return out;
}

}  // namespace pianola::server
