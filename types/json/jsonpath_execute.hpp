// Evaluation of a jsonpath over a jsonb.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/interrupt.hpp"
#include "types/json/jsonb.hpp"
#include "types/json/jsonpath.hpp"
#include "types/text/regex/regex.hpp"

namespace basalt::types::json::path {

// What the flags of like_regex (XQuery's) mean to the engine.
regex::Options regex_options(const std::string& flags);

// Results refer to the document or to memory of the executor. Data errors are SqlErrors of class 22 and can be
// suppressed by the caller; others (an unknown variable) cannot.
class Executor {
 public:
  // `vars` must be an object (22023).
  Executor(const Path& path, View document, View vars, common::Interrupt& interrupt);

  // Calls `sink` for each result until it answers false.
  using Sink = std::function<bool(View)>;
  void each(const Sink& sink);
  bool lax() const { return path_.lax; }

 private:
  enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

  bool run(const Item& item, View value, const Sink& sink, bool unwrap);
  bool run(const Item& item, View value, const Sink& sink) { return run(item, value, sink, path_.lax); }
  bool next(const Item& item, View value, const Sink& sink);
  bool unwrapped(const Item& item, View array, const Sink& sink);
  bool run_primary(const Item& item, View value, const Sink& sink);
  bool run_key(const Item& item, View value, const Sink& sink, bool unwrap);
  bool run_any_key(const Item& item, View value, const Sink& sink, bool unwrap);
  bool run_any_element(const Item& item, View value, const Sink& sink);
  bool run_index(const Item& item, View value, const Sink& sink);
  bool run_any_depth(const Item& item, View value, const Sink& sink);
  bool descend(const Item& item, View value, uint32_t level, const Sink& sink);
  bool run_filter(const Item& item, View value, const Sink& sink, bool unwrap);
  bool run_method(const Item& item, View value, const Sink& sink, bool unwrap);
  bool run_keyvalue(const Item& item, View value, const Sink& sink);
  bool run_sign(const Item& item, View value, const Sink& sink);
  bool run_arithmetic(const Item& item, View value, const Sink& sink);

  Truth test(const Item& item, View value);
  Truth test_pairs(const Item& item, View value);
  Truth test_pair(const Item& item, View left, const View* right);
  Truth test_exists(const Item& item, View value);
  static Truth compare(Op op, View left, View right);
  bool matches(const Item& item, std::string_view text);

  std::vector<View> collect(const Item& item, View value, bool unwrap);
  int64_t array_index(const Item& item, View value);
  View keep(std::string node);
  View number(std::string_view numeric);

  const Path& path_;
  View document_, vars_;
  common::Interrupt& interrupt_;
  std::optional<View> current_;
  int64_t innermost_size_ = -1;
  bool ignore_structure_;
  std::deque<std::string> made_;
  std::map<const Item*, std::unique_ptr<regex::Regex>> regexes_;
};

}  // namespace basalt::types::json::path
