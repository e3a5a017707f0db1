// A file system in memory that can lose power: what was written and not synced is dropped, kept or torn, as a seeded
// random generator says. It can also fail the n-th write or sync, and be full.
//
//   FaultFileSystem files(seed);
//   files.crash_at(n);       // the state that the n-th write or sync leaves behind is kept aside ...
//   ... run ...              // (the program goes on; nothing after that moment survives)
//   files.crash();           // ... and is now what is on the disk. Without crash_at: the power fails now.
//
// Names are durable at once; contents only after sync().
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/file.hpp"

namespace basalt::storage::testing {

class FaultFileSystem : public common::FileSystem {
 public:
  explicit FaultFileSystem(uint64_t seed);
  ~FaultFileSystem() override;

  common::Result<std::unique_ptr<common::File>> open(const std::string& path, common::OpenMode mode) override;
  common::Result<bool> exists(const std::string& path) override;
  common::Result<void> create_directory(const std::string& path) override;
  common::Result<void> remove(const std::string& path) override;
  common::Result<void> rename(const std::string& from, const std::string& to) override;
  common::Result<std::vector<std::string>> list(const std::string& directory) override;
  common::Result<void> sync_directory(const std::string& directory) override;
  common::Result<std::unique_ptr<common::FileLock>> lock(const std::string& path) override;

  // Writes and syncs counted since the last crash.
  uint64_t operations() const;
  void crash_at(uint64_t operation);
  bool crash_taken() const;
  void crash();

  void fail_write(uint64_t nth);  // counted from now, 1 = the next one
  void fail_sync(uint64_t nth);
  void set_capacity(uint64_t bytes);  // of all files together
  uint64_t used_bytes() const;

  // Direct access to contents, durable and current, for damage.
  void damage(const std::string& path, uint64_t offset, const std::string& bytes);
  std::string contents(const std::string& path, uint64_t offset, uint64_t size) const;

 private:
  friend class FaultFile;
  struct Node;
  struct Disk;
  common::Result<void> count_operation(bool is_sync);
  std::map<std::string, std::string> survive();

  mutable std::mutex mutex_;
  common::RandomGenerator random_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;
  std::map<std::string, bool> directories_;
  std::map<std::string, bool> locks_;
  std::map<std::string, std::string> crashed_;
  uint64_t operations_ = 0, crash_at_ = 0, fail_write_ = 0, fail_sync_ = 0;
  uint64_t capacity_ = ~uint64_t{0};
  bool crash_taken_ = false;
};

// How many seeds a test tries: its own number, or that of the environment variable BASALT_SEEDS (soak), beginning with
// BASALT_FIRST_SEED.
inline uint64_t seeds(uint64_t usual) {
  const char* text = std::getenv("BASALT_SEEDS");
  return text ? std::strtoull(text, nullptr, 10) : usual;
}
inline uint64_t first_seed() {
  const char* text = std::getenv("BASALT_FIRST_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}

}  // namespace basalt::storage::testing
