// What a handler may know of the request it serves, and what it may send beside its answer.
// Thread rule: used by the thread that handles the request, until the handler returns.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/caller.h"

namespace pianola::mcp {

class Request {
 public:
  Request(const Session& session, const Revision& revision, const Json& meta)
      : session_(session), revision_(revision), meta_(meta) {}

  const Caller& caller() const { return session_.caller; }
  const Revision& revision() const { return revision_; }
  // The request's `_meta`: an object, perhaps empty.
  const Json& meta() const { return meta_; }
  // "NAME VERSION" of the client, as far as it said so.
  std::string client() const;

  // Progress on the request's own stream; nothing is sent where no progressToken was given.
  void report_progress(double progress, double total, const std::string& message);
  // Tells those who watch a resource that it changed, after the answer.
  void resource_updated(std::string uri) { updated_.push_back(std::move(uri)); }
  // Tells those who watch the list of resources that it changed, after the answer.
  void resources_changed() { list_changed_ = true; }

  // For the server: what the handler asked to be sent.
  std::vector<std::string> take_messages() { return std::move(messages_); }
  const std::vector<std::string>& updated() const { return updated_; }
  bool list_changed() const { return list_changed_; }

 private:
  const Session& session_;
  const Revision& revision_;
  const Json& meta_;
  std::vector<std::string> messages_;
  std::vector<std::string> updated_;
  bool list_changed_ = false;
};

}  // namespace pianola::mcp
