#include "workflow/set_prices.h"

#include "base/list_text.h"
#include "base/nearest_name.h"
#include "workflow/audit_change.h"
#include "workflow/read_accounts.h"

namespace pianola::workflow {

Rebooked set_prices(Environment& environment, const Actor& actor, const std::vector<ModelPrice>& prices,
                    const Heartbeat& heartbeat) {
  if (prices.empty()) return {};
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const PriceBook before = price_book(environment, actor);
  Json body = Json::array();
  for (const ModelPrice& price : prices) {
    environment.store.accounts().set_price(actor.workspace, price);
    body.push_back(Json(encode_price(price)));
  }
  append_audit(environment, actor, std::string(kWorkspaceChain), prices.size() == 1 ? "price_set" : "prices_imported",
               prices.size() == 1 ? body.front() : Json{{"prices", std::move(body)}});
  transaction->commit();
  return rebook_touched(environment, actor, before, prices, heartbeat);
}

Result<RemovedPrices> remove_prices(Environment& environment, const Actor& actor, const std::string& model,
                                    const std::optional<Timestamp>& valid_from, const Heartbeat& heartbeat) {
  const std::unique_ptr<WriteTransaction> transaction = environment.store.begin_write();
  const PriceBook before = price_book(environment, actor);
  RemovedPrices removed;
  std::vector<std::string> own;
  Json body = Json::array();
  for (const ModelPrice& price : environment.store.accounts().prices(actor.workspace)) {
    own.push_back(price.model);
    if (price.model != model || (valid_from && price.valid_from != *valid_from)) continue;
    environment.store.accounts().remove_price(actor.workspace, price.model, price.valid_from);
    body.push_back(Json(encode_price(price)));
    removed.prices.push_back(price);
  }
  if (removed.prices.empty()) {
    return refuse("unknown_price", "No price of " + in_quotes(model) +
                                       (valid_from ? " from " + valid_from->date() : std::string()) +
                                       " was set here; the catalogue's own cannot be removed, only overridden." +
                                       did_you_mean(model, own));
  }
  append_audit(environment, actor, std::string(kWorkspaceChain), "prices_removed", {{"prices", std::move(body)}});
  transaction->commit();
  removed.rebooked = rebook_touched(environment, actor, before, removed.prices, heartbeat);
  return removed;
}

}  // namespace pianola::workflow
