#include "bench/disk_rate.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace pianola::bench {

double measure_disk_rate(const std::string& folder, int writes) {
  constexpr std::size_t kBlock = 4096;
  constexpr int kBlocks = 1024;
  const std::string path = folder + "/disk-rate";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot make " + path);
  std::vector<char> block(kBlock, 'x');
  bool well = true;
  // Written once before: what is measured changes no file's size, as the store's log does not once it is in use.
  for (int i = 0; i < kBlocks; ++i) well = well && write(file, block.data(), kBlock) == ssize_t{kBlock};
  well = well && fsync(file) == 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < writes; ++i) {
    block[0] = static_cast<char>('a' + i % 26);
    well = well &&
           pwrite(file, block.data(), kBlock, static_cast<off_t>(i % kBlocks) * ssize_t{kBlock}) == ssize_t{kBlock};
    well = well && fdatasync(file) == 0;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  close(file);
  unlink(path.c_str());
  if (!well) throw std::runtime_error("writing " + path + " failed");
  return writes / seconds;
}

}  // namespace pianola::bench
