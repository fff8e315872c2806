#include "server/jsonc_scanner.h"

#include <algorithm>

#include "server/config_text.h"

namespace pianola::server {

bool JsoncScanner::fail(std::string why) {
  if (why_.empty()) why_ = std::move(why);
  return false;
}

// Blanks and comments.
bool JsoncScanner::skip_trivia() {
  while (true) {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      if (end == text_.npos) return fail("the comment has no end");
      at_ = end + 2;
    } else {
      return true;
    }
  }
}

bool JsoncScanner::skip_string() {
  if (peek() != '"') return fail("a name in quotation marks is missing");
  bool is_plain = true;  // most are, and need no second look
  for (std::size_t i = at_ + 1; i < text_.size() && text_[i] != '\n'; ++i) {
    if (text_[i] == '"') {
      if (!is_plain && !OrderedJson::accept(text_.substr(at_, i + 1 - at_))) return fail("this is no JSON text");
      at_ = i + 1;
      return true;
    }
    const auto c = static_cast<unsigned char>(text_[i]);
    is_plain = is_plain && c >= ' ' && c < 0x7f && c != '\\';
    if (text_[i] == '\\') ++i;
  }
  return fail("the text has no closing quotation mark");
}

// A number or a literal.
bool JsoncScanner::skip_word() {
  const std::size_t end = std::min(text_.find_first_of(" \t\r\n,:]}/\"{[", at_), text_.size());
  if (end == at_) return fail("a value is missing");
  if (!OrderedJson::accept(text_.substr(at_, end - at_))) return fail("this is no JSON value");
  at_ = end;
  return true;
}

bool JsoncScanner::skip_value() {
  switch (peek()) {
    case '{':
    case '[':
      return skip_container(nullptr);
    case '"':
      return skip_string();
    default:
      return skip_word();
  }
}

bool JsoncScanner::skip_member(bool is_object, JsoncMember& member, bool is_kept) {
  member.begin = at_;
  if (is_object) {
    if (!skip_string()) return false;
    if (is_kept) member.key = value_between(member.begin, at_).get<std::string>();
    if (!skip_trivia()) return false;
    if (peek() != ':') return fail("a colon is missing");
    ++at_;
    if (!skip_trivia()) return false;
  }
  member.value = at_;
  if (!skip_value()) return false;
  member.end = at_;
  return true;
}

bool JsoncScanner::skip_container(JsoncContainer* kept) {
  if (++depth_ > kMostConfigDepth) return fail("it is nested deeper than " + std::to_string(kMostConfigDepth));
  const bool is_object = peek() == '{';
  const char close = is_object ? '}' : ']';
  ++at_;
  if (!skip_trivia()) return false;
  while (peek() != close) {
    JsoncMember member;
    if (!skip_member(is_object, member, kept != nullptr) || !skip_trivia()) return false;
    if (peek() == ',') {
      member.comma = at_++;
      if (!skip_trivia()) return false;
    } else if (peek() != close) {
      return fail(std::string("a comma or ") + close + " is missing");
    }
    if (kept != nullptr) kept->members.push_back(std::move(member));
  }
  if (kept != nullptr) kept->close = at_;
  ++at_;
  --depth_;
  return true;
}

Result<std::size_t> JsoncScanner::root() {
  at_ = mark_bytes(text_);
  depth_ = 0;
  why_.clear();
  std::size_t begin = kNowhere;
  bool is_sound = skip_trivia();
  if (is_sound && at_ < text_.size()) {
    begin = at_;
    is_sound = skip_value() && skip_trivia();
    if (is_sound && at_ < text_.size()) is_sound = fail("something stands behind the end");
  }
  if (!is_sound) return refuse_config(text_, at_, why_);
  return begin;
}

JsoncContainer JsoncScanner::container_at(std::size_t open) {
  JsoncContainer container;
  container.open = at_ = open;
  depth_ = 0;
  skip_container(&container);
  return container;
}

OrderedJson JsoncScanner::value_between(std::size_t begin, std::size_t end) const {
  JsoncScanner inner(text_.substr(0, end));
  std::string plain;
  bool owes_comma = false;
  for (inner.at_ = begin; inner.skip_trivia() && inner.at_ < end;) {
    const std::size_t from = inner.at_;
    const char c = inner.peek();
    if (c == ',') {
      owes_comma = true;
      ++inner.at_;
      continue;
    }
    if (owes_comma && c != '}' && c != ']') plain += ',';
    owes_comma = false;
    if (c == '"') {
      inner.skip_string();
    } else if (std::string_view("{}[]:").find(c) != std::string_view::npos) {
      ++inner.at_;
    } else {
      inner.skip_word();
    }
    plain += text_.substr(from, inner.at_ - from);
  }
  return OrderedJson::parse(plain, nullptr, false);
}

}  // namespace pianola::server
