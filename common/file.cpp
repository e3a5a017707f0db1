#include "common/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace basalt::common {

namespace {

Status io_failure(const char* action, const std::string& path, int error) {
  StatusCode code = error == ENOSPC || error == EDQUOT ? StatusCode::kNoSpace : StatusCode::kIoError;
  return {code, std::string("could not ") + action + " file \"" + path + "\": " + std::strerror(error)};
}

class PosixFile : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }

  Result<void> read(uint64_t offset, void* buffer, size_t size) override {
    Result<size_t> got = read_some(offset, buffer, size);
    if (!got.ok()) return got.status();
    if (*got != size)
      return Status{StatusCode::kIoError, "could not read file \"" + path_ + "\": read only " + std::to_string(*got) +
                                              " of " + std::to_string(size) + " bytes at offset " +
                                              std::to_string(offset)};
    return {};
  }

  Result<size_t> read_some(uint64_t offset, void* buffer, size_t size) override {
    size_t done = 0;
    while (done < size) {
      ssize_t n =
          ::pread(descriptor_, static_cast<char*>(buffer) + done, size - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return io_failure("read", path_, errno);
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Result<void> write(uint64_t offset, const void* buffer, size_t size) override {
    size_t done = 0;
    while (done < size) {
      ssize_t n = ::pwrite(descriptor_, static_cast<const char*>(buffer) + done, size - done,
                           static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return io_failure("write", path_, errno);
      done += static_cast<size_t>(n);
    }
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_) != 0) return io_failure("fsync", path_, errno);
    return {};
  }

  Result<uint64_t> size() override {
    struct stat s;
    if (::fstat(descriptor_, &s) != 0) return io_failure("stat", path_, errno);
    return static_cast<uint64_t>(s.st_size);
  }

  Result<void> truncate(uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return io_failure("truncate", path_, errno);
    return {};
  }

  Result<void> allocate(uint64_t offset, uint64_t size) override {
    int error = ::posix_fallocate(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(size));
    if (error != 0) return io_failure("extend", path_, error);
    return {};
  }

 private:
  int descriptor_;
  std::string path_;
};

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(int descriptor) : descriptor_(descriptor) {}
  ~PosixFileLock() override { ::close(descriptor_); }

 private:
  int descriptor_;
};

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    int flags = O_CLOEXEC;
    switch (mode) {
      case OpenMode::kReadOnly:
        flags |= O_RDONLY;
        break;
      case OpenMode::kReadWrite:
        flags |= O_RDWR;
        break;
      case OpenMode::kCreate:
        flags |= O_RDWR | O_CREAT | O_EXCL;
        break;
      case OpenMode::kCreateOrOpen:
        flags |= O_RDWR | O_CREAT;
        break;
    }
    int descriptor = ::open(path.c_str(), flags, 0600);
    if (descriptor < 0) return io_failure("open", path, errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
  }

  Result<bool> exists(const std::string& path) override {
    struct stat s;
    if (::stat(path.c_str(), &s) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return io_failure("stat", path, errno);
  }

  Result<void> create_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return io_failure("create", path, errno);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return io_failure("remove", path, errno);
    return {};
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_failure("rename", from, errno);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
      names.push_back(it->path().filename().string());
    if (error) return io_failure("list", directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<void> sync_directory(const std::string& directory) override {
    int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return io_failure("open", directory, errno);
    int result = ::fsync(descriptor);
    int error = errno;
    ::close(descriptor);
    if (result != 0) return io_failure("fsync", directory, error);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return io_failure("open", path, errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      int error = errno;
      ::close(descriptor);
      if (error == EWOULDBLOCK) return Status{StatusCode::kInvalid, "lock file \"" + path + "\" is held"};
      return io_failure("lock", path, error);
    }
    return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(descriptor));
  }
};

}  // namespace

Result<std::string> FileSystem::read_whole(const std::string& path) {
  auto file = open(path, OpenMode::kReadOnly);
  if (!file.ok()) return file.status();
  auto size = (*file)->size();
  if (!size.ok()) return size.status();
  std::string contents(*size, '\0');
  RETURN_IF_FAILED((*file)->read(0, contents.data(), contents.size()));
  return contents;
}

Result<void> FileSystem::replace(const std::string& path, const std::string& contents) {
  std::string temporary = path + ".new";
  if (auto there = exists(temporary); !there.ok()) {
    return there.status();
  } else if (*there) {
    RETURN_IF_FAILED(remove(temporary));
  }
  {
    auto file = open(temporary, OpenMode::kCreate);
    if (!file.ok()) return file.status();
    RETURN_IF_FAILED((*file)->write(0, contents.data(), contents.size()));
    RETURN_IF_FAILED((*file)->sync());
  }
  RETURN_IF_FAILED(rename(temporary, path));
  size_t slash = path.rfind('/');
  return sync_directory(slash == std::string::npos ? "." : path.substr(0, slash));
}

FileSystem& FileSystem::real() {
  static PosixFileSystem instance;
  return instance;
}

}  // namespace basalt::common
