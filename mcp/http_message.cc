#include "mcp/http_message.h"

#include <algorithm>

namespace pianola::mcp {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace

std::optional<std::string_view> HttpRequest::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return std::nullopt;
}

int HttpRequest::count(std::string_view name) const {
  return static_cast<int>(std::ranges::count_if(fields, [&](const auto& each) { return each.first == name; }));
}

std::string_view HttpRequest::path() const { return std::string_view(target).substr(0, target.find('?')); }

bool is_loopback_host(std::string_view host) {
  const bool is_number = host.find_first_not_of("0123456789.") == host.npos;
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_number);
}

HttpResponse json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse text_response(int status, std::string_view text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(text) + "\n"};
}

HttpResponse later_response(int status, std::string_view text, int seconds) {
  HttpResponse response = text_response(status, text);
  response.fields.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

std::string write_head(const HttpResponse& response, std::optional<std::size_t> length, bool keeps_open,
                       std::string_view date) {
  std::string head;
  head.reserve(256);
  head += "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += reason_of(response.status);
  head += "\r\n";
  for (const auto& [name, value] : response.fields) {
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  head += "Date: ";
  head += date;
  head += "\r\n";
  // RFC 9110, 8.6: not with 204.
  if (length && response.status != 204) head += "Content-Length: " + std::to_string(*length) + "\r\n";
  if (!keeps_open) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

std::string http_date(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

}  // namespace pianola::mcp
