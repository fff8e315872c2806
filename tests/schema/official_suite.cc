// Runs the official JSON Schema test suite for draft 2020-12: schema_suite FOLDER. A schema is either checked in full
// or refused; an answer that differs from the suite's is a failure.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "schema/schema.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: schema_suite FOLDER\n";
    return 2;
  }
  int passed = 0;
  int failed = 0;
  int refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".json") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const pianola::Json groups = pianola::Json::parse(text.str());
    for (const pianola::Json& group : groups) {
      const auto schema = pianola::schema::Schema::compile(group["schema"]);
      if (!schema) {
        refused += static_cast<int>(group["tests"].size());
        std::cout << "refused " << entry.path().filename().string() << ": " << group["description"] << ": "
                  << schema.error().message << "\n";
        continue;
      }
      for (const pianola::Json& test : group["tests"]) {
        const bool valid = schema->check(test["data"]).empty();
        if (valid == test["valid"].get<bool>()) {
          ++passed;
        } else {
          ++failed;
          std::cout << "FAILED " << entry.path().filename().string() << ": " << group["description"] << ": "
                    << test["description"] << "\n";
        }
      }
    }
  }
  std::cout << passed << " passed, " << failed << " failed, " << refused << " refused\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
