#include "tools/roles.h"

namespace pianola::tools {

mcp::Rights rights_of(workflow::AccessRole role) {
  using workflow::AccessRole;
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

}  // namespace pianola::tools
