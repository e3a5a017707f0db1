#include "types/datetime/datetime_template.hpp"

namespace basalt::types::datetime_template {

namespace {

struct Word {
  const char* text;  // upper case
  Key key;
  int digits = 0;
  bool dotted = false;
  bool capital = false;  // also spelt with a capital first letter only
};

// A word stands before every word that begins it.
constexpr Word kWords[] = {
    {"A.D.", Key::kAdBc, 0, true},
    {"A.M.", Key::kAmPm, 0, true},
    {"AD", Key::kAdBc},
    {"AM", Key::kAmPm},
    {"B.C.", Key::kAdBc, 0, true},
    {"BC", Key::kAdBc},
    {"CC", Key::kCentury},
    {"DAY", Key::kDayName, 0, false, true},
    {"DDD", Key::kDayOfYear},
    {"DD", Key::kDay},
    {"DY", Key::kDayShort, 0, false, true},
    {"D", Key::kDayOfWeek},
    {"FF1", Key::kFraction, 1},
    {"FF2", Key::kFraction, 2},
    {"FF3", Key::kFraction, 3},
    {"FF4", Key::kFraction, 4},
    {"FF5", Key::kFraction, 5},
    {"FF6", Key::kFraction, 6},
    {"FX", Key::kExact},
    {"HH24", Key::kHour24},
    {"HH12", Key::kHour12},
    {"HH", Key::kHour12},
    {"IDDD", Key::kIsoDayOfYear},
    {"ID", Key::kIsoDayOfWeek},
    {"IW", Key::kIsoWeek},
    {"IYYY", Key::kIsoYear, 4},
    {"IYY", Key::kIsoYear, 3},
    {"IY", Key::kIsoYear, 2},
    {"I", Key::kIsoYear, 1},
    {"J", Key::kJulian},
    {"MI", Key::kMinute},
    {"MM", Key::kMonth},
    {"MONTH", Key::kMonthName, 0, false, true},
    {"MON", Key::kMonthShort, 0, false, true},
    {"MS", Key::kMillisecond},
    {"OF", Key::kOffset},
    {"P.M.", Key::kAmPm, 0, true},
    {"PM", Key::kAmPm},
    {"Q", Key::kQuarter},
    {"RM", Key::kRomanMonth},
    {"SSSSS", Key::kSecondsOfDay},
    {"SSSS", Key::kSecondsOfDay},
    {"SS", Key::kSecond},
    {"TZH", Key::kTzh},
    {"TZM", Key::kTzm},
    {"TZ", Key::kTz},
    {"US", Key::kMicrosecond},
    {"WW", Key::kWeek},
    {"W", Key::kWeekOfMonth},
    {"Y,YYY", Key::kYearComma},
    {"YYYY", Key::kYear, 4},
    {"YYY", Key::kYear, 3},
    {"YY", Key::kYear, 2},
    {"Y", Key::kYear, 1},
};

std::string lowered(std::string text, size_t from) {
  for (size_t i = from; i < text.size(); ++i) {
    if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] + 32);
  }
  return text;
}

// The spelling decides the case of what is printed; words are otherwise spelt all upper or all lower.
bool match(std::string_view rest, const Word& word, Case& letters) {
  std::string text = word.text;
  if (rest.starts_with(text))
    letters = Case::kUpper;
  else if (rest.starts_with(lowered(text, 0)))
    letters = Case::kLower;
  else if (word.capital && rest.starts_with(lowered(text, 1)))
    letters = Case::kCapital;
  else
    return false;
  return true;
}

bool take(std::string_view& rest, std::string_view upper, std::string_view lower) {
  if (!rest.starts_with(upper) && !rest.starts_with(lower)) return false;
  rest.remove_prefix(upper.size());
  return true;
}

bool take_word(std::string_view& rest, Node& node) {
  for (const Word& word : kWords) {
    if (!match(rest, word, node.letters)) continue;
    node.key = word.key;
    node.digits = word.digits;
    node.dotted = word.dotted;
    size_t length = std::string_view(word.text).size();
    node.text = rest.substr(0, length);
    rest.remove_prefix(length);
    return true;
  }
  return false;
}

void take_suffixes(std::string_view& rest, Node& node) {
  if (rest.starts_with("TH")) {
    node.ordinal = Ordinal::kUpper;
    rest.remove_prefix(2);
  } else if (rest.starts_with("th")) {
    node.ordinal = Ordinal::kLower;
    rest.remove_prefix(2);
  } else {
    take(rest, "SP", "sp");
  }
}

void take_quoted(std::string_view& rest, std::vector<Node>& nodes) {
  rest.remove_prefix(1);
  while (!rest.empty() && rest[0] != '"') {
    if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
    Node node;
    node.text = rest[0];
    node.quoted = true;
    nodes.push_back(std::move(node));
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
}

}  // namespace

std::vector<Node> parse(std::string_view rest) {
  std::vector<Node> nodes;
  while (!rest.empty()) {
    Node node;
    std::string_view start = rest;
    bool translated = false;
    if (take(rest, "FM", "fm"))
      node.fill = true;
    else
      translated = take(rest, "TM", "tm");
    if (!rest.empty() && take_word(rest, node)) {
      if (translated && (node.key == Key::kMonthName || node.key == Key::kDayName)) node.fill = true;
      take_suffixes(rest, node);
      nodes.push_back(std::move(node));
      continue;
    }
    if (rest.size() != start.size()) continue;  // a lone prefix prints nothing
    if (rest[0] == '"') {
      take_quoted(rest, nodes);
      continue;
    }
    if (rest[0] == '\\' && rest.size() > 1 && rest[1] == '"') rest.remove_prefix(1);
    node.text = rest[0];
    rest.remove_prefix(1);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace basalt::types::datetime_template
