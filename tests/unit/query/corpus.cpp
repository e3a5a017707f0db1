#include "corpus.hpp"

#include <fstream>

namespace basalt::query::test {

std::vector<CorpusItem> read_corpus(const std::string& file) {
  std::vector<CorpusItem> items;
  std::ifstream in(std::string(BASALT_CORPUS) + "/" + file);
  auto add = [](std::string& to, const std::string& line) {
    if (!to.empty()) to += '\n';
    to += line;
  };
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("= ", 0) == 0)
      items.back().answer = line.substr(2);
    else if (line.rfind("- ", 0) == 0)
      add(items.back().view, line.substr(2));
    else if (line.rfind("+ ", 0) == 0)
      add(items.back().pretty_view, line.substr(2));
    else
      items.push_back({line, "", "", ""});
  }
  return items;
}

}  // namespace basalt::query::test
