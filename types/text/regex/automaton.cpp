#include "types/text/regex/automaton.hpp"

#include <algorithm>
#include <cstring>

namespace basalt::types::regex {

namespace {

constexpr size_t kStatesMax = 200000;         // of one nondeterministic automaton
constexpr size_t kTableEntriesMax = 1 << 19;  // of one deterministic one; then it begins anew
constexpr size_t kWorkBetweenChecks = 1 << 16;
constexpr uint32_t kUnknown = ~uint32_t{0};
constexpr uint32_t kDead = 0;
constexpr uint32_t kFinalBit = 1, kInitialBit = 2;

}  // namespace

Automaton::Automaton(const Tree& tree, const ColorMap& colors, const Node& node, Direction direction, bool anywhere,
                     AutomatonFactory& factory, common::Interrupt* interrupt)
    : tree_(tree), colors_(colors), factory_(factory), interrupt_(interrupt), direction_(direction) {
  uint32_t final = add_state(Kind::kFinal, 0);
  uint32_t start = build(node, final, true);
  first_.push_back(start);
  if (anywhere) {
    // any* in front. Sets hold it first, so a set of it alone is recognised as no progress.
    uint32_t any = add_state(Kind::kSet, 0, kUnknown);
    uint32_t loop = add_state(Kind::kSplit, any);
    states_[loop].other = start;
    states_[any].out = loop;
    first_[0] = loop;
  }
  symbols_ = colors_.colors() + 1;
  marks_.assign(states_.size(), 0);
  forget();
}

uint32_t Automaton::add_state(Kind kind, uint32_t out, uint32_t index) {
  if (states_.size() >= kStatesMax) throw_invalid("regular expression is too complex");
  states_.push_back({kind, index, Constraint{}, out, 0});
  return static_cast<uint32_t>(states_.size() - 1);
}

template <typename Part>
uint32_t Automaton::build_repeat(const Part& part, int min, int max, uint32_t next, bool constraints) {
  uint32_t at = next;
  if (max == kUnlimited) {
    uint32_t loop = add_state(Kind::kSplit, 0);
    uint32_t body = build(part, loop, constraints);
    states_[loop].out = body;
    states_[loop].other = next;
    at = loop;
  } else {
    for (int i = min; i < max; ++i) {
      uint32_t body = build(part, at, constraints);
      at = add_state(Kind::kSplit, body);
      states_[at].other = next;
    }
  }
  for (int i = 0; i < min; ++i) at = build(part, at, constraints);
  return at;
}

// Both build functions work from the end: they return the entry of what leads to `next`.
uint32_t Automaton::build(const Fragment& fragment, uint32_t next, bool constraints) {
  switch (fragment.kind) {
    case Fragment::Kind::kSequence: {
      size_t count = fragment.parts.size();
      for (size_t i = 0; i < count; ++i) {
        size_t which = direction_ == Direction::kForward ? count - 1 - i : i;
        next = build(fragment.parts[which], next, constraints);
      }
      return next;
    }
    case Fragment::Kind::kSet:
      return add_state(Kind::kSet, next, fragment.index);
    case Fragment::Kind::kRepeat:
      return build_repeat(fragment.parts[0], fragment.min, fragment.max, next, constraints);
    case Fragment::Kind::kConstraint: {
      if (!constraints) return next;
      constrained_ = true;
      uint32_t state = add_state(Kind::kConstraint, next);
      states_[state].constraint = fragment.constraint;
      return state;
    }
    case Fragment::Kind::kLook:
      if (!constraints) return next;
      positional_ = true;
      return add_state(Kind::kLook, next, fragment.index);
    case Fragment::Kind::kNode:
      break;
  }
  return build(*fragment.node, next, constraints);
}

uint32_t Automaton::build(const Node& node, uint32_t next, bool constraints) {
  switch (node.kind) {
    case Node::Kind::kLeaf:
      return build(node.fragment, next, constraints);
    case Node::Kind::kGroup:
      return build(*node.left, next, constraints);
    case Node::Kind::kIterate:
      return build_repeat(*node.left, node.min, node.max, next, constraints);
    case Node::Kind::kConcat: {
      bool forward = direction_ == Direction::kForward;
      uint32_t later = build(forward ? *node.right : *node.left, next, constraints);
      return build(forward ? *node.left : *node.right, later, constraints);
    }
    case Node::Kind::kAlternate: {
      uint32_t at = kUnknown;
      for (size_t i = node.parts.size(); i-- > 0;) {
        uint32_t part = build(*node.parts[i], next, constraints);
        if (at == kUnknown) {
          at = part;
        } else {
          uint32_t split = add_state(Kind::kSplit, part);
          states_[split].other = at;
          at = split;
        }
      }
      return at;
    }
    case Node::Kind::kBackref:
      break;
  }
  // Anything that the group could have matched, wherever it stood.
  return build_repeat(*tree_.groups[static_cast<size_t>(node.group)], node.min, node.max, next, false);
}

Neighbour Automaton::neighbour_of(const Subject& subject, size_t at) const {
  return colors_.neighbour(colors_.color(subject[at]));
}

bool Automaton::constraint_holds(Constraint constraint, Neighbour left, Neighbour right) const {
  bool word_left = left == Neighbour::kWord, word_right = right == Neighbour::kWord;
  bool lines = tree_.options.newline_anchors;
  switch (constraint) {
    case Constraint::kStringBegin:
      return left == Neighbour::kEdge;
    case Constraint::kStringEnd:
      return right == Neighbour::kEdge;
    case Constraint::kLineBegin:
      return left == Neighbour::kEdge || (lines && left == Neighbour::kNewline);
    case Constraint::kLineEnd:
      return right == Neighbour::kEdge || (lines && right == Neighbour::kNewline);
    case Constraint::kWordBegin:
      return !word_left && word_right;
    case Constraint::kWordEnd:
      return word_left && !word_right;
    case Constraint::kWordBoundary:
      return word_left != word_right;
    case Constraint::kNoWordBoundary:
      break;
  }
  return word_left == word_right;
}

bool Automaton::close(const std::vector<uint32_t>& core, Neighbour left, Neighbour right, const Subject* subject,
                      size_t at) {
  if (++mark_ == 0) {
    std::fill(marks_.begin(), marks_.end(), 0);
    mark_ = 1;
  }
  closure_.clear();
  bool final = false;
  auto reach = [&](uint32_t state) {
    if (marks_[state] == mark_) return;
    marks_[state] = mark_;
    closure_.push_back(state);
  };
  for (uint32_t state : core) reach(state);
  for (size_t i = 0; i < closure_.size(); ++i) {
    const State& state = states_[closure_[i]];
    switch (state.kind) {
      case Kind::kSet:
        break;
      case Kind::kFinal:
        final = true;
        break;
      case Kind::kEmpty:
        reach(state.out);
        break;
      case Kind::kSplit:
        reach(state.out);
        reach(state.other);
        break;
      case Kind::kConstraint:
        if (constraint_holds(state.constraint, left, right)) reach(state.out);
        break;
      case Kind::kLook:
        if (factory_.look_holds(state.index, *subject, at)) reach(state.out);
        break;
    }
  }
  if ((work_ += closure_.size()) > kWorkBetweenChecks) {
    work_ = 0;
    check_interrupt();
  }
  return final;
}

// The states behind the closure's transitions on `color`, sorted.
void Automaton::step(uint32_t color, std::vector<uint32_t>& core) const {
  core.clear();
  for (uint32_t number : closure_) {
    const State& state = states_[number];
    if (state.kind != Kind::kSet) continue;
    if (state.index == kUnknown || colors_.contains(state.index, color)) core.push_back(state.out);
  }
  std::sort(core.begin(), core.end());
  core.erase(std::unique(core.begin(), core.end()), core.end());
}

void Automaton::forget() {
  deterministic_.clear();
  table_.clear();
  interned_.clear();
  std::fill(std::begin(starts_), std::end(starts_), kUnknown);
  deterministic_.push_back({{}, Neighbour::kEdge, false});
  table_.resize(symbols_, kDead);
}

uint32_t Automaton::intern(std::vector<uint32_t> core, Neighbour behind) {
  if (core.empty()) return kDead;
  if (!constrained_) behind = Neighbour::kOther;
  std::string key(reinterpret_cast<const char*>(core.data()), core.size() * sizeof(uint32_t));
  key.push_back(static_cast<char>(behind));
  auto [it, added] = interned_.try_emplace(std::move(key), static_cast<uint32_t>(deterministic_.size()));
  if (added) {
    bool initial = core == first_;
    deterministic_.push_back({std::move(core), behind, initial});
    table_.resize(table_.size() + symbols_, kUnknown);
  }
  return it->second;
}

uint32_t Automaton::start_state(Neighbour behind) {
  uint32_t& start = starts_[static_cast<int>(behind)];
  if (start == kUnknown) start = intern(first_, behind);
  return start;
}

uint32_t Automaton::transition(uint32_t state, uint32_t symbol) {
  bool edge = symbol == colors_.colors();
  Neighbour ahead = edge ? Neighbour::kEdge : colors_.neighbour(symbol);
  const Deterministic& from = deterministic_[state];
  bool forward = direction_ == Direction::kForward;
  bool final = close(from.core, forward ? from.behind : ahead, forward ? ahead : from.behind, nullptr, 0);
  uint32_t next = kDead;
  if (!edge) {
    std::vector<uint32_t> core;
    step(symbol, core);
    next = intern(std::move(core), ahead);
  }
  uint32_t entry = next << 2 | (deterministic_[next].initial ? kInitialBit : 0u) | (final ? kFinalBit : 0u);
  table_[size_t{state} * symbols_ + symbol] = entry;
  return entry;
}

template <bool kLongest>
size_t Automaton::run(const Subject& subject, size_t begin, size_t least, size_t limit, size_t* cold) {
  if (positional_) return run_positional<kLongest>(subject, begin, least, limit, cold);
  if (table_.size() > kTableEntriesMax) forget();
  Neighbour behind = Neighbour::kEdge;
  if (begin > 0) behind = constrained_ ? neighbour_of(subject, begin - 1) : Neighbour::kOther;
  if (cold) *cold = begin;
  uint32_t state = start_state(behind);
  if (subject.narrow) return run_table<kLongest>(subject.narrow, subject.size, state, begin, least, limit, cold);
  return run_table<kLongest>(subject.wide, subject.size, state, begin, least, limit, cold);
}

template <bool kLongest, typename Character>
size_t Automaton::run_table(const Character* text, size_t size, uint32_t state, size_t begin, size_t least,
                            size_t limit, size_t* cold) {
  size_t best = kNone;
  for (size_t at = begin;; ++at) {
    uint32_t symbol = at < size ? colors_.color(text[at]) : colors_.colors();
    uint32_t entry = table_[size_t{state} * symbols_ + symbol];
    if (entry == kUnknown) [[unlikely]]
      entry = transition(state, symbol);
    if ((entry & kFinalBit) && at >= least) {
      best = at;
      if (!kLongest) return best;
    }
    state = entry >> 2;
    if (at >= limit || state == kDead) return best;
    if ((entry & kInitialBit) && cold) *cold = at + 1;
    if ((at & 0xfff) == 0xfff) [[unlikely]]
      state = pause(state);
  }
}

// Now and then: is there a cancel, has the table grown too big?
uint32_t Automaton::pause(uint32_t state) {
  check_interrupt();
  if (table_.size() <= kTableEntriesMax) return state;
  Deterministic kept = deterministic_[state];
  forget();
  return intern(std::move(kept.core), kept.behind);
}

template <bool kLongest>
size_t Automaton::run_positional(const Subject& subject, size_t begin, size_t least, size_t limit, size_t* cold) {
  std::vector<uint32_t> core = first_, next;
  size_t best = kNone;
  if (cold) *cold = begin;
  for (size_t at = begin;; ++at) {
    if ((at & 0xff) == 0xff) check_interrupt();
    if (cold && core == first_) *cold = at;
    Neighbour left = at > 0 ? neighbour_of(subject, at - 1) : Neighbour::kEdge;
    Neighbour right = at < subject.size ? neighbour_of(subject, at) : Neighbour::kEdge;
    bool final = close(core, left, right, &subject, at);
    if (final && at >= least) {
      best = at;
      if (!kLongest) return best;
    }
    if (at >= limit || at >= subject.size) return best;
    step(colors_.color(subject[at]), next);
    core.swap(next);
    if (core.empty()) return best;
  }
}

bool Automaton::matches_before(const Subject& subject, size_t end) {
  std::vector<uint32_t> core = first_, next;
  for (size_t at = end;; --at) {
    if ((at & 0xff) == 0) check_interrupt();
    Neighbour left = at > 0 ? neighbour_of(subject, at - 1) : Neighbour::kEdge;
    Neighbour right = at < subject.size ? neighbour_of(subject, at) : Neighbour::kEdge;
    if (close(core, left, right, &subject, at)) return true;
    if (at == 0) return false;
    step(colors_.color(subject[at - 1]), next);
    core.swap(next);
    if (core.empty()) return false;
  }
}

template size_t Automaton::run<true>(const Subject&, size_t, size_t, size_t, size_t*);
template size_t Automaton::run<false>(const Subject&, size_t, size_t, size_t, size_t*);

}  // namespace basalt::types::regex
