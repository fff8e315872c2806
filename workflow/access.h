// Access keys: who may ask a server over HTTP, in which workspace and role. A key is shown once, when it is made; kept
// is a hash of it, made with a secret of the store.
// Thread rule: plain values; functions as the Environment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "workflow/names.h"

namespace pianola::workflow {

struct Environment;
struct Actor;

// What a key lets its bearer do: carry out workflows, seeing its own executions alone; look at everything; do
// everything with workflows; and that and what is for whoever runs the server.
enum class AccessRole { executor, reviewer, designer, admin };

// From the one that may do least to the one that may do most.
inline constexpr AccessRole kAccessRoles[] = {AccessRole::executor, AccessRole::reviewer, AccessRole::designer,
                                              AccessRole::admin};

// Names as keys and options have them.
std::vector<std::string> access_role_names();
std::string_view to_string(AccessRole role);
std::optional<AccessRole> parse_access_role(std::string_view name);

// One key as it is stored: what its bearer may do, but not the key.
struct AccessKey {
  WorkspaceName workspace;
  std::string prefix;  // "pia_1a2b3c4d": the part that is listed
  std::string hash;    // HMAC-SHA-256 of the whole key
  AccessRole role = AccessRole::executor;
  std::string label;  // what it is for, for people
  Timestamp created_at;
  std::optional<Timestamp> expires_at;  // nothing: never
  std::optional<Timestamp> revoked_at;

  // "active", "expired" or "revoked".
  std::string_view state_at(Timestamp now) const;
};

// A key at the one moment at which its text is known.
struct NewAccessKey {
  AccessKey key;
  std::string text;  // the whole key; kept nowhere
};

// What a new key is asked to be.
struct AccessKeyRequest {
  AccessRole role = AccessRole::executor;
  std::string label;
  std::optional<std::int64_t> lifetime_micros;  // nothing: it does not expire
};

// Makes a key in the actor's workspace, and writes that down in its audit log.
NewAccessKey create_key(Environment& environment, const Actor& actor, const AccessKeyRequest& request);
// Ends a key at once. Refuses ("unknown_key") a prefix of no key that is not revoked.
Result<void> revoke_key(Environment& environment, const Actor& actor, const std::string& prefix);
// The key that this text is. Refuses ("unauthorized") what is none, or is expired or revoked, all in the same words.
Result<AccessKey> check_key(Environment& environment, std::string_view text);

// A secret of the store, 64 hexadecimal digits, made when it is asked for first.
std::string store_secret(Environment& environment, const std::string& name);

}  // namespace pianola::workflow
