// The compiler's inner seam: compile.cc turns keywords into rules, link.cc joins references and refuses loops.
// Thread rule: one compiler a thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/program.h"
#include "schema/schema.h"

namespace pianola::schema {

// Where a compiled subschema stands.
struct SubschemaSite {
  std::string place;  // JSON Pointer into the schema
  std::string base;   // the URI that its references are relative to
};

// A $ref that waits until every subschema is known.
struct PendingReference {
  NodeId node;
  std::string uri;    // absolute, as far as the document says
  std::string text;   // as written
  std::string place;  // of the $ref
};

// What is known of a document besides its program.
struct Document {
  std::vector<SubschemaSite> sites;               // by NodeId
  std::unordered_map<const Json*, NodeId> nodes;  // by where the subschema stands
  std::map<std::string, const Json*> resources;   // by $id; the whole document by its own or ""
  std::map<std::string, NodeId> anchors;          // by URI#name
  std::vector<PendingReference> references;
};

// Points every reference at its node; the refusal where one leads nowhere.
std::optional<Refusal> link_references(Program& program, const Document& document);

// Refuses subschemas that apply one another to the same value for ever, or more than `most` deep.
std::optional<Refusal> find_loop(const Program& program, const Document& document, int most);

}  // namespace pianola::schema
