#include "mcp/content.h"

namespace pianola::mcp {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

struct ContentWriter {
  std::string& out;

  void operator()(const Text& text) const {
    out += R"({"type":"text","text":)";
    append_json_string(out, text.text);
    out += '}';
  }
  void operator()(const EscapedText& text) const {
    // A text that is used again and lacks a few bytes would become twice as large.
    constexpr std::size_t kLeastRest = 128;  // what follows a text of its own
    constexpr std::size_t kRest = 512;       // what is likely to follow
    const std::size_t size = out.size() + text.literal->size();
    if (out.capacity() < size + kLeastRest) out.reserve(size + kRest);
    out += R"({"type":"text","text":)";
    out += *text.literal;
    out += '}';
  }
  void operator()(const Image& image) const { append_media("image", image.data, image.mime_type); }
  void operator()(const Audio& audio) const { append_media("audio", audio.data, audio.mime_type); }
  void operator()(const ResourceContents& contents) const {
    out += R"({"type":"resource","resource":)";
    out += dump_compact(contents_json(contents));
    out += '}';
  }
  void operator()(const ResourceLink& link) const {
    out += R"({"type":"resource_link")";
    append_member(out, "uri", link.uri);
    append_member(out, "name", link.name);
    if (!link.description.empty()) append_member(out, "description", link.description);
    if (!link.mime_type.empty()) append_member(out, "mimeType", link.mime_type);
    out += '}';
  }

  void append_media(std::string_view type, std::string_view data, std::string_view mime_type) const {
    out += R"({"type":")";
    out += type;
    out += '"';
    append_member(out, "data", data);
    append_member(out, "mimeType", mime_type);
    out += '}';
  }
};

}  // namespace

ToolResult text_result(std::string text) {
  ToolResult result;
  result.content.emplace_back(Text{std::move(text)});
  return result;
}

ToolResult facts(OrderedJson structured) {
  ToolResult result;
  result.structured = std::move(structured);
  return result;
}

ToolResult refused(const Refusal& refusal) {
  OrderedJson error = {{"code", refusal.code}, {"message", refusal.message}};
  if (!refusal.place.empty()) error["place"] = refusal.place;
  for (const auto& [key, value] : refusal.data.items()) error[key] = value;
  ToolResult result = facts({{"error", std::move(error)}});
  result.is_error = true;
  return result;
}

Refusal fault_refusal(const Fault& fault) {
  Refusal refusal{fault.kind() == FaultKind::bug ? "internal_error" : "storage_fault", fault.what(), ""};
  refusal.data["retryable"] = fault.retryable();
  return refusal;
}

void append_content(std::string& out, const Content& content, const Revision& revision) {
  const ContentWriter write{out};
  const auto* link = std::get_if<ResourceLink>(&content);
  if (std::holds_alternative<Audio>(content) && !revision.annotations) {
    write(Text{"(audio, which this revision of the protocol cannot carry)"});
  } else if (link != nullptr && !revision.titles) {
    write(Text{link->name + ": " + link->uri});
  } else {
    std::visit(write, content);
  }
}

OrderedJson contents_json(const ResourceContents& contents) {
  OrderedJson json = {{"uri", contents.uri}, {"mimeType", contents.mime_type}};
  if (contents.blob) {
    json["blob"] = *contents.blob;
  } else {
    json["text"] = contents.text;
  }
  return json;
}

void append_tool_result(std::string& out, const ToolResult& result, const Revision& revision,
                        std::string_view common_meta) {
  out += R"({"content":[)";
  const std::string structured = result.structured ? dump_compact(*result.structured) : "";
  bool first = true;
  if (result.structured) {
    ContentWriter{out}(Text{structured});
    first = false;
  }
  for (const Content& content : result.content) {
    if (!first) out += ',';
    first = false;
    append_content(out, content, revision);
  }
  out += ']';
  if (result.structured && revision.titles) {
    out += R"(,"structuredContent":)";
    out += structured;
  }
  if (result.is_error) out += R"(,"isError":true)";
  if (revision.result_type) out += R"(,"resultType":"complete")";
  if (revision.titles && (!common_meta.empty() || !result.meta.empty())) {
    out += R"(,"_meta":{)";
    out += common_meta;
    if (!common_meta.empty() && !result.meta.empty()) out += ',';
    out += result.meta;
    out += '}';
  }
  out += '}';
}

}  // namespace pianola::mcp
