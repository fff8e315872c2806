// The program: wires everything and holds the last catch.
#include <csignal>
#include <iostream>

#include "base/fault.h"
#include "server/commands.h"

int main(int argc, char** argv) {
  // A limit on the size of files is a full disk, told in words, and not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  pianola::server::Program program(std::cout, std::cerr);
  // The last catch: whatever no layer could answer ends the process with a message and exit code 1.
  try {
    int code = 0;
    const auto fault = pianola::fault_of([&] { code = pianola::server::run_command_line(argc, argv, program); });
    return fault ? program.fail(*fault) : code;
  } catch (const std::exception& error) {
    return program.fail(pianola::Refusal{"fault", error.what(), ""});
  }
}
