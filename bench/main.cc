// The benchmark. Usage: pianola_bench BUILD BENCH NODE ROUNDS [reads] [steps] [starts] [growth] [finds] [crowds] [http]
// BUILD: folder of the built programs; BENCH: this folder; NODE: Node.js >= 22; without a part, all of them.
#include <sched.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "bench/sections.h"

namespace pianola::bench {
namespace {

// A folder of its own, gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pianola-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder " + pattern);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Part {
  const char* name;
  void (*measure)(const Places&, int, Figures&);
};

constexpr Part kParts[] = {{"reads", measure_reads},   {"steps", measure_steps}, {"starts", measure_starts},
                           {"growth", measure_growth}, {"finds", measure_finds}, {"crowds", measure_crowds},
                           {"http", measure_http}};

int run(const std::string& build, const std::string& sources, const std::string& node, int rounds,
        const std::set<std::string>& wanted) {
  const Scratch scratch;
  const Places places{build, sources, node, scratch.path()};
  Figures figures(all_figures());
  pin_to(sched_getcpu());
  for (const Part& part : kParts) {
    if (!wanted.empty() && !wanted.contains(part.name)) continue;
    std::cerr << "measuring " << part.name << " ...\n";
    part.measure(places, rounds, figures);
  }
  return figures.print(std::cout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace pianola::bench

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr
        << "usage: pianola_bench BUILD BENCH NODE ROUNDS [reads] [steps] [starts] [growth] [finds] [crowds] [http]\n";
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  // The one catch: a benchmark that cannot go on says why.
  try {
    return pianola::bench::run(argv[1], argv[2], argv[3], std::atoi(argv[4]), {argv + 5, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "pianola_bench: " << error.what() << "\n";
    return 1;
  }
}
