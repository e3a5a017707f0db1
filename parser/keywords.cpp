#include "parser/keywords.hpp"

#include <array>
#include <cstring>

namespace basalt::parser {

namespace {

using enum KeywordClass;
using enum grammar::Token;

constexpr Keyword kKeywords[] = {
#define BASALT_KEYWORD(word, token, keyword_class, bare_label) {word, token, keyword_class, bare_label},
#include "parser/keyword_table.inc"
#undef BASALT_KEYWORD
};
constexpr size_t kKeywordCount = sizeof kKeywords / sizeof kKeywords[0];
constexpr size_t kSlots = 2048;  // open addressing at a quarter full: nearly every probe is the first

constexpr size_t slot_of(std::string_view word) {
  uint32_t hash = static_cast<uint32_t>(word.size()) * 0x9E3779B1u;
  for (char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return (hash ^ (hash >> 15)) % kSlots;
}

constexpr std::array<int16_t, kSlots> make_slots() {
  std::array<int16_t, kSlots> slots{};
  for (auto& slot : slots) slot = -1;
  for (size_t i = 0; i < kKeywordCount; ++i) {
    size_t slot = slot_of(kKeywords[i].word);
    while (slots[slot] >= 0) slot = (slot + 1) % kSlots;
    slots[slot] = static_cast<int16_t>(i);
  }
  return slots;
}
constexpr std::array<int16_t, kSlots> kSlotTable = make_slots();

}  // namespace

const Keyword* keywords() { return kKeywords; }
size_t keyword_count() { return kKeywordCount; }

const Keyword* find_keyword(std::string_view word) {
  constexpr size_t kLongest = 17;  // current_timestamp
  if (word.empty() || word.size() > kLongest) return nullptr;
  for (size_t slot = slot_of(word); kSlotTable[slot] >= 0; slot = (slot + 1) % kSlots)
    if (kKeywords[kSlotTable[slot]].word == word) return &kKeywords[kSlotTable[slot]];
  return nullptr;
}

}  // namespace basalt::parser
