#include "fault_file_system.hpp"

#include <algorithm>
#include <cstring>

namespace basalt::storage::testing {

using common::File;
using common::OpenMode;
using common::Result;
using common::Status;
using common::StatusCode;

struct FaultFileSystem::Node {
  struct Write {
    uint64_t offset;
    std::string bytes;
  };
  std::string current, durable;
  std::vector<Write> pending;

  static void put(std::string& to, uint64_t offset, const char* bytes, size_t size) {
    if (to.size() < offset + size) to.resize(offset + size);
    std::memcpy(to.data() + offset, bytes, size);
  }
};

class FaultFile : public File {
 public:
  FaultFile(FaultFileSystem& files, std::shared_ptr<FaultFileSystem::Node> node)
      : files_(files), node_(std::move(node)) {}

  Result<void> read(uint64_t offset, void* buffer, size_t size) override {
    auto got = read_some(offset, buffer, size);
    if (got.ok() && *got < size) return Status{StatusCode::kIoError, "short read"};
    return {};
  }
  Result<size_t> read_some(uint64_t offset, void* buffer, size_t size) override {
    std::lock_guard lock(files_.mutex_);
    if (offset >= node_->current.size()) return size_t{0};
    size = std::min<size_t>(size, node_->current.size() - offset);
    std::memcpy(buffer, node_->current.data() + offset, size);
    return size;
  }
  Result<void> write(uint64_t offset, const void* buffer, size_t size) override {
    std::lock_guard lock(files_.mutex_);
    node_->pending.push_back({offset, std::string(static_cast<const char*>(buffer), size)});
    RETURN_IF_FAILED(files_.count_operation(false));
    FaultFileSystem::Node::put(node_->current, offset, static_cast<const char*>(buffer), size);
    return {};
  }
  Result<void> sync() override {
    std::lock_guard lock(files_.mutex_);
    RETURN_IF_FAILED(files_.count_operation(true));
    for (const auto& w : node_->pending)
      FaultFileSystem::Node::put(node_->durable, w.offset, w.bytes.data(), w.bytes.size());
    node_->pending.clear();
    return {};
  }
  Result<uint64_t> size() override {
    std::lock_guard lock(files_.mutex_);
    return uint64_t{node_->current.size()};
  }
  Result<void> truncate(uint64_t size) override {
    std::lock_guard lock(files_.mutex_);
    node_->current.resize(size);
    node_->durable.resize(size);
    node_->pending.clear();
    return {};
  }
  Result<void> allocate(uint64_t offset, uint64_t size) override {
    std::lock_guard lock(files_.mutex_);
    uint64_t end = offset + size;
    if (end <= node_->current.size()) return {};
    uint64_t used = 0;
    for (const auto& [path, node] : files_.nodes_) used += node->current.size();
    if (used + end - node_->current.size() > files_.capacity_)
      return Status{StatusCode::kNoSpace, "could not extend file: No space left on device"};
    node_->current.resize(end);
    return {};
  }

 private:
  FaultFileSystem& files_;
  std::shared_ptr<FaultFileSystem::Node> node_;
};

namespace {

class FaultLock : public common::FileLock {
 public:
  explicit FaultLock(bool& held) : held_(held) { held_ = true; }
  ~FaultLock() override { held_ = false; }

 private:
  bool& held_;
};

}  // namespace

FaultFileSystem::FaultFileSystem(uint64_t seed) : random_(seed) {}
FaultFileSystem::~FaultFileSystem() = default;

// What the disk holds if the power fails now: of each unsynced write nothing, all, or some of its sectors.
std::map<std::string, std::string> FaultFileSystem::survive() {
  constexpr size_t kSector = 512;
  std::map<std::string, std::string> out;
  for (const auto& [path, node] : nodes_) {
    std::string& bytes = out[path] = node->durable;
    uint64_t mode = random_.below(4);
    for (const auto& w : node->pending) {
      uint64_t kind = mode == 0 ? 0 : mode == 1 ? 1 : random_.below(3);  // all dropped, all kept, or mixed
      if (kind == 0) continue;
      for (size_t at = 0; at < w.bytes.size();) {
        size_t size = std::min(w.bytes.size() - at, kSector - (w.offset + at) % kSector);
        if (kind == 1 || random_.below(2)) Node::put(bytes, w.offset + at, w.bytes.data() + at, size);
        at += size;
      }
    }
    // Allocation is metadata; it may or may not have survived.
    if (random_.below(2) && bytes.size() < node->current.size()) bytes.resize(node->current.size());
  }
  return out;
}

Result<void> FaultFileSystem::count_operation(bool is_sync) {
  ++operations_;
  if (crash_at_ && operations_ == crash_at_) {
    crashed_ = survive();
    crash_taken_ = true;
  }
  uint64_t& fail = is_sync ? fail_sync_ : fail_write_;
  if (fail && --fail == 0)
    return Status{StatusCode::kIoError, is_sync ? "injected sync failure" : "injected write failure"};
  return {};
}

Result<std::unique_ptr<File>> FaultFileSystem::open(const std::string& path, OpenMode mode) {
  std::lock_guard lock(mutex_);
  auto it = nodes_.find(path);
  if (mode == OpenMode::kCreate && it != nodes_.end()) return Status{StatusCode::kIoError, path + ": File exists"};
  if (it == nodes_.end()) {
    if (mode == OpenMode::kReadOnly || mode == OpenMode::kReadWrite)
      return Status{StatusCode::kIoError, path + ": No such file or directory"};
    it = nodes_.emplace(path, std::make_shared<Node>()).first;
  }
  return std::unique_ptr<File>(std::make_unique<FaultFile>(*this, it->second));
}

Result<bool> FaultFileSystem::exists(const std::string& path) {
  std::lock_guard lock(mutex_);
  return nodes_.contains(path) || directories_.contains(path);
}

Result<void> FaultFileSystem::create_directory(const std::string& path) {
  std::lock_guard lock(mutex_);
  directories_[path] = true;
  return {};
}

Result<void> FaultFileSystem::remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (nodes_.erase(path) == 0) return Status{StatusCode::kIoError, path + ": No such file or directory"};
  return {};
}

Result<void> FaultFileSystem::rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  auto it = nodes_.find(from);
  if (it == nodes_.end()) return Status{StatusCode::kIoError, from + ": No such file or directory"};
  auto node = it->second;
  nodes_.erase(it);
  nodes_[to] = node;
  return {};
}

Result<std::vector<std::string>> FaultFileSystem::list(const std::string& directory) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  auto add = [&](const std::string& path) {
    if (path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/' &&
        path.find('/', directory.size() + 1) == std::string::npos)
      names.push_back(path.substr(directory.size() + 1));
  };
  for (const auto& [path, node] : nodes_) add(path);
  for (const auto& [path, there] : directories_) add(path);
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> FaultFileSystem::sync_directory(const std::string&) { return {}; }

Result<std::unique_ptr<common::FileLock>> FaultFileSystem::lock(const std::string& path) {
  std::lock_guard lock(mutex_);
  bool& held = locks_[path];
  if (held) return Status{StatusCode::kInvalid, "lock file \"" + path + "\" is held"};
  return std::unique_ptr<common::FileLock>(std::make_unique<FaultLock>(held));
}

uint64_t FaultFileSystem::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

void FaultFileSystem::crash_at(uint64_t operation) {
  std::lock_guard lock(mutex_);
  operations_ = 0;
  crash_at_ = operation;
  crash_taken_ = false;
}

bool FaultFileSystem::crash_taken() const {
  std::lock_guard lock(mutex_);
  return crash_taken_;
}

void FaultFileSystem::crash() {
  std::lock_guard lock(mutex_);
  if (!crash_taken_) crashed_ = survive();
  nodes_.clear();
  for (auto& [path, bytes] : crashed_) {
    auto node = std::make_shared<Node>();
    node->current = node->durable = std::move(bytes);
    nodes_[path] = std::move(node);
  }
  crashed_.clear();
  operations_ = crash_at_ = fail_write_ = fail_sync_ = 0;
  crash_taken_ = false;
}

void FaultFileSystem::fail_write(uint64_t nth) {
  std::lock_guard lock(mutex_);
  fail_write_ = nth;
}

void FaultFileSystem::fail_sync(uint64_t nth) {
  std::lock_guard lock(mutex_);
  fail_sync_ = nth;
}

void FaultFileSystem::set_capacity(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

uint64_t FaultFileSystem::used_bytes() const {
  std::lock_guard lock(mutex_);
  uint64_t used = 0;
  for (const auto& [path, node] : nodes_) used += node->current.size();
  return used;
}

void FaultFileSystem::damage(const std::string& path, uint64_t offset, const std::string& bytes) {
  std::lock_guard lock(mutex_);
  Node& node = *nodes_.at(path);
  Node::put(node.current, offset, bytes.data(), bytes.size());
  Node::put(node.durable, offset, bytes.data(), bytes.size());
}

std::string FaultFileSystem::contents(const std::string& path, uint64_t offset, uint64_t size) const {
  std::lock_guard lock(mutex_);
  return nodes_.at(path)->current.substr(offset, size);
}

}  // namespace basalt::storage::testing
