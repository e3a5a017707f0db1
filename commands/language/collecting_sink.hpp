// CollectingSink: the rows that a utility statement answers with (EXPLAIN, SHOW), for PL/pgSQL.
#pragma once

#include "commands/language/language.hpp"
#include "commands/result_sink.hpp"

namespace basalt::commands::language {

class CollectingSink : public ResultSink {
 public:
  void describe(const std::vector<ResultColumn>& columns) override {
    auto shape = std::make_shared<ResultShape>();
    shape->is_row = true;
    shape->type = types::oid::kRecord;
    for (const auto& column : columns) {
      shape->names.push_back(column.name);
      shape->types.push_back(column.type);
      shape->typmods.push_back(column.typmod);
    }
    this->shape = std::move(shape);
  }
  void rows(const std::vector<ResultColumn>&, const common::Chunk& chunk) override {
    for (uint32_t r = 0; r < chunk.rows; ++r) {
      std::vector<common::Value> row;
      for (const auto& column : chunk.columns) row.push_back(column.value(r));
      taken.push_back(std::move(row));
    }
  }
  void complete(std::string_view tag) override { this->tag = tag; }

  std::string tag;
  std::shared_ptr<const ResultShape> shape;  // null: the statement has no rows
  std::vector<std::vector<common::Value>> taken;
};

}  // namespace basalt::commands::language
