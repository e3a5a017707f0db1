// to_char() and to_number() of numbers: the template language of PostgreSQL's manual, section 9.8.
#include <cctype>
#include <cmath>

#include "types/function_adaptor.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/big_decimal.hpp"
#include "types/number/number.hpp"

namespace basalt::types {

namespace {

enum class Key {
  kLiteral,
  kComma,
  kPoint,
  kZero,
  kNine,
  kBlank,
  kCurrency,
  kDecimal,
  kExponent,
  kFill,
  kGroup,
  kMinus,
  kPlus,
  kBracket,
  kRoman,
  kRomanLower,
  kSignBoth,
  kSign,
  kOrdinal,
  kOrdinalLower,
  kShift,
  kIgnored
};

struct Node {
  Key key;
  std::string text;
};

enum class SignPlace { kNone, kBefore, kAfter };

struct Template {
  std::vector<Node> nodes;
  int before = 0, after = 0;  // digits around the point
  int shift = 0;              // digits after V
  int zero_start = 0, zero_end = 0, digits_before_sign = 0;
  SignPlace sign_place = SignPlace::kNone;
  bool decimal = false, fill = false, zero = false, sign = false, bracket = false, minus = false, plus = false;
  bool roman = false, has_shift = false, exponent = false, blank = false;
};

SqlError syntax_error(const char* text) { return SqlError(sqlstate::kSyntaxError, text); }

void note_digit(Template& t, bool zero) {
  if (t.bracket) throw syntax_error(zero ? "\"0\" must be ahead of \"PR\"" : "\"9\" must be ahead of \"PR\"");
  if (zero) {
    if (!t.zero && !t.decimal) t.zero = true, t.zero_start = t.before + 1;
    ++(t.decimal ? t.after : t.before);
    t.zero_end = t.before + t.after;
  } else if (t.has_shift) {
    ++t.shift;
  } else {
    ++(t.decimal ? t.after : t.before);
  }
}

void note_sign(Template& t, Key key) {
  switch (key) {
    case Key::kSign:
      if (t.sign) throw syntax_error("cannot use \"S\" twice");
      if (t.plus || t.minus || t.bracket) {
        throw syntax_error("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
      }
      t.sign = true;
      t.sign_place = t.decimal ? SignPlace::kAfter : SignPlace::kBefore;
      if (!t.decimal) t.digits_before_sign = t.before;
      break;
    case Key::kMinus:
      if (t.sign) throw syntax_error("cannot use \"S\" and \"MI\" together");
      t.minus = true;
      break;
    case Key::kPlus:
      if (t.sign) throw syntax_error("cannot use \"S\" and \"PL\" together");
      t.plus = true;
      break;
    case Key::kSignBoth:
      if (t.sign) throw syntax_error("cannot use \"S\" and \"SG\" together");
      t.plus = t.minus = true;
      break;
    default:
      if (t.sign || t.plus || t.minus) {
        throw syntax_error("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
      }
      t.bracket = true;
  }
}

void note(Template& t, Key key) {
  if (t.exponent && key != Key::kExponent) throw syntax_error("\"EEEE\" must be the last pattern used");
  switch (key) {
    case Key::kNine:
      note_digit(t, false);
      break;
    case Key::kZero:
      note_digit(t, true);
      break;
    case Key::kBlank:
      if (t.before == 0 && t.after == 0 && !t.zero) t.blank = true;
      break;
    case Key::kDecimal:
    case Key::kPoint:
      if (t.decimal) throw syntax_error("multiple decimal points");
      if (t.has_shift) throw syntax_error("cannot use \"V\" and decimal point together");
      t.decimal = true;
      break;
    case Key::kFill:
      t.fill = true;
      break;
    case Key::kSign:
    case Key::kMinus:
    case Key::kPlus:
    case Key::kSignBoth:
    case Key::kBracket:
      note_sign(t, key);
      break;
    case Key::kRoman:
    case Key::kRomanLower:
      t.roman = true;
      break;
    case Key::kShift:
      if (t.decimal) throw syntax_error("cannot use \"V\" and decimal point together");
      t.has_shift = true;
      break;
    case Key::kExponent:
      if (t.exponent) throw syntax_error("cannot use \"EEEE\" twice");
      if (t.blank || t.fill || t.sign || t.bracket || t.minus || t.plus || t.roman || t.has_shift) {
        throw syntax_error("\"EEEE\" is incompatible with other formats")
            .detail("\"EEEE\" may only be used together with digit and decimal point patterns.");
      }
      t.exponent = true;
      break;
    default:
      break;
  }
}

struct Word {
  const char* text;
  Key key;
};
// Longest first where one starts another. "RN" in lower case prints lower case.
constexpr Word kWords[] = {
    {"EEEE", Key::kExponent}, {"eeee", Key::kExponent},   {"FM", Key::kFill},    {"fm", Key::kFill},
    {"MI", Key::kMinus},      {"mi", Key::kMinus},        {"PL", Key::kPlus},    {"pl", Key::kPlus},
    {"PR", Key::kBracket},    {"pr", Key::kBracket},      {"RN", Key::kRoman},   {"rn", Key::kRomanLower},
    {"SG", Key::kSignBoth},   {"sg", Key::kSignBoth},     {"SP", Key::kIgnored}, {"sp", Key::kIgnored},
    {"TH", Key::kOrdinal},    {"th", Key::kOrdinalLower}, {",", Key::kComma},    {".", Key::kPoint},
    {"0", Key::kZero},        {"9", Key::kNine},          {"B", Key::kBlank},    {"b", Key::kBlank},
    {"C", Key::kIgnored},     {"c", Key::kIgnored},       {"D", Key::kDecimal},  {"d", Key::kDecimal},
    {"G", Key::kGroup},       {"g", Key::kGroup},         {"L", Key::kCurrency}, {"l", Key::kCurrency},
    {"S", Key::kSign},        {"s", Key::kSign},          {"V", Key::kShift},    {"v", Key::kShift},
};

Template parse_template(std::string_view format) {
  Template t;
  size_t i = 0;
  while (i < format.size()) {
    const Word* found = nullptr;
    for (const Word& word : kWords) {
      if (format.substr(i).starts_with(word.text)) {
        found = &word;
        break;
      }
    }
    if (found) {
      t.nodes.push_back({found->key, {}});
      note(t, found->key);
      i += std::string_view(found->text).size();
      continue;
    }
    if (format[i] == '"') {
      for (++i; i < format.size() && format[i] != '"'; ++i) {
        if (format[i] == '\\' && i + 1 < format.size()) ++i;
        t.nodes.push_back({Key::kLiteral, std::string(1, format[i])});
      }
      ++i;
      continue;
    }
    if (format[i] == '\\' && i + 1 < format.size() && format[i + 1] == '"') ++i;
    t.nodes.push_back({Key::kLiteral, std::string(1, format[i++])});
  }
  return t;
}

const char* ordinal_suffix(std::string_view number, bool upper) {
  size_t end = number.size();
  char last = end ? number[end - 1] : '0';
  if (last < '0' || last > '9') {
    throw SqlError(sqlstate::kInvalidTextRepresentation, "\"" + std::string(number) + "\" is not a number");
  }
  if (end > 1 && number[end - 2] == '1') last = '0';
  switch (last) {
    case '1':
      return upper ? "ST" : "st";
    case '2':
      return upper ? "ND" : "nd";
    case '3':
      return upper ? "RD" : "rd";
    default:
      return upper ? "TH" : "th";
  }
}

// Lays digits into a template. `digits` is the unsigned number, rounded to the template's fraction digits; `padding`
// the number of digit positions left of it.
class Layout {
 public:
  Layout(Template& t, std::string digits, int padding, char sign)
      : t_(t), digits_(std::move(digits)), padding_(padding), sign_(sign) {}

  std::string run() {
    prepare();
    for (const Node& node : t_.nodes) {
      put(node);
      if (cut_) break;
    }
    return out_;
  }

 private:
  void prepare() {
    if (t_.zero_start) --t_.zero_start;
    if (t_.roman) {
      bool fill = t_.fill;
      std::vector<Node> nodes = std::move(t_.nodes);
      t_ = Template();
      t_.nodes = std::move(nodes);
      t_.fill = fill;
      t_.roman = true;
      padding_ = 0;
    }
    if (t_.plus || t_.minus) {
      sign_done_ = !(t_.plus && !t_.minus);
    } else {
      if (sign_ != '-' && t_.bracket && t_.fill) t_.bracket = false;
      sign_done_ = sign_ == '+' && t_.fill && !t_.sign;
      if (t_.sign_place == SignPlace::kBefore && t_.before == t_.digits_before_sign) t_.sign_place = SignPlace::kAfter;
    }
    count_ = t_.after + t_.before - 1;
    if (t_.fill && t_.decimal) find_last_relevant();
    if (!sign_done_ && padding_ == 0) ++count_;
  }

  // With FM, trailing zeros after the point go, except those that a 0 in the template asks for.
  void find_last_relevant() {
    size_t point = digits_.find('.');
    if (point == std::string::npos) return;
    last_ = point;
    for (size_t i = point + 1; i < digits_.size(); ++i) {
      if (digits_[i] != '0') last_ = i;
    }
    if (t_.zero_end > padding_) {
      size_t zero = std::min(digits_.size() - 1, static_cast<size_t>(t_.zero_end - padding_));
      last_ = std::max(last_, zero);
    }
  }
  bool has_last() const { return last_ != std::string::npos; }
  bool ends_at_point() const { return has_last() && digits_[last_] == '.'; }
  // A lone 0 before the point is left blank ("9.9" of 0.1).
  bool blank_zero() const { return !t_.zero && at_ == 0 && !digits_.empty() && digits_[0] == '0' && t_.after != 0; }

  void put(const Node& node) {
    switch (node.key) {
      case Key::kLiteral:
        out_ += node.text;
        break;
      case Key::kNine:
      case Key::kZero:
      case Key::kPoint:
      case Key::kDecimal:
        put_digit(node.key == Key::kZero);
        break;
      case Key::kComma:
      case Key::kGroup:
        if (inside_)
          out_ += ',';
        else if (!t_.fill)
          out_ += ' ';
        break;
      case Key::kCurrency:
        out_ += ' ';
        break;
      case Key::kRoman:
      case Key::kRomanLower:
        put_roman(node.key == Key::kRomanLower);
        break;
      case Key::kOrdinal:
      case Key::kOrdinalLower:
        if (t_.roman || digits_.starts_with('#') || sign_ == '-' || t_.decimal) break;
        out_ += ordinal_suffix(digits_, node.key == Key::kOrdinal);
        break;
      case Key::kMinus:
        if (sign_ == '-')
          out_ += '-';
        else if (!t_.fill)
          out_ += ' ';
        break;
      case Key::kPlus:
        if (sign_ == '+')
          out_ += '+';
        else if (!t_.fill)
          out_ += ' ';
        break;
      case Key::kSignBoth:
        out_ += sign_;
        break;
      default:
        break;
    }
  }

  void put_roman(bool lower) {
    constexpr size_t kWidth = 15;
    std::string text = digits_;
    if (lower) {
      for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (!t_.fill && text.size() < kWidth) out_.append(kWidth - text.size(), ' ');
    out_ += text;
  }

  void put_leading_sign() {
    bool reached = position_ >= padding_ || (t_.zero && t_.zero_start == position_);
    if (sign_done_ || !reached || (blank_zero() && !ends_at_point())) return;
    if (t_.sign) {
      if (t_.sign_place != SignPlace::kBefore) return;
      out_ += sign_ == '-' ? '-' : '+';
    } else if (t_.bracket) {
      out_ += sign_ == '+' ? ' ' : '<';
    } else if (sign_ == '+') {
      if (!t_.fill) out_ += ' ';
    } else {
      out_ += '-';
    }
    sign_done_ = true;
  }

  void put_trailing_sign() {
    int end = count_ + (padding_ ? 1 : 0) + (t_.decimal ? 1 : 0);
    if (has_last() && last_ == at_) end = position_;
    if (position_ + 1 != end) return;
    if (sign_done_ && t_.bracket)
      out_ += sign_ == '+' ? ' ' : '>';
    else if (t_.sign && t_.sign_place == SignPlace::kAfter)
      out_ += sign_ == '-' ? '-' : '+';
  }

  void put_digit(bool zero_key) {
    if (t_.roman) return;
    inside_ = false;
    put_leading_sign();
    if (position_ < padding_ && (t_.zero_start > position_ || !t_.zero)) {
      if (!t_.fill) out_ += ' ';
    } else if (t_.zero && position_ < padding_ && t_.zero_start <= position_) {
      out_ += '0';
      inside_ = true;
    } else {
      if (at_ < digits_.size()) {
        put_own_digit(zero_key);
        ++at_;
      } else if (!has_last() || zero_key) {
        cut_ = true;  // past the last digit PostgreSQL's text ends, whatever follows in the template
        return;
      }
    }
    put_trailing_sign();
    ++position_;
  }

  void put_own_digit(bool zero_key) {
    char c = digits_[at_];
    if (c == '.') {
      if (!ends_at_point() || t_.fill) out_ += '.';
      return;
    }
    if (has_last() && at_ > last_ && !zero_key) return;
    if (blank_zero()) {
      if (!t_.fill)
        out_ += ' ';
      else if (ends_at_point())
        out_ += '0';
      return;
    }
    out_ += c;
    inside_ = true;
  }

  Template& t_;
  std::string digits_, out_;
  int padding_;
  char sign_;
  size_t at_ = 0, last_ = std::string::npos;
  int position_ = 0, count_ = 0;
  bool sign_done_ = false, inside_ = false, cut_ = false;
};

std::string lay_out(Template& t, std::string text) {
  char sign = '+';
  if (!text.empty() && text[0] == '-') {
    sign = '-';
    text.erase(0, 1);
  }
  int length = static_cast<int>(std::min(text.find('.'), text.size()));
  int padding = 0;
  if (length < t.before) {
    padding = t.before - length;
  } else if (length > t.before) {
    text.assign(static_cast<size_t>(t.before + t.after + 1), '#');
    text[static_cast<size_t>(t.before)] = '.';
  }
  return Layout(t, std::move(text), padding, sign).run();
}

std::string roman_digits(int64_t number) {
  constexpr size_t kWidth = 15;
  if (number > 3999 || number < 1) return std::string(kWidth, '#');
  static constexpr struct {
    int value;
    const char* text;
  } kSteps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
  std::string out;
  for (const auto& step : kSteps) {
    for (; number >= step.value; number -= step.value) out += step.text;
  }
  return out;
}

std::string lay_out_roman(Template& t, int64_t number) { return Layout(t, roman_digits(number), 0, '+').run(); }

std::string scientific_blank(const Template& t) {
  std::string out(static_cast<size_t>(t.before + t.after + 6), '#');
  out[0] = ' ';
  out[static_cast<size_t>(t.before + 1)] = '.';
  return out;
}

std::string numeric_to_char(std::string_view value, std::string_view format) {
  if (format.empty()) return {};
  Template t = parse_template(format);
  if (t.roman) return lay_out_roman(t, numeric::to_int32(numeric::round(value, 0)));
  if (t.exponent) {
    if (numeric::is_special(value)) return scientific_blank(t);
    std::string text = numeric::to_scientific(numeric::decode(value), t.after);
    return text[0] == '-' ? text : " " + text;
  }
  std::string shifted(value);
  if (t.has_shift) {
    shifted = numeric::multiply(value, numeric::encode(numeric::power(numeric::BigDecimal(int64_t{10}),
                                                                      numeric::BigDecimal(int64_t{t.shift}))));
    t.before += t.shift;
  }
  return lay_out(t, numeric::to_string(numeric::round(shifted, t.after)));
}

std::string float_text(const char* format, int digits, double value) {
  char buffer[512];
  int n = snprintf(buffer, sizeof buffer, format, digits, value);
  return {buffer, std::min(static_cast<size_t>(n), sizeof buffer - 1)};
}

template <typename T>
std::string integer_to_char(T value, std::string_view format) {
  if (format.empty()) return {};
  Template t = parse_template(format);
  if (t.roman) {
    if (value > INT32_MAX || value < INT32_MIN) throw_integer_range<int32_t>();
    return lay_out_roman(t, value);
  }
  if (t.exponent) {
    std::string text = sizeof(T) == 4 ? float_text("%.*e", t.after, static_cast<double>(value))
                                      : numeric::to_scientific(numeric::decode(numeric::from_int64(value)), t.after);
    return text[0] == '-' ? text : " " + text;
  }
  T scaled = value;
  if (t.has_shift) {
    for (int i = 0; i < t.shift; ++i) {
      if (__builtin_mul_overflow(scaled, T{10}, &scaled) && sizeof(T) == 8) throw_integer_range<T>();
    }
    t.before += t.shift;
  }
  std::string text = std::to_string(scaled);
  if (t.after) text += "." + std::string(static_cast<size_t>(t.after), '0');
  return lay_out(t, std::move(text));
}

template <typename T>
std::string float_to_char(T value, std::string_view format) {
  constexpr int kDigits = sizeof(T) == 4 ? 6 : 15;
  if (format.empty()) return {};
  Template t = parse_template(format);
  if (t.roman) {
    double rounded = std::rint(value);
    return lay_out_roman(t, rounded >= 1 && rounded < 4000 ? static_cast<int64_t>(rounded) : 0);
  }
  if (t.exponent) {
    if (!std::isfinite(value)) return scientific_blank(t);
    std::string text = float_text("%+.*e", t.after, value);
    if (text[0] == '+') text[0] = ' ';
    return text;
  }
  double scaled = value;
  if (t.has_shift) {
    scaled = static_cast<T>(value * std::pow(10.0, t.shift));
    t.before += t.shift;
  }
  std::string whole = std::isfinite(scaled) ? float_text("%.*f", 0, std::fabs(scaled))
                      : std::isnan(scaled)  ? "NaN"
                                            : "Infinity";
  int length = static_cast<int>(whole.size());
  if (length >= kDigits)
    t.after = 0;
  else if (length + t.after > kDigits)
    t.after = kDigits - length;
  std::string text = whole;
  if (std::isfinite(scaled))
    text = float_text("%.*f", t.after, scaled);
  else if (std::isinf(scaled) && scaled < 0)
    text = "-" + whole;
  return lay_out(t, std::move(text));
}

// --- to_number -------------------------------------------------------------------------------------------------------
class Reader {
 public:
  Reader(Template& t, std::string_view input) : t_(t), in_(input) {}

  std::string run() {
    for (const Node& node : t_.nodes) {
      if (at_ >= in_.size()) break;
      if (read(node)) ++at_;
    }
    if (!digits_.empty() && digits_.back() == '.') digits_.pop_back();
    t_.after = read_after_;
    return std::string(1, sign_) + digits_;
  }

 private:
  char peek() const { return at_ < in_.size() ? in_[at_] : '\0'; }
  static bool digit(char c) { return c >= '0' && c <= '9'; }
  bool at_end() const { return at_ >= in_.size(); }
  void skip_other(size_t n) {
    constexpr std::string_view kData = "0123456789.,+-";
    while (n-- > 0 && !at_end() && kData.find(peek()) == std::string_view::npos) ++at_;
  }

  // True when the character at the position was used up by this node.
  bool read(const Node& node) {
    switch (node.key) {
      case Key::kLiteral:
        return true;
      case Key::kNine:
      case Key::kZero:
      case Key::kPoint:
      case Key::kDecimal:
        read_digit(node.key == Key::kNine || node.key == Key::kZero);
        return true;
      case Key::kComma:
      case Key::kGroup:
        return !t_.fill && peek() == ',';
      case Key::kCurrency:
        skip_other(1);
        return false;
      case Key::kOrdinal:
      case Key::kOrdinalLower:
        skip_other(2);
        return false;
      case Key::kMinus:
      case Key::kPlus:
      case Key::kSignBoth:
        if ((peek() == '-' && node.key != Key::kPlus) || (peek() == '+' && node.key != Key::kMinus)) {
          sign_ = peek();
          return true;
        }
        skip_other(1);
        return false;
      default:
        return false;
    }
  }

  void read_digit(bool digit_key) {
    bool used = false;
    if (peek() == ' ') ++at_;
    if (at_end()) return;
    if (sign_ == ' ' && digit_key && read_before_ + read_after_ == 0) {
      if (t_.sign && t_.sign_place == SignPlace::kBefore) {
        if (peek() == '-' || peek() == '+') sign_ = in_[at_++];
      } else if (peek() == '-' || (t_.bracket && peek() == '<')) {
        sign_ = '-';
        ++at_;
      } else if (peek() == '+') {
        sign_ = '+';
        ++at_;
      }
    }
    if (at_end()) return;
    if (digit(peek())) {
      if (read_point_ && read_after_ == t_.after) return;
      digits_ += peek();
      ++(read_point_ ? read_after_ : read_before_);
      used = true;
    } else if (t_.decimal && !read_point_ && peek() == '.') {
      digits_ += '.';
      read_point_ = used = true;
    }
    if (sign_ != ' ' || read_before_ + read_after_ == 0) return;
    if (t_.sign && used && at_ + 1 < in_.size() && !digit(in_[at_ + 1])) {
      if (in_[at_ + 1] == '-' || in_[at_ + 1] == '+') sign_ = in_[++at_];
    }
  }

  Template& t_;
  std::string_view in_;
  size_t at_ = 0;
  char sign_ = ' ';
  std::string digits_;
  int read_before_ = 0, read_after_ = 0;
  bool read_point_ = false;
};

std::optional<std::string> to_number(std::string_view text, std::string_view format) {
  if (format.empty()) return std::nullopt;
  Template t = parse_template(format);
  if (t.exponent) throw SqlError(sqlstate::kFeatureNotSupported, "\"EEEE\" not supported for input");
  if (t.roman) throw SqlError(sqlstate::kFeatureNotSupported, "\"RN\" not supported for input");
  std::string digits = Reader(t, text).run();
  std::string value = numeric::parse(digits, numeric::make_typmod({t.before + t.shift + t.after, t.after}));
  if (!t.has_shift) return value;
  std::string scale =
      numeric::encode(numeric::power(numeric::BigDecimal(int64_t{10}), numeric::BigDecimal(int64_t{-t.shift})));
  return numeric::multiply(value, scale);
}

}  // namespace

void register_number_format(FunctionRegistry& r) {
  r.add_scalar("numeric_to_char", scalar<numeric_to_char>());
  r.add_scalar("int4_to_char", scalar<integer_to_char<int32_t>>());
  r.add_scalar("int8_to_char", scalar<integer_to_char<int64_t>>());
  r.add_scalar("float4_to_char", scalar<float_to_char<float>>());
  r.add_scalar("float8_to_char", scalar<float_to_char<double>>());
  r.add_scalar("numeric_to_number", scalar<to_number>());
}

}  // namespace basalt::types
