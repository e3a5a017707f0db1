// ~ and its kin, substring(.. from ..), regexp_replace(), regexp_match(), regexp_like().
#include <algorithm>

#include "types/container/array.hpp"
#include "types/text/regexp_call.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

using regex::Match;
using regex::Regex;
using regex::Text;

RegexpFlags parse_regexp_flags(std::string_view letters) {
  RegexpFlags flags;
  for (size_t at = 0; at < letters.size(); ++at) {
    if (letters[at] == 'g') {
      flags.global = true;
    } else if (letters[at] == 'e') {  // only the embedded option (?e) means EREs
      flags.options.syntax = regex::Options::Syntax::kBasic;
    } else if (!regex::apply_option(flags.options, static_cast<unsigned char>(letters[at]))) {
      size_t size = utf8::sequence_length(static_cast<unsigned char>(letters[at]));
      throw SqlError(sqlstate::kInvalidParameterValue,
                     "invalid regular expression option: \"" + std::string(letters.substr(at, size)) + "\"");
    }
  }
  return flags;
}

regex::Regex& RegexCache::get(FunctionCall& call, std::string_view pattern, const regex::Options& options) {
  constexpr size_t kEntriesMax = 32;
  if (entries_.empty() || checked_collation_ != call.collation) {
    rules_ = deterministic_collation(call, "regular expressions", "regular expression")->case_rules();
    checked_collation_ = call.collation;
  }
  regex::Options wanted = options;
  wanted.rules = rules_;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].pattern != pattern || !(entries_[i].options == wanted)) continue;
    if (i > 0)
      std::rotate(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(i),
                  entries_.begin() + static_cast<ptrdiff_t>(i) + 1);
    return *entries_[0].compiled;
  }
  auto compiled = std::make_unique<Regex>(pattern, wanted);
  if (entries_.size() >= kEntriesMax) entries_.pop_back();
  entries_.insert(entries_.begin(), Entry{std::string(pattern), wanted, std::move(compiled)});
  return *entries_[0].compiled;
}

RegexCache& regex_cache(FunctionCall& call, std::unique_ptr<CallState>& fallback) {
  std::unique_ptr<CallState>& slot = call.state ? *call.state : fallback;
  if (!slot) slot = std::make_unique<RegexCache>();
  return static_cast<RegexCache&>(*slot);
}

bool MatchWalk::next() {
  for (;;) {
    if (start_ > text_.size() || !regex_.search(text_, start_, matches_, interrupt_)) return false;
    const Match& whole = matches_[0];
    bool reported = empty_ == Empty::kReported || (whole.begin < text_.size() && whole.end > previous_end_);
    previous_end_ = whole.end;
    start_ = whole.end + (whole.begin == whole.end ? 1 : 0);
    if (reported) return true;
  }
}

namespace {

// The common opening of the functions: compiled pattern and text.
struct Prepared {
  Prepared(FunctionCall& call, std::string_view s, std::string_view pattern, const regex::Options& options)
      : cache(regex_cache(call, fallback)),
        regex(cache.get(call, pattern, options)),
        interrupt(call.context ? &call.context->interrupt() : nullptr) {
    cache.text.assign(s);
  }
  std::unique_ptr<CallState> fallback;
  RegexCache& cache;
  Regex& regex;
  common::Interrupt* interrupt;
  const Text& text() const { return cache.text; }
};

void refuse_global(const RegexpFlags& flags, const char* function, const char* hint = nullptr) {
  if (!flags.global) return;
  SqlError error(sqlstate::kInvalidParameterValue, std::string(function) + "() does not support the \"global\" option");
  if (hint) error.report().hint = hint;
  throw error;
}

enum class Case : uint8_t { kSensitive, kIgnored };

template <bool kNegated, Case kCase>
void regexp_operator(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  auto texts = arguments[0].view<common::StringRef>();
  auto patterns = arguments[1].view<common::StringRef>();
  bool* out = result.data<bool>();
  bool constant = texts.constant && patterns.constant && rows > 0;
  uint32_t count = constant ? 1 : rows;
  regex::Options options;
  options.ignore_case = kCase == Case::kIgnored;
  for (uint32_t row = 0; row < count; ++row) {
    if (texts.is_null(row) || patterns.is_null(row)) {
      result.set_null(row);
      continue;
    }
    try {
      Prepared prepared(call, texts[row].view(), patterns[row].view(), options);
      out[row] = prepared.regex.matches(prepared.text(), 0, prepared.interrupt) != kNegated;
    } catch (SqlError& error) {
      return call.fail(row, std::move(error));
    }
  }
  if (constant) result.make_constant();
}

bool like_with_flags(FunctionCall& call, std::string_view s, std::string_view pattern, std::string_view letters) {
  RegexpFlags flags = parse_regexp_flags(letters);
  refuse_global(flags, "regexp_like");
  Prepared prepared(call, s, pattern, flags.options);
  return prepared.regex.matches(prepared.text(), 0, prepared.interrupt);
}
bool like(FunctionCall& call, std::string_view s, std::string_view pattern) {
  return like_with_flags(call, s, pattern, "");
}

// substring(s from pattern): the first group if there is one, else the whole match.
std::optional<std::string> substring(FunctionCall& call, std::string_view s, std::string_view pattern) {
  Prepared prepared(call, s, pattern, {});
  std::vector<Match> matches(prepared.regex.groups() > 0 ? 2 : 1);
  if (!prepared.regex.search(prepared.text(), 0, matches, prepared.interrupt)) return std::nullopt;
  if (!matches.back().matched()) return std::nullopt;
  return prepared.text().substring(matches.back().begin, matches.back().end);
}

std::string groups_array(const Text& text, const std::vector<Match>& matches) {
  ArrayBuilder array(oid::kText, common::PhysicalType::kString);
  for (size_t i = matches.size() > 1 ? 1 : 0; i < matches.size(); ++i) {
    if (matches[i].matched())
      array.append_string(text.substring(matches[i].begin, matches[i].end));
    else
      array.append_null();
  }
  return array.finish();
}

std::optional<std::string> match_with_flags(FunctionCall& call, std::string_view s, std::string_view pattern,
                                            std::string_view letters) {
  RegexpFlags flags = parse_regexp_flags(letters);
  refuse_global(flags, "regexp_match", "Use the regexp_matches function instead.");
  Prepared prepared(call, s, pattern, flags.options);
  std::vector<Match> matches(static_cast<size_t>(prepared.regex.groups()) + 1);
  if (!prepared.regex.search(prepared.text(), 0, matches, prepared.interrupt)) return std::nullopt;
  return groups_array(prepared.text(), matches);
}
std::optional<std::string> match(FunctionCall& call, std::string_view s, std::string_view pattern) {
  return match_with_flags(call, s, pattern, "");
}

// Appends the replacement: \1 to \9 a group, \& the whole, \\ a backslash.
void append_replacement(std::string& out, std::string_view replacement, const Text& text,
                        const std::vector<Match>& matches) {
  for (size_t at = 0; at < replacement.size(); ++at) {
    char c = replacement[at];
    if (c != '\\' || at + 1 == replacement.size()) {
      out.push_back(c);
      continue;
    }
    char next = replacement[++at];
    if (next == '\\') {
      out.push_back('\\');
    } else if (next == '&' || (next >= '1' && next <= '9')) {
      auto group = next == '&' ? size_t{0} : static_cast<size_t>(next - '0');
      if (group < matches.size() && matches[group].matched()) {
        text.append_to(out, matches[group].begin, matches[group].end);
      }
    } else {
      out.push_back('\\');
      out.push_back(next);
    }
  }
}

// Replaces match number `n` at or after character `from`, or with n = 0 all of them.
std::string replace(FunctionCall& call, std::string_view s, std::string_view pattern, std::string_view replacement,
                    size_t from, int32_t n, const regex::Options& options) {
  Prepared prepared(call, s, pattern, options);
  const Text& text = prepared.text();
  constexpr size_t kGroupsOfReplacement = 10;
  MatchWalk walk(prepared.regex, text, from, kGroupsOfReplacement, MatchWalk::Empty::kReported, prepared.interrupt);
  std::string out;
  size_t copied = 0;
  for (int32_t number = 1; walk.next(); ++number) {
    if (n > 0 && number < n) continue;
    const Match& whole = walk.matches()[0];
    text.append_to(out, copied, whole.begin);
    append_replacement(out, replacement, text, walk.matches());
    check_length(out.size());
    copied = whole.end;
    if (n > 0) break;
  }
  text.append_to(out, copied, text.size());
  return out;
}

void require_at_least(int32_t value, int32_t least, const char* name) {
  if (value >= least) return;
  throw SqlError(sqlstate::kInvalidParameterValue,
                 std::string("invalid value for parameter \"") + name + "\": " + std::to_string(value));
}

std::string replace_first(FunctionCall& call, std::string_view s, std::string_view p, std::string_view r) {
  return replace(call, s, p, r, 0, 1, {});
}
std::string replace_with_flags(FunctionCall& call, std::string_view s, std::string_view p, std::string_view r,
                               std::string_view letters) {
  if (!letters.empty() && letters[0] >= '0' && letters[0] <= '9') {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "invalid regular expression option: \"" + std::string(letters.substr(0, 1)) + "\"")
        .hint(
            "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer "
            "explicitly.");
  }
  RegexpFlags flags = parse_regexp_flags(letters);
  return replace(call, s, p, r, 0, flags.global ? 0 : 1, flags.options);
}
std::string replace_extended(FunctionCall& call, std::string_view s, std::string_view p, std::string_view r,
                             int32_t start, int32_t n, std::string_view letters) {
  require_at_least(start, 1, "start");
  require_at_least(n, 0, "n");
  return replace(call, s, p, r, static_cast<size_t>(start) - 1, n, parse_regexp_flags(letters).options);
}
std::string replace_no_flags(FunctionCall& call, std::string_view s, std::string_view p, std::string_view r,
                             int32_t start, int32_t n) {
  return replace_extended(call, s, p, r, start, n, "");
}
std::string replace_no_n(FunctionCall& call, std::string_view s, std::string_view p, std::string_view r,
                         int32_t start) {
  return replace_extended(call, s, p, r, start, 1, "");
}

}  // namespace

void register_text_regexp(FunctionRegistry& registry) {
  for (const char* symbol : {"textregexeq", "nameregexeq"}) {
    registry.add_scalar(symbol, &regexp_operator<false, Case::kSensitive>);
  }
  for (const char* symbol : {"textregexne", "nameregexne"}) {
    registry.add_scalar(symbol, &regexp_operator<true, Case::kSensitive>);
  }
  for (const char* symbol : {"texticregexeq", "nameicregexeq"}) {
    registry.add_scalar(symbol, &regexp_operator<false, Case::kIgnored>);
  }
  for (const char* symbol : {"texticregexne", "nameicregexne"}) {
    registry.add_scalar(symbol, &regexp_operator<true, Case::kIgnored>);
  }
  registry.add_scalar("regexp_like", scalar<like_with_flags>());
  registry.add_scalar("regexp_like_no_flags", scalar<like>());
  registry.add_scalar("textregexsubstr", scalar<substring>());
  registry.add_scalar("regexp_match", scalar<match_with_flags>());
  registry.add_scalar("regexp_match_no_flags", scalar<match>());
  registry.add_scalar("textregexreplace_noopt", scalar<replace_first>());
  registry.add_scalar("textregexreplace", scalar<replace_with_flags>());
  registry.add_scalar("textregexreplace_extended", scalar<replace_extended>());
  registry.add_scalar("textregexreplace_extended_no_flags", scalar<replace_no_flags>());
  registry.add_scalar("textregexreplace_extended_no_n", scalar<replace_no_n>());
  register_regexp_sets(registry);
  register_regexp_positions(registry);
  register_similar(registry);
}

}  // namespace basalt::types
