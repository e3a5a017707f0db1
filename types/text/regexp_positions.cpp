// regexp_count(), regexp_instr(), regexp_substr().
#include <algorithm>

#include "types/text/regexp_call.hpp"

namespace basalt::types {

namespace {

struct Place {
  int32_t start = 1;
  int32_t n = 1;
  int32_t subexpression = 0;
};

void require_at_least(int32_t value, int32_t least, const char* name) {
  if (value >= least) return;
  throw SqlError(sqlstate::kInvalidParameterValue,
                 std::string("invalid value for parameter \"") + name + "\": " + std::to_string(value));
}

RegexpFlags flags_without_global(std::string_view letters, const char* function) {
  RegexpFlags flags = parse_regexp_flags(letters);
  if (flags.global) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   std::string(function) + "() does not support the \"global\" option");
  }
  return flags;
}

common::Interrupt* interrupt_of(FunctionCall& call) { return call.context ? &call.context->interrupt() : nullptr; }

int32_t count(FunctionCall& call, std::string_view s, std::string_view pattern, int32_t start,
              std::string_view letters) {
  require_at_least(start, 1, "start");
  RegexpFlags flags = flags_without_global(letters, "regexp_count");
  std::unique_ptr<CallState> fallback;
  RegexCache& cache = regex_cache(call, fallback);
  regex::Regex& regex = cache.get(call, pattern, flags.options);
  cache.text.assign(s);
  MatchWalk walk(regex, cache.text, static_cast<size_t>(start) - 1, 1, MatchWalk::Empty::kReported, interrupt_of(call));
  int32_t found = 0;
  while (walk.next()) ++found;
  return found;
}
int32_t count_no_flags(FunctionCall& call, std::string_view s, std::string_view p, int32_t start) {
  return count(call, s, p, start, "");
}
int32_t count_no_start(FunctionCall& call, std::string_view s, std::string_view p) { return count(call, s, p, 1, ""); }

// The match that `place` asks for; not matched when there is none. The text is then cache.text.
regex::Match find(FunctionCall& call, RegexCache& cache, std::string_view s, std::string_view pattern,
                  const Place& place, const regex::Options& options) {
  regex::Regex& regex = cache.get(call, pattern, options);
  cache.text.assign(s);
  // A pattern without groups counts as one whose only group is the whole.
  if (place.subexpression > std::max(regex.groups(), 1)) return {};
  size_t wanted = regex.groups() > 0 ? static_cast<size_t>(place.subexpression) : 0;
  MatchWalk walk(regex, cache.text, static_cast<size_t>(place.start) - 1, wanted + 1, MatchWalk::Empty::kReported,
                 interrupt_of(call));
  for (int32_t number = 1; walk.next(); ++number) {
    if (number == place.n) return walk.matches()[wanted];
  }
  return {};
}

int32_t instr(FunctionCall& call, std::string_view s, std::string_view pattern, int32_t start, int32_t n,
              int32_t end_option, std::string_view letters, int32_t subexpression) {
  require_at_least(start, 1, "start");
  require_at_least(n, 1, "n");
  if (end_option != 0 && end_option != 1) {
    throw SqlError(sqlstate::kInvalidParameterValue,
                   "invalid value for parameter \"endoption\": " + std::to_string(end_option));
  }
  require_at_least(subexpression, 0, "subexpr");
  RegexpFlags flags = flags_without_global(letters, "regexp_instr");
  std::unique_ptr<CallState> fallback;
  RegexCache& cache = regex_cache(call, fallback);
  regex::Match match = find(call, cache, s, pattern, {start, n, subexpression}, flags.options);
  if (!match.matched()) return 0;
  return static_cast<int32_t>(end_option ? match.end : match.begin) + 1;
}
int32_t instr_6(FunctionCall& call, std::string_view s, std::string_view p, int32_t start, int32_t n, int32_t end,
                std::string_view letters) {
  return instr(call, s, p, start, n, end, letters, 0);
}
int32_t instr_5(FunctionCall& call, std::string_view s, std::string_view p, int32_t start, int32_t n, int32_t end) {
  return instr(call, s, p, start, n, end, "", 0);
}
int32_t instr_4(FunctionCall& call, std::string_view s, std::string_view p, int32_t start, int32_t n) {
  return instr(call, s, p, start, n, 0, "", 0);
}
int32_t instr_3(FunctionCall& call, std::string_view s, std::string_view p, int32_t start) {
  return instr(call, s, p, start, 1, 0, "", 0);
}
int32_t instr_2(FunctionCall& call, std::string_view s, std::string_view p) {
  return instr(call, s, p, 1, 1, 0, "", 0);
}

std::optional<std::string> substr(FunctionCall& call, std::string_view s, std::string_view pattern, int32_t start,
                                  int32_t n, std::string_view letters, int32_t subexpression) {
  require_at_least(start, 1, "start");
  require_at_least(n, 1, "n");
  require_at_least(subexpression, 0, "subexpr");
  RegexpFlags flags = flags_without_global(letters, "regexp_substr");
  std::unique_ptr<CallState> fallback;
  RegexCache& cache = regex_cache(call, fallback);
  regex::Match match = find(call, cache, s, pattern, {start, n, subexpression}, flags.options);
  if (!match.matched()) return std::nullopt;
  return cache.text.substring(match.begin, match.end);
}
using OptionalText = std::optional<std::string>;
OptionalText substr_5(FunctionCall& call, std::string_view s, std::string_view p, int32_t start, int32_t n,
                      std::string_view letters) {
  return substr(call, s, p, start, n, letters, 0);
}
OptionalText substr_4(FunctionCall& call, std::string_view s, std::string_view p, int32_t start, int32_t n) {
  return substr(call, s, p, start, n, "", 0);
}
OptionalText substr_3(FunctionCall& call, std::string_view s, std::string_view p, int32_t start) {
  return substr(call, s, p, start, 1, "", 0);
}
OptionalText substr_2(FunctionCall& call, std::string_view s, std::string_view p) {
  return substr(call, s, p, 1, 1, "", 0);
}

}  // namespace

void register_regexp_positions(FunctionRegistry& registry) {
  registry.add_scalar("regexp_count", scalar<count>());
  registry.add_scalar("regexp_count_no_flags", scalar<count_no_flags>());
  registry.add_scalar("regexp_count_no_start", scalar<count_no_start>());
  registry.add_scalar("regexp_instr", scalar<instr>());
  registry.add_scalar("regexp_instr_no_subexpr", scalar<instr_6>());
  registry.add_scalar("regexp_instr_no_flags", scalar<instr_5>());
  registry.add_scalar("regexp_instr_no_endoption", scalar<instr_4>());
  registry.add_scalar("regexp_instr_no_n", scalar<instr_3>());
  registry.add_scalar("regexp_instr_no_start", scalar<instr_2>());
  registry.add_scalar("regexp_substr", scalar<substr>());
  registry.add_scalar("regexp_substr_no_subexpr", scalar<substr_5>());
  registry.add_scalar("regexp_substr_no_flags", scalar<substr_4>());
  registry.add_scalar("regexp_substr_no_n", scalar<substr_3>());
  registry.add_scalar("regexp_substr_no_start", scalar<substr_2>());
}

}  // namespace basalt::types
