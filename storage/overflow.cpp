// Values too wide for a leaf: chains of overflow pages, LZ4 where it helps, immutable (STO-9).
//
//   page body: value id:8 next page:8 bytes:4 padding:4, then the bytes
//
// Written from the last page to the first, one record and one undo entry a page; nobody can see the value before its
// row.
#include <lz4.h>

#include "common/sqlstate.hpp"
#include "storage/heap_tree.hpp"
#include "storage/undo_log.hpp"

namespace basalt::storage {

namespace {
struct OverflowHeader {
  uint64_t value_id;
  uint64_t next;
  uint32_t bytes;
  uint32_t padding;
};
constexpr uint32_t kBytesPerPage = kPageBodySize - sizeof(OverflowHeader);

[[noreturn]] void corrupt(TreeId tree, const OverflowRef& ref, const char* what) {
  throw common::SqlError(common::sqlstate::kDataCorrupted, "overflow value at page " + std::to_string(ref.first_page) +
                                                               " of tree " + std::to_string(tree.value) +
                                                               " is corrupt: " + what);
}
}  // namespace

OverflowRef HeapTreeImpl::write_overflow(TransactionImpl& t, std::string_view value) {
  TransactionState& state = t.state();
  std::string compressed;
  std::string_view bytes = value;
  if (value.size() <= LZ4_MAX_INPUT_SIZE) {
    compressed.resize(static_cast<size_t>(LZ4_compressBound(static_cast<int>(value.size()))));
    int size = LZ4_compress_default(value.data(), compressed.data(), static_cast<int>(value.size()),
                                    static_cast<int>(compressed.size()));
    if (size > 0 && static_cast<size_t>(size) < value.size() - value.size() / 8)
      bytes = {compressed.data(), static_cast<size_t>(size)};
  }
  OverflowRef ref{0, state.id.value << 24 ^ (state.undo.size() + 1), static_cast<uint32_t>(value.size()),
                  static_cast<uint32_t>(bytes.size())};
  size_t pages = (bytes.size() + kBytesPerPage - 1) / kBytesPerPage;
  uint64_t next = 0;
  Page scratch;
  for (size_t page = pages; page-- > 0;) {
    t.check_interrupt();
    SpaceReservation* space = t.reserve_space(1, 2 * kPageSize);
    std::string_view part = bytes.substr(page * kBytesPerPage, kBytesPerPage);
    std::memset(scratch.bytes(), 0, kPageSize);
    scratch.header.type = PageType::kOverflow;
    OverflowHeader header{ref.value_id, next, static_cast<uint32_t>(part.size()), 0};
    std::memcpy(scratch.body, &header, sizeof header);
    std::memcpy(scratch.body + sizeof header, part.data(), part.size());
    PageChange change(core_, RecordType::kHeapInsert, state.id, space);
    ExclusiveGuard guard = change.new_page(id_, PageType::kOverflow, next ? PageId{next} : root_);
    change.image(guard, scratch);
    next = guard.id().value;
    UndoRecord record{id_.value, next, 0, 0, 0, UndoKind::kOverflowPage, 0};
    add_undo(change, record, nullptr);
    commit_with_undo(change, undo_, state, record, nullptr, t.command().value);
    t.owe_rollback(256);
  }
  ref.first_page = next;
  return ref;
}

std::string HeapTreeImpl::read_overflow(const OverflowRef& ref) {
  std::string stored;
  stored.reserve(ref.stored_bytes);
  for (uint64_t page = ref.first_page; page != 0;) {
    SharedGuard guard = core_.pool().shared(PageId{page});
    auto header = load<OverflowHeader>(guard->body);
    if (guard->header.type != PageType::kOverflow || header.value_id != ref.value_id) corrupt(id_, ref, "wrong page");
    if (header.bytes > kBytesPerPage) corrupt(id_, ref, "wrong length");
    stored.append(guard->body + sizeof header, header.bytes);
    if (stored.size() > ref.stored_bytes) corrupt(id_, ref, "too long");
    page = header.next;
  }
  if (stored.size() != ref.stored_bytes) corrupt(id_, ref, "too short");
  if (ref.stored_bytes == ref.raw_bytes) return stored;
  std::string raw(ref.raw_bytes, '\0');
  int size =
      LZ4_decompress_safe(stored.data(), raw.data(), static_cast<int>(stored.size()), static_cast<int>(raw.size()));
  if (size < 0 || static_cast<uint32_t>(size) != ref.raw_bytes) corrupt(id_, ref, "does not decompress");
  return raw;
}

// Frees the pages of a value nobody can see. A second attempt finds pages that no longer carry its id, and ends.
void HeapTreeImpl::free_overflow(const OverflowRef& ref, RecordType type, Lsn horizon) {
  for (uint64_t page = ref.first_page; page != 0;) {
    if (core_.space().owner_of(PageId{page}) != id_) return;
    ExclusiveGuard guard = core_.pool().exclusive(PageId{page});
    auto header = load<OverflowHeader>(guard->body);
    if (guard->header.type != PageType::kOverflow || header.value_id != ref.value_id) return;
    PageChange change(core_, type, TxnId{});
    change.add(guard, block_op(TreeOp::kOverflowErase), {});
    change.free_page(guard);
    change.logical({reinterpret_cast<const char*>(&horizon), sizeof horizon});
    change.commit();
    page = header.next;
  }
}

}  // namespace basalt::storage
