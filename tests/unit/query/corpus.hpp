// The statements of corpus/ with what PostgreSQL answered (record.py).
#pragma once

#include <string>
#include <vector>

namespace basalt::query::test {

struct CorpusItem {
  std::string statement, answer;
  std::string view, pretty_view;  // select.out: pg_get_viewdef; "-" where a view cannot be made
};
std::vector<CorpusItem> read_corpus(const std::string& file);

}  // namespace basalt::query::test
