#include "types/text/like.hpp"

#include <cstring>

#include "types/text/search.hpp"
#include "types/text/text.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

LikePattern::LikePattern(std::string_view pattern, LikeUnit unit) : pattern_(pattern), unit_(unit) {
  if (!take_apart()) {
    shape_ = Shape::kGeneral;
    segments_.clear();
  }
}

// Finds the prefix; false when _ or a dangling escape makes it a general pattern.
bool LikePattern::take_apart() {
  segments_.emplace_back();
  bool in_prefix = true, simple = true;
  for (size_t at = 0; at < pattern_.size(); ++at) {
    char c = pattern_[at];
    if (c == '%') {
      in_prefix = false;
      if (segments_.size() == 1 || !segments_.back().empty()) segments_.emplace_back();
      continue;
    }
    if (c == '_') {
      in_prefix = simple = false;
      continue;
    }
    if (c == '\\') {
      if (++at == pattern_.size()) return false;
      c = pattern_[at];
    }
    segments_.back().push_back(c);
    if (in_prefix) prefix_.push_back(c);
  }
  shape_ = segments_.size() == 1 ? Shape::kExact : Shape::kSegments;
  return simple;
}

bool LikePattern::matches(std::string_view s) const {
  switch (shape_) {
    case Shape::kExact:
      return s == prefix_;
    case Shape::kSegments:
      return match_segments(s);
    case Shape::kGeneral:
      break;
  }
  return match_general(s);
}

bool LikePattern::match_segments(std::string_view s) const {
  std::string_view first = segments_.front(), last = segments_.back();
  if (s.size() < first.size() + last.size() || !s.starts_with(first)) return false;
  if (std::memcmp(s.data() + s.size() - last.size(), last.data(), last.size()) != 0) return false;
  s = s.substr(first.size(), s.size() - first.size() - last.size());
  for (size_t i = 1; i + 1 < segments_.size(); ++i) {
    size_t at = find_bytes(s, segments_[i], 0);
    if (at == std::string_view::npos) return false;
    s.remove_prefix(at + segments_[i].size());
  }
  return true;
}

size_t LikePattern::step(std::string_view s, size_t at) const {
  if (unit_ == LikeUnit::kByte) return at + 1;
  return std::min(at + utf8::sequence_length(static_cast<unsigned char>(s[at])), s.size());
}

bool LikePattern::match_general(std::string_view s) const {
  constexpr size_t kNone = std::string_view::npos;
  std::string_view p = pattern_;
  auto refuse_dangling = [&](size_t at) {
    if (at + 1 == p.size()) {
      throw SqlError(sqlstate::kInvalidEscapeSequence, "LIKE pattern must not end with escape character");
    }
  };
  size_t t = 0, at = 0;
  size_t retry_pattern = kNone, retry_text = 0;  // behind the last %
  for (;;) {
    bool matched = false;
    if (t == s.size()) {
      at = std::min(p.find_first_not_of('%', at), p.size());
      return at == p.size();
    }
    if (at == p.size()) {
      // Text is left over.
    } else if (p[at] == '%') {
      for (; at < p.size() && (p[at] == '%' || p[at] == '_'); ++at) {
        if (p[at] == '%') continue;
        if (t >= s.size()) return false;
        t = step(s, t);
      }
      if (at == p.size()) return true;
      if (p[at] == '\\') refuse_dangling(at);
      retry_pattern = at;
      retry_text = t;
      matched = true;
    } else if (p[at] == '_') {
      t = step(s, t);
      ++at;
      matched = true;
    } else {
      if (p[at] == '\\') refuse_dangling(at++);
      matched = p[at] == s[t];
      ++at;
      ++t;
    }
    if (matched) continue;
    if (retry_pattern == kNone || retry_text >= s.size()) return false;
    retry_text = step(s, retry_text);
    // Only where the next literal can begin.
    char next = p[retry_pattern] == '\\' ? p[retry_pattern + 1] : p[retry_pattern];
    const void* found = std::memchr(s.data() + retry_text, next, s.size() - retry_text);
    if (!found) return false;
    retry_text = static_cast<size_t>(static_cast<const char*>(found) - s.data());
    t = retry_text;
    at = retry_pattern;
  }
}

namespace {

void require_one_character(std::string_view escape, LikeUnit unit) {
  size_t size = unit == LikeUnit::kByte ? escape.size() : utf8::length(escape);
  if (size > 1) {
    throw SqlError(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .hint("Escape string must be empty or one character.");
  }
}

std::string escape_rewritten(std::string_view pattern, std::string_view escape, LikeUnit unit) {
  require_one_character(escape, unit);
  if (escape == "\\") return std::string(pattern);
  std::string out;
  bool escaped = false;
  for (size_t at = 0; at < pattern.size();) {
    if (!escape.empty() && !escaped && pattern.substr(at).starts_with(escape)) {
      out.push_back('\\');
      escaped = true;
      at += escape.size();
    } else {
      char c = pattern[at++];
      if (c == '\\' && !escaped) out.push_back('\\');
      out.push_back(c);
      escaped = false;
    }
  }
  return out;
}

struct LikeState final : CallState {
  std::optional<LikePattern> compiled;
  std::string pattern;
};

enum class LikeCase : uint8_t { kExact, kIgnored };

template <bool kNegated, LikeCase kCase, LikeUnit kUnit>
void like_kernel(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto texts = arguments[0].view<common::StringRef>();
  auto patterns = arguments[1].view<common::StringRef>();
  bool* out = result.data<bool>();
  std::unique_ptr<CallState> local;
  std::unique_ptr<CallState>& slot = call.state ? *call.state : local;
  if (!slot) slot = std::make_unique<LikeState>();
  auto& state = static_cast<LikeState&>(*slot);
  uint32_t row = 0;
  bool constant = texts.constant && patterns.constant && rows > 0;
  uint32_t count = constant ? 1 : rows;
  try {
    CollationPointer collation;
    bool checked = false;
    for (; row < count; ++row) {
      if (texts.is_null(row) || patterns.is_null(row)) {
        result.set_null(row);
        continue;
      }
      if (!checked) {
        if (kCase == LikeCase::kIgnored) {
          collation = deterministic_collation(call, "ILIKE", "ILIKE");
        } else if (kUnit == LikeUnit::kCharacter && call.collation.valid()) {
          deterministic_collation(call, "LIKE", "LIKE");
        }
        checked = true;
      }
      std::string_view pattern = patterns[row].view();
      if (!state.compiled || pattern != state.pattern) {
        state.pattern = pattern;
        state.compiled.emplace(kCase == LikeCase::kIgnored ? collation->lower(pattern) : std::string(pattern), kUnit);
      }
      std::string_view text = texts[row].view();
      bool matched =
          kCase == LikeCase::kIgnored ? state.compiled->matches(collation->lower(text)) : state.compiled->matches(text);
      out[row] = matched != kNegated;
      if ((row & 0xff) == 0xff && call.context) call.context->interrupt().check();
    }
  } catch (SqlError& error) {
    return call.fail(row, std::move(error));
  }
  if (constant) result.make_constant();
}

std::string bytea_like_escape(std::string_view pattern, std::string_view escape) {
  return escape_rewritten(pattern, escape, LikeUnit::kByte);
}

}  // namespace

std::string like_escape(std::string_view pattern, std::string_view escape) {
  return escape_rewritten(pattern, escape, LikeUnit::kCharacter);
}

void register_text_like(FunctionRegistry& registry) {
  constexpr LikeUnit kCharacter = LikeUnit::kCharacter, kByte = LikeUnit::kByte;
  for (const char* symbol : {"textlike", "namelike"}) {
    registry.add_scalar(symbol, &like_kernel<false, LikeCase::kExact, kCharacter>);
  }
  for (const char* symbol : {"textnlike", "namenlike"}) {
    registry.add_scalar(symbol, &like_kernel<true, LikeCase::kExact, kCharacter>);
  }
  for (const char* symbol : {"texticlike", "nameiclike"}) {
    registry.add_scalar(symbol, &like_kernel<false, LikeCase::kIgnored, kCharacter>);
  }
  for (const char* symbol : {"texticnlike", "nameicnlike"}) {
    registry.add_scalar(symbol, &like_kernel<true, LikeCase::kIgnored, kCharacter>);
  }
  registry.add_scalar("bytealike", &like_kernel<false, LikeCase::kExact, kByte>);
  registry.add_scalar("byteanlike", &like_kernel<true, LikeCase::kExact, kByte>);
  registry.add_scalar("like_escape", scalar<like_escape>());
  registry.add_scalar("like_escape_bytea", scalar<bytea_like_escape>());
  for (const char* symbol : {"textlike_support", "texticlike_support", "textregexeq_support", "texticregexeq_support",
                             "likesel",          "nlikesel",           "iclikesel",           "icnlikesel",
                             "likejoinsel",      "nlikejoinsel",       "iclikejoinsel",       "icnlikejoinsel",
                             "regexeqsel",       "regexnesel",         "icregexeqsel",        "icregexnesel",
                             "regexeqjoinsel",   "regexnejoinsel",     "icregexeqjoinsel",    "icregexnejoinsel",
                             "prefixsel",        "prefixjoinsel"}) {
    registry.add_internal(symbol);
  }
}

}  // namespace basalt::types
