#include "schema/reference.h"

#include <algorithm>
#include <charconv>

namespace pianola::schema {
namespace {

struct Uri {
  std::string scheme;     // with ":"
  std::string authority;  // with "//"
  std::string path;
  std::string query;     // with "?"
  std::string fragment;  // with "#"
};

// RFC 3986, appendix B.
Uri split_uri(std::string_view text) {
  Uri uri;
  if (const auto at = text.find('#'); at != std::string_view::npos) {
    uri.fragment = text.substr(at);
    text = text.substr(0, at);
  }
  if (const auto at = text.find('?'); at != std::string_view::npos) {
    uri.query = text.substr(at);
    text = text.substr(0, at);
  }
  const auto colon = text.find_first_of(":/");
  if (colon != std::string_view::npos && colon > 0 && text[colon] == ':') {
    uri.scheme = text.substr(0, colon + 1);
    text = text.substr(colon + 1);
  }
  if (text.substr(0, 2) == "//") {
    const auto end = std::min(text.size(), text.find('/', 2));
    uri.authority = text.substr(0, end);
    text = text.substr(end);
  }
  uri.path = text;
  return uri;
}

// RFC 3986, section 5.2.4.
std::string remove_dot_segments(const std::string& path) {
  std::string out;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = path.find('/', at + (path[at] == '/' ? 1 : 0));
    const std::string segment = path.substr(at, end == std::string::npos ? end : end - at);
    const bool last = end == std::string::npos;
    if (segment == "/." || segment == ".") {
      if (last) out += '/';
    } else if (segment == "/.." || segment == "..") {
      const auto cut = out.rfind('/');
      out.erase(cut == std::string::npos ? 0 : cut);
      if (last) out += '/';
    } else {
      out += segment;
    }
    at = last ? path.size() : end;
  }
  return out;
}

std::string merge_paths(const Uri& base, const std::string& path) {
  if (!base.authority.empty() && base.path.empty()) return "/" + path;
  const auto slash = base.path.rfind('/');
  return slash == std::string::npos ? path : base.path.substr(0, slash + 1) + path;
}

}  // namespace

std::string resolve_reference(std::string_view base_text, std::string_view reference_text) {
  const Uri base = split_uri(base_text);
  Uri uri = split_uri(reference_text);
  if (uri.scheme.empty()) {
    uri.scheme = base.scheme;
    if (uri.authority.empty()) {
      uri.authority = base.authority;
      if (uri.path.empty()) {
        uri.path = base.path;
        if (uri.query.empty()) uri.query = base.query;
      } else {
        uri.path = remove_dot_segments(uri.path.front() == '/' ? uri.path : merge_paths(base, uri.path));
      }
    }
  }
  return uri.scheme + uri.authority + uri.path + uri.query + uri.fragment;
}

std::string_view without_fragment(std::string_view uri) { return uri.substr(0, uri.find('#')); }

std::string_view fragment_of(std::string_view uri) {
  const auto at = uri.find('#');
  return at == std::string_view::npos ? std::string_view() : uri.substr(at + 1);
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ptr == &text[i + 1] + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace pianola::schema
