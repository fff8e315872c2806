#include "mcp/http_get.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "base/ascii.h"

namespace pianola::mcp {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using GetError = boost::system::error_code;

constexpr std::size_t kMostHeadBytes = 16 * 1024;
constexpr std::string_view kHostLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-_:";

using Asked = http::request<http::string_body>;

// One exchange. Each step is asynchronous, so that the deadline holds for it, and is waited for.
class Exchange {
 public:
  Exchange(const Url& url, Asked asked, std::chrono::milliseconds longest)
      : url_(url), asked_(std::move(asked)), deadline_(std::chrono::steady_clock::now() + longest) {}

  Result<HttpResponse> run() {
    tcp::resolver resolver(io_);
    tcp::resolver::results_type addresses;
    GetError error = await([&](auto done) {
      resolver.async_resolve(url_.host, url_.port, [&addresses, done](const GetError& failed, auto found) {
        addresses = std::move(found);
        done(failed);
      });
    });
    if (error) return failure(error.message());
    tcp::socket socket(io_);
    error = await([&](auto done) {
      asio::async_connect(socket, addresses, [done](const GetError& failed, const auto&) { done(failed); });
    });
    if (error) return failure(error.message());
    return url_.tls ? ask_securely(std::move(socket)) : ask(socket);
  }

 private:
  tl::unexpected<Refusal> failure(const std::string& why) const {
    return refuse("cannot_get", "Cannot get " + url_.text + ": " + why);
  }

  // Starts one operation and waits for its end, or for the deadline. What is under way then is given up: its handler
  // is never run.
  template <class Start>
  GetError await(Start start) {
    result_ = asio::error::timed_out;
    start([this](const GetError& error) { result_ = error; });
    io_.restart();
    io_.run_until(deadline_);
    return result_;
  }

  Result<HttpResponse> ask_securely(tcp::socket socket) {
    asio::ssl::context context(asio::ssl::context::tls_client);
    GetError ignored;
    context.set_default_verify_paths(ignored);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(url_.host));
    // What SSL_set_tlsext_host_name stands for: which of its certificates the server should show.
    std::string name = url_.host;
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    const GetError error = await([&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); });
    if (error) return failure(error.message());
    return ask(stream);
  }

  template <class Stream>
  Result<HttpResponse> ask(Stream& stream) {
    asked_.target(url_.path.empty() ? "/" : url_.path);
    asked_.set(http::field::host, url_.origin.substr(url_.origin.find("://") + 3));
    asked_.set(http::field::user_agent, "pianola");
    asked_.set(http::field::connection, "close");
    asked_.prepare_payload();
    GetError error = await([&](auto done) {
      http::async_write(stream, asked_, [done](const GetError& failed, std::size_t) { done(failed); });
    });
    if (error) return failure(error.message());
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.header_limit(kMostHeadBytes);
    answer.body_limit(kMostDocumentBytes);
    error = await([&](auto done) {
      http::async_read(stream, buffer, answer, [done](const GetError& failed, std::size_t) { done(failed); });
    });
    if (error) return failure(error.message());
    HttpResponse response{.status = static_cast<int>(answer.get().result_int())};
    for (const auto& field : answer.get()) {
      response.fields.emplace_back(lower_case(field.name_string()), std::string(field.value()));
    }
    response.body = std::move(answer.get().body());
    return response;
  }

  const Url& url_;
  Asked asked_;
  std::chrono::steady_clock::time_point deadline_;
  GetError result_;
  asio::io_context io_;
};

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto bad = [&] {
    return refuse("bad_url", "\"" + std::string(text) + "\" is no https:// URL; http:// is for this machine alone");
  };
  Url url;
  url.text = text;
  url.tls = lower_case(text.substr(0, 8)) == "https://";
  if (!url.tls && lower_case(text.substr(0, 7)) != "http://") return bad();
  const std::size_t begin = url.tls ? 8 : 7;
  const std::size_t end = std::min(text.find('/', begin), text.size());
  std::string authority = lower_case(text.substr(begin, end - begin));
  url.origin = (url.tls ? "https://" : "http://") + authority;
  url.path = text.substr(end);
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string::npos) return bad();
  const std::size_t colon = authority.find(':', bracket);
  url.port = colon == std::string::npos ? (url.tls ? "443" : "80") : authority.substr(colon + 1);
  authority.resize(std::min(colon, authority.size()));
  if (bracket != 0 && bracket + 1 != authority.size()) return bad();
  url.host = bracket == 0 ? authority : authority.substr(1, bracket - 1);
  url.is_loopback = is_loopback_host(url.host);
  const bool is_port =
      !url.port.empty() && url.port.size() <= 5 && url.port.find_first_not_of("0123456789") == url.port.npos;
  // No user, blanks, control characters, or what a server would not be sent.
  const bool is_plain = std::ranges::all_of(url.path, [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
  if (url.host.empty() || url.host.find_first_not_of(kHostLetters) != url.host.npos || !is_port || !is_plain)
    return bad();
  if (!url.tls && !url.is_loopback) return bad();
  return url;
}

Result<std::string> http_get(const Url& url, std::chrono::milliseconds longest) {
  Asked asked{http::verb::get, "/", 11};
  asked.set(http::field::accept, "application/json");
  Result<HttpResponse> response = Exchange(url, std::move(asked), longest).run();
  if (!response) return refuse(response.error());
  if (response->status == 200) return std::move(response->body);
  return refuse("cannot_get", "Cannot get " + url.text + ": status " + std::to_string(response->status));
}

Result<HttpResponse> http_post(const Url& url, const HttpFields& fields, std::string body,
                               std::chrono::milliseconds longest) {
  Asked asked{http::verb::post, "/", 11, std::move(body)};
  for (const auto& [name, value] : fields) asked.set(name, value);
  return Exchange(url, std::move(asked), longest).run();
}

}  // namespace pianola::mcp
