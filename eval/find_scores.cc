// What a search finds, with scores that the tool does not show, for eval/find.mjs:
//     find_scores FOLDER <LINES
// A line {"library": [DESIGN, ...]} opens a library of these designs, one that is in FOLDER while the program runs; a
// line {"task": "...", "keywords": [...]} is answered with {"found": [the names of the best three], "score": the best
// one's}, as if everything fitted that is not there by chance.
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "store/open.h"
#include "tests/support/builders.h"
#include "workflow/find.h"

namespace {

using namespace pianola;  // NOLINT(google-build-using-namespace): a program of one screen

class Library {
 public:
  explicit Library(const std::string& path) : store_(store::open_store(path, {.create = true, .durable = false})) {}

  void save(const Json& designs) {
    const auto transaction = store_->begin_write();
    for (const Json& each : designs) {
      store_->versions().insert({}, tests::version_of(workflow::decode_design(each).design));
    }
    transaction->commit();
  }

  OrderedJson find(const Json& asked) {
    const workflow::FindRequest request{.task = asked.at("task").get<std::string>(),
                                        .limit = 3,
                                        .keywords = asked.value("keywords", std::vector<std::string>()),
                                        .least_fit = 0};
    const workflow::FoundWorkflows found = workflow::find_workflows(environment_, {}, request).value();
    OrderedJson names = OrderedJson::array();
    for (const workflow::Candidate& candidate : found.candidates) names.push_back(candidate.workflow.name.text());
    return {{"found", names}, {"score", found.fits ? found.candidates.front().score : 0}};
  }

 private:
  std::unique_ptr<workflow::Store> store_;
  SystemClock clock_;
  SystemRandomness randomness_;
  IdSource ids_{clock_, randomness_};
  workflow::Environment environment_{.store = *store_, .clock = clock_, .ids = ids_, .settings = {}};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: find_scores FOLDER <LINES\n";
    return 2;
  }
  int libraries = 0;
  std::unique_ptr<Library> library;
  for (std::string line; std::getline(std::cin, line);) {
    const Json json = Json::parse(line);
    if (json.contains("library")) {
      library = std::make_unique<Library>(std::string(argv[1]) + "/library-" + std::to_string(++libraries) + ".db");
      library->save(json.at("library"));
    } else {
      std::cout << library->find(json).dump() << "\n";
    }
  }
  return 0;
}
