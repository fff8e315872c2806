// A design, read, linted, compared and rendered. What decodes comes back from its own encoding and from its canonical
// form, which is its own canonical form; equal designs differ in nothing; pages add up to the playbook.
#include "tests/fuzz/fuzz.h"
#include "workflow/compiled_version.h"
#include "workflow/diff.h"
#include "workflow/lint.h"
#include "workflow/playbook.h"

namespace {

using namespace pianola;            // NOLINT: a program of its own
using namespace pianola::workflow;  // NOLINT

void check_canonical(const Design& design) {
  const Result<std::string> canonical = canonical_design(design);
  if (!canonical) return;  // a number that no canonical form has
  const Result<Json> read = parse_json(*canonical, {kMaxJsonDepth, std::size_t{64} << 20});
  fuzz::require(read.has_value(), "a canonical form is JSON", *canonical);
  const DecodedDesign again = decode_design(*read);
  fuzz::require(again.findings.empty(), "a canonical form is a design", *canonical);
  fuzz::require(canonical_design(again.design).value() == *canonical, "a canonical form is its own", *canonical);
}

void check_rendering(const Design& design) {
  const Result<WorkflowName> name = WorkflowName::parse(design.name);
  const Result<std::string> canonical = canonical_design(design);
  if (!name || !canonical) return;
  Version version{.name = *name, .number = SemVer(1, 0, 0), .hash = Hash::of(*canonical)};
  version.canonical = *canonical;
  version.design = design;
  const std::string playbook = render_playbook(version);
  std::string joined;
  for (const std::string& page : split_pages(playbook, 512)) joined += page;
  fuzz::require(joined == playbook, "pages add up to the playbook", playbook);
  fuzz::require(estimate_tokens(render_brief(version)) <= 300, "a brief is brief", playbook);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Json> json = parse_json(fuzz::text_of(data, size));
  if (!json) return 0;
  const DecodedDesign decoded = decode_design(*json);
  const LintReport report = lint(decoded.design);
  fuzz::require(report.readiness >= 0 && report.readiness <= 100, "readiness is 0 to 100");
  fuzz::require(!report.has_errors() || report.readiness <= 49, "an error keeps readiness under 50");
  if (!decoded.findings.empty()) return 0;
  const Json encoded = Json(encode_design(decoded.design));
  const DecodedDesign again = decode_design(encoded);
  fuzz::require(again.findings.empty() && again.design == decoded.design, "an encoded design decodes to itself",
                encoded.dump());
  fuzz::require(describe_changes(decoded.design, again.design).empty(), "equal designs differ in nothing");
  check_canonical(decoded.design);
  check_rendering(decoded.design);
  if (!report.has_errors()) {
    fuzz::require(CompiledVersion::compile(decoded.design).has_value(), "a design without errors can be executed",
                  encoded.dump());
  }
  return 0;
}
