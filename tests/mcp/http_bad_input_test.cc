// What a broken or hostile client may send over HTTP: each row with the answer it gets ("STATUS CODE", the code of the
// JSON-RPC error or 0), and a good request after it.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/mcp/http_client.h"

namespace pianola::tests {
namespace {

struct BadInput {
  std::string what;
  std::string bytes;
  std::string answer;
};
using BadInputs = std::vector<BadInput>;

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
  for (const char* method : {"PUT", "PATCH", "OPTIONS", "TRACE", "post", "BREW", "HEAD"}) {
    rows.push_back({std::string("method ") + method, line(std::string(method) + " /mcp HTTP/1.1"), "405 0"});
  }
  for (const char* target : {"/", "/mcp/", "/MCP", "//mcp", "/../mcp", "/mcp%2f", "/%6dcp", "/mcp;x",
                             "http://localhost/mcp", "http://evil.example/mcp", "*", "localhost:80", "mcp", "/mcp#x"}) {
    rows.push_back({std::string("target ") + target, line(std::string("POST ") + target + " HTTP/1.1"), "404 0"});
  }
  rows.push_back({"CONNECT", line("CONNECT localhost:80 HTTP/1.1"), "404 0"});
  for (const char* bad :
       {"POST", "POST /mcp", "POST  /mcp HTTP/1.1", " POST /mcp HTTP/1.1", "P(ST /mcp HTTP/1.1", "POST\t/mcp\tHTTP/1.1",
        "/mcp", "HTTP/1.1 200 OK", "{\"jsonrpc\":\"2.0\"}", "", "SSH-2.0-OpenSSH_9.2", "POST /mcp\x7f HTTP/1.1"}) {
    rows.push_back({std::string("line '") + bad + "'", line(bad), "400 0"});
  }
  for (const char* version : {" HTTP/1.1", "HTTP/1.1 ", "cp HTTP/1.1", "http/1.1", "HTTP/x.1", "HTTP/1", "HTTP1.1"}) {
    rows.push_back({std::string("version '") + version + "'", line(std::string("POST /mcp ") + version), "505 0"});
  }
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0", "HTTP/9.9"}) {
    rows.push_back({version, line(std::string("POST /mcp ") + version), "505 0"});
  }
  rows.push_back({"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 0"});
  rows.push_back({"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), "400 0"});
  rows.push_back({"NUL bytes", std::string(64, '\0'), "400 0"});
  rows.push_back({"long target", line("GET /" + std::string(20'000, 'a') + " HTTP/1.1"), "431 0"});
}

void add_fields(BadInputs& rows) {
  for (const char* field : {"Broken", ": empty", "Sp ace: x", "Space : x", "Par(en: x", "Quo\"te: x", "Sla/sh: x",
                            "At@: x", "X: a\rb", "X: a\nb", "X: a\r\n folded", "X: a\r\n\tfolded", "X: \x01", "X: \x7f",
                            "X: \x1b[31m", "X\xc3\xa9: x", "\x01: x", "X;Y: x"}) {
    rows.push_back({std::string("field '") + field + "'", with_field(field), "400 0"});
  }
  rows.push_back({"NUL in a value", with_field(std::string("X: a\0b", 6)), "400 0"});
  rows.push_back({"NUL in a name", with_field(std::string("X\0Y: b", 6)), "400 0"});
  rows.push_back({"lines with LF alone", "GET /other HTTP/1.1\nHost: localhost\n\n", "400 0"});
  rows.push_back({"one line with LF alone", "GET /other HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", "400 0"});
  rows.push_back({"a folded first line", "GET /other HTTP/1.1\r\n Host: localhost\r\n\r\n", "400 0"});
  rows.push_back({"no Host", "GET /other HTTP/1.1\r\n\r\n", "400 0"});
  rows.push_back({"two Hosts", with_field("Host: localhost"), "400 0"});
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  rows.push_back({"102 fields", "GET /other HTTP/1.1\r\nHost: localhost\r\n" + many + "\r\n", "431 0"});
  std::string very_many;
  for (int i = 0; i < 10'000; ++i) very_many += "X" + std::to_string(i) + ": y\r\n";
  rows.push_back({"10,000 fields", "GET /other HTTP/1.1\r\nHost: localhost\r\n" + very_many + "\r\n", "431 0"});
  rows.push_back({"a field of 1 MB", with_field("X: " + std::string(1'000'000, 'a')), "431 0"});
  rows.push_back({"a name of 17 KB", with_field(std::string(17'000, 'a') + ": x"), "431 0"});
  rows.push_back({"a header without an end", "GET / HTTP/1.1\r\n" + std::string(20'000, 'a'), "431 0"});
  rows.push_back({"a forged client address", with_field("X-Forwarded-For: 127.0.0.1"), "404 0"});
}

void add_hosts(BadInputs& rows) {
  for (const char* host :
       {"evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "localhost/evil",
        "127.0.0.1.evil.example", "127.0.0.2", "0.0.0.0", "[::2]", "[::1", "::1", "localhost:", "localhost:x",
        "localhost:123456", "localhost, evil.example", "10.0.0.1", ""}) {
    rows.push_back({std::string("Host ") + host,
                    "GET /mcp HTTP/1.1\r\nHost: " + std::string(host) + "\r\nAccept: text/event-stream\r\n\r\n",
                    "403 0"});
  }
  for (const char* origin :
       {"http://evil.example", "https://localhost.evil.example", "null", "http://localhost@evil.example", "file://",
        "localhost", "http://", "chrome-extension://abc", "http://evil.example:80", ""}) {
    rows.push_back({std::string("Origin ") + origin, with_field(std::string("Origin: ") + origin), "403 0"});
  }
  rows.push_back({"two Origins", with_field("Origin: http://localhost\r\nOrigin: http://evil.example"), "403 0"});
}

void add_lengths(BadInputs& rows) {
  for (const char* length : {"-1", "+5", "0x10", "5 5", "5,5", "five", "1e3", "", "99999999999999999999999", "5;"}) {
    rows.push_back({std::string("length '") + length + "'",
                    post_with("Content-Length: " + std::string(length) + "\r\n", "{}"), "400 0"});
  }
  rows.push_back({"length twice", post_with("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), "400 0"});
  rows.push_back({"two lengths", post_with("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), "400 0"});
  rows.push_back(
      {"length and chunks", post_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 0"});
  rows.push_back(
      {"chunks and length", post_with("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), "400 0"});
  rows.push_back({"length over the limit", post_with("Content-Length: 4194305\r\n", ""), "413 0"});
  rows.push_back({"length of 1 TB", post_with("Content-Length: 1099511627776\r\n", ""), "413 0"});
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", "chunked, chunked", "\"chunked\""}) {
    rows.push_back({std::string("coding ") + coding,
                    post_with("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n"), "501 0"});
  }
  rows.push_back({"chunked twice",
                  post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 0"});
  rows.push_back({"chunks in HTTP/1.0", "POST /mcp HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 0"});
  for (const char* encoding : {"gzip", "deflate", "br", "zstd", "GZIP", "gzip, identity"}) {
    rows.push_back({std::string("compressed: ") + encoding,
                    post_with("Content-Encoding: " + std::string(encoding) + "\r\nContent-Length: 2\r\n", "{}"),
                    "415 0"});
  }
}

void add_chunks(BadInputs& rows) {
  for (const char* chunks : {"zz\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n",
                             "0x2\r\n{}\r\n0\r\n\r\n", "\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "2\n{}\n0\n\n",
                             "2\r\n{}xx0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n{}\r\n"}) {
    rows.push_back({std::string("chunk ") + chunks, chunked(chunks), "400 0"});
  }
  rows.push_back({"a chunk over the limit", chunked("400001\r\n"), "413 0"});
  rows.push_back({"a chunk of many EB", chunked("7FFFFFFFFFFFFFFF\r\n{}"), "413 0"});
  std::string endless;
  for (int i = 0; i < 5000; ++i) endless += "400\r\n" + std::string(1024, ' ') + "\r\n";
  rows.push_back({"chunks over the limit", chunked(endless), "413 0"});
  rows.push_back(
      {"an extension of 100 KB", chunked("2;x=" + std::string(100'000, 'a') + "\r\n{}\r\n0\r\n\r\n"), "400 0"});
  rows.push_back({"an extension is skipped", chunked("2;x=\"y\"\r\n{}\r\n0\r\n\r\n"), "400 -32600"});
  rows.push_back({"trailers are skipped", chunked("2\r\n{}\r\n0\r\nMcp-Method: tools/call\r\n\r\n"), "400 -32600"});
}

void add_media_types(BadInputs& rows) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/json; charset=latin1", "application/jsonx", "json",
                           "application/json, text/plain", "application/json-rpc", "text/json"}) {
    rows.push_back({std::string("type ") + type, post_text("{}", {{"Content-Type", type}}), "415 0"});
  }
  for (const char* accept : {"application/json", "text/event-stream", "text/html", "application/*", "text/*",
                             "image/png", "application/json;q=1"}) {
    rows.push_back({std::string("accepts ") + accept, post_text("{}", {{"Accept", accept}}), "406 0"});
  }
  rows.push_back(
      {"a stream as JSON", "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n", "406 0"});
  rows.push_back({"a wrong key", post_text("{}", {{"Authorization", "Bearer wrong"}}), "401 0"});
}

// A body where a modern request is expected.
std::string modern_body(const std::string& body) {
  return post_text(body, {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}});
}

std::string nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

void add_json(BadInputs& rows) {
  const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":)";
  for (const std::string& body : {std::string(" "),
                                  std::string("{"),
                                  std::string("}"),
                                  std::string("["),
                                  std::string("{]"),
                                  std::string("{\"a\"}"),
                                  std::string("{\"a\":}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("[1,]"),
                                  std::string("{'a':1}"),
                                  std::string("{a:1}"),
                                  std::string("NaN"),
                                  std::string("{\"a\":NaN}"),
                                  std::string("{\"a\":Infinity}"),
                                  std::string("{\"a\":01}"),
                                  std::string("{\"a\":1.}"),
                                  std::string("{\"a\":.5}"),
                                  std::string("{\"a\":+1}"),
                                  std::string("{\"a\":0x1}"),
                                  std::string("{\"a\":\"\n\"}"),
                                  std::string("{\"a\":\"\\x\"}"),
                                  std::string("{\"a\":\"\\u12\"}"),
                                  std::string("{\"a\":\""),
                                  std::string("{} {}"),
                                  std::string("{}x"),
                                  std::string("// comment\n{}"),
                                  std::string("{/**/}"),
                                  std::string("tru"),
                                  std::string("\"\xff\xfe\""),
                                  std::string("\"\xc3\x28\""),
                                  std::string("\"\xed\xa0\x80\""),
                                  std::string("\"\xf5\x80\x80\x80\""),
                                  std::string("\"\xc0\xaf\""),
                                  std::string("{\0\"\0a\0\"\0}\0", 10),
                                  std::string("\xff\xfe{\0}\0", 6),
                                  std::string("{\"a\":\"\\ud800\"}"),
                                  std::string("{\"a\":1e999}"),
                                  nested(65),
                                  nested(10'000),
                                  nested(200'000),
                                  std::string(100'000, '['),
                                  deep + nested(64) + "}"}) {
    rows.push_back({"JSON " + body.substr(0, 30), modern_body(body), "400 -32700"});
  }
  rows.push_back({"no body at all", modern_body(""), "400 -32700"});
  rows.push_back({"a member twice", modern_body(R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"tools/list"})"),
                  "400 -32600"});
  for (const char* body : {"1", "\"tools/list\"", "null", "true", "[]", "[1]", "[{}]", "{}"}) {
    rows.push_back({std::string("no message: ") + body, modern_body(body), "400 -32600"});
  }
}

void add_messages(BadInputs& rows) {
  const Json good = modern_request("tools/list");
  const auto changed = [&](const char* member, const Json& value) {
    Json message = good;
    message[member] = value;
    return post_text(dump_compact(message), {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}});
  };
  for (const Json& version : {Json("1.0"), Json("2"), Json(2.0), Json(nullptr), Json("")}) {
    rows.push_back({"jsonrpc " + dump_compact(version), changed("jsonrpc", version), "400 -32600"});
  }
  for (const Json& id : {Json(nullptr), Json(true), Json(1.5), Json::array(), Json::object()}) {
    rows.push_back({"id " + dump_compact(id), changed("id", id), "400 -32600"});
  }
  for (const Json& method : {Json(nullptr), Json(1), Json::array(), Json::object(), Json(true)}) {
    rows.push_back({"method " + dump_compact(method), changed("method", method), "400 -32600"});
  }
  for (const Json& params : {Json(nullptr), Json(1), Json::array(), Json("x"), Json(true)}) {
    rows.push_back({"params " + dump_compact(params), changed("params", params), "400 -32600"});
  }
  rows.push_back({"a response", modern_body(R"({"jsonrpc":"2.0","id":1,"result":{}})"), "400 -32600"});
  rows.push_back({"result and error", modern_body(R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})"), "400 -32600"});
  for (const char* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                             "tools/none", "TOOLS/LIST", "rpc.discover", "tools/list/"}) {
    rows.push_back({std::string("method ") + method, modern_post(modern_request(method)), "404 -32601"});
  }
  rows.push_back({"an unknown tool", modern_call("no_such_tool"), "200 -32602"});
  rows.push_back({"an unknown prompt", modern_post(modern_request("prompts/get", {{"name", "none"}})), "200 -32602"});
  rows.push_back(
      {"an unknown resource", modern_post(modern_request("resources/read", {{"uri", "test://none"}})), "200 -32602"});
  rows.push_back({"arguments of another type", modern_call("test_simple_text", {{"arguments", 5}}), "200 -32602"});
  rows.push_back({"an unknown cursor", modern_post(modern_request("tools/list", {{"cursor", "x"}})), "200 -32602"});
  rows.push_back({"a needed capability", modern_call("test_missing_capability"), "400 -32021"});
  rows.push_back({"a forged state",
                  modern_call("test_input_required_result_request_state", {{"requestState", "00.00"}}), "200 -32602"});
}

void add_modern_meta(BadInputs& rows) {
  const auto with_meta = [](const char* member, const Json& value, const std::string& version) {
    Json request = modern_request("tools/list");
    request["params"]["_meta"][member] = value;
    return post_text(dump_compact(request), {{"MCP-Protocol-Version", version}, {"Mcp-Method", "tools/list"}});
  };
  constexpr const char* kRevision = "io.modelcontextprotocol/protocolVersion";
  constexpr const char* kCapabilities = "io.modelcontextprotocol/clientCapabilities";
  for (const char* version : {"2099-01-01", "2025-11-25", "2024-11-05", "x"}) {
    rows.push_back({std::string("version ") + version, with_meta(kRevision, version, version), "400 -32022"});
  }
  for (const Json& version : {Json(1), Json(nullptr), Json::array(), Json(true)}) {
    rows.push_back({"version " + dump_compact(version), with_meta(kRevision, version, "2026-07-28"), "400 -32602"});
  }
  for (const Json& capabilities : {Json(1), Json(nullptr), Json::array(), Json("all")}) {
    rows.push_back({"capabilities " + dump_compact(capabilities), with_meta(kCapabilities, capabilities, "2026-07-28"),
                    "400 -32602"});
  }
  for (const Json& level : {Json("loud"), Json(1), Json(nullptr)}) {
    rows.push_back({"log level " + dump_compact(level),
                    with_meta("io.modelcontextprotocol/logLevel", level, "2026-07-28"), "400 -32602"});
  }
  rows.push_back({"no _meta", modern_body(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), "400 -32602"});
  rows.push_back({"_meta of another type",
                  modern_body(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":5}})"), "400 -32602"});
}

void add_mirrored(BadInputs& rows) {
  const Json call =
      modern_request("tools/call", {{"name", "test_custom_header"}, {"arguments", {{"region", "eu"}, {"count", 42}}}});
  const auto fields = [&](Fields changed, const char* left_out = "") {
    Fields all = {{"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "test_custom_header"},
                  {"Mcp-Param-Region", "eu"},
                  {"Mcp-Param-Count", "42"}};
    std::erase_if(all, [&](const auto& each) { return each.first == left_out; });
    for (auto& [name, value] : changed) {
      std::erase_if(all, [&](const auto& each) { return each.first == name; });
      all.emplace_back(name, value);
    }
    return post_text(dump_compact(call), all);
  };
  for (const char* name : {"MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Region", "Mcp-Param-Count"}) {
    rows.push_back({std::string("without ") + name, fields({}, name), "400 -32020"});
    rows.push_back({std::string("another ") + name, fields({{name, "other"}}), "400 -32020"});
  }
  for (const auto& [name, value] : Fields{{"Mcp-Method", "Tools/Call"},
                                          {"Mcp-Method", "=?base64?dG9vbHMvY2FsbA==?="},
                                          {"Mcp-Name", "TEST_CUSTOM_HEADER"},
                                          {"Mcp-Name", "=?base64?x?="},
                                          {"Mcp-Name", "=?base64?!!!!?="},
                                          {"Mcp-Name", "=?BASE64?dGVzdF9jdXN0b21faGVhZGVy?="},
                                          {"Mcp-Name", "test_custom_header, test_custom_header"},
                                          {"Mcp-Name", "t\xc3\xa9st"},
                                          {"Mcp-Param-Region", "EU"},
                                          {"Mcp-Param-Region", "=?base64?ZXU?="},
                                          {"Mcp-Param-Region", "=?base64?RVU=?="},
                                          {"Mcp-Param-Region", "\xff"},
                                          {"Mcp-Param-Count", "43"},
                                          {"Mcp-Param-Count", "42x"},
                                          {"Mcp-Param-Count", "0x2a"},
                                          {"Mcp-Param-Count", "forty-two"},
                                          {"MCP-Protocol-Version", "2025-11-25"}}) {
    rows.push_back({name + ": " + value, fields({{name, value}}), "400 -32020"});
  }
  rows.push_back(
      {"a field for no argument",
       modern_post(modern_request("tools/call", {{"name", "test_custom_header"}}), {{"Mcp-Param-Region", "eu"}}),
       "400 -32020"});
  rows.push_back({"the same number", fields({{"Mcp-Param-Count", "42.0"}}), "200 0"});
  rows.push_back({"a wrapped value", fields({{"Mcp-Param-Region", "=?base64?ZXU=?="}}), "200 0"});
}

void add_sessions(BadInputs& rows, const HttpServerUnderTest& server) {
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  rows.push_back({"no session", post_text(ping), "400 -32600"});
  const HttpLegacySession session(server, "2025-06-18");
  const HttpLegacySession alices(server, "2025-06-18", {{"Authorization", "Bearer alice"}});
  HttpLegacySession ended(server, "2025-11-25");
  ended.ask(ended.bare("DELETE"));
  std::string resealed = session.id;
  resealed.back() = resealed.back() == '0' ? '1' : '0';
  for (const std::string& id : {std::string("x"), std::string("."), std::string("00.00"), session.id.substr(1),
                                session.id + "0", session.id.substr(0, session.id.find('.')), resealed, ended.id,
                                alices.id, std::string("' OR 1=1 --"), std::string(8'000, 'a')}) {
    rows.push_back({"session " + id.substr(0, 20), post_text(ping, {{"Mcp-Session-Id", id}}), "404 -32600"});
    rows.push_back(
        {"stream of session " + id.substr(0, 20),
         "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: " + id + "\r\n\r\n",
         "404 -32600"});
  }
  rows.push_back({"the end of no session", "DELETE /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n", "400 -32600"});
  rows.push_back({"a stream of no session", "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n",
                  "400 -32600"});
  rows.push_back({"a session used by another key",
                  post_text(ping, {{"Mcp-Session-Id", session.id}, {"Authorization", "Bearer bob"}}), "404 -32600"});
  for (const char* version : {"2024-11-05", "1", "2025-11-26", "latest"}) {
    rows.push_back({std::string("version field ") + version,
                    post_text(ping, {{"Mcp-Session-Id", session.id}, {"MCP-Protocol-Version", version}}),
                    "400 -32022"});
  }
  rows.push_back({"a batch where there are none", session.post_body("[" + ping + "]"), "400 -32600"});
  rows.push_back({"an unknown method", session.post("tools/none"), "200 -32601"});
  rows.push_back({"initialize in a session", session.post("initialize", {{"protocolVersion", 5}}), "200 -32602"});
  rows.push_back({"broken JSON in a session", session.post_body("{"), "400 -32700"});
  rows.push_back(
      {"an answer to nothing", session.post_body(R"({"jsonrpc":"2.0","id":"server-1","result":{}})"), "202 0"});
  rows.push_back(
      {"a cancellation of nothing", session.post("notifications/cancelled", {{"requestId", 99}}, -1), "202 0"});
}

// Bytes of memory that the process holds.
std::size_t resident() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(HttpBadInput, IsAnsweredAsWrittenAndHarmsNobodyElse) {
  const HttpServerUnderTest server;
  BadInputs rows;
  for (void (*add)(BadInputs&) : {add_request_lines, add_fields, add_hosts, add_lengths, add_chunks, add_media_types,
                                  add_json, add_messages, add_modern_meta, add_mirrored}) {
    add(rows);
  }
  add_sessions(rows, server);
  EXPECT_GE(rows.size(), 200U);
  for (const BadInput& row : rows) {
    HttpClient client(server);
    client.send(row.bytes);
    const HttpAnswer answer = client.take();
    EXPECT_EQ(std::to_string(answer.status) + " " + std::to_string(answer.error_code()), row.answer)
        << row.what << "\n"
        << answer.body.substr(0, 200);
    HttpClient good(server);
    good.send(modern_call("test_simple_text"));
    ASSERT_EQ(good.take().status, 200) << "after " << row.what;
  }
}

TEST(HttpBadInput, TakesNoMemoryThatIsNotGivenBack) {
  const HttpServerUnderTest server;
  const auto send_bodies = [&](int count) {
    for (int i = 0; i < count; ++i) {
      HttpClient client(server);
      client.send(modern_body(std::string(4'000'000, '[')));
      EXPECT_EQ(client.take().status, 400);
    }
  };
  send_bodies(3);
  const std::size_t before = resident();
  send_bodies(20);
  EXPECT_LT(resident(), before + 40'000'000);
}

}  // namespace
}  // namespace pianola::tests
