#include "tools/roles.h"

#include <algorithm>

namespace pianola::tools {

using workflow::AccessRole;

mcp::Rights rights_of(AccessRole role) {
  switch (role) {
    case AccessRole::executor:
      return kMayRead | kMayExecute;
    case AccessRole::reviewer:
      return kMayRead | kMayReview;
    case AccessRole::designer:
      return kMayRead | kMayExecute | kMayReview | kMayDesign;
    case AccessRole::admin:
      return kMayRead | kMayExecute | kMayReview | kMayDesign | kMayOperate;
  }
  return 0;
}

std::string_view role_of(mcp::Rights rights) {
  for (const AccessRole role : workflow::kAccessRoles) {
    if (rights_of(role) == rights) return to_string(role);
  }
  return "";
}

std::string how_to_get_rights(const mcp::Caller& caller, mcp::Rights needed) {
  const mcp::Rights all = caller.rights | needed;
  AccessRole enough = AccessRole::admin;
  for (const AccessRole role : workflow::kAccessRoles) {
    if ((rights_of(role) & all) == all) enough = std::min(enough, role);
  }
  const std::string own(role_of(caller.rights));
  return (own.empty() ? "It" : "Your role is " + own + ": it") + " takes a key, or a server entry, with --role " +
         std::string(to_string(enough)) + ".";
}

}  // namespace pianola::tools
