// Says where a piece of a regular expression can match: a nondeterministic automaton (Thompson), run by building the
// deterministic one as the text asks for it.
//
// A deterministic state is the set of states reached by consuming a character, before empty transitions are followed:
// those pass constraints, which need the next character too. So each step knows both neighbours of its position, and
// tells at once whether the piece may end there. Pieces with look-around depend on more than the neighbours; their sets
// are computed anew at each position.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/interrupt.hpp"
#include "types/text/regex/tree.hpp"

namespace basalt::types::regex {

// The text that is matched: one byte a character where it is ASCII, else one char32_t.
struct Subject {
  const unsigned char* narrow = nullptr;
  const char32_t* wide = nullptr;
  size_t size = 0;
  char32_t operator[](size_t at) const { return narrow ? narrow[at] : wide[at]; }
};

enum class Direction : uint8_t { kForward, kBackward };

class Automaton;

// Automata are made on first use and kept with the expression.
class AutomatonFactory {
 public:
  virtual ~AutomatonFactory() = default;
  // Whether look-around number `look` holds at `at`.
  virtual bool look_holds(uint32_t look, const Subject& subject, size_t at) = 0;
};

class Automaton {
 public:
  static constexpr size_t kNone = ~size_t{0};

  // `anywhere`: may begin at or after (backward: before) the start, to search.
  Automaton(const Tree& tree, const ColorMap& colors, const Node& node, Direction direction, bool anywhere,
            AutomatonFactory& factory, common::Interrupt* interrupt);

  // The last position in [begin, limit] where a match that begins at `begin` can end; kNone.
  size_t longest(const Subject& subject, size_t begin, size_t limit) {
    return run<true>(subject, begin, begin, limit, nullptr);
  }
  // The first one in [least, limit]. `cold`: the last position before which no match can have begun.
  size_t shortest(const Subject& subject, size_t begin, size_t least, size_t limit, size_t* cold = nullptr) {
    return run<false>(subject, begin, least, limit, cold);
  }
  // Backward automata: whether a match can end at `end`, which it reads from there to the start of the text.
  bool matches_before(const Subject& subject, size_t end);

  void set_interrupt(common::Interrupt* interrupt) { interrupt_ = interrupt; }

 private:
  enum class Kind : uint8_t { kSet, kEmpty, kSplit, kConstraint, kLook, kFinal };
  struct State {
    Kind kind;
    uint32_t index;  // set, look
    Constraint constraint;
    uint32_t out;
    uint32_t other;  // kSplit
  };
  struct Deterministic {
    std::vector<uint32_t> core;
    Neighbour behind;
    bool initial;
  };

  uint32_t add_state(Kind kind, uint32_t out, uint32_t index = 0);
  uint32_t build(const Fragment& fragment, uint32_t next, bool constraints);
  uint32_t build(const Node& node, uint32_t next, bool constraints);
  template <typename Part>
  uint32_t build_repeat(const Part& part, int min, int max, uint32_t next, bool constraints);

  template <bool kLongest>
  size_t run(const Subject& subject, size_t begin, size_t least, size_t limit, size_t* cold);
  template <bool kLongest, typename Character>
  size_t run_table(const Character* text, size_t size, uint32_t state, size_t begin, size_t least, size_t limit,
                   size_t* cold);
  uint32_t pause(uint32_t state);
  template <bool kLongest>
  size_t run_positional(const Subject& subject, size_t begin, size_t least, size_t limit, size_t* cold);
  Neighbour neighbour_of(const Subject& subject, size_t at) const;
  bool constraint_holds(Constraint constraint, Neighbour left, Neighbour right) const;
  // Follows empty transitions from `core`; true when the final state is among them. Fills closure_.
  bool close(const std::vector<uint32_t>& core, Neighbour left, Neighbour right, const Subject* subject, size_t at);
  void step(uint32_t color, std::vector<uint32_t>& core) const;
  uint32_t intern(std::vector<uint32_t> core, Neighbour behind);
  uint32_t start_state(Neighbour behind);
  // The next state (0 is dead) << 2, | 2 if it is the start again, | 1 if a match may end here.
  uint32_t transition(uint32_t state, uint32_t symbol);
  void forget();
  void check_interrupt() const {
    if (interrupt_) interrupt_->check();
  }

  const Tree& tree_;
  const ColorMap& colors_;
  AutomatonFactory& factory_;
  common::Interrupt* interrupt_;
  Direction direction_;
  bool positional_ = false;  // has look-around
  bool constrained_ = false;
  std::vector<State> states_;
  std::vector<uint32_t> first_;  // core set of the start
  uint32_t symbols_;             // colors, and the edge of the text

  std::vector<Deterministic> deterministic_;
  std::vector<uint32_t> table_;  // kUnknown: not computed
  std::unordered_map<std::string, uint32_t> interned_;
  uint32_t starts_[4] = {};
  std::vector<uint32_t> closure_;
  std::vector<uint32_t> marks_;
  uint32_t mark_ = 0;
  size_t work_ = 0;  // since the last look at the interrupt
};

}  // namespace basalt::types::regex
