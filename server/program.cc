#include "server/program.h"

#include <ostream>

#include "server/print.h"
#include "store/open.h"

namespace pianola::server {

std::string Program::resolved_store_path() const {
  return store_path.empty() ? store::default_store_path() : store_path;
}

workflow::Environment& Program::environment() {
  if (environment_ == nullptr) {
    store_ = store::open_store(resolved_store_path());
    environment_ = std::make_unique<workflow::Environment>(workflow::Environment{*store_, clock_, ids_, settings});
  }
  return *environment_;
}

Result<workflow::Actor> Program::actor() const {
  auto name = workflow::WorkspaceName::parse(workspace);
  if (!name) return refuse(name.error());
  return workflow::Actor{*name, workflow::Author{"unknown", "pianola", ""}, false};
}

int Program::fail(const Refusal& refusal) {
  if (json) {
    OrderedJson error = {{"code", refusal.code}, {"message", refusal.message}};
    if (!refusal.place.empty()) error["place"] = refusal.place;
    for (const auto& [key, value] : refusal.data.items()) error[key] = value;
    print_json(out_, {{"error", std::move(error)}});
  } else {
    err_ << "pianola: " << refusal.message << '\n';
  }
  return kFailure;
}

}  // namespace pianola::server
