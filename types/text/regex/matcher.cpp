#include "types/text/regex/matcher.hpp"

#include <algorithm>

#include "types/text/utf8.hpp"

namespace basalt::types::regex {

namespace {
constexpr size_t kNone = Automaton::kNone;
}

Matcher::Matcher(Tree tree) : tree_(std::move(tree)) {
  colors_.build(tree_.sets, tree_.constrained || !tree_.looks.empty(), tree_.options.rules);
  automata_.resize(tree_.nodes.size());
  looks_.resize(tree_.looks.size());
  groups_.resize(tree_.groups.size());
  searcher();  // an expression that is too complex fails when it is compiled
}

Automaton& Matcher::automaton(const Node& node) {
  std::unique_ptr<Automaton>& slot = automata_[node.id];
  if (!slot) slot = std::make_unique<Automaton>(tree_, colors_, node, Direction::kForward, false, *this, interrupt_);
  slot->set_interrupt(interrupt_);
  return *slot;
}

Automaton& Matcher::searcher() {
  if (!searcher_) {
    searcher_ = std::make_unique<Automaton>(tree_, colors_, *tree_.root, Direction::kForward, true, *this, interrupt_);
  }
  searcher_->set_interrupt(interrupt_);
  return *searcher_;
}

bool Matcher::look_holds(uint32_t index, const Subject& subject, size_t at) {
  const Look& look = tree_.looks[index];
  std::unique_ptr<Automaton>& slot = looks_[index];
  if (!slot) {
    slot = std::make_unique<Automaton>(
        tree_, colors_, *look.node, look.ahead ? Direction::kForward : Direction::kBackward, false, *this, interrupt_);
  }
  slot->set_interrupt(interrupt_);
  bool found = look.ahead ? slot->shortest(subject, at, at, subject.size) != kNone : slot->matches_before(subject, at);
  return found != look.negated;
}

void Matcher::tick() {
  if ((++ticks_ & 0xff) == 0 && interrupt_) interrupt_->check();
}

bool Matcher::search(const Subject& subject, size_t from, std::vector<Match>* matches, common::Interrupt* interrupt) {
  if (from > subject.size) return false;
  subject_ = subject;
  interrupt_ = interrupt;
  bool found = tree_.root->flags & kBackrefs ? find_verified(from) : find(from, matches);
  if (!found || !matches) return found;
  for (size_t i = 0; i < matches->size(); ++i) (*matches)[i] = i < groups_.size() ? groups_[i] : Match();
  return true;
}

// Without back references the automata say all: the first extent they allow is the match.
bool Matcher::find(size_t from, std::vector<Match>* matches) {
  size_t cold = from;
  size_t close = searcher().shortest(subject_, from, from, subject_.size, &cold);
  if (close == kNone) return false;
  if (!matches) return true;
  bool shorter = tree_.root->flags & kShorter;
  Automaton& whole = automaton(*tree_.root);
  for (size_t begin = cold; begin <= close; ++begin) {
    tick();
    size_t end =
        shorter ? whole.shortest(subject_, begin, begin, subject_.size) : whole.longest(subject_, begin, subject_.size);
    if (end == kNone) continue;
    std::fill(groups_.begin(), groups_.end(), Match());
    groups_[0] = {begin, end};
    if (matches->size() > 1 && groups_.size() > 1) dissect(*tree_.root, begin, end);
    groups_[0] = {begin, end};
    return true;
  }
  return false;
}

// With back references each extent that the automata allow must be verified. As in PostgreSQL, once one has failed no
// match is looked for at the very end of the text.
bool Matcher::find_verified(size_t from) {
  bool shorter = tree_.root->flags & kShorter;
  Automaton& whole = automaton(*tree_.root);
  size_t close = from;
  do {
    size_t cold = close;
    close = searcher().shortest(subject_, close, close, subject_.size, &cold);
    if (close == kNone) return false;
    for (size_t begin = cold; begin <= close; ++begin) {
      size_t least = begin, limit = subject_.size;
      for (;;) {
        tick();
        size_t end = shorter ? whole.shortest(subject_, begin, least, limit) : whole.longest(subject_, begin, limit);
        if (end == kNone) break;
        std::fill(groups_.begin(), groups_.end(), Match());
        if (dissect(*tree_.root, begin, end)) {
          groups_[0] = {begin, end};
          return true;
        }
        if (shorter ? end == limit : end == begin) break;
        if (shorter)
          least = end + 1;
        else
          limit = end - 1;
      }
    }
    ++close;
  } while (close < subject_.size);
  return false;
}

void Matcher::forget_below(const Node& node) {
  if (node.capture) groups_[static_cast<size_t>(node.capture)] = Match();
  if (node.left) forget_below(*node.left);
  if (node.right) forget_below(*node.right);
  for (const Node* part : node.parts) forget_below(*part);
}

bool Matcher::dissect(const Node& node, size_t begin, size_t end) {
  tick();
  if (!dissect_parts(node, begin, end)) return false;
  if (node.capture) groups_[static_cast<size_t>(node.capture)] = {begin, end};
  return true;
}

bool Matcher::dissect_parts(const Node& node, size_t begin, size_t end) {
  switch (node.kind) {
    case Node::Kind::kLeaf:
      return true;
    case Node::Kind::kGroup:
      return dissect(*node.left, begin, end);
    case Node::Kind::kConcat:
      return node.left->flags & kShorter ? dissect_reluctant_concat(node, begin, end)
                                         : dissect_concat(node, begin, end);
    case Node::Kind::kAlternate:
      return dissect_alternate(node, begin, end);
    case Node::Kind::kIterate:
      return node.left->flags & kShorter ? dissect_reluctant_iterate(node, begin, end)
                                         : dissect_iterate(node, begin, end);
    case Node::Kind::kBackref:
      break;
  }
  return dissect_backref(node, begin, end);
}

bool Matcher::dissect_concat(const Node& node, size_t begin, size_t end) {
  Automaton& left = automaton(*node.left);
  Automaton& right = automaton(*node.right);
  for (size_t middle = left.longest(subject_, begin, end); middle != kNone;) {
    if (right.longest(subject_, middle, end) == end && dissect(*node.left, begin, middle) &&
        dissect(*node.right, middle, end)) {
      return true;
    }
    if (middle == begin) return false;
    tick();
    middle = left.longest(subject_, begin, middle - 1);
    forget_below(*node.left);
    forget_below(*node.right);
  }
  return false;
}

bool Matcher::dissect_reluctant_concat(const Node& node, size_t begin, size_t end) {
  Automaton& left = automaton(*node.left);
  Automaton& right = automaton(*node.right);
  for (size_t middle = left.shortest(subject_, begin, begin, end); middle != kNone;) {
    if (right.longest(subject_, middle, end) == end && dissect(*node.left, begin, middle) &&
        dissect(*node.right, middle, end)) {
      return true;
    }
    if (middle == end) return false;
    tick();
    middle = left.shortest(subject_, begin, middle + 1, end);
    forget_below(*node.left);
    forget_below(*node.right);
  }
  return false;
}

bool Matcher::dissect_alternate(const Node& node, size_t begin, size_t end) {
  for (const Node* part : node.parts) {
    if (automaton(*part).longest(subject_, begin, end) == end && dissect(*part, begin, end)) return true;
  }
  return false;
}

// Verifies the iterations that end at ends[verified+1..k]; false with k at the one that failed.
bool Matcher::verify_iterations(const Node& node, const std::vector<size_t>& ends, size_t& verified, size_t& k) {
  for (size_t i = verified + 1; i <= k; ++i) {
    forget_below(*node.left);
    if (!dissect(*node.left, ends[i - 1], ends[i])) {
      k = i;
      return false;
    }
    verified = i;
  }
  return true;
}

// Looks for ends of the iterations that the part's automaton allows, each as long as possible, and verifies them. Empty
// iterations are taken only to reach the minimum.
bool Matcher::dissect_iterate(const Node& node, size_t begin, size_t end) {
  // One iteration is tried even where none would do: an empty one sets its groups.
  auto least = static_cast<size_t>(std::max(node.min, 1));
  size_t most = end - begin;
  if (node.max != kUnlimited) most = std::min(most, static_cast<size_t>(node.max));
  most = std::max(most, least);
  Automaton& part = automaton(*node.left);
  std::vector<size_t> ends(most + 1);
  ends[0] = begin;
  size_t verified = 0, k = 1, limit = end;
  while (k > 0) {
    tick();
    ends[k] = part.longest(subject_, ends[k - 1], limit);
    if (ends[k] == kNone) {
      --k;
    } else {
      verified = std::min(verified, k - 1);
      if (ends[k] != end) {
        bool empty = ends[k] == ends[k - 1];
        if (k >= most) {
          --k;
        } else if (!empty || (k < least && least - k >= end - ends[k])) {
          ++k;
          limit = end;
          continue;
        }
      } else if (k >= least && verify_iterations(node, ends, verified, k)) {
        return true;
      }
    }
    for (; k > 0; --k) {
      size_t previous = ends[k - 1];
      if (ends[k] <= previous) continue;
      limit = ends[k] - 1;
      if (limit > previous || (k < least && least - k >= end - previous)) break;
    }
  }
  return node.min == 0 && begin == end;
}

bool Matcher::dissect_reluctant_iterate(const Node& node, size_t begin, size_t end) {
  if (node.min == 0 && begin == end) return true;
  auto least = static_cast<size_t>(std::max(node.min, 1));
  size_t most = end - begin;
  if (node.max != kUnlimited) most = std::min(most, static_cast<size_t>(node.max));
  most = std::max(most, least);
  Automaton& part = automaton(*node.left);
  std::vector<size_t> ends(most + 1);
  ends[0] = begin;
  size_t verified = 0, k = 1, limit = begin;
  while (k > 0) {
    tick();
    if (limit == ends[k - 1] && limit != end && (k >= least || least - k < end - limit)) ++limit;
    if (k >= most) limit = end;
    ends[k] = part.shortest(subject_, ends[k - 1], limit, end);
    if (ends[k] == kNone) {
      --k;
    } else {
      verified = std::min(verified, k - 1);
      if (ends[k] != end) {
        if (k >= most) {
          --k;
        } else {
          ++k;
          limit = ends[k - 1];
          continue;
        }
      } else if (k >= least && verify_iterations(node, ends, verified, k)) {
        return true;
      }
    }
    for (; k > 0; --k) {
      if (ends[k] < end) {
        limit = ends[k] + 1;
        break;
      }
    }
  }
  return false;
}

bool Matcher::same_text(size_t a, size_t b, size_t length) const {
  bool ascii = tree_.options.rules == CaseRules::kAscii;
  auto lower = [&](char32_t c) { return ascii ? character::ascii_lower(c) : character::lower(c); };
  for (size_t i = 0; i < length; ++i) {
    char32_t x = subject_[a + i], y = subject_[b + i];
    if (x != y && !(tree_.options.ignore_case && lower(x) == lower(y))) return false;
  }
  return true;
}

bool Matcher::dissect_backref(const Node& node, size_t begin, size_t end) {
  const Match& group = groups_[static_cast<size_t>(node.group)];
  if (!group.matched()) return false;
  size_t length = group.end - group.begin;
  if (length == 0) return begin == end;
  if (begin == end) return node.min == 0;
  size_t total = end - begin;
  if (total % length != 0) return false;
  size_t times = total / length;
  if (times < static_cast<size_t>(node.min)) return false;
  if (node.max != kUnlimited && times > static_cast<size_t>(node.max)) return false;
  for (size_t i = 0; i < times; ++i) {
    if (!same_text(group.begin, begin + i * length, length)) return false;
  }
  return true;
}

Text::Text(std::string_view utf8) { assign(utf8); }

void Text::assign(std::string_view utf8) {
  bytes_ = utf8;
  ascii_ = utf8::is_ascii(utf8);
  wide_.clear();
  if (ascii_) return;
  const char* p = utf8.data();
  const char* end = p + utf8.size();
  while (p < end) wide_.push_back(utf8::decode(p, end));
}

void Text::append_to(std::string& out, size_t begin, size_t end) const {
  if (ascii_) {
    out.append(bytes_.substr(begin, end - begin));
  } else {
    for (size_t i = begin; i < end; ++i) utf8::append(out, wide_[i]);
  }
}

std::string Text::substring(size_t begin, size_t end) const {
  std::string out;
  append_to(out, begin, end);
  return out;
}

Regex::Regex(std::string_view pattern, const Options& options)
    : matcher_(std::make_unique<Matcher>(parse(utf8::to_utf32(pattern), options))) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;

int Regex::groups() const { return matcher_->groups(); }

namespace {

Subject subject_of(const Text& text) {
  Subject subject;
  subject.size = text.size();
  if (text.is_ascii())
    subject.narrow = reinterpret_cast<const unsigned char*>(text.bytes().data());
  else
    subject.wide = text.wide().data();
  return subject;
}

}  // namespace

bool Regex::matches(const Text& text, size_t from, common::Interrupt* interrupt) {
  return matcher_->search(subject_of(text), from, nullptr, interrupt);
}

bool Regex::search(const Text& text, size_t from, std::vector<Match>& matches, common::Interrupt* interrupt) {
  return matcher_->search(subject_of(text), from, &matches, interrupt);
}

}  // namespace basalt::types::regex
