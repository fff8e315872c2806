// What is wrong as HTTP: each row with the answer it gets (RFC 9110, RFC 9112). What is wrong in a message of MCP
// stands in http_bad_message_test.cc.
#include "tests/mcp/http_bad_input.h"

namespace pianola::tests {
namespace {

constexpr const char* kHead = "Host: localhost\r\nAccept: */*\r\nContent-Type: application/json\r\n";

std::string line(const std::string& request_line) { return request_line + "\r\n" + kHead + "\r\n"; }

// A request for a path that is not there, with one more field: 404 where the field does no harm.
std::string with_field(const std::string& field) {
  return "GET /other HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n\r\n";
}

std::string post_with(const std::string& fields, const std::string& body) {
  return std::string("POST /mcp HTTP/1.1\r\n") + kHead + fields + "\r\n" + body;
}

std::string chunked(const std::string& chunks) { return post_with("Transfer-Encoding: chunked\r\n", chunks); }

void add_request_lines(BadInputs& rows) {
  for (const char* method : {"PUT", "PATCH", "OPTIONS", "TRACE", "post", "BREW", "head"}) {
    rows.push_back({std::string("method ") + method, line(std::string(method) + " /mcp HTTP/1.1"), "405 0",
                    "This path takes POST, GET and DELETE"});
  }
  for (const char* target : {"/", "/mcp/", "/MCP", "//mcp", "/../mcp", "/mcp%2f", "/%6dcp", "/mcp;x", "/mcp%00",
                             "http://localhost", "http://localhost?x", "http://localhost/mcp/"}) {
    rows.push_back({std::string("target ") + target, line(std::string("POST ") + target + " HTTP/1.1"), "404 0",
                    "MCP is at /mcp"});
  }
  for (const char* target : {"*", "localhost:80", "mcp", "/mcp#x", "ftp://localhost/mcp", "://localhost/mcp",
                             "http:/mcp", "http", "https", "http:", "\\mcp", "?x"}) {
    rows.push_back({std::string("target ") + target, line(std::string("POST ") + target + " HTTP/1.1"), "400 0",
                    "The target is no path"});
  }
  for (const char* target : {"http://localhost/mcp", "HTTP://LOCALHOST:80/mcp", "https://127.0.0.1/mcp?x"}) {
    rows.push_back({std::string("target ") + target, line(std::string("PUT ") + target + " HTTP/1.1"), "405 0",
                    "This path takes POST"});
  }
  for (const char* target : {"http://evil.example/mcp", "http://localhost.evil.example/mcp", "http:///mcp"}) {
    rows.push_back({std::string("target ") + target, line(std::string("PUT ") + target + " HTTP/1.1"), "403 0",
                    "The Host is not one of this server's"});
  }
  rows.push_back(
      {"a target with a user", line("POST http://localhost@evil.example/mcp HTTP/1.1"), "400 0", "no host and port"});
  rows.push_back({"CONNECT", line("CONNECT localhost:80 HTTP/1.1"), "400 0", "The target is no path"});
  rows.push_back({"OPTIONS of everything", line("OPTIONS * HTTP/1.1"), "404 0", "MCP is at /mcp"});
  for (const char* bad :
       {"POST", "POST /mcp", "POST  /mcp HTTP/1.1", " POST /mcp HTTP/1.1", "P(ST /mcp HTTP/1.1", "POST\t/mcp\tHTTP/1.1",
        "/mcp", "HTTP/1.1 200 OK", "{\"jsonrpc\":\"2.0\"}", "\r\n", "SSH-2.0-OpenSSH_9.2", "POST /mcp\x7f HTTP/1.1"}) {
    rows.push_back({std::string("line '") + bad + "'", line(bad), "400 0"});
  }
  for (const char* version : {" HTTP/1.1", "HTTP/1.1 ", "cp HTTP/1.1", "http/1.1", "HTTP/x.1", "HTTP/1", "HTTP1.1",
                              "HTTP/1.1.1", "HTTP/ 1.1", "HTTP/11", "HTTPS/1.1", "HTTP/+1.1"}) {
    rows.push_back({std::string("version '") + version + "'", line(std::string("POST /mcp ") + version), "400 0",
                    "The first line is not METHOD TARGET HTTP/1.1"});
  }
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0", "HTTP/9.9"}) {
    rows.push_back({version, line(std::string("POST /mcp ") + version), "505 0", "Speak HTTP/1.1"});
  }
  rows.push_back({"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 0", "Speak HTTP/1.1"});
  rows.push_back({"one line too many before", "\r\n" + line("PUT /mcp HTTP/1.1"), "405 0", "This path takes POST"});
  rows.push_back(
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), "400 0", "control character"});
  rows.push_back({"NUL bytes", std::string(64, '\0'), "400 0", "control character"});
  rows.push_back(
      {"long target", line("GET /" + std::string(20'000, 'a') + " HTTP/1.1"), "431 0", "The header is too long"});
}

void add_fields(BadInputs& rows) {
  for (const char* field : {"Broken", ": empty", "Sp ace: x", "Space : x", "Par(en: x", "Quo\"te: x", "Sla/sh: x",
                            "At@: x", "X\xc3\xa9: x", "X;Y: x", "Host localhost"}) {
    rows.push_back(
        {std::string("field '") + field + "'", with_field(field), "400 0", "This is not HTTP/1.1: bad field"});
  }
  for (const char* field : {"X: \x01", "X: \x7f", "X: \x1b[31m", "\x01: x", "X: \x0b", "X\x08: y"}) {
    rows.push_back({std::string("field '") + field + "'", with_field(field), "400 0", "control character"});
  }
  rows.push_back({"CR in a value", with_field("X: a\rb"), "400 0", "There is a CR inside a line"});
  rows.push_back({"CR at a line's end", with_field("X: a\r"), "400 0", "There is a CR inside a line"});
  rows.push_back({"LF in a value", with_field("X: a\nb"), "400 0", "ends with LF alone"});
  rows.push_back({"a request in a value", with_field("X: a\n\nGET /mcp HTTP/1.1"), "400 0", "ends with LF alone"});
  rows.push_back({"a folded value", with_field("X: a\r\n folded"), "400 0", "Folded lines"});
  rows.push_back({"a value folded with a tab", with_field("X: a\r\n\tfolded"), "400 0", "Folded lines"});
  rows.push_back({"a folded Content-Length", post_with("Content-Length:\r\n 2\r\n", "{}"), "400 0", "Folded lines"});
  rows.push_back({"NUL in a value", with_field(std::string("X: a\0b", 6)), "400 0", "control character"});
  rows.push_back({"NUL in a name", with_field(std::string("X\0Y: b", 6)), "400 0", "control character"});
  rows.push_back({"lines with LF alone", "GET /other HTTP/1.1\nHost: localhost\n\n", "400 0", "ends with LF alone"});
  rows.push_back({"one line with LF alone", "GET /other HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", "400 0",
                  "ends with LF alone"});
  rows.push_back({"a folded first line", "GET /other HTTP/1.1\r\n Host: localhost\r\n\r\n", "400 0", "Folded lines"});
  rows.push_back({"no Host", "GET /other HTTP/1.1\r\n\r\n", "400 0", "There must be one Host"});
  rows.push_back({"two Hosts", with_field("Host: localhost"), "400 0", "There must be one Host"});
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  rows.push_back(
      {"102 fields", "GET /other HTTP/1.1\r\nHost: localhost\r\n" + many + "\r\n", "431 0", "too many fields"});
  std::string very_many;
  for (int i = 0; i < 10'000; ++i) very_many += "X" + std::to_string(i) + ": y\r\n";
  rows.push_back({"10,000 fields", "GET /other HTTP/1.1\r\nHost: localhost\r\n" + very_many + "\r\n", "431 0",
                  "The header is too long"});
  rows.push_back(
      {"a field of 1 MB", with_field("X: " + std::string(1'000'000, 'a')), "431 0", "The header is too long"});
  rows.push_back({"a name of 17 KB", with_field(std::string(17'000, 'a') + ": x"), "431 0", "The header is too long"});
  rows.push_back(
      {"a header without an end", "GET / HTTP/1.1\r\n" + std::string(20'000, 'a'), "431 0", "The header is too long"});
  for (const char* forged : {"X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Forwarded-Host: localhost",
                             "X-Original-URL: /metrics", "Forwarded: for=127.0.0.1;host=localhost"}) {
    rows.push_back({forged, with_field(forged), "404 0", "MCP is at /mcp"});
  }
  for (const char* name : {"Authorization", "Mcp-Session-Id", "Last-Event-ID"}) {
    rows.push_back({std::string(name) + " twice",
                    post_with(std::string(name) + ": a\r\n" + name + ": b\r\nContent-Length: 2\r\n", "{}"), "400 0",
                    "comes more than once"});
  }
}

void add_hosts(BadInputs& rows) {
  const auto of_host = [](const std::string& host) {
    return "GET /mcp HTTP/1.1\r\nHost: " + host + "\r\nAccept: text/event-stream\r\n\r\n";
  };
  for (const char* host : {"evil.example", "localhost.evil.example", "evil.example:80", "127.0.0.1.evil.example",
                           "127.0.0.2", "0.0.0.0", "[::2]", "[::1", "::1", "localhost:", "localhost:x",
                           "localhost:123456", "10.0.0.1", "2130706433", "0x7f.1", "localhost.", "localhost%00", ""}) {
    rows.push_back({std::string("Host ") + host, of_host(host), "403 0", "start it with --allow-host"});
  }
  for (const char* host : {"localhost@evil.example", "localhost/evil", "localhost, evil.example", "localhost evil",
                           "http://localhost", "localhost#x", "localhost?x",
                           "l\xc3\xb6"
                           "calhost",
                           "<localhost>"}) {
    rows.push_back({std::string("Host ") + host, of_host(host), "400 0", "The Host is no host and port"});
  }
  rows.push_back({"a forged Host beside it",
                  "GET /mcp HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n\r\n", "403 0",
                  "start it with --allow-host"});
  for (const char* origin :
       {"http://evil.example", "https://localhost.evil.example", "null", "http://localhost@evil.example", "file://",
        "localhost", "http://", "chrome-extension://abc", "http://evil.example:80", ""}) {
    rows.push_back({std::string("Origin ") + origin, with_field(std::string("Origin: ") + origin), "403 0",
                    "start the server with --allow-origin"});
  }
  rows.push_back({"two Origins", with_field("Origin: http://localhost\r\nOrigin: http://evil.example"), "403 0",
                  "--allow-origin"});
}

void add_lengths(BadInputs& rows) {
  for (const char* length : {"-1", "+5", "0x10", "5 5", "5,5", "five", "1e3", "", "99999999999999999999999", "5;",
                             "18446744073709551616", "2, 2", "\"2\"", "2.0", "\xd9\xa2"}) {
    rows.push_back({std::string("length '") + length + "'",
                    post_with("Content-Length: " + std::string(length) + "\r\n", "{}"), "400 0", "Content-Length"});
  }
  rows.push_back(
      {"length twice", post_with("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), "400 0", "more than once"});
  rows.push_back({"two lengths", post_with("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), "400 0",
                  "multiple Content-Length"});
  rows.push_back(
      {"length and chunks", post_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 0"});
  rows.push_back(
      {"chunks and length", post_with("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), "400 0"});
  rows.push_back(
      {"length over the limit", post_with("Content-Length: 4194305\r\n", ""), "413 0", "4194304 bytes at most"});
  rows.push_back(
      {"length of 1 TB", post_with("Content-Length: 1099511627776\r\n", ""), "413 0", "4194304 bytes at most"});
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", "chunked, chunked", "\"chunked\""}) {
    rows.push_back({std::string("coding ") + coding,
                    post_with("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n"), "501 0",
                    "The only Transfer-Encoding is chunked"});
  }
  rows.push_back({"chunked twice",
                  post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 0"});
  rows.push_back({"chunks in HTTP/1.0", "POST /mcp HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 0",
                  "HTTP/1.0 has no"});
  for (const char* encoding : {"gzip", "deflate", "br", "zstd", "GZIP", "gzip, identity"}) {
    rows.push_back({std::string("compressed: ") + encoding,
                    post_with("Content-Encoding: " + std::string(encoding) + "\r\nContent-Length: 2\r\n", "{}"),
                    "415 0", "without a Content-Encoding"});
  }
  // 4 MiB of zeros, compressed: refused before a byte of it is looked at.
  rows.push_back({"a compressed bomb",
                  post_with("Content-Encoding: gzip\r\nContent-Length: 4096\r\n", std::string(4096, '\0')), "415 0",
                  "without a Content-Encoding"});
}

void add_chunks(BadInputs& rows) {
  for (const char* chunks :
       {"zz\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n", "0x2\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "2\n{}\n0\n\n", "2\r\n{}xx0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n{}\r\n",
        "2;x\ny\r\n{}\r\n0\r\n\r\n", "2\r{}\r\n0\r\n\r\n", "2 2\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\nBad Trailer: x\r\n\r\n", "2\r\n{}\r\n0\r\nX: y\n\r\n\r\n"}) {
    rows.push_back({std::string("chunk ") + chunks, chunked(chunks), "400 0"});
  }
  rows.push_back({"a chunk over the limit", chunked("400001\r\n"), "413 0", "4194304 bytes at most"});
  rows.push_back({"a chunk of many EB", chunked("7FFFFFFFFFFFFFFF\r\n{}"), "413 0", "4194304 bytes at most"});
  std::string endless;
  for (int i = 0; i < 5000; ++i) endless += "400\r\n" + std::string(1024, ' ') + "\r\n";
  rows.push_back({"chunks over the limit", chunked(endless), "413 0", "4194304 bytes at most"});
  rows.push_back({"an extension of 100 KB", chunked("2;x=" + std::string(100'000, 'a') + "\r\n{}\r\n0\r\n\r\n"),
                  "400 0", "The header of a chunk is too long"});
  rows.push_back({"an extension is skipped", chunked("2;x=\"y\"\r\n{}\r\n0\r\n\r\n"), "400 -32600"});
  rows.push_back({"trailers of 100 KB", chunked("2\r\n{}\r\n0\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"),
                  "400 0", "The header of a chunk is too long"});
  rows.push_back({"a trailer that is a length", chunked("2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n"), "400 0",
                  "bad Content-Length"});
  rows.push_back({"a size with zeros", chunked("0002\r\n{}\r\n0\r\n\r\n"), "400 -32600"});
  rows.push_back({"trailers are skipped", chunked("2\r\n{}\r\n0\r\nMcp-Method: tools/call\r\n\r\n"), "400 -32600"});
}

void add_media_types(BadInputs& rows) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/json; charset=latin1", "application/jsonx", "json",
                           "application/json, text/plain", "application/json-rpc", "text/json"}) {
    rows.push_back({std::string("type ") + type, post_text("{}", {{"Content-Type", type}}), "415 0",
                    "Content-Type: application/json"});
  }
  for (const char* accept : {"application/json", "text/event-stream", "text/html", "application/*", "text/*",
                             "image/png", "application/json;q=1"}) {
    rows.push_back({std::string("accepts ") + accept, post_text("{}", {{"Accept", accept}}), "406 0", "Accept both"});
  }
  rows.push_back({"a stream as JSON", "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n",
                  "406 0", "Accept text/event-stream to listen"});
  rows.push_back(
      {"a wrong key", post_text("{}", {{"Authorization", "Bearer wrong"}}), "401 0", "This key is not known"});
}

TEST(HttpBadInput, IsAnsweredAsWrittenAndHarmsNobodyElse) {
  const HttpServerUnderTest server;
  BadInputs rows;
  for (void (*add)(BadInputs&) : {add_request_lines, add_fields, add_hosts, add_lengths, add_chunks, add_media_types}) {
    add(rows);
  }
  EXPECT_GE(rows.size(), 200U);
  expect_answers(server, rows);
  expect_usual_memory(server, rows);
}

// What came before a bad request on its connection is answered; what follows it is not read: where it begins is
// unknown.
TEST(HttpBadInput, EndsItsConnection) {
  const HttpServerUnderTest server;
  const std::string good = modern_call("test_simple_text");
  HttpClient client(server);
  client.send(good + good + post_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n") + good);
  EXPECT_EQ(client.take().status, 200);
  EXPECT_EQ(client.take().status, 200);
  EXPECT_EQ(client.take().status, 400);
  EXPECT_EQ(client.take().status, 0);
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpBadInput, PipelinedByTheThousandIsAnsweredInOrder) {
  const HttpServerUnderTest server;
  HttpClient client(server);
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += "GET " + std::string(i % 2 == 0 ? "/healthz" : "/other") + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(many);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.take().status, i % 2 == 0 ? 200 : 404) << i;
}

}  // namespace
}  // namespace pianola::tests
