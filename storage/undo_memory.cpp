#include "storage/undo_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "common/ensure.hpp"
#include "common/sql_error.hpp"
#include "common/sqlstate.hpp"

namespace basalt::storage {

using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

constexpr size_t kExtentBytes = 64 << 20;
constexpr size_t kSlabsInExtent = kExtentBytes / UndoMemory::kSlabBytes;
// What ensure_room() leaves to those who have asked: more than they can take before they ask again.
constexpr size_t kSlabsAhead = kSlabsInExtent / 4;
#if defined(__SANITIZE_THREAD__)
constexpr uint64_t kReservedBytes = uint64_t{64} << 30;
#else
constexpr uint64_t kReservedBytes = uint64_t{4} << 40;
#endif

// Classes: steps of 16 bytes up to 256, then eight for each doubling.
size_t class_of(size_t bytes) {
  if (bytes <= 256) return (std::max<size_t>(bytes, 1) + 15) / 16 - 1;
  const auto shift = static_cast<size_t>(std::bit_width(bytes - 1)) - 4;  // bytes in (2^(shift + 3), 2^(shift + 4)]
  return 16 + (shift - 5) * 8 + ((bytes - 1) >> shift) - 8;
}

size_t bytes_of_class(size_t number) {
  if (number < 16) return (number + 1) * 16;
  const size_t shift = (number - 16) / 8 + 5, eighth = (number - 16) % 8;
  return (9 + eighth) << shift;
}

}  // namespace

struct UndoMemory::Slab {
  uint32_t size_class = 0, used = 0, count = 0;
  uint32_t search_from = 0;  // words before it are full
  uint32_t place = kNone;    // among the partly filled of its class
  static constexpr uint32_t kNone = ~0u;
  std::vector<uint64_t> free;
};

UndoMemory::UndoMemory(std::string directory, uint64_t bytes_max)
    : directory_(std::move(directory)), bytes_max_(bytes_max), partly_filled_(class_of(kLargestBytes) + 1) {}

UndoMemory::~UndoMemory() {
  if (char* base = base_.load()) munmap(base, reserved_bytes_);
  if (file_ >= 0) close(file_);
}

void* UndoMemory::allocate(size_t bytes) {
  void* memory = nullptr;
  if (bytes_.fetch_add(bytes, std::memory_order_relaxed) >= bytes_max_ && bytes <= kLargestBytes)
    memory = allocate_in_file(bytes);
  if (!memory) memory = std::malloc(bytes);
  if (!memory) {
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    throw std::bad_alloc();
  }
  return memory;
}

void UndoMemory::free(void* memory, size_t bytes) {
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  if (in_file(memory))
    free_in_file(static_cast<char*>(memory), bytes);
  else
    std::free(memory);
}

void UndoMemory::try_ensure_room() noexcept {
  if (bytes() < bytes_max_ || directory_.empty()) return;
  try {
    make_room();
  } catch (const SqlError&) {
  }
}

void UndoMemory::make_room() {
  if (directory_.empty())
    throw SqlError(sqlstate::kOutOfMemory, "out of memory")
        .detail("The undo of open and recent transactions exceeds its budget.");
  std::lock_guard guard(mutex_);
  while (backed_.size() < kSlabsAhead) grow();
}

void UndoMemory::grow() {
  auto fail = [&](const char* what, int error) {
    throw SqlError(error == ENOSPC || error == EDQUOT || error == EFBIG ? sqlstate::kDiskFull : sqlstate::kIoError,
                   std::string("could not ") + what + " the file that undo spills into: " + std::strerror(error));
  };
  if (file_ < 0) {
    std::string path = directory_ + "/undo-XXXXXX";
    file_ = mkostemp(path.data(), O_CLOEXEC);
    if (file_ < 0) fail("create", errno);
    unlink(path.c_str());
  }
  if (!base_.load()) {
    void* range = mmap(nullptr, kReservedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) fail("map", errno);
    reserved_bytes_ = kReservedBytes;
    base_.store(static_cast<char*>(range), std::memory_order_release);
  }
  if (!given_back_.empty()) {
    const uint32_t slab = given_back_.back();
    if (int error = posix_fallocate(file_, static_cast<off_t>(slab * kSlabBytes), kSlabBytes)) fail("extend", error);
    given_back_.pop_back();
    backed_.push_back(slab);
    return;
  }
  const uint64_t begin = slabs_.size() * kSlabBytes;
  if (begin + kExtentBytes > reserved_bytes_) fail("extend", EFBIG);
  if (int error = posix_fallocate(file_, static_cast<off_t>(begin), kExtentBytes)) fail("extend", error);
  if (mmap(base_.load() + begin, kExtentBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file_,
           static_cast<off_t>(begin)) == MAP_FAILED)
    fail("map", errno);
  for (size_t i = kSlabsInExtent; i-- > 0;) backed_.push_back(static_cast<uint32_t>(slabs_.size() + i));
  for (size_t i = 0; i < kSlabsInExtent; ++i) slabs_.push_back(std::make_unique<Slab>());
  file_bytes_.store(begin + kExtentBytes, std::memory_order_relaxed);
}

void* UndoMemory::allocate_in_file(size_t bytes) {
  const size_t size_class = class_of(bytes);
  std::lock_guard guard(mutex_);
  std::vector<uint32_t>& candidates = partly_filled_[size_class];
  if (candidates.empty()) {
    if (backed_.empty()) return nullptr;
    const uint32_t number = backed_.back();
    backed_.pop_back();
    Slab& fresh = *slabs_[number];
    fresh.size_class = static_cast<uint32_t>(size_class);
    fresh.count = static_cast<uint32_t>(kSlabBytes / bytes_of_class(size_class));
    fresh.search_from = 0;
    fresh.free.assign((fresh.count + 63) / 64, ~uint64_t{0});
    if (fresh.count % 64) fresh.free.back() = (uint64_t{1} << fresh.count % 64) - 1;
    fresh.place = 0;
    candidates.push_back(number);
  }
  const uint32_t number = candidates.back();
  Slab& slab = *slabs_[number];
  while (slab.free[slab.search_from] == 0) ++slab.search_from;
  const auto bit = static_cast<uint32_t>(std::countr_zero(slab.free[slab.search_from]));
  slab.free[slab.search_from] &= slab.free[slab.search_from] - 1;
  if (++slab.used == slab.count) {
    slab.place = Slab::kNone;
    candidates.pop_back();
  }
  spilled_.fetch_add(bytes, std::memory_order_relaxed);
  return base_.load() + number * kSlabBytes + (slab.search_from * 64 + bit) * bytes_of_class(size_class);
}

void UndoMemory::free_in_file(char* memory, size_t bytes) {
  spilled_.fetch_sub(bytes, std::memory_order_relaxed);
  const auto offset = static_cast<size_t>(memory - base_.load());
  const auto number = static_cast<uint32_t>(offset / kSlabBytes);
  std::lock_guard guard(mutex_);
  Slab& slab = *slabs_[number];
  const size_t index = offset % kSlabBytes / bytes_of_class(slab.size_class);
  const uint64_t bit = uint64_t{1} << index % 64;
  ENSURE(slab.size_class == class_of(bytes) && !(slab.free[index / 64] & bit), "STO-3: undo memory freed twice");
  slab.free[index / 64] |= bit;
  slab.search_from = std::min(slab.search_from, static_cast<uint32_t>(index / 64));
  std::vector<uint32_t>& candidates = partly_filled_[slab.size_class];
  if (--slab.used == 0) {
    if (slab.place != Slab::kNone) {
      slabs_[candidates.back()]->place = slab.place;
      candidates[slab.place] = candidates.back();
      candidates.pop_back();
      slab.place = Slab::kNone;
    }
    // Some stay at hand; the disk space of the others goes back, and is asked for again before they are used.
    if (backed_.size() >= kSlabsInExtent && madvise(base_.load() + number * kSlabBytes, kSlabBytes, MADV_REMOVE) == 0)
      given_back_.push_back(number);
    else
      backed_.push_back(number);
  } else if (slab.place == Slab::kNone) {
    slab.place = static_cast<uint32_t>(candidates.size());
    candidates.push_back(number);
  }
}

}  // namespace basalt::storage
