#include "workflow/access.h"

#include "base/hmac.h"
#include "workflow/audit_change.h"

namespace pianola::workflow {
namespace {

constexpr std::string_view kMark = "pia_";
constexpr std::size_t kPrefixLength = kMark.size() + 8;
constexpr const char* kKeySecret = "access_keys";

tl::unexpected<Refusal> unauthorized() {
  return refuse("unauthorized", "This key is not known, or it is expired or revoked: \"pianola key list\" shows which");
}

Json audited(const AccessKey& key) {
  return {{"prefix", key.prefix}, {"role", to_string(key.role)}, {"label", key.label}};
}

}  // namespace

std::vector<std::string> access_role_names() {
  std::vector<std::string> names;
  for (const AccessRole role : kAccessRoles) names.emplace_back(to_string(role));
  return names;
}

std::string_view to_string(AccessRole role) {
  switch (role) {
    case AccessRole::executor:
      return "executor";
    case AccessRole::reviewer:
      return "reviewer";
    case AccessRole::designer:
      return "designer";
    case AccessRole::admin:
      return "admin";
  }
  return "";
}

std::optional<AccessRole> parse_access_role(std::string_view name) {
  for (const AccessRole role : kAccessRoles) {
    if (to_string(role) == name) return role;
  }
  return std::nullopt;
}

std::string_view AccessKey::state_at(Timestamp now) const {
  if (revoked_at) return "revoked";
  return expires_at && now >= *expires_at ? "expired" : "active";
}

NewAccessKey create_key(Environment& environment, const Actor& actor, const AccessKeyRequest& request) {
  NewAccessKey made;
  made.key.workspace = actor.workspace;
  made.key.prefix = std::string(kMark) + environment.ids.random_hex(4);
  made.text = made.key.prefix + "_" + environment.ids.random_hex(32);
  made.key.role = request.role;
  made.key.label = request.label;
  made.key.created_at = environment.clock.now();
  if (request.lifetime_micros) made.key.expires_at = made.key.created_at.plus_micros(*request.lifetime_micros);
  made.key.hash = hmac_sha256(store_secret(environment, kKeySecret), made.text);
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  environment.store.access().insert(actor.workspace, made.key);
  append_audit(environment, actor, std::string(kKeyChain), "key_created", audited(made.key));
  transaction->commit();
  return made;
}

Result<void> revoke_key(Environment& environment, const Actor& actor, const std::string& prefix) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  if (!environment.store.access().revoke(actor.workspace, prefix, environment.clock.now())) {
    return refuse("unknown_key", "There is no key \"" + prefix + "\" to revoke in workspace \"" +
                                     actor.workspace.text() + "\": \"pianola key list\" shows all");
  }
  append_audit(environment, actor, std::string(kKeyChain), "key_revoked", Json{{"prefix", prefix}});
  transaction->commit();
  return {};
}

Result<AccessKey> check_key(Environment& environment, std::string_view text) {
  if (!text.starts_with(kMark) || text.size() < kPrefixLength) return unauthorized();
  const auto key = environment.store.access().find(std::string(text.substr(0, kPrefixLength)));
  // The hash is made for an unknown prefix, too. The time may still tell which prefixes there are: they are no secret.
  const std::string hash = hmac_sha256(store_secret(environment, kKeySecret), text);
  const std::string& expected = key ? key->hash : hash;
  if (!equal_in_constant_time(hash, expected) || !key) return unauthorized();
  if (key->state_at(environment.clock.now()) != "active") return unauthorized();
  return *key;
}

std::string store_secret(Environment& environment, const std::string& name) {
  if (auto secret = environment.store.access().secret(name)) return *std::move(secret);
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  environment.store.access().insert_secret(name, environment.ids.random_hex(32));
  transaction->commit();
  return environment.store.access().secret(name).value();
}

}  // namespace pianola::workflow
