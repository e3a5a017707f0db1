// Files behind one interface, so that a test can drop, tear or fail the n-th write or fsync. All durable state goes
// through FileSystem; nothing in storage/ calls open(2) itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/result.hpp"

namespace basalt::common {

// An open file. All calls are thread-safe (positions are explicit). Failures are kIoError, or kNoSpace for
// ENOSPC/EDQUOT.
class File {
 public:
  virtual ~File() = default;
  // Reads exactly `size` bytes; a short file is an error.
  virtual Result<void> read(uint64_t offset, void* buffer, size_t size) = 0;
  // Reads at most `size` bytes and says how many there were.
  virtual Result<size_t> read_some(uint64_t offset, void* buffer, size_t size) = 0;
  virtual Result<void> write(uint64_t offset, const void* buffer, size_t size) = 0;
  // fdatasync. A failure means that durable state is unknown: the caller ends the process (STO-10).
  virtual Result<void> sync() = 0;
  virtual Result<uint64_t> size() = 0;
  virtual Result<void> truncate(uint64_t size) = 0;
  // Physically allocates the range (STO-6); contents read as zero where nothing was written.
  virtual Result<void> allocate(uint64_t offset, uint64_t size) = 0;
};

// An exclusive lock on a file, held until destruction; it dies with the process.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode { kReadOnly, kReadWrite, kCreate /* must not exist */, kCreateOrOpen };

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<void> create_directory(const std::string& path) = 0;  // fine when it exists
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  // names, sorted
  virtual Result<void> sync_directory(const std::string& directory) = 0;
  // Creates the file where needed. kInvalid: somebody else holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;

  // Whole small files. replace() writes a temporary file, syncs, renames and syncs the directory.
  Result<std::string> read_whole(const std::string& path);
  Result<void> replace(const std::string& path, const std::string& contents);

  static FileSystem& real();
};

}  // namespace basalt::common
