// A file that tells how something is done, under each name that makes it another kind: what is read is a design that
// comes back from its JSON.
#include "tests/fuzz/fuzz.h"
#include "workflow/imported_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pianola;            // NOLINT: a program of its own
  using namespace pianola::workflow;  // NOLINT
  for (const char* name : {"SKILL.md", "command.md", "release.sop.md", "recipe.yaml"}) {
    const Result<ImportedFile> file = import_file(name, fuzz::text_of(data, size));
    if (!file) continue;
    const Json json = Json(encode_design(file->design));
    const DecodedDesign again = decode_design(json);
    fuzz::require(!file->design.steps.empty(), "there is a step", json.dump());
    fuzz::require(!again.findings.empty() || again.design == file->design, "a design comes back", json.dump());
  }
  return 0;
}
