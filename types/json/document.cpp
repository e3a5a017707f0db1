#include "types/json/document.hpp"

namespace basalt::types::json {

namespace {

class DocumentEvents : public Events {
 public:
  Document root;
  explicit DocumentEvents(std::string_view text) : text_(text) { open_.push_back({&root, 0}); }

  void key(const Lexer& lexer) override {
    Document& object = *open_.back().node;
    object.keys.push_back(lexer.string());
    object.values.emplace_back();
  }
  void element() override { open_.back().node->values.emplace_back(); }
  // A value is filled in place: addresses of its ancestors do not change meanwhile.
  void begin_value(size_t begin) override {
    Document* node = started_ ? &open_.back().node->values.back() : &root;
    started_ = true;
    open_.push_back({node, begin});
  }
  void end_value(size_t end) override {
    Open done = open_.back();
    open_.pop_back();
    done.node->raw = text_.substr(done.begin, end - done.begin);
  }
  void begin_object() override { open_.back().node->token = Token::kObjectBegin; }
  void begin_array() override { open_.back().node->token = Token::kArrayBegin; }
  void scalar(const Lexer& lexer) override {
    open_.back().node->token = lexer.token();
    if (lexer.token() == Token::kString) open_.back().node->string = lexer.string();
  }

 private:
  struct Open {
    Document* node;
    size_t begin;
  };
  std::string_view text_;
  std::vector<Open> open_;
  bool started_ = false;
};

}  // namespace

const Document* Document::find(std::string_view key) const {
  for (size_t i = keys.size(); i-- > 0;) {
    if (keys[i] == key) return &values[i];
  }
  return nullptr;
}

const Document* Document::at(int64_t index) const {
  auto n = static_cast<int64_t>(values.size());
  if (index < 0) index += n;
  return index >= 0 && index < n ? &values[static_cast<size_t>(index)] : nullptr;
}

Document parse_document(std::string_view text) {
  Lexer lexer(text, Escapes::kResolve);
  DocumentEvents events(text);
  parse(lexer, events);
  return std::move(events.root);
}

}  // namespace basalt::types::json
