// pianola key create|list|revoke
#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <ostream>

#include "server/commands.h"
#include "server/print.h"
#include "workflow/access.h"

namespace pianola::server {
namespace {

using namespace workflow;  // NOLINT(google-build-using-namespace): this file speaks of little else

struct KeyOptions {
  std::string role = "executor";
  std::string label;
  std::string expires = "90d";
  std::string prefix;
};

// "90d", "12h", "30m" in microseconds, "never" as nothing. Refuses ("bad_duration") all else.
Result<std::optional<std::int64_t>> lifetime_of(const std::string& text) {
  if (text == "never") return std::optional<std::int64_t>();
  std::int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr));
  const std::int64_t seconds = unit == "d" ? 86'400 : unit == "h" ? 3'600 : unit == "m" ? 60 : 0;
  if (read.ec != std::errc() || seconds == 0 || count <= 0 || count > 100'000) {
    return refuse("bad_duration", "\"" + text + "\" is no time: write 90d, 12h, 30m or never");
  }
  return std::optional(count * seconds * kMicrosPerSecond);
}

std::string time_or(const std::optional<Timestamp>& time, const char* none) {
  return time ? time->iso8601().substr(0, 16) + "Z" : none;
}

OrderedJson key_json(const AccessKey& key, Timestamp now) {
  OrderedJson json = {{"prefix", key.prefix},        {"workspace", key.workspace.text()},
                      {"role", to_string(key.role)}, {"label", key.label},
                      {"state", key.state_at(now)},  {"created_at", key.created_at.iso8601()}};
  json["expires_at"] = key.expires_at ? OrderedJson(key.expires_at->iso8601()) : OrderedJson();
  if (key.revoked_at) json["revoked_at"] = key.revoked_at->iso8601();
  return json;
}

int create(Program& program, const KeyOptions& options) {
  program.makes_store = true;  // a server that others reach is not started without a key
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const auto lifetime = lifetime_of(options.expires);
  if (!lifetime) return program.fail(lifetime.error());
  const AccessRole role = parse_access_role(options.role).value();
  const NewAccessKey made = create_key(program.environment(), *actor, {role, options.label, *lifetime});
  if (program.json) {
    OrderedJson json = key_json(made.key, made.key.created_at);
    json["key"] = made.text;
    print_json(program.out(), json);
    return kSuccess;
  }
  program.out() << made.text << "\n";
  program.err() << "Key " << made.key.prefix << " for workspace \"" << actor->workspace.text() << "\", role "
                << to_string(role) << ", expires " << time_or(made.key.expires_at, "never")
                << ". It is shown this once: clients send it as Authorization: Bearer KEY.\n";
  return kSuccess;
}

int list(Program& program) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  const Timestamp now = program.clock().now();
  const std::vector<AccessKey> keys = program.environment().store.access().list(actor->workspace);
  if (program.json) {
    OrderedJson json = OrderedJson::array();
    for (const AccessKey& key : keys) json.push_back(key_json(key, now));
    print_json(program.out(), {{"keys", std::move(json)}});
    return kSuccess;
  }
  Table table({{"key"}, {"role"}, {"state"}, {"created"}, {"expires"}, {"label"}});
  for (const AccessKey& key : keys) {
    table.add_row({key.prefix, std::string(to_string(key.role)), std::string(key.state_at(now)),
                   time_or(key.created_at, ""), time_or(key.expires_at, "never"), key.label});
  }
  program.out() << (table.empty() ? "No keys in workspace \"" + actor->workspace.text() + "\".\n" : table.text());
  return kSuccess;
}

int revoke(Program& program, const std::string& prefix) {
  const auto actor = program.actor();
  if (!actor) return program.fail(actor.error());
  if (const auto revoked = revoke_key(program.environment(), *actor, prefix); !revoked) {
    return program.fail(revoked.error());
  }
  if (program.json) {
    print_json(program.out(), {{"revoked", prefix}});
  } else {
    program.out() << "Revoked " << prefix << ": from now on nobody is let in with it.\n";
  }
  return kSuccess;
}

}  // namespace

void add_key_commands(CLI::App& app, Program& program, Action& chosen) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App* key = app.add_subcommand("key", "Access keys of servers over HTTP");
  key->require_subcommand(1);
  CLI::App* creating = key->add_subcommand("create", "Make a key; it is shown this once");
  creating
      ->add_option(
          "--role", options->role,
          "executor (carries out, sees its own executions), reviewer (sees all, changes nothing), designer (all with "
          "workflows) or admin (and the server's figures)")
      ->check(CLI::IsMember(access_role_names()));
  creating->add_option("--label", options->label, "What it is for");
  creating->add_option("--expires", options->expires, "90d, 12h, 30m or never (default: 90d)");
  creating->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return create(program, *options); }; });
  key->add_subcommand("list", "List keys by their prefix")->callback([&program, &chosen] {
    chosen = [&program] { return list(program); };
  });
  CLI::App* revoking = key->add_subcommand("revoke", "End a key at once");
  revoking->add_option("prefix", options->prefix, "The key's prefix, as listed")->required();
  revoking->callback(
      [&program, &chosen, options] { chosen = [&program, options] { return revoke(program, options->prefix); }; });
}

}  // namespace pianola::server
