#include "types/text/regex/char_set.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>

namespace basalt::types::regex {

void CharSet::normalize() {
  std::sort(ranges_.begin(), ranges_.end());
  size_t kept = 0;
  for (const Range& range : ranges_) {
    if (kept > 0 && range.low <= ranges_[kept - 1].high + 1) {
      ranges_[kept - 1].high = std::max(ranges_[kept - 1].high, range.high);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
}

CharSet CharSet::complement() const {
  CharSet out;
  char32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.low > next) out.add(next, range.low - 1);
    next = range.high + 1;
  }
  if (next <= kCharacterMax) out.add(next, kCharacterMax);
  return out;
}

namespace {

template <typename Predicate>
CharSet collect(char32_t limit, Predicate contains) {
  CharSet out;
  for (char32_t c = 0; c < limit; ++c) {
    if (!contains(c)) continue;
    char32_t low = c;
    while (c + 1 < limit && contains(c + 1)) ++c;
    out.add(low, c);
  }
  return out;
}

}  // namespace

const CharSet& class_set(character::Class kind, CaseRules rules) {
  static std::mutex mutex;
  static std::map<std::pair<character::Class, bool>, CharSet> sets;
  bool ascii = rules == CaseRules::kAscii;
  std::lock_guard lock(mutex);
  auto [it, added] = sets.try_emplace({kind, ascii});
  if (added) {
    it->second = ascii ? collect(0x80, [&](char32_t c) { return character::is_ascii(kind, c); })
                       : collect(0x110000, [&](char32_t c) { return character::is(kind, c); });
  }
  return it->second;  // std::map does not move its values
}

const CharSet& word_set(CaseRules rules) {
  auto make = [](CaseRules which) {
    CharSet set = class_set(character::Class::kAlnum, which);
    set.add('_', '_');
    set.normalize();
    return set;
  };
  static const CharSet kAscii = make(CaseRules::kAscii);
  if (rules == CaseRules::kAscii) return kAscii;
  static const CharSet kUnicode = make(CaseRules::kUnicode);
  return kUnicode;
}

size_t ColorMap::interval_of(char32_t c) const {
  return static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), c) - starts_.begin()) - 1;
}

uint32_t ColorMap::search(char32_t c) const { return interval_colors_[interval_of(c)]; }

// Gives the intervals inside of `set` colors that no interval outside has.
void ColorMap::refine(const CharSet& set) {
  std::unordered_map<uint32_t, uint32_t> renamed;
  for (const Range& range : set.ranges()) {
    for (size_t i = interval_of(range.low); i < starts_.size() && starts_[i] <= range.high; ++i) {
      auto [it, added] = renamed.try_emplace(interval_colors_[i], colors_);
      if (added) ++colors_;
      interval_colors_[i] = it->second;
    }
  }
}

void ColorMap::build(const std::vector<CharSet>& sets, bool constrained, CaseRules rules) {
  std::vector<const CharSet*> all;
  for (const CharSet& set : sets) all.push_back(&set);
  static const CharSet kNewline('\n', '\n');
  if (constrained) {
    all.push_back(&kNewline);
    all.push_back(&word_set(rules));
  }
  starts_.assign(1, 0);
  for (const CharSet* set : all) {
    for (const Range& range : set->ranges()) {
      starts_.push_back(range.low);
      if (range.high < kCharacterMax) starts_.push_back(range.high + 1);
    }
  }
  std::sort(starts_.begin(), starts_.end());
  starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
  interval_colors_.assign(starts_.size(), 0);
  colors_ = 1;
  for (const CharSet* set : all) refine(*set);
  // Renumbers the colors that are still in use.
  std::unordered_map<uint32_t, uint32_t> dense;
  for (uint32_t& color : interval_colors_) {
    color = dense.try_emplace(color, static_cast<uint32_t>(dense.size())).first->second;
  }
  colors_ = static_cast<uint32_t>(dense.size());
  direct_.resize(kDirect);
  for (char32_t c = 0; c < kDirect; ++c) direct_[c] = search(c);
  members_.assign(sets.size() * colors_, 0);
  for (size_t s = 0; s < sets.size(); ++s) {
    for (const Range& range : sets[s].ranges()) {
      for (size_t i = interval_of(range.low); i < starts_.size() && starts_[i] <= range.high; ++i) {
        members_[s * colors_ + interval_colors_[i]] = 1;
      }
    }
  }
  neighbours_.assign(colors_, Neighbour::kOther);
  if (!constrained) return;
  for (size_t i = 0; i < starts_.size(); ++i) {
    // Several colors may lie within one range of word characters.
    const auto& words = word_set(rules).ranges();
    auto it = std::upper_bound(words.begin(), words.end(), Range{starts_[i], kCharacterMax});
    if (it != words.begin() && (it - 1)->high >= starts_[i]) neighbours_[interval_colors_[i]] = Neighbour::kWord;
  }
  neighbours_[color('\n')] = Neighbour::kNewline;
}

}  // namespace basalt::types::regex
