#include "commands/statement_cache.hpp"

#include <algorithm>

namespace basalt::commands {

namespace {

// Roughly what a plan node with its expressions and descriptors takes.
constexpr size_t kNodeBytes = 2048, kStatementBytes = 1024;
constexpr size_t kSurroundingsMax = 20'000;

size_t bytes_of(const CachedStatement& statement) {
  size_t bytes = kStatementBytes;
  for (const auto& plan : statement.plans) bytes += static_cast<size_t>(plan->nodes + 1) * kNodeBytes;
  for (const auto& pinned : statement.pinned) bytes += sizeof pinned + 2 * pinned.text.size();
  for (const auto& literal : statement.literals)
    bytes += sizeof literal + literal.parts.size() * sizeof literal.parts[0];
  return bytes;
}

bool same_pinned(const CachedStatement& statement, const parser::Fingerprint& fingerprint) {
  return std::all_of(statement.pinned.begin(), statement.pinned.end(), [&](const PinnedLiteral& pinned) {
    return fingerprint.literals[static_cast<size_t>(pinned.literal)].text == pinned.text;
  });
}

}  // namespace

uint64_t StatementCache::hash_of(const StatementKey& key) {
  uint64_t hash = key.fingerprint->hash_low ^ (uint64_t{key.surroundings} * 0x9E3779B97F4A7C15u);
  return key.declared.empty() ? hash : hash ^ std::hash<std::string>{}(key.declared);
}

StatementCache::EntryList::iterator StatementCache::find_entry(Shard& shard, const StatementKey& key, uint64_t hash) {
  auto [begin, end] = shard.by_hash.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const Entry& entry = *it->second;
    if (entry.surroundings == key.surroundings && entry.declared == key.declared &&
        entry.tokens == key.fingerprint->tokens)
      return it->second;
  }
  return shard.entries.end();
}

CachedStatementPointer StatementCache::find(const StatementKey& key, size_t number) {
  uint64_t hash = hash_of(key);
  Shard& shard = shard_of(hash);
  std::lock_guard lock(shard.mutex);
  auto entry = find_entry(shard, key, hash);
  if (entry != shard.entries.end()) {
    for (const auto& variant : entry->variants) {
      if (!same_pinned(*variant, *key.fingerprint) || number-- > 0) continue;
      if (entry != shard.entries.begin()) shard.entries.splice(shard.entries.begin(), shard.entries, entry);
      ++shard.hits;
      return variant;
    }
  }
  shard.misses += 1;
  return nullptr;
}

void StatementCache::drop(Shard& shard, EntryList::iterator entry) {
  auto [begin, end] = shard.by_hash.equal_range(entry->hash);
  for (auto it = begin; it != end; ++it) {
    if (it->second != entry) continue;
    shard.by_hash.erase(it);
    break;
  }
  shard.bytes -= entry->bytes;
  shard.entries.erase(entry);
}

void StatementCache::insert(const StatementKey& key, CachedStatementPointer statement) {
  uint64_t hash = hash_of(key);
  size_t bytes = bytes_of(*statement);
  Shard& shard = shard_of(hash);
  std::lock_guard lock(shard.mutex);
  auto entry = find_entry(shard, key, hash);
  if (entry == shard.entries.end()) {
    shard.entries.push_front({key.fingerprint->tokens, key.declared, key.surroundings, hash, 0, 0, {}});
    entry = shard.entries.begin();
    entry->bytes = sizeof(Entry) + entry->tokens.size() + entry->declared.size();
    shard.bytes += entry->bytes;
    shard.by_hash.emplace(hash, entry);
  }
  auto& variants = entry->variants;
  // Another session may have made the same one meanwhile.
  auto same = std::find_if(variants.begin(), variants.end(), [&](const auto& variant) {
    return same_pinned(*variant, *key.fingerprint) && variant->estimates == statement->estimates;
  });
  if (same == variants.end() && variants.size() < kVariantsMax) {
    variants.push_back(nullptr);
    same = variants.end() - 1;
  } else if (same == variants.end()) {
    same = variants.begin() + static_cast<long>(entry->next_victim++ % kVariantsMax);
  }
  size_t replaced = *same ? bytes_of(**same) : 0;
  *same = std::move(statement);
  entry->bytes += bytes - replaced;
  shard.bytes += bytes - replaced;
  while (shard.bytes > shard_bytes_max_ && !shard.entries.empty()) drop(shard, std::prev(shard.entries.end()));
}

void StatementCache::erase(const StatementKey& key, const CachedStatementPointer& statement) {
  uint64_t hash = hash_of(key);
  Shard& shard = shard_of(hash);
  std::lock_guard lock(shard.mutex);
  auto entry = find_entry(shard, key, hash);
  if (entry == shard.entries.end()) return;
  auto it = std::find(entry->variants.begin(), entry->variants.end(), statement);
  if (it == entry->variants.end()) return;
  size_t bytes = bytes_of(**it);
  entry->variants.erase(it);
  entry->bytes -= bytes;
  shard.bytes -= bytes;
  if (entry->variants.empty()) drop(shard, entry);
}

void StatementCache::clear() {
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    shard.by_hash.clear();
    shard.entries.clear();
    shard.bytes = 0;
  }
}

uint32_t StatementCache::intern(const std::string& surroundings) {
  std::lock_guard lock(intern_mutex_);
  // Numbers are never used again, so that what is still keyed by a forgotten one is merely not found any more.
  if (interned_.size() >= kSurroundingsMax) interned_.clear();
  auto [it, added] = interned_.try_emplace(surroundings, next_surroundings_);
  if (added) ++next_surroundings_;
  return it->second;
}

StatementCache::Counts StatementCache::counts() const {
  Counts out;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    out.hits += shard.hits;
    out.misses += shard.misses;
    out.bytes += shard.bytes;
    for (const Entry& entry : shard.entries) out.statements += entry.variants.size();
  }
  return out;
}

}  // namespace basalt::commands
