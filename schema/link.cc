#include "schema/compile.h"
#include "schema/reference.h"

namespace pianola::schema {
namespace {

std::optional<NodeId> find_target(const Document& document, const std::string& uri) {
  const std::string resource(without_fragment(uri));
  const std::string fragment = percent_decoded(fragment_of(uri));
  const auto root = document.resources.find(resource);
  if (root == document.resources.end()) return std::nullopt;
  if (!fragment.empty() && fragment.front() != '/') {
    const auto anchor = document.anchors.find(resource + "#" + fragment);
    return anchor == document.anchors.end() ? std::nullopt : std::optional(anchor->second);
  }
  const Json* target = find_pointer(*root->second, fragment);
  const auto node = document.nodes.find(target);
  return node == document.nodes.end() ? std::nullopt : std::optional(node->second);
}

Refusal lost_reference(const Document& document, const PendingReference& reference) {
  const bool outside = document.resources.count(std::string(without_fragment(reference.uri))) == 0;
  return Refusal{"bad_schema",
                 "The $ref \"" + reference.text.substr(0, 200) + "\" at " + reference.place +
                     (outside ? " leads out of this schema, and nothing is fetched: put what it means under \"$defs\" "
                                "and write \"#/$defs/NAME\"."
                              : " leads to no subschema: define it under \"$defs\" and write \"#/$defs/NAME\"."),
                 reference.place};
}

bool applies_in_place(RuleKind kind) {
  switch (kind) {
    case RuleKind::reference:
    case RuleKind::all_of:
    case RuleKind::any_of:
    case RuleKind::one_of:
    case RuleKind::negation:
    case RuleKind::condition:
    case RuleKind::dependent_schemas:
      return true;
    default:
      return false;
  }
}

std::vector<NodeId> nodes_in_place(const Node& node) {
  std::vector<NodeId> nodes;
  for (const Rule& rule : node.rules) {
    if (!applies_in_place(rule.kind)) continue;
    for (const NodeId id : rule.nodes) {
      if (id != kNoNode) nodes.push_back(id);
    }
    for (const auto& [name, id] : rule.named) nodes.push_back(id);
  }
  return nodes;
}

// A depth-first walk over the edges that do not step into the value.
class LoopFinder {
 public:
  LoopFinder(const Program& program, const Document& document, int most)
      : program_(program), document_(document), most_(most), heights_(program.nodes.size(), kUnseen) {}

  std::optional<Refusal> run() {
    for (NodeId id = 0; id < program_.nodes.size() && !refusal_; ++id) height(id, 1);
    return refusal_;
  }

 private:
  static constexpr int kUnseen = -1;
  static constexpr int kOpen = -2;

  int height(NodeId id, int depth) {
    if (heights_[id] == kOpen)
      return fail(id,
                  "applies itself to the same value for ever: let it step into a "
                  "property or an item before it refers to itself.");
    if (depth > most_) return fail(id, "is reached through too many references and combinations: make it flatter.");
    if (heights_[id] != kUnseen) {
      return depth + heights_[id] > most_ ? fail(id, "stands under too many references: make it flatter.")
                                          : heights_[id];
    }
    heights_[id] = kOpen;
    int tallest = 0;
    for (const NodeId next : nodes_in_place(program_.nodes[id])) {
      tallest = std::max(tallest, 1 + height(next, depth + 1));
      if (refusal_) return 0;
    }
    return heights_[id] = tallest;
  }

  int fail(NodeId id, const std::string& why) {
    const std::string& place = document_.sites[id].place;
    if (!refusal_) refusal_ = Refusal{"bad_schema", "The schema at \"" + place + "\" " + why, place};
    return 0;
  }

  const Program& program_;
  const Document& document_;
  int most_;
  std::vector<int> heights_;
  std::optional<Refusal> refusal_;
};

}  // namespace

std::optional<Refusal> link_references(Program& program, const Document& document) {
  for (const PendingReference& reference : document.references) {
    const std::optional<NodeId> target = find_target(document, reference.uri);
    if (!target) return lost_reference(document, reference);
    for (Rule& rule : program.nodes[reference.node].rules) {
      if (rule.kind == RuleKind::reference) rule.nodes = {*target};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> find_loop(const Program& program, const Document& document, int most) {
  return LoopFinder(program, document, most).run();
}

}  // namespace pianola::schema
