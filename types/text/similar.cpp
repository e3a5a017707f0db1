// SIMILAR TO and SUBSTRING(.. SIMILAR ..): SQL's regular expressions rewritten as PostgreSQL's.
#include "types/text/regexp_call.hpp"
#include "types/text/utf8.hpp"

namespace basalt::types {

namespace {

// Rewrites one pattern. Escape-double-quote cuts it in three: the part in the middle is what SUBSTRING returns, and the
// first part is as short as it can be.
class SimilarRewriter {
 public:
  SimilarRewriter(std::string_view pattern, std::string_view escape) : pattern_(pattern), escape_(escape) {
    if (utf8::length(escape) > 1) {
      throw SqlError(sqlstate::kInvalidEscapeSequence, "invalid escape string")
          .hint("Escape string must be empty or one character.");
    }
  }

  std::string rewrite() {
    out_ = "^(?:";
    bool escaped = false;
    for (size_t at = 0; at < pattern_.size();) {
      size_t size = std::min(utf8::sequence_length(static_cast<unsigned char>(pattern_[at])), pattern_.size() - at);
      std::string_view c = pattern_.substr(at, size);
      at += size;
      if (escaped) {
        escaped_character(c);
        escaped = false;
      } else if (!escape_.empty() && c == escape_) {
        escaped = true;
      } else {
        character(c);
      }
    }
    return out_ + ")$";
  }

 private:
  void escaped_character(std::string_view c) {
    if (c == "\"" && brackets_ == 0) {
      if (separators_ == 0)
        out_ += "){1,1}?(";
      else if (separators_ == 1)
        out_ += "){1,1}(?:";
      else {
        throw SqlError(sqlstate::kInvalidUseOfEscapeCharacter,
                       "SQL regular expression may not contain more than two escape-double-quote separators");
      }
      ++separators_;
      return;
    }
    out_.push_back('\\');
    out_ += c;
    class_position_ = kInside;
  }

  void character(std::string_view c) {
    if (brackets_ > 0) {
      class_character(c);
    } else if (c == "[") {
      out_ += c;
      brackets_ = 1;
      class_position_ = kOpened;
    } else if (c == "%") {
      out_ += ".*";
    } else if (c == "_") {
      out_ += ".";
    } else if (c == "(") {
      out_ += "(?:";
    } else {
      if (c == "\\" || c == "." || c == "^" || c == "$") out_.push_back('\\');
      out_ += c;
    }
  }

  // Reads a bracket expression well enough to know its end: a ] right behind [ or [^ is a member, and [: :] may nest.
  void class_character(std::string_view c) {
    if (c == "\\") out_.push_back('\\');
    out_ += c;
    if (c == "]" && class_position_ >= kInside) {
      --brackets_;
    } else if (c == "[") {
      ++brackets_;
      class_position_ = kInside;
    } else if (c == "^") {
      ++class_position_;
    } else {
      class_position_ = kInside;
    }
  }

  static constexpr int kOpened = 1, kInside = 3;

  std::string_view pattern_, escape_;
  std::string out_;
  int separators_ = 0;
  int brackets_ = 0;
  int class_position_ = 0;
};

std::string rewritten(std::string_view pattern, std::string_view escape) {
  return SimilarRewriter(pattern, escape).rewrite();
}
std::string rewritten_default(std::string_view pattern) { return rewritten(pattern, "\\"); }

// The older form: a NULL escape is the default.
std::optional<std::string> rewritten_lenient(std::optional<std::string_view> pattern,
                                             std::optional<std::string_view> escape) {
  if (!pattern) return std::nullopt;
  return rewritten(*pattern, escape.value_or("\\"));
}

}  // namespace

void register_similar(FunctionRegistry& registry) {
  registry.add_scalar("similar_to_escape_1", scalar<rewritten_default>());
  registry.add_scalar("similar_to_escape_2", scalar<rewritten>());
  registry.add_scalar("similar_escape", scalar<rewritten_lenient>());
}

}  // namespace basalt::types
