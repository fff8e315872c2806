// A small server on this machine that shows documents, as an authorization server does its metadata and keys:
//
//     DocumentServer server;
//     server.put("/keys", "{}");
//     EXPECT_TRUE(mcp::http_get(server.url("/keys"), 10s));
//     EXPECT_EQ(server.asked("/keys"), 1);
//
// Thread rule: safe from any thread.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "mcp/http_listener.h"

namespace pianola::tests {

class DocumentServer {
 public:
  // Speaks TLS where a certificate and its key are given.
  explicit DocumentServer(const std::string& certificate = {}, const std::string& key = {})
      : tls_(!certificate.empty()), listener_([this](auto request, auto reply) { show(request, *reply); }, {}) {
    EXPECT_TRUE(!tls_ || listener_.use_tls(certificate, key));
    port_ = listener_.listen("127.0.0.1", 0).value();
    thread_ = std::thread([this] { listener_.run(); });
  }
  ~DocumentServer() { stop(); }
  DocumentServer(const DocumentServer&) = delete;
  DocumentServer& operator=(const DocumentServer&) = delete;

  void stop() {
    listener_.stop();
    if (thread_.joinable()) thread_.join();
  }
  void put(const std::string& path, mcp::HttpResponse response) {
    const std::scoped_lock lock(mutex_);
    documents_[path] = std::move(response);
  }
  void put(const std::string& path, const std::string& json) { put(path, mcp::json_response(200, json)); }
  // Takes requests for it, and never answers.
  void keep_waiting(const std::string& path) { put(path, {0, {}, ""}); }
  int asked(const std::string& path) const {
    const std::scoped_lock lock(mutex_);
    return asked_.contains(path) ? asked_.at(path) : 0;
  }
  std::string origin() const { return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_); }

 private:
  void show(const mcp::HttpRequest& request, mcp::HttpReply& reply) {
    const std::scoped_lock lock(mutex_);
    const std::string path(request.path());
    ++asked_[path];
    const auto found = documents_.find(path);
    if (found == documents_.end()) return reply.respond(mcp::text_response(404, "There is no such document"));
    if (found->second.status != 0) reply.respond(found->second);
  }

  bool tls_;
  mutable std::mutex mutex_;
  std::map<std::string, mcp::HttpResponse> documents_;
  std::map<std::string, int> asked_;
  mcp::HttpListener listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace pianola::tests
