// The log record: what it looks like on disk, and how replay sees it.
//
//   RecordHeader (32 bytes)
//   body, kinds:  plain bytes (insert_record), or the body of a page change:
//     ChangeHeader { block_count, logical_bytes }
//     BlockHeader { page, op, bytes } payload  BlockHeader payload ...   (payloads padded to 8)
//     logical bytes (what undo needs, without the page: STO-3)
//   zero padding to 8 bytes
//
// A record is named by its END: page LSNs and commit LSNs are ends. The checksum covers header and body and is seeded
// with system identifier, timeline and start position; the epoch stands in the header (STO-10).
#pragma once

#include <cstdint>
#include <span>

#include "storage/page.hpp"

namespace basalt::storage {

using Bytes = std::span<const char>;

enum class RecordType : uint16_t {
  kNone = 0,
  // Core.
  kEpochStart = 1,  // first record of every start
  kCheckpoint = 2,
  kSpace = 3,      // page change: segments and extents
  kDirectory = 4,  // page change: tree directory (root moved, layout added, tree removed)
  kSequence = 5,   // page change: sequence state
  kPageRepair = 6,
  // Transactions; the logical bytes or body are the transaction manager's own.
  kCommit = 16,  // body: CommitBody (see insert_commit)
  kAbort = 17,   // rollback is complete
  kPrepare = 18,
  kCarry = 19,  // remaining undo and locks of an old open transaction, or a part of it (STO-5)
  kSavepoint = 20,
  kTransactionNote = 21,
  // Trees: 32 and up belong to heap and index.
  kHeapInsert = 32,
  kHeapUpdate,
  kHeapDelete,
  kHeapUndo,
  kHeapPurge,
  kHeapStructure,
  kHeapLayout,
  kIndexInsert = 48,
  kIndexMark,
  kIndexUnmark,
  kIndexRemove,
  kIndexUndo,
  kIndexStructure,
  kIndexPurge,
  kTreeCreate = 64,
  kTreeCreateUndo,
  kTreeBuild,
  kTypesEnd = 128,
};

// How one block of a page change is redone. Below 32: core. The tree side numbers its own from 32.
enum class BlockOp : uint16_t {
  kNone = 0,
  kImage = 1,        // the whole page, without its longest run of zeros
  kSpaceFormat = 2,  // a new segment's map page
  kSpaceOwner = 3,   // owner of extents
  kDirectoryPut = 4,
  kDirectoryErase = 5,
  kDirectoryFormat = 6,
  kFirstTreeOp = 32,
  kOpsEnd = 128,
};

// Bits of RecordHeader::flags.
inline constexpr uint16_t kRecordIsChange = 1;        // the body is that of a page change
inline constexpr uint16_t kRecordIsCompensation = 2;  // replay pops one undo entry of the transaction (STO-6)

struct RecordHeader {
  uint32_t bytes;  // header + body, without padding
  uint32_t checksum;
  uint32_t epoch;
  RecordType type;
  uint16_t flags;
  uint64_t transaction;  // TxnId, 0: none
  uint64_t flushed;      // what was durable when this was written: proves that an earlier bad record had been durable
};
static_assert(sizeof(RecordHeader) == 32);

struct ChangeHeader {
  uint32_t block_count;
  uint32_t logical_bytes;
};
struct BlockHeader {
  uint64_t page;
  BlockOp op;
  uint16_t reserved;
  uint32_t bytes;  // payload without padding
};
static_assert(sizeof(BlockHeader) == 16);

inline constexpr uint64_t kRecordAlignment = 8;
inline constexpr uint32_t kRecordBytesMax = 4 << 20;
constexpr uint64_t padded(uint64_t bytes) { return (bytes + kRecordAlignment - 1) & ~(kRecordAlignment - 1); }

// A valid record in memory.
struct RecordView {
  Lsn start, end;
  const RecordHeader* header = nullptr;
  Bytes body;

  RecordType type() const { return header->type; }
  TxnId transaction() const { return TxnId{header->transaction}; }
  bool is_change() const { return header->flags & kRecordIsChange; }
  bool is_compensation() const { return header->flags & kRecordIsCompensation; }
  uint32_t block_count() const;
  // Logical bytes of a change; the whole body otherwise.
  Bytes logical() const;

  // for (BlockCursor b(record); b.valid(); b.next()) ...
  class BlockCursor {
   public:
    explicit BlockCursor(const RecordView& record);
    bool valid() const { return left_ > 0; }
    void next();
    PageId page() const { return PageId{header_->page}; }
    BlockOp op() const { return header_->op; }
    Bytes payload() const { return {reinterpret_cast<const char*>(header_ + 1), header_->bytes}; }

   private:
    uint32_t left_;
    const BlockHeader* header_;
  };
};

}  // namespace basalt::storage
