#include "workflow/set_prices.h"

#include "workflow/audit_change.h"

namespace pianola::workflow {

void set_prices(Environment& environment, const Actor& actor, const std::vector<ModelPrice>& prices) {
  if (prices.empty()) return;
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  Json body = Json::array();
  for (const ModelPrice& price : prices) {
    environment.store.accounts().set_price(actor.workspace, price);
    body.push_back(Json(encode_price(price)));
  }
  append_audit(environment, actor, std::string(kWorkspaceChain), prices.size() == 1 ? "price_set" : "prices_imported",
               prices.size() == 1 ? body.front() : Json{{"prices", std::move(body)}});
  transaction->commit();
}

}  // namespace pianola::workflow
