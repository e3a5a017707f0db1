// PostgreSQL's regular expressions: leftmost match, greedy and non-greedy parts by Henry Spencer's rules, back
// references, look-around, word constraints, the classes of the C.UTF-8 locale, any character up to U+10FFFF. A match
// can be cancelled. Not thread-safe: each call site keeps its own (CallState).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/interrupt.hpp"
#include "types/text/regex/tree.hpp"

namespace basalt::types::regex {

struct Match {
  static constexpr size_t kNone = ~size_t{0};
  size_t begin = kNone, end = kNone;  // in characters
  bool matched() const { return begin != kNone; }
};

class Matcher;

// A text prepared for matching. Refers to the bytes it was made of.
class Text {
 public:
  explicit Text(std::string_view utf8);
  // The subject that follows is kept between calls, to spare allocations.
  void assign(std::string_view utf8);
  size_t size() const { return ascii_ ? bytes_.size() : wide_.size(); }
  // The characters [begin, end) as UTF-8.
  std::string substring(size_t begin, size_t end) const;
  void append_to(std::string& out, size_t begin, size_t end) const;
  bool is_ascii() const { return ascii_; }
  std::string_view bytes() const { return bytes_; }
  const std::u32string& wide() const { return wide_; }

 private:
  std::string_view bytes_;
  std::u32string wide_;
  bool ascii_ = true;
};

class Regex {
 public:
  // Throws 2201B.
  Regex(std::string_view pattern, const Options& options);
  ~Regex();
  Regex(Regex&&) noexcept;

  // Number of capturing groups.
  int groups() const;
  // Whether there is a match at or after character `from`.
  bool matches(const Text& text, size_t from, common::Interrupt* interrupt);
  // The first match: [0] the whole, [n] group n, up to the size of `matches`.
  bool search(const Text& text, size_t from, std::vector<Match>& matches, common::Interrupt* interrupt);

 private:
  std::unique_ptr<Matcher> matcher_;
};

}  // namespace basalt::types::regex
