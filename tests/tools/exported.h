// A store's export as its files in memory, and the way back.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "store/verify_chain.h"
#include "workflow/export_store.h"

namespace pianola::tests {

using ExportedFiles = std::map<std::string, std::string>;  // by path

inline ExportedFiles exported(workflow::Environment& environment) {
  ExportedFiles files;
  workflow::export_store(environment, [&](const std::string& path, const std::string& text) {
    EXPECT_TRUE(files.emplace(path, text).second) << path << " was written twice";
  });
  return files;
}

inline Result<workflow::ImportReport> imported(workflow::Environment& environment, const ExportedFiles& files) {
  workflow::ExportSource source;
  for (const auto& [path, text] : files) source.paths.push_back(path);
  source.read = [&](const std::string& path) -> Result<std::string> { return files.at(path); };
  return workflow::import_store(environment, source, pianola::store::find_problems_of_chain);
}

}  // namespace pianola::tests
