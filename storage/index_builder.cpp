// Bulk build of an index: runs sorted in memory, spilled, merged, and built into nodes from the bottom up. Nodes are
// logged as images; until the tree's creator commits nobody else uses the tree, so a build needs no undo of its own.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "storage/index_tree.hpp"

namespace basalt::storage {

namespace {
constexpr size_t kFillBytes = kPageBodySize * 9 / 10;
constexpr size_t kReadBuffer = 1 << 16;

struct Item {
  std::string key;
  std::string payload;
  uint64_t row = 0;
  bool may_repeat = false;
};
bool item_less(const Item& a, const Item& b) { return compare_keys(a.key, a.row, b.key, b.row) < 0; }

// A sorted run in a file: { key bytes:4, payload bytes:4, row:8, may_repeat:1, key, payload } ...
class Run {
 public:
  Run(common::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {
    file_ = files_.open(path_, common::OpenMode::kCreateOrOpen).take();
    file_->truncate(0).take();
  }
  ~Run() {
    file_.reset();
    (void)files_.remove(path_).ok();
  }
  void write(const Item& item) {
    append_raw(buffer_, static_cast<uint32_t>(item.key.size()));
    append_raw(buffer_, static_cast<uint32_t>(item.payload.size()));
    append_raw(buffer_, item.row);
    buffer_.push_back(static_cast<char>(item.may_repeat));
    buffer_ += item.key;
    buffer_ += item.payload;
    if (buffer_.size() > kReadBuffer) flush();
  }
  void flush() {
    file_->write(size_, buffer_.data(), buffer_.size()).take();
    size_ += buffer_.size();
    buffer_.clear();
  }
  bool read(Item& item) {
    if (!need(17)) return false;
    const char* p = buffer_.data() + at_;
    auto key_bytes = load<uint32_t>(p), payload_bytes = load<uint32_t>(p + 4);
    item.row = load<uint64_t>(p + 8);
    item.may_repeat = p[16] != 0;
    ENSURE(need(17 + key_bytes + payload_bytes), "a sort run ends inside an entry");
    p = buffer_.data() + at_ + 17;
    item.key.assign(p, key_bytes);
    item.payload.assign(p + key_bytes, payload_bytes);
    at_ += 17 + key_bytes + payload_bytes;
    return true;
  }

 private:
  bool need(size_t bytes) {
    if (buffer_.size() - at_ >= bytes) return true;
    buffer_.erase(0, at_);
    at_ = 0;
    while (buffer_.size() < bytes && read_ < size_) {
      size_t old = buffer_.size(), more = std::min<uint64_t>(kReadBuffer, size_ - read_);
      buffer_.resize(old + more);
      file_->read(read_, buffer_.data() + old, more).take();
      read_ += more;
    }
    return buffer_.size() >= bytes;
  }
  common::FileSystem& files_;
  std::string path_;
  std::unique_ptr<common::File> file_;
  std::string buffer_;
  size_t at_ = 0;
  uint64_t size_ = 0, read_ = 0;
};

// The shortest separator between neighbours.
void separate(const Item& before, const Item& after, std::string* key, uint64_t* row) {
  if (before.key == after.key) {
    *key = after.key;
    *row = after.row;
    return;
  }
  size_t n = 0, limit = std::min(before.key.size(), after.key.size());
  while (n < limit && before.key[n] == after.key[n]) ++n;
  key->assign(after.key, 0, n + 1);
  *row = 0;
}
}  // namespace

class IndexBuilderImpl final : public IndexBuilder {
 public:
  IndexBuilderImpl(StorageCore& core, IndexTree& tree, TransactionImpl& transaction, size_t sort_bytes)
      : core_(core), tree_(tree), t_(transaction), sort_bytes_(std::max<size_t>(sort_bytes, 1 << 16)) {}

  void add(std::string_view key, std::string_view payload, RowId row, bool may_repeat) override {
    ENSURE(key.size() + payload.size() <= kIndexEntryBytesMax, "index entry is too long; the caller checks its size");
    items_.push_back({std::string(key), std::string(payload), row.value, may_repeat});
    bytes_ += sizeof(Item) + key.size() + payload.size();
    if (bytes_ >= sort_bytes_) spill();
  }

  std::optional<std::pair<RowId, RowId>> finish(std::string* duplicate_key) override {
    sort_items();
    if (!runs_.empty()) {
      spill();
      for (auto& run : runs_) {
        Item item;
        if (run->read(item)) heap_.push_back({std::move(item), run.get()});
      }
      std::make_heap(heap_.begin(), heap_.end(), source_after);
    }
    Item item, last;
    bool any = false;
    while (next(item)) {
      t_.check_interrupt();
      if (any && tree_.layout().unique && !item.may_repeat && !last.may_repeat && item.key == last.key) {
        if (duplicate_key) *duplicate_key = item.key;
        return std::pair{RowId{last.row}, RowId{item.row}};
      }
      if (any) add_item(last, item);
      std::swap(last, item);
      any = true;
    }
    if (any) levels_[0].items.push_back({last.key, last.payload, last.row, 0});
    if (any) close_levels();
    return std::nullopt;
  }

 private:
  struct NodeItem {
    std::string key, payload;
    uint64_t row;
    uint64_t child;
  };
  struct Level {
    std::vector<NodeItem> items;
    size_t bytes = 0;
    bool has_lower = false;
    std::string lower;
    uint64_t lower_row = 0;
    uint64_t first_child = 0;
    bool flushed = false;  // a node of this level exists already
  };
  struct Source {
    Item item;
    Run* run;
  };
  static bool source_after(const Source& a, const Source& b) { return item_less(b.item, a.item); }

  // A cancel does not wait for the end of the sort; the items are of no use then.
  void sort_items() {
    size_t compared = 0;
    std::sort(items_.begin(), items_.end(), [&](const Item& a, const Item& b) {
      if ((++compared & 0xfff) == 0) t_.check_interrupt();
      return item_less(a, b);
    });
  }

  void spill() {
    sort_items();
    std::string path =
        core_.options().directory + "/sort_" + std::to_string(tree_.id().value) + "_" + std::to_string(runs_.size());
    runs_.push_back(std::make_unique<Run>(core_.files(), path));
    for (const Item& item : items_) runs_.back()->write(item);
    runs_.back()->flush();
    items_.clear();
    bytes_ = 0;
  }

  bool next(Item& item) {
    if (runs_.empty()) {
      if (taken_ == items_.size()) return false;
      item = std::move(items_[taken_++]);
      return true;
    }
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), source_after);
    Source& least = heap_.back();
    item = std::move(least.item);
    if (least.run->read(least.item)) {
      std::push_heap(heap_.begin(), heap_.end(), source_after);
    } else {
      heap_.pop_back();
    }
    return true;
  }

  // Adds to the leaf level; `after` is the entry that follows.
  void add_item(const Item& item, const Item& after) {
    Level& leaf = levels_[0];
    leaf.items.push_back({item.key, item.payload, item.row, 0});
    leaf.bytes += item.key.size() + item.payload.size() + 19;
    if (leaf.bytes + after.key.size() + after.payload.size() + leaf.lower.size() + kIndexEntryBytesMax / 8 <
            kFillBytes ||
        leaf.items.size() < 2)
      return;
    std::string separator;
    uint64_t row;
    separate(item, after, &separator, &row);
    flush_node(0, &separator, row);
  }

  void fill(Page& page, size_t number, const std::string* upper, uint64_t upper_row) {
    Level& level = levels_[number];
    std::memset(page.bytes(), 0, kPageSize);
    page.header.type = number == 0 ? PageType::kIndexLeaf : PageType::kIndexInner;
    IndexNode node(page.bytes());
    IndexKey low{level.lower, level.lower_row}, high;
    if (upper) high = {*upper, upper_row};
    node.format(static_cast<uint16_t>(number), level.has_lower ? &low : nullptr, upper ? &high : nullptr,
                level.first_child);
    for (const NodeItem& item : level.items) {
      if (number == 0) {
        node.insert_entry(item.key, item.row, item.payload);
      } else {
        node.insert_separator(item.key, item.row, item.child);
      }
    }
  }

  // Writes the open node of a level, up to the fence, and tells its parent.
  void flush_node(size_t number, const std::string* upper, uint64_t upper_row) {
    Page scratch;
    fill(scratch, number, upper, upper_row);
    SpaceReservation* space = t_.reserve_space(2, 4 * kPageSize);
    PageChange change(core_, RecordType::kTreeBuild, TxnId{}, space);
    ExclusiveGuard guard =
        change.new_page(tree_.id(), scratch.header.type, last_page_.valid() ? last_page_ : tree_.root());
    change.image(guard, scratch);
    change.commit();
    last_page_ = guard.id();
    guard.release();
    if (levels_.size() == number + 1) levels_.emplace_back();
    // Copies: adding to the parent may move the levels.
    std::string lower = levels_[number].lower;
    add_child(number + 1, levels_[number].has_lower, lower, levels_[number].lower_row, last_page_.value);
    levels_[number].items.clear();
    levels_[number].bytes = 0;
    levels_[number].flushed = true;
    if (upper) {
      levels_[number].has_lower = true;
      levels_[number].lower = *upper;
      levels_[number].lower_row = upper_row;
    }
  }

  void add_child(size_t number, bool has_lower, const std::string& key, uint64_t row, uint64_t child) {
    Level& level = levels_[number];
    if (!has_lower) {
      level.first_child = child;
      return;
    }
    if (level.bytes + key.size() + 24 + level.lower.size() + kIndexEntryBytesMax / 8 >= kFillBytes &&
        level.items.size() >= 2) {
      flush_node(number, &key, row);
      levels_[number].first_child = child;
      return;
    }
    level.items.push_back({key, {}, row, child});
    level.bytes += key.size() + 24;
  }

  void close_levels() {
    for (size_t number = 0;; ++number) {
      if (number + 1 == levels_.size() && !levels_[number].flushed) {
        Page scratch;
        fill(scratch, number, nullptr, 0);
        PageChange change(core_, RecordType::kTreeBuild, TxnId{}, t_.reserve_space(1, 4 * kPageSize));
        ExclusiveGuard root = core_.pool().exclusive(tree_.root());
        change.image(root, scratch);
        change.commit();
        return;
      }
      flush_node(number, nullptr, 0);
    }
  }

  StorageCore& core_;
  IndexTree& tree_;
  TransactionImpl& t_;
  size_t sort_bytes_;
  std::vector<Item> items_;
  size_t bytes_ = 0, taken_ = 0;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<Source> heap_;
  std::vector<Level> levels_ = std::vector<Level>(1);
  PageId last_page_;
};

std::unique_ptr<IndexBuilder> make_index_builder(StorageCore& core, IndexTree& tree, Transaction& transaction,
                                                 size_t sort_bytes) {
  return std::make_unique<IndexBuilderImpl>(core, tree, static_cast<TransactionImpl&>(transaction), sort_bytes);
}

}  // namespace basalt::storage
