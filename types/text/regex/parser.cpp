// Builds the tree. The shape of the tree decides which part of a match prefers what, so it follows PostgreSQL's
// documented rules closely: a branch is cut in front of the first part whose extent matters on its own.
#include <map>

#include "types/text/regex/lexer.hpp"

namespace basalt::types::regex {

namespace {

constexpr int kDepthMax = 1000;

constexpr uint32_t kLocalFlags = kLonger | kShorter;
uint32_t preference(uint32_t flags) { return flags & kLocalFlags; }
bool is_messy(uint32_t flags) { return flags & (kMixed | kCaptures | kBackrefs); }
// What a parent inherits: not the preference itself, but that both of them occur.
uint32_t inherited(uint32_t flags) {
  bool both = (flags & kLonger) && (flags & kShorter);
  return (flags & ~kLocalFlags) | (both ? static_cast<uint32_t>(kMixed) : 0);
}
// Flags of a concatenation: the first preference there is.
uint32_t combine(uint32_t a, uint32_t b) { return inherited(a | b) | (preference(a) ? preference(a) : preference(b)); }

class Parser {
 public:
  Parser(std::u32string_view pattern, const Options& options) : lexer_(pattern, options) {}

  Tree parse() {
    tree_.groups.push_back(nullptr);
    tree_.options = lexer_.options();
    advance();
    tree_.root = alternatives(false);
    if (lexer_.type() != Token::kEnd) throw_invalid("parentheses () not balanced");
    for (CharSet& set : tree_.sets) set.normalize();
    return std::move(tree_);
  }

 private:
  void advance() { lexer_.next(tree_.captures()); }

  Node* make(Node::Kind kind, uint32_t flags) {
    tree_.nodes.push_back(std::make_unique<Node>());
    Node* node = tree_.nodes.back().get();
    node->kind = kind;
    node->flags = flags;
    node->id = static_cast<uint32_t>(tree_.nodes.size() - 1);
    return node;
  }

  Fragment set_fragment(CharSet set) {
    set.normalize();
    auto [it, added] = set_numbers_.try_emplace(set, static_cast<uint32_t>(tree_.sets.size()));
    if (added) tree_.sets.push_back(std::move(set));
    Fragment fragment;
    fragment.kind = Fragment::Kind::kSet;
    fragment.index = it->second;
    return fragment;
  }

  static Fragment node_fragment(const Node* node) {
    Fragment fragment;
    fragment.kind = Fragment::Kind::kNode;
    fragment.node = node;
    return fragment;
  }

  static Fragment repeat_fragment(Fragment part, int min, int max) {
    if (min == 1 && max == 1) return part;
    Fragment fragment;
    fragment.kind = Fragment::Kind::kRepeat;
    fragment.min = min;
    fragment.max = max;
    fragment.parts.push_back(std::move(part));
    return fragment;
  }

  bool at_branch_end() const {
    return lexer_.type() == Token::kBar || lexer_.type() == Token::kEnd ||
           (lexer_.type() == Token::kClose && (depth_ > 0 || lexer_.options().syntax != Options::Syntax::kExtended));
  }

  // re | re | ..., up to a closing parenthesis or the end.
  Node* alternatives(bool in_look) {
    Node* choice = make(Node::Kind::kAlternate, kLonger);
    for (;;) {
      Node* part = branch(in_look);
      choice->flags |= inherited(choice->flags | part->flags);
      choice->parts.push_back(part);
      if (lexer_.type() != Token::kBar) break;
      advance();
    }
    if (lexer_.type() == Token::kClose && depth_ == 0) throw_invalid("parentheses () not balanced");
    if (choice->parts.size() == 1) return choice->parts[0];
    if (is_messy(choice->flags)) return choice;
    // Which alternative it was does not matter: one automaton.
    Node* leaf = make(Node::Kind::kLeaf, choice->flags);
    leaf->fragment = node_fragment(choice);
    return leaf;
  }

  Node* branch(bool in_look) {
    Node* top = make(Node::Kind::kLeaf, 0);
    while (!at_branch_end()) quantified(top, in_look);
    return top;
  }

  struct Atom {
    Node* node = nullptr;  // null: a fragment will do
    Fragment fragment;
    bool captures = false;
    bool backref = false;
    uint32_t flags() const { return node ? node->flags : 0; }
  };

  // One quantified atom or constraint, appended to the branch `top`; it may take the rest of the branch with it.
  void quantified(Node* top, bool in_look) {
    if (append_constraint(top)) return;
    Atom atom = this->atom(in_look);
    int min = 1, max = 1;
    uint32_t prefers = 0;
    quantifier(min, max, prefers);
    if (min == 0 && max == 0) return;  // {0}: as if it were not there
    uint32_t flags = top->flags | prefers | atom.flags();
    if (!atom.captures && !atom.backref && !is_messy(inherited(flags))) {
      Fragment part = atom.node ? node_fragment(atom.node) : std::move(atom.fragment);
      top->fragment.parts.push_back(repeat_fragment(std::move(part), min, max));
      top->flags = flags;
      return;
    }
    if (!atom.node) {
      atom.node = make(Node::Kind::kLeaf, 0);
      atom.node->fragment = std::move(atom.fragment);
    }
    // top becomes prefix . (atom . rest)
    Node* rest = make(Node::Kind::kConcat, combine(prefers, atom.node->flags));
    Node* prefix = make(Node::Kind::kLeaf, top->flags);
    prefix->fragment = std::move(top->fragment);
    top->fragment = Fragment();
    top->kind = Node::Kind::kConcat;
    top->left = prefix;
    top->right = rest;
    rest->left = repeated(atom, min, max, prefers);
    DepthGuard guard(*this);
    rest->right = branch(in_look);
    rest->flags = combine(rest->flags, rest->right->flags) | rest->flags;
    top->flags = combine(top->flags, rest->flags) | top->flags;
  }

  Node* repeated(const Atom& atom, int min, int max, uint32_t prefers) {
    Node* node = atom.node;
    uint32_t held = node->flags & (kLonger | kShorter | kMixed);
    if (atom.backref) {
      node->min = min;
      node->max = max;
      node->flags |= combine(prefers, node->flags);
      return node;
    }
    if (min == 1 && max == 1 && (prefers == 0 || held == 0 || prefers == held)) return node;
    uint32_t flags = combine(prefers, node->flags);
    if (min > 0 && !(node->flags & kBackrefs)) {
      // Captures are those of the last iteration, so x{m,n} is x{m-1,n-1} followed by one x that captures.
      Node* pair = make(Node::Kind::kConcat, flags);
      pair->left = make(Node::Kind::kLeaf, preference(flags));
      pair->left->fragment = repeat_fragment(node_fragment(node), min - 1, max == kUnlimited ? max : max - 1);
      pair->right = node;
      return pair;
    }
    Node* loop = make(Node::Kind::kIterate, flags);
    loop->min = min;
    loop->max = max;
    loop->left = node;
    return loop;
  }

  void quantifier(int& min, int& max, uint32_t& prefers) {
    uint32_t preferred = lexer_.positive() ? kLonger : kShorter;
    switch (lexer_.type()) {
      case Token::kStar:
        min = 0, max = kUnlimited;
        break;
      case Token::kPlus:
        min = 1, max = kUnlimited;
        break;
      case Token::kQuestion:
        min = 0, max = 1;
        break;
      case Token::kBound:
        min = lexer_.bound_min();
        max = lexer_.bound_max();
        if (lexer_.bound_is_exact()) preferred = 0;
        break;
      default:
        return;
    }
    prefers = preferred;
    advance();
  }

  bool append_constraint(Node* top) {
    Fragment fragment;
    if (lexer_.type() == Token::kConstraint) {
      fragment.kind = Fragment::Kind::kConstraint;
      fragment.constraint = lexer_.constraint();
      tree_.constrained = true;
      advance();
    } else if (lexer_.type() == Token::kLook) {
      fragment.kind = Fragment::Kind::kLook;
      Look look{lexer_.positive(), lexer_.negated(), nullptr};
      look.node = parenthesised(true);
      fragment.index = static_cast<uint32_t>(tree_.looks.size());
      tree_.looks.push_back(look);
    } else {
      return false;
    }
    top->fragment.parts.push_back(std::move(fragment));
    return true;
  }

  struct DepthGuard {
    explicit DepthGuard(Parser& p) : parser(p) {
      if (++parser.nesting_ > kDepthMax) throw_invalid("regular expression is too complex");
    }
    ~DepthGuard() { --parser.nesting_; }
    Parser& parser;
  };

  Node* parenthesised(bool in_look) {
    DepthGuard guard(*this);
    ++depth_;
    advance();
    Node* node = alternatives(in_look);
    if (lexer_.type() != Token::kClose) throw_invalid("parentheses () not balanced");
    --depth_;
    advance();
    return node;
  }

  Atom group(bool in_look) {
    Atom out;
    out.captures = lexer_.positive() && !in_look;
    int number = 0;
    if (out.captures) {
      number = static_cast<int>(tree_.groups.size());
      tree_.groups.push_back(nullptr);
    }
    out.node = parenthesised(in_look);
    if (!out.captures) return out;
    if (out.node->capture != 0) {
      Node* wrapper = make(Node::Kind::kGroup, out.node->flags);
      wrapper->left = out.node;
      out.node = wrapper;
    }
    out.node->capture = number;
    out.node->flags |= kCaptures;
    tree_.groups[static_cast<size_t>(number)] = out.node;
    return out;
  }

  Atom backref(bool in_look) {
    auto number = static_cast<size_t>(lexer_.value());
    if (in_look || number >= tree_.groups.size() || !tree_.groups[number]) {
      throw_invalid("invalid backreference number");
    }
    Atom out;
    out.backref = true;
    out.node = make(Node::Kind::kBackref, kBackrefs);
    out.node->group = static_cast<int>(number);
    advance();
    return out;
  }

  Atom atom(bool in_look) {
    Atom out;
    const Options& options = lexer_.options();
    switch (lexer_.type()) {
      case Token::kOpen:
        return group(in_look);
      case Token::kBackref:
        return backref(in_look);
      case Token::kAny: {
        CharSet none;
        if (options.newline_stops) none.add('\n', '\n');
        out.fragment = set_fragment(none.complement());
        break;
      }
      case Token::kBracket: {
        bool positive = lexer_.positive();
        CharSet set = lexer_.bracket();
        if (!positive && options.newline_stops) set.add('\n', '\n');
        set.normalize();
        out.fragment = set_fragment(positive ? set : set.complement());
        break;
      }
      case Token::kClass: {
        CharSet set = lexer_.class_members(lexer_.value());
        out.fragment = set_fragment(lexer_.positive() ? set : set.complement());
        break;
      }
      case Token::kClose:
      case Token::kPlain: {
        CharSet set;
        char32_t c = lexer_.type() == Token::kClose ? U')' : lexer_.value();
        lexer_.add_with_cases(set, c, c);
        out.fragment = set_fragment(set);
        break;
      }
      default:
        throw_invalid("quantifier operand invalid");
    }
    advance();
    return out;
  }

  Lexer lexer_;
  Tree tree_;
  std::map<CharSet, uint32_t> set_numbers_;
  int depth_ = 0;
  int nesting_ = 0;
};

}  // namespace

Tree parse(std::u32string_view pattern, const Options& options) { return Parser(pattern, options).parse(); }

}  // namespace basalt::types::regex
