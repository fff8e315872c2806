#include "tools/hand_out_page.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "workflow/playbook.h"

namespace pianola::tools {
namespace {

constexpr std::size_t kLastLine = 180;  // bytes kept free for the line that says how to go on

// Where a page begins. Written "f.0.9000".
struct Cursor {
  Body body = Body::step;
  std::size_t hand_ins = 0;  // of the execution when the text was made
  std::size_t offset = 0;    // in the body, in bytes
};

std::string text_of(const Cursor& cursor) {
  return std::string(1, static_cast<char>(cursor.body)) + "." + std::to_string(cursor.hand_ins) + "." +
         std::to_string(cursor.offset);
}

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const std::size_t second = text.find('.', 2);
  if (text.size() < 5 || text[1] != '.' || second == std::string_view::npos) return std::nullopt;
  const auto hand_ins = number_of(text.substr(2, second - 2));
  const auto offset = number_of(text.substr(second + 1));
  if (!hand_ins || !offset) return std::nullopt;
  for (const Body body : {Body::first, Body::step, Body::whole, Body::item, Body::hand_off}) {
    if (text[0] == static_cast<char>(body)) return Cursor{body, *hand_ins, *offset};
  }
  return std::nullopt;
}

// True where this body is what the execution is asked with now.
bool is_current(const Cursor& cursor, const HandOut& hand_out) {
  const workflow::Execution& execution = hand_out.execution;
  if (cursor.hand_ins != execution.hand_ins.size()) return false;
  const bool is_guided = execution.mode == workflow::Mode::guided;
  switch (cursor.body) {
    case Body::first:
      return is_guided && workflow::last_by_model(execution) == nullptr;
    case Body::step:
      return is_guided && !is_handed_off(hand_out);
    case Body::whole:
    case Body::item:
      return !is_guided;
    case Body::hand_off:
      return is_handed_off(hand_out);
  }
  return false;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The body from the cursor on, as far as `room` goes, and how to go on where that is not its end.
std::string page_of(const std::string& body, Cursor cursor, const HandOut& hand_out, std::size_t room) {
  if (body.size() - cursor.offset <= room) return body.substr(cursor.offset);
  const std::size_t end = workflow::page_end(body, cursor.offset, room - std::min(room, kLastLine));
  std::string page = body.substr(cursor.offset, end - cursor.offset);
  if (end == body.size()) return page;
  cursor.offset = end;
  return page + "\n(Cut here; the text goes on. Read the rest first: execution_step with execution_id \"" +
         hand_out.execution.id.text() + "\", cursor \"" + text_of(cursor) + "\".)";
}

Refusal refuse_cursor(std::string_view cursor, const std::string& why) {
  return {"bad_cursor",
          "cursor \"" + std::string(cursor.substr(0, 80)) + "\" " + why +
              ": call execution_step with execution_id alone for where you are.",
          "/cursor"};
}

}  // namespace

bool is_handed_off(const HandOut& hand_out) {
  const workflow::Execution& execution = hand_out.execution;
  if (execution.state == workflow::ExecutionState::waiting) return true;
  return execution.state == workflow::ExecutionState::abandoned && !execution.current_step.empty() &&
         hand_out.attempts_left == 0;
}

std::vector<std::string> first_page(Body body, std::string head, const HandOut& hand_out, std::size_t page_bytes) {
  std::vector<std::string> blocks = body == Body::whole ? whole_blocks(hand_out) : std::vector<std::string>();
  const std::string text = body == Body::whole ? whole_text(blocks) : render_body(body, hand_out);
  if (body == Body::whole && head.size() + text.size() <= page_bytes) {
    blocks.insert(blocks.begin(), std::move(head));
    return blocks;
  }
  const std::size_t room = page_bytes - std::min(page_bytes, head.size());
  if (text.size() <= room) {
    head += text;
  } else {
    head += page_of(text, {body, hand_out.execution.hand_ins.size(), 0}, hand_out, room);
  }
  std::vector<std::string> page;
  page.push_back(std::move(head));
  return page;
}

Result<std::string> page_at(std::string_view cursor, const HandOut& hand_out, std::size_t page_bytes) {
  const std::optional<Cursor> parsed = parse_cursor(cursor);
  if (!parsed) return refuse(refuse_cursor(cursor, "is none of ours"));
  if (!is_current(*parsed, hand_out)) return refuse(refuse_cursor(cursor, "is of a text that is no longer current"));
  const std::string text = render_body(parsed->body, hand_out);
  if (parsed->offset >= text.size() || !starts_character(text[parsed->offset])) {
    return refuse(refuse_cursor(cursor, "is none of ours"));
  }
  return page_of(text, *parsed, hand_out, page_bytes);
}

}  // namespace pianola::tools
