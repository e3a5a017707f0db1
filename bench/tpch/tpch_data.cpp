// Writes one table of the TPC-H benchmark as COPY text to standard output:  tpch_data SCALE TABLE
//
// Follows the public TPC-H specification (clause 4.2, DBGEN and database population): tables, cardinalities, value
// lists, key formulas and distributions, as far as the 22 queries depend on them. The random numbers are our own: each
// value is a hash of (table, row, column), so that a table can be written without the others and is always the same.
// orders and lineitem are derived together: an order's lines decide its status and total price.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Words = std::vector<const char*>;

const Words kColours = {
    "almond",   "antique", "aquamarine", "azure",     "beige",      "bisque",    "black",     "blanched", "blue",
    "blush",    "brown",   "burlywood",  "burnished", "chartreuse", "chiffon",   "chocolate", "coral",    "cornflower",
    "cornsilk", "cream",   "cyan",       "dark",      "deep",       "dim",       "dodger",    "drab",     "firebrick",
    "floral",   "forest",  "frosted",    "gainsboro", "ghost",      "goldenrod", "green",     "grey",     "honeydew",
    "hot",      "indian",  "ivory",      "khaki",     "lace",       "lavender",  "lawn",      "lemon",    "light",
    "lime",     "linen",   "magenta",    "maroon",    "medium",     "metallic",  "midnight",  "mint",     "misty",
    "moccasin", "navajo",  "navy",       "olive",     "orange",     "orchid",    "pale",      "papaya",   "peach",
    "peru",     "pink",    "plum",       "powder",    "puff",       "purple",    "red",       "rose",     "rosy",
    "royal",    "saddle",  "salmon",     "sandy",     "seashell",   "sienna",    "sky",       "slate",    "smoke",
    "snow",     "spring",  "steel",      "tan",       "thistle",    "tomato",    "turquoise", "violet",   "wheat",
    "white",    "yellow"};
const Words kTypes1 = {"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"};
const Words kTypes2 = {"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"};
const Words kTypes3 = {"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"};
const Words kContainers1 = {"SM", "LG", "MED", "JUMBO", "WRAP"};
const Words kContainers2 = {"CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"};
const Words kSegments = {"AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"};
const Words kPriorities = {"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"};
const Words kInstructions = {"DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"};
const Words kModes = {"REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"};
const Words kRegions = {"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"};
const Words kNouns = {"foxes",     "ideas",          "theodolites", "pinto beans", "instructions", "dependencies",
                      "excuses",   "platelets",      "asymptotes",  "courts",      "dolphins",     "multipliers",
                      "sauternes", "warthogs",       "frets",       "dinos",       "attainments",  "somas",
                      "braids",    "hockey players", "frays",       "warhorses",   "dugouts",      "notornis",
                      "epitaphs",  "pearls",         "tithes",      "waters",      "orbits",       "gifts",
                      "sheaves",   "depths",         "sentiments",  "decoys",      "realms",       "pains",
                      "grouches",  "escapades",      "packages",    "requests",    "accounts",     "deposits"};
const Words kVerbs = {"sleep",  "wake",   "are",       "cajole",   "haggle", "nag",   "use",     "boost",
                      "affix",  "detect", "integrate", "maintain", "nod",    "was",   "lose",    "sublate",
                      "solve",  "thrash", "promise",   "engage",   "hinder", "print", "x-ray",   "breach",
                      "eat",    "grow",   "impress",   "mold",     "poach",  "serve", "run",     "dazzle",
                      "snooze", "doze",   "unwind",    "kindle",   "play",   "hang",  "believe", "doubt"};
const Words kAdjectives = {"furious",  "sly",     "careful", "blithe",  "quick",  "fluffy", "slow",     "quiet",
                           "ruthless", "thin",    "close",   "dogged",  "daring", "brave",  "stealthy", "permanent",
                           "enticing", "idle",    "busy",    "regular", "final",  "ironic", "even",     "bold",
                           "silent",   "special", "pending", "unusual", "express"};
const Words kAdverbs = {"sometimes", "always",    "never",   "furiously",  "slyly",       "carefully",  "blithely",
                        "quickly",   "fluffily",  "slowly",  "quietly",    "ruthlessly",  "thinly",     "closely",
                        "doggedly",  "daringly",  "bravely", "stealthily", "permanently", "enticingly", "idly",
                        "busily",    "regularly", "finally", "ironically", "evenly",      "boldly",     "silently"};
const Words kPrepositions = {"about",  "above",   "according to", "across",  "after",  "against", "along",   "among",
                             "around", "at",      "before",       "beneath", "beside", "besides", "between", "beyond",
                             "by",     "despite", "during",       "except",  "for",    "from",    "inside",  "into",
                             "near",   "of",      "on",           "outside", "over"};

struct Nation {
  const char* name;
  int region;
};
const Nation kNations[25] = {
    {"ALGERIA", 0},      {"ARGENTINA", 1},  {"BRAZIL", 1},  {"CANADA", 1},         {"EGYPT", 4},
    {"ETHIOPIA", 0},     {"FRANCE", 3},     {"GERMANY", 3}, {"INDIA", 2},          {"INDONESIA", 2},
    {"IRAN", 4},         {"IRAQ", 4},       {"JAPAN", 2},   {"JORDAN", 4},         {"KENYA", 0},
    {"MOROCCO", 0},      {"MOZAMBIQUE", 0}, {"PERU", 1},    {"CHINA", 2},          {"ROMANIA", 3},
    {"SAUDI ARABIA", 4}, {"VIETNAM", 2},    {"RUSSIA", 3},  {"UNITED KINGDOM", 3}, {"UNITED STATES", 1}};

// The stream of random numbers of one row (splitmix64).
class Random {
 public:
  Random(int table, int64_t row)
      : state_(static_cast<uint64_t>(table) * uint64_t{0xd1342543de82ef95} + static_cast<uint64_t>(row)) {
    next();
    next();
  }

  uint64_t next() {
    state_ += uint64_t{0x9e3779b97f4a7c15};
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * uint64_t{0xbf58476d1ce4e5b9};
    mixed = (mixed ^ (mixed >> 27)) * uint64_t{0x94d049bb133111eb};
    return mixed ^ (mixed >> 31);
  }

  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }

  const char* one_of(const Words& words) { return words[next() % words.size()]; }

 private:
  uint64_t state_;
};

// Text of the specification's grammar in outline: sentences of noun phrases, verb phrases and prepositional phrases.
std::string text(Random& random, int length_min, int length_max) {
  const size_t length = static_cast<size_t>(random.between(length_min, length_max));
  std::string out;
  while (out.size() < length + 1) {
    if (random.between(0, 3) == 0) out.append(random.one_of(kAdverbs)).append(" ");
    if (random.between(0, 1) == 0) out.append(random.one_of(kAdjectives)).append(" ");
    out.append(random.one_of(kNouns)).append(" ").append(random.one_of(kVerbs)).append(" ");
    if (random.between(0, 1) == 0) {
      out.append(random.one_of(kPrepositions)).append(" the ");
      out.append(random.one_of(kAdjectives)).append(" ").append(random.one_of(kNouns));
    } else {
      out.append(random.one_of(kAdverbs));
    }
    out.append(random.between(0, 5) == 0 ? "; " : ". ");
  }
  out.resize(length);
  while (!out.empty() && out.back() == ' ') out.back() = '.';
  return out;
}

std::string address(Random& random) {
  static const char kLetters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,  ";
  std::string out(static_cast<size_t>(random.between(10, 40)), ' ');
  for (char& letter : out) letter = kLetters[random.next() % (sizeof kLetters - 1)];
  out.front() = out.back() = 'x';
  return out;
}

std::string phone(Random& random, int64_t nation) {
  char buffer[40];
  const int area = static_cast<int>(random.between(100, 999)), office = static_cast<int>(random.between(100, 999));
  std::snprintf(buffer, sizeof buffer, "%d-%03d-%03d-%04d", static_cast<int>(nation) + 10, area, office,
                static_cast<int>(random.between(1000, 9999)));
  return buffer;
}

std::string money(int64_t cents) {
  char buffer[40];
  const int64_t size = cents < 0 ? -cents : cents;
  std::snprintf(buffer, sizeof buffer, "%s%lld.%02lld", cents < 0 ? "-" : "", static_cast<long long>(size / 100),
                static_cast<long long>(size % 100));
  return buffer;
}

// Day number (0 = 1992-01-01) as a date; the population spans 1992 to 1998.
std::string date(int64_t day) {
  static const int kMonths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = 1992;
  for (int days = 366; day >= days; days = year % 4 == 0 ? 366 : 365) {
    day -= days;
    ++year;
  }
  int month = 0;
  for (;; ++month) {
    const int days = kMonths[month] + (month == 1 && year % 4 == 0 ? 1 : 0);
    if (day < days) break;
    day -= days;
  }
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", year, month + 1, static_cast<int>(day) + 1);
  return buffer;
}

constexpr int64_t kLastOrderDay = 2405;  // 1998-08-02: the end of 1998 less 151 days
constexpr int64_t kCurrentDay = 1263;    // 1995-06-17

struct Size {
  int64_t suppliers, parts, customers, orders;
  double scale;
};

int64_t retail_price(int64_t part) { return 90000 + (part / 10) % 20001 + 100 * (part % 1000); }

int64_t supplier_of(const Size& size, int64_t part, int64_t which) {
  return (part + which * (size.suppliers / 4 + (part - 1) / size.suppliers)) % size.suppliers + 1;
}

void write_region() {
  for (int row = 0; row < 5; ++row) {
    Random random(1, row);
    std::printf("%d\t%s\t%s\n", row, kRegions[static_cast<size_t>(row)], text(random, 31, 115).c_str());
  }
}

void write_nation() {
  for (int row = 0; row < 25; ++row) {
    Random random(2, row);
    std::printf("%d\t%s\t%d\t%s\n", row, kNations[row].name, kNations[row].region, text(random, 31, 114).c_str());
  }
}

void write_supplier(const Size& size) {
  // 5 * scale suppliers' comments speak of complaints, as many of recommendations; at small scales at least one each.
  const int64_t marked = size.scale * 5 < 1 ? 1 : static_cast<int64_t>(size.scale * 5);
  const int64_t step = size.suppliers / (2 * marked);
  for (int64_t row = 1; row <= size.suppliers; ++row) {
    Random random(3, row);
    const int64_t nation = random.between(0, 24);
    const std::string where = address(random), number = phone(random, nation);
    const int64_t balance = random.between(-99999, 999999);
    std::string comment = text(random, 50, 100);
    if (step > 0 && row % step == 1 % step && row / step < 2 * marked) {
      comment.replace(5, 20, row / step % 2 == 0 ? "Customer  Complaints" : "Customer  Recommends");
    }
    std::printf("%lld\tSupplier#%09lld\t%s\t%lld\t%s\t%s\t%s\n", static_cast<long long>(row),
                static_cast<long long>(row), where.c_str(), static_cast<long long>(nation), number.c_str(),
                money(balance).c_str(), comment.c_str());
  }
}

void write_part(const Size& size) {
  for (int64_t row = 1; row <= size.parts; ++row) {
    Random random(4, row);
    std::string name;
    std::vector<size_t> used;
    while (used.size() < 5) {
      const size_t colour = random.next() % kColours.size();
      bool again = false;
      for (const size_t other : used) again |= other == colour;
      if (again) continue;
      if (!used.empty()) name += ' ';
      name += kColours[colour];
      used.push_back(colour);
    }
    const int maker = static_cast<int>(random.between(1, 5)), brand = static_cast<int>(random.between(1, 5));
    const char* type1 = random.one_of(kTypes1);
    const char* type2 = random.one_of(kTypes2);
    const char* type3 = random.one_of(kTypes3);
    const int measure = static_cast<int>(random.between(1, 50));
    const char* container1 = random.one_of(kContainers1);
    const char* container2 = random.one_of(kContainers2);
    std::printf("%lld\t%s\tManufacturer#%d\tBrand#%d%d\t%s %s %s\t%d\t%s %s\t%s\t%s\n", static_cast<long long>(row),
                name.c_str(), maker, maker, brand, type1, type2, type3, measure, container1, container2,
                money(retail_price(row)).c_str(), text(random, 5, 22).c_str());
  }
}

void write_partsupp(const Size& size) {
  for (int64_t part = 1; part <= size.parts; ++part) {
    for (int64_t which = 0; which < 4; ++which) {
      Random random(5, part * 4 + which);
      const int64_t available = random.between(1, 9999), cost = random.between(100, 100000);
      std::printf("%lld\t%lld\t%lld\t%s\t%s\n", static_cast<long long>(part),
                  static_cast<long long>(supplier_of(size, part, which)), static_cast<long long>(available),
                  money(cost).c_str(), text(random, 49, 198).c_str());
    }
  }
}

void write_customer(const Size& size) {
  for (int64_t row = 1; row <= size.customers; ++row) {
    Random random(6, row);
    const int64_t nation = random.between(0, 24);
    const std::string where = address(random), number = phone(random, nation);
    const int64_t balance = random.between(-99999, 999999);
    const char* segment = random.one_of(kSegments);
    std::printf("%lld\tCustomer#%09lld\t%s\t%lld\t%s\t%s\t%s\t%s\n", static_cast<long long>(row),
                static_cast<long long>(row), where.c_str(), static_cast<long long>(nation), number.c_str(),
                money(balance).c_str(), segment, text(random, 29, 116).c_str());
  }
}

// Only the first eight of each 32 order keys are used.
int64_t order_key(int64_t row) { return (row - 1) / 8 * 32 + (row - 1) % 8 + 1; }

enum class OrderTable { kOrders, kLineitem };

struct OrderSummary {
  int64_t total = 0;  // in cents, rounded line by line
  int open = 0, lines = 0;
};

OrderSummary write_lines(const Size& size, int64_t row, int64_t order_day, OrderTable table) {
  OrderSummary summary;
  Random count(8, row);
  summary.lines = static_cast<int>(count.between(1, 7));
  for (int line = 1; line <= summary.lines; ++line) {
    Random random(9, row * 8 + line);
    const int64_t part = random.between(1, size.parts), supplier = supplier_of(size, part, random.between(0, 3));
    const int64_t quantity = random.between(1, 50), discount = random.between(0, 10), tax = random.between(0, 8);
    const int64_t shipped = order_day + random.between(1, 121), committed = order_day + random.between(30, 90);
    const int64_t received = shipped + random.between(1, 30);
    const int64_t price = quantity * retail_price(part);
    const char flag = received <= kCurrentDay ? (random.next() % 2 == 0 ? 'R' : 'A') : 'N';
    summary.total += (price * (100 - discount) * (100 + tax) + 5000) / 10000;
    summary.open += shipped > kCurrentDay ? 1 : 0;
    if (table == OrderTable::kOrders) continue;
    const char* instruction = random.one_of(kInstructions);
    const char* mode = random.one_of(kModes);
    std::printf("%lld\t%lld\t%lld\t%d\t%lld\t%s\t%s\t%s\t%c\t%c\t%s\t%s\t%s\t%s\t%s\t%s\n",
                static_cast<long long>(order_key(row)), static_cast<long long>(part), static_cast<long long>(supplier),
                line, static_cast<long long>(quantity), money(price).c_str(), money(discount).c_str(),
                money(tax).c_str(), flag, shipped > kCurrentDay ? 'O' : 'F', date(shipped).c_str(),
                date(committed).c_str(), date(received).c_str(), instruction, mode, text(random, 10, 43).c_str());
  }
  return summary;
}

void write_orders(const Size& size, OrderTable table) {
  const int64_t clerks = size.scale * 1000 < 1 ? 1 : static_cast<int64_t>(size.scale * 1000);
  for (int64_t row = 1; row <= size.orders; ++row) {
    Random random(7, row);
    int64_t customer = random.between(1, size.customers);
    while (customer % 3 == 0) customer = random.between(1, size.customers);  // a third of the customers never order
    const int64_t day = random.between(0, kLastOrderDay);
    const OrderSummary summary = write_lines(size, row, day, table);
    if (table == OrderTable::kLineitem) continue;
    const char status = summary.open == 0 ? 'F' : summary.open == summary.lines ? 'O' : 'P';
    const char* priority = random.one_of(kPriorities);
    const int64_t clerk = random.between(1, clerks);
    std::printf("%lld\t%lld\t%c\t%s\t%s\t%s\tClerk#%09lld\t0\t%s\n", static_cast<long long>(order_key(row)),
                static_cast<long long>(customer), status, money(summary.total).c_str(), date(day).c_str(), priority,
                static_cast<long long>(clerk), text(random, 19, 78).c_str());
  }
}

int64_t rows(double scale, int64_t at_one) {
  const int64_t count = static_cast<int64_t>(scale * static_cast<double>(at_one) + 0.5);
  return count < 8 ? 8 : count;
}

bool write_table(const Size& size, const char* table) {
  if (std::strcmp(table, "region") == 0) {
    write_region();
  } else if (std::strcmp(table, "nation") == 0) {
    write_nation();
  } else if (std::strcmp(table, "supplier") == 0) {
    write_supplier(size);
  } else if (std::strcmp(table, "part") == 0) {
    write_part(size);
  } else if (std::strcmp(table, "partsupp") == 0) {
    write_partsupp(size);
  } else if (std::strcmp(table, "customer") == 0) {
    write_customer(size);
  } else if (std::strcmp(table, "orders") == 0) {
    write_orders(size, OrderTable::kOrders);
  } else if (std::strcmp(table, "lineitem") == 0) {
    write_orders(size, OrderTable::kLineitem);
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const double scale = argc == 3 ? std::atof(argv[1]) : 0;
  if (scale <= 0) {
    std::fprintf(stderr, "tpch_data SCALE region|nation|supplier|part|partsupp|customer|orders|lineitem\n");
    return 2;
  }
  const Size size{rows(scale, 10000), rows(scale, 200000), rows(scale, 150000), rows(scale, 1500000), scale};
  if (!write_table(size, argv[2])) {
    std::fprintf(stderr, "tpch_data: no table \"%s\"\n", argv[2]);
    return 2;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
