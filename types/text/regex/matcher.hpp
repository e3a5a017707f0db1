// Finds a match and then, from the top of the tree down, what each group matched.
#pragma once

#include <memory>
#include <vector>

#include "types/text/regex/automaton.hpp"
#include "types/text/regex/regex.hpp"

namespace basalt::types::regex {

class Matcher final : public AutomatonFactory {
 public:
  explicit Matcher(Tree tree);

  int groups() const { return tree_.captures(); }
  bool search(const Subject& subject, size_t from, std::vector<Match>* matches, common::Interrupt* interrupt);

 private:
  bool look_holds(uint32_t look, const Subject& subject, size_t at) override;
  Automaton& automaton(const Node& node);
  Automaton& searcher();
  void forget_below(const Node& node);
  void tick();

  bool find(size_t from, std::vector<Match>* matches);
  bool find_verified(size_t from);
  // Whether `node` matches exactly [begin, end), and with which groups. Its automaton has said that it can.
  bool dissect(const Node& node, size_t begin, size_t end);
  bool dissect_parts(const Node& node, size_t begin, size_t end);
  bool dissect_concat(const Node& node, size_t begin, size_t end);
  bool dissect_reluctant_concat(const Node& node, size_t begin, size_t end);
  bool dissect_alternate(const Node& node, size_t begin, size_t end);
  bool dissect_iterate(const Node& node, size_t begin, size_t end);
  bool dissect_reluctant_iterate(const Node& node, size_t begin, size_t end);
  bool verify_iterations(const Node& node, const std::vector<size_t>& ends, size_t& verified, size_t& k);
  bool dissect_backref(const Node& node, size_t begin, size_t end);
  bool same_text(size_t a, size_t b, size_t length) const;

  Tree tree_;
  ColorMap colors_;
  std::vector<std::unique_ptr<Automaton>> automata_;  // by node
  std::unique_ptr<Automaton> searcher_;
  std::vector<std::unique_ptr<Automaton>> looks_;
  Subject subject_;
  std::vector<Match> groups_;
  common::Interrupt* interrupt_ = nullptr;
  uint32_t ticks_ = 0;
};

}  // namespace basalt::types::regex
