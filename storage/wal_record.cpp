#include "storage/wal_record.hpp"

#include "common/ensure.hpp"

namespace basalt::storage {

namespace {

const ChangeHeader* change_header(const RecordView& record) {
  DEBUG_ENSURE(record.is_change() && record.body.size() >= sizeof(ChangeHeader), "record is not a page change");
  return reinterpret_cast<const ChangeHeader*>(record.body.data());
}

}  // namespace

uint32_t RecordView::block_count() const { return is_change() ? change_header(*this)->block_count : 0; }

Bytes RecordView::logical() const {
  if (!is_change()) return body;
  return body.last(change_header(*this)->logical_bytes);
}

RecordView::BlockCursor::BlockCursor(const RecordView& record)
    : left_(record.block_count()),
      header_(left_ ? reinterpret_cast<const BlockHeader*>(record.body.data() + sizeof(ChangeHeader)) : nullptr) {}

void RecordView::BlockCursor::next() {
  const char* at = reinterpret_cast<const char*>(header_ + 1) + padded(header_->bytes);
  header_ = reinterpret_cast<const BlockHeader*>(at);
  --left_;
}

}  // namespace basalt::storage
