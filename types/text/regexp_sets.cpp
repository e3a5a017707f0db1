// regexp_matches(), regexp_split_to_table(), regexp_split_to_array().
#include "types/container/array.hpp"
#include "types/text/regexp_call.hpp"
#include "types/text/text_list.hpp"

namespace basalt::types {

namespace {

void refuse_global(const RegexpFlags& flags, const char* function) {
  if (!flags.global) return;
  throw SqlError(sqlstate::kInvalidParameterValue, std::string(function) + "() does not support the \"global\" option");
}

bool any_null(std::span<const Value> arguments) {
  for (const Value& argument : arguments) {
    if (argument.is_null()) return true;
  }
  return false;
}

std::string_view flags_of(std::span<const Value> arguments) {
  return arguments.size() > 2 ? arguments[2].string() : std::string_view();
}

// A set over the matches of one text: owns all that the walk refers to.
class RegexpSet : public StringSet {
 protected:
  RegexpSet(FunctionCall& call, std::span<const Value> arguments, const regex::Options& options)
      : s_(arguments[0]),
        regex_(&cache_.get(call, arguments[1].string(), options)),
        text_(s_.string()),
        interrupt_(call.context ? &call.context->interrupt() : nullptr) {}
  Value s_;
  RegexCache cache_;
  regex::Regex* regex_;
  regex::Text text_;
  common::Interrupt* interrupt_;
};

class MatchesSet final : public RegexpSet {
 public:
  MatchesSet(FunctionCall& call, std::span<const Value> arguments, const RegexpFlags& flags)
      : RegexpSet(call, arguments, flags.options),
        walk_(*regex_, text_, 0, static_cast<size_t>(regex_->groups()) + 1, MatchWalk::Empty::kReported, interrupt_),
        global_(flags.global) {}

 private:
  bool produce(std::optional<std::string>& value) override {
    if (done_ || !walk_.next()) return false;
    done_ = !global_;
    const auto& matches = walk_.matches();
    ArrayBuilder array(oid::kText, common::PhysicalType::kString);
    for (size_t i = matches.size() > 1 ? 1 : 0; i < matches.size(); ++i) {
      if (matches[i].matched())
        array.append_string(text_.substring(matches[i].begin, matches[i].end));
      else
        array.append_null();
    }
    value = array.finish();
    return true;
  }
  MatchWalk walk_;
  bool global_;
  bool done_ = false;
};

// What stands between the matches.
class Pieces {
 public:
  Pieces(regex::Regex& regex, const regex::Text& text, common::Interrupt* interrupt)
      : text_(text), walk_(regex, text, 0, 1, MatchWalk::Empty::kIgnoredAtEdges, interrupt) {}
  bool next(std::string& piece) {
    if (done_) return false;
    done_ = !walk_.next();
    size_t end = done_ ? text_.size() : walk_.matches()[0].begin;
    piece = text_.substring(begin_, end);
    if (!done_) begin_ = walk_.matches()[0].end;
    return true;
  }

 private:
  const regex::Text& text_;
  MatchWalk walk_;
  size_t begin_ = 0;
  bool done_ = false;
};

class SplitSet final : public RegexpSet {
 public:
  SplitSet(FunctionCall& call, std::span<const Value> arguments, const RegexpFlags& flags)
      : RegexpSet(call, arguments, flags.options), pieces_(*regex_, text_, interrupt_) {}

 private:
  bool produce(std::optional<std::string>& value) override {
    value.emplace();
    return pieces_.next(*value);
  }
  Pieces pieces_;
};

std::unique_ptr<SetFunction> matches(FunctionCall& call, std::span<const Value> arguments) {
  if (any_null(arguments)) return std::make_unique<EmptySet>();
  return std::make_unique<MatchesSet>(call, arguments, parse_regexp_flags(flags_of(arguments)));
}

std::unique_ptr<SetFunction> split_to_table(FunctionCall& call, std::span<const Value> arguments) {
  if (any_null(arguments)) return std::make_unique<EmptySet>();
  RegexpFlags flags = parse_regexp_flags(flags_of(arguments));
  refuse_global(flags, "regexp_split_to_table");
  return std::make_unique<SplitSet>(call, arguments, flags);
}

std::string split_to_array(FunctionCall& call, std::string_view s, std::string_view pattern, std::string_view letters) {
  RegexpFlags flags = parse_regexp_flags(letters);
  refuse_global(flags, "regexp_split_to_array");
  std::unique_ptr<CallState> fallback;
  RegexCache& cache = regex_cache(call, fallback);
  regex::Regex& regex = cache.get(call, pattern, flags.options);
  cache.text.assign(s);
  Pieces pieces(regex, cache.text, call.context ? &call.context->interrupt() : nullptr);
  ArrayBuilder array(oid::kText, common::PhysicalType::kString);
  std::string piece;
  while (pieces.next(piece)) array.append_string(piece);
  return array.finish();
}
std::string split_to_array_no_flags(FunctionCall& call, std::string_view s, std::string_view pattern) {
  return split_to_array(call, s, pattern, "");
}

}  // namespace

void register_regexp_sets(FunctionRegistry& registry) {
  registry.add_set("regexp_matches", &matches);
  registry.add_set("regexp_matches_no_flags", &matches);
  registry.add_set("regexp_split_to_table", &split_to_table);
  registry.add_set("regexp_split_to_table_no_flags", &split_to_table);
  registry.add_scalar("regexp_split_to_array", scalar<split_to_array>());
  registry.add_scalar("regexp_split_to_array_no_flags", scalar<split_to_array_no_flags>());
}

}  // namespace basalt::types
