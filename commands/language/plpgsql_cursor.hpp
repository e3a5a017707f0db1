// PlRows: the rows of a loop over a query, read while the loop runs, as PostgreSQL reads them: ten at first and then
// fifty at a time, one by one from a cursor and where the body may end the transaction. So the query's volatile
// functions run between the rounds of the body, and memory does not grow with the result.
//
// A loop outlives COMMIT and ROLLBACK in its body: hold_loops() reads its query to the end before.
#pragma once

#include "commands/language/language_state.hpp"
#include "commands/language/plpgsql_frame.hpp"
#include "commands/portal.hpp"

namespace basalt::commands::language {

class PlRows {
 public:
  PlRows(Session& session, std::shared_ptr<Portal> portal, bool one_by_one);
  // Rows that are there already.
  PlRows(Session& session, std::shared_ptr<const ResultShape> shape, std::vector<std::vector<common::Value>> rows);
  ~PlRows();
  PlRows(const PlRows&) = delete;
  PlRows& operator=(const PlRows&) = delete;

  const std::shared_ptr<const ResultShape>& shape() const { return shape_; }
  bool next(std::vector<common::Value>& row);

 private:
  void read();

  Session& session_;
  std::shared_ptr<Portal> portal_;  // null: all rows are in `buffer_`
  std::shared_ptr<const ResultShape> shape_;
  std::vector<std::vector<common::Value>> buffer_;
  size_t at_ = 0;
  uint32_t demand_ = 10;
  bool cursor_ = false;
};

// Before the transaction ends.
void hold_loops(Session& session);

}  // namespace basalt::commands::language
