// Where the protocol's messages go, and what it may ask of the transport while a request is under way.
// Thread rule: used by the thread that handles the connection's request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/changes.h"
#include "mcp/revision.h"

namespace pianola::mcp {

// One message for the client.
struct Outgoing {
  std::string text;                    // one line, without its end
  Json tool_call_id;                   // set where it answers a tools/call: it stands only once the work is durable
  const Revision* revision = nullptr;  // of the answer
  std::vector<Outgoing> batch = {};    // where it answers a batch: the answers that `text` is made of
  bool tells_change = false;           // a notification of what the work before it changed: dropped where that is lost
  int error_code = 0;                  // where it is a JSON-RPC error
  bool is_unread = false;              // an error that was found before any method ran
};

// How far to look for a cancellation: among what was delivered already (cheap), or also at what arrives just now.
enum class Look { delivered, arriving };

// What a transport does for the server while a message is handled.
class Sink {
 public:
  virtual ~Sink() = default;
  // An answer, or what follows from one. In order; leaves once the work done so far is durable.
  virtual void send(Outgoing message) = 0;
  // Memory for the text of an answer: empty, with the room that one already sent has left.
  virtual std::string spare_text() { return {}; }
  // Progress, a log message or a question of a request that is under way: leaves at once.
  virtual void send_now(std::string text) { send({std::move(text), nullptr, nullptr}); }
  // What the request just answered has changed; to be told to those who watch it (Server::tell).
  virtual void changed(const ChangeSet& changes) { static_cast<void>(changes); }
  // The request under way goes on without its connection, where the transport can do that.
  virtual void break_stream() {}
  // True where the client does not wait for the answer to `id` any more: it cancelled it, or the process is to end.
  virtual bool is_cancelled(const Json& id, Look look) {
    static_cast<void>(id);
    static_cast<void>(look);
    return false;
  }
  // Waits for the client's response to our own request `question`, sent for the request `id`. Nothing where it will
  // not come: the transport cannot carry it, the connection ended, or `id` was cancelled.
  virtual std::optional<Json> wait_for_answer(const std::string& question, const Json& id) {
    static_cast<void>(question);
    static_cast<void>(id);
    return std::nullopt;
  }
};

}  // namespace pianola::mcp
