// Scans of an index, forwards and backwards.
#include "storage/index_tree.hpp"

namespace basalt::storage {

namespace {
// The smallest string greater than all that begin with `bytes`. False: there is none.
bool past_prefix(std::string& bytes) {
  while (!bytes.empty()) {
    auto last = static_cast<unsigned char>(bytes.back());
    if (last != 0xff) {
      bytes.back() = static_cast<char>(last + 1);
      return true;
    }
    bytes.pop_back();
  }
  return false;
}
}  // namespace

class IndexScanImpl final : public IndexScan {
 public:
  // The range becomes the half-open [low, high) in bytes.
  IndexScanImpl(IndexTree& tree, KeyRange range, ScanDirection direction)
      : tree_(tree),
        forward_(direction == ScanDirection::kForward),
        low_(std::move(range.lower)),
        high_(std::move(range.upper)) {
    if (!low_.empty() && !range.lower_inclusive) done_ = !past_prefix(low_);
    high_open_ = high_.empty();
    if (!high_open_ && range.upper_inclusive) high_open_ = !past_prefix(high_);
    if (forward_) {
      position_.key = low_;
    } else {
      position_.key = high_;
      position_.at_end = high_open_;
    }
  }

  void next(std::vector<IndexEntry>& out, uint32_t entries_max) override {
    size_t begin = out.size();
    int attempts = 0;
    while (!done_ && out.size() - begin < entries_max) {
      size_t before = out.size();
      uint32_t room = static_cast<uint32_t>(entries_max - (before - begin));
      Step step;
      if (attempts < 4) {
        OptimisticGuard guard = tree_.find_leaf(position_.key, position_.row, !forward_, position_.at_end);
        read_leaf(guard.page(), out, room, step);
        if (!guard.validate()) {
          out.resize(before);
          ++attempts;
          continue;
        }
      } else {
        SharedGuard guard = tree_.shared_leaf(position_.key, position_.row, !forward_, position_.at_end);
        read_leaf(guard.page(), out, room, step);
      }
      attempts = 0;
      position_ = std::move(step.position);
      done_ = step.done;
      for (auto& [key, row] : step.leftovers) tree_.transactions_.suggest_purge_index(tree_.id_, std::move(key), row);
    }
  }

 private:
  struct Step {
    IndexTree::Position position;
    bool done = false;
    std::vector<std::pair<std::string, uint64_t>> leftovers;  // marked entries that purge has forgotten
  };

  bool in_range(std::string_view key) const {
    if (forward_) return high_open_ || compare_keys(key, 0, high_, 0) < 0;
    return low_.empty() || compare_keys(key, 0, low_, 0) >= 0;
  }

  // Copies entries from the position on; says where to go on. The page may be torn: the caller validates.
  void read_leaf(const Page& page, std::vector<IndexEntry>& out, uint32_t room, Step& step) {
    IndexNode node(page.bytes());
    uint32_t count = node.count();
    bool exact;
    uint32_t at = position_.at_end ? count : node.lower_bound(position_.key, position_.row, &exact);
    std::string_view prefix = node.prefix();
    for (uint32_t taken = 0; forward_ ? at < count : at > 0;) {
      uint32_t i = forward_ ? at++ : --at;
      IndexEntry entry;
      std::string_view suffix = node.suffix(i);
      entry.key.reserve(prefix.size() + suffix.size());
      entry.key.append(prefix).append(suffix);
      entry.row = RowId{node.row(i)};
      if (!in_range(entry.key)) {
        step.done = true;
        return;
      }
      bool chain = tree_.undo_.has_chain(tree_.layout_.heap.value, entry.row.value);
      if (!chain && node.is_marked(i)) {
        if (step.leftovers.size() < 16) step.leftovers.emplace_back(entry.key, entry.row.value);
        continue;
      }
      entry.needs_recheck = chain;
      entry.visible_without_heap = !chain;
      entry.payload = node.payload(i);
      out.push_back(std::move(entry));
      if (++taken == room) {
        step.position.key = out.back().key;
        step.position.row = out.back().row.value + (forward_ ? 1 : 0);
        return;
      }
    }
    bool more = forward_ ? node.has_upper() : node.has_lower();
    IndexKey fence = forward_ ? node.upper_fence() : node.lower_fence();
    if (!more || !(forward_ ? in_range(fence.key) : !below_range(fence))) {
      step.done = true;
      return;
    }
    step.position.key.assign(fence.key);
    step.position.row = fence.row;
  }

  // Backwards: everything below the fence is below the range.
  bool below_range(const IndexKey& fence) const {
    return !low_.empty() && compare_keys(fence.key, fence.row, low_, 0) <= 0;
  }

  IndexTree& tree_;
  bool forward_;
  std::string low_, high_;
  bool high_open_ = false;
  bool done_ = false;
  IndexTree::Position position_;
};

std::unique_ptr<IndexScan> IndexTree::scan(const Snapshot&, KeyRange range, ScanDirection direction) {
  return std::make_unique<IndexScanImpl>(*this, std::move(range), direction);
}

}  // namespace basalt::storage
