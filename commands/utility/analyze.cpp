// The statistics of a column, from a reservoir sample (Vitter, "Random sampling with a reservoir", 1985):
//
//   n_distinct    Haas and Stokes' estimator "Duj1" (1998), as PostgreSQL uses it
//   MCV           the values that occur significantly more often than the average one
//   histogram     equal-depth bounds over the other values
//   correlation   of the order of values with that of the rows
#include "commands/utility/analyze.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "catalog/catalog_ids.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_statistic.hpp"
#include "common/sqlstate.hpp"
#include "executor/index_key.hpp"
#include "types/container/array.hpp"
#include "types/type_operations.hpp"

namespace basalt::commands {

using catalog::ColumnDescriptor;
using common::Chunk;
using common::Oid;
using common::PhysicalType;
using common::SqlError;
using common::StringRef;
using common::Value;
using common::Vector;
namespace sqlstate = common::sqlstate;

namespace {

constexpr int kDefaultTarget = 100;
constexpr int kRowsPerTarget = 300;
constexpr size_t kValueBytesMax = 1024;  // wider ones are not kept
constexpr Oid kBtree{403};

struct Sample {
  Chunk rows;  // in physical order
  uint64_t total = 0;
};

Sample draw_sample(Session& session, const catalog::RelationDescriptor& relation,
                   const std::vector<const ColumnDescriptor*>& columns, uint32_t size) {
  Sample sample;
  storage::HeapScanOptions options;
  for (const ColumnDescriptor* column : columns) {
    options.columns.emplace_back(static_cast<uint16_t>(column->number - 1));
    sample.rows.columns.emplace_back(column->physical, size);
  }
  const auto refreshers = executor::record_refreshers(session.catalog(), relation, options.columns);
  auto scan = session.storage().heap(relation.tree).scan(session.statement_snapshot(), std::move(options));
  std::vector<uint64_t> origin;  // the row that stands at each place
  auto put = [&](uint32_t place, const Chunk& chunk, uint32_t row) {
    for (size_t c = 0; c < columns.size(); ++c) {
      Vector& to = sample.rows.columns[c];
      to.validity().set_valid(place);
      to.copy_row(place, chunk.columns[c], row);
    }
  };
  Chunk chunk;
  for (scan->next(chunk, common::kChunkRowsMax); chunk.rows > 0; scan->next(chunk, common::kChunkRowsMax)) {
    session.interrupt().check();
    executor::refresh_columns(refreshers, chunk);
    for (uint32_t row = 0; row < chunk.rows; ++row, ++sample.total) {
      if (origin.size() < size) {
        put(static_cast<uint32_t>(origin.size()), chunk, row);
        origin.push_back(sample.total);
        continue;
      }
      uint64_t place = session.call_context().random() % (sample.total + 1);
      if (place >= size) continue;
      put(static_cast<uint32_t>(place), chunk, row);
      origin[place] = sample.total;
    }
  }
  sample.rows.rows = static_cast<uint32_t>(origin.size());
  auto order = std::make_shared<common::Selection>(origin.size());
  std::iota(order->begin(), order->end(), 0u);
  std::sort(order->begin(), order->end(), [&](uint32_t a, uint32_t b) { return origin[a] < origin[b]; });
  sample.rows.slice(order);
  for (Vector& column : sample.rows.columns) column = column.flatten(sample.rows.rows);
  return sample;
}

struct Group {
  uint32_t first, count;  // in the sorted order
};

class ColumnAnalyzer {
 public:
  ColumnAnalyzer(Session& session, const catalog::RelationDescriptor& relation, const ColumnDescriptor& column,
                 const Vector& values, uint32_t rows, uint64_t total, int target)
      : session_(session),
        column_(column),
        values_(values),
        rows_(rows),
        total_(static_cast<double>(total)),
        target_(target) {
    out_.starelid = relation.oid;
    out_.staattnum = column.number;
  }

  catalog::PgStatisticRow run() {
    count_nulls_and_width();
    Oid opclass = session_.catalog().default_opclass(kBtree, column_.type);
    if (!opclass.valid() || present_.empty()) {
      if (present_.empty() && rows_ > 0) out_.stanullfrac = 1;
      return out_;
    }
    const catalog::OpclassDescriptor* descriptor = session_.catalog().opclass(opclass);
    less_ = session_.catalog().family_operator(descriptor->family, descriptor->input_type, descriptor->input_type, 1);
    equal_ = session_.catalog().family_operator(descriptor->family, descriptor->input_type, descriptor->input_type, 3);
    operations_ = types::type_operations(session_.call_context(), column_.type, column_.collation);
    sort();
    estimate_distinct();
    std::vector<size_t> common = choose_common();
    add_common(common);
    add_histogram(common);
    add_correlation();
    return out_;
  }

 private:
  void count_nulls_and_width() {
    double bytes = 0;
    uint32_t nulls = 0;
    types::TypePointer type = session_.catalog().type(column_.type);
    for (uint32_t row = 0; row < rows_; ++row) {
      if (values_.is_null(row)) {
        ++nulls;
        continue;
      }
      if (values_.type() == PhysicalType::kString) {
        size_t size = values_.data<StringRef>()[row].size();
        bytes += static_cast<double>(size) + (size < 127 ? 1 : 4);
        if (size > kValueBytesMax) {
          ++wide_;
          continue;
        }
      }
      present_.push_back(row);
    }
    not_null_ = rows_ - nulls;
    out_.stanullfrac = rows_ ? static_cast<float>(nulls) / static_cast<float>(rows_) : 0;
    if (type->length > 0)
      out_.stawidth = type->length;
    else
      out_.stawidth = not_null_ ? static_cast<int32_t>(bytes / not_null_) : 0;
  }

  void sort() {
    sorted_.resize(present_.size());
    std::iota(sorted_.begin(), sorted_.end(), 0u);
    std::sort(sorted_.begin(), sorted_.end(), [&](uint32_t a, uint32_t b) {
      int order = operations_->compare(values_, present_[a], values_, present_[b]);
      return order != 0 ? order < 0 : a < b;
    });
    for (uint32_t i = 0; i < sorted_.size(); ++i) {
      bool same = i > 0 && operations_->compare(values_, present_[sorted_[i - 1]], values_, present_[sorted_[i]]) == 0;
      if (same)
        ++groups_.back().count;
      else
        groups_.push_back({i, 1});
    }
  }

  void estimate_distinct() {
    double distinct = static_cast<double>(groups_.size());
    double multiple = 0;
    for (const Group& group : groups_) multiple += group.count > 1;
    double null_fraction = out_.stanullfrac;
    double estimate;
    if (multiple == 0) {
      out_.stadistinct = static_cast<float>(-1.0 * (1.0 - null_fraction));
      return;
    }
    if (wide_ == 0 && multiple == distinct) {
      estimate = distinct;
    } else {
      double once = distinct - multiple + wide_, d = once + multiple;
      double n = not_null_, all = total_ * (1.0 - null_fraction);
      estimate = all > 0 ? (n * d) / ((n - once) + once * n / all) : 0;
      estimate = std::floor(std::clamp(estimate, d, std::max(d, all)) + 0.5);
    }
    out_.stadistinct = static_cast<float>(estimate > 0.1 * total_ ? -(estimate / total_) : estimate);
  }

  // Positions in groups_, most frequent first.
  std::vector<size_t> choose_common() {
    std::vector<size_t> list;
    for (size_t i = 0; i < groups_.size(); ++i)
      if (groups_[i].count > 1) list.push_back(i);
    std::stable_sort(list.begin(), list.end(), [&](size_t a, size_t b) { return groups_[a].count > groups_[b].count; });
    auto limit = static_cast<size_t>(target_);
    bool complete = list.size() == groups_.size() && wide_ == 0 && out_.stadistinct > 0 && list.size() <= limit;
    if (list.size() > limit) list.resize(limit);
    if (!complete) list.resize(significant(list));
    return list;
  }

  size_t significant(const std::vector<size_t>& list) const {
    size_t count = list.size();
    double n = rows_, all = total_;
    if (n == all || all <= 1) return count;
    double distinct = out_.stadistinct < 0 ? -out_.stadistinct * all : out_.stadistinct;
    double sum = 0;
    for (size_t i = 0; i + 1 < count; ++i) sum += groups_[list[i]].count;
    while (count > 0) {
      double selectivity = std::clamp(1.0 - sum / n - out_.stanullfrac, 0.0, 1.0);
      double others = distinct - static_cast<double>(count - 1);
      if (others > 1) selectivity /= others;
      double mine = groups_[list[count - 1]].count;
      double k = all * mine / n;
      double variance = n * k * (all - k) * (all - n) / (all * all * (all - 1));
      if (mine > selectivity * n + 2 * std::sqrt(variance) + 0.5) break;
      if (--count == 0) break;
      sum -= groups_[list[count - 1]].count;
    }
    return count;
  }

  Value value_at(uint32_t position) const { return values_.value(present_[sorted_[position]]); }

  void add_slot(int16_t kind, Oid op, std::optional<std::vector<float>> numbers, std::optional<std::string> values) {
    using Row = catalog::PgStatisticRow;
    static constexpr int16_t Row::*kKinds[] = {&Row::stakind1, &Row::stakind2, &Row::stakind3};
    static constexpr Oid Row::*kOperators[] = {&Row::staop1, &Row::staop2, &Row::staop3};
    static constexpr Oid Row::*kCollations[] = {&Row::stacoll1, &Row::stacoll2, &Row::stacoll3};
    static constexpr std::optional<std::vector<float>> Row::*kNumbers[] = {&Row::stanumbers1, &Row::stanumbers2,
                                                                           &Row::stanumbers3};
    static constexpr std::optional<std::string> Row::*kValues[] = {&Row::stavalues1, &Row::stavalues2,
                                                                   &Row::stavalues3};
    int slot = slots_++;
    out_.*kKinds[slot] = kind;
    out_.*kOperators[slot] = op;
    out_.*kCollations[slot] = column_.collation;
    out_.*kNumbers[slot] = std::move(numbers);
    out_.*kValues[slot] = std::move(values);
  }

  void add_common(const std::vector<size_t>& common) {
    if (common.empty()) return;
    std::vector<float> frequencies;
    types::ArrayBuilder builder(column_.type, column_.physical);
    for (size_t i : common) {
      frequencies.push_back(static_cast<float>(groups_[i].count / static_cast<double>(rows_)));
      builder.append(value_at(groups_[i].first));
    }
    add_slot(1, equal_, std::move(frequencies), builder.finish());
  }

  void add_histogram(const std::vector<size_t>& common) {
    std::vector<bool> is_common(groups_.size());
    for (size_t i : common) is_common[i] = true;
    std::vector<uint32_t> rest;
    for (size_t i = 0; i < groups_.size(); ++i)
      for (uint32_t k = 0; !is_common[i] && k < groups_[i].count; ++k) rest.push_back(groups_[i].first + k);
    size_t bounds = std::min(groups_.size() - common.size(), static_cast<size_t>(target_) + 1);
    if (bounds < 2) return;
    types::ArrayBuilder builder(column_.type, column_.physical);
    for (size_t i = 0; i < bounds; ++i) builder.append(value_at(rest[i * (rest.size() - 1) / (bounds - 1)]));
    add_slot(2, less_, std::nullopt, builder.finish());
  }

  void add_correlation() {
    auto n = static_cast<double>(sorted_.size());
    if (n < 2) return;
    double xy = 0;
    for (size_t i = 0; i < sorted_.size(); ++i) xy += static_cast<double>(i) * sorted_[i];
    double sum = (n - 1) * n / 2, squares = (n - 1) * n * (2 * n - 1) / 6;
    auto correlation = static_cast<float>((n * xy - sum * sum) / (n * squares - sum * sum));
    add_slot(3, less_, std::vector<float>{correlation}, std::nullopt);
  }

  Session& session_;
  const ColumnDescriptor& column_;
  const Vector& values_;
  uint32_t rows_, not_null_ = 0;
  double total_, wide_ = 0;
  int target_, slots_ = 0;
  Oid less_, equal_;
  types::TypeOperationsPointer operations_;
  std::vector<uint32_t> present_;  // rows with a value
  std::vector<uint32_t> sorted_;   // positions in present_
  std::vector<Group> groups_;
  catalog::PgStatisticRow out_;
};

std::vector<const ColumnDescriptor*> columns_to_analyze(const catalog::RelationDescriptor& relation,
                                                        const std::vector<std::string>& names) {
  std::vector<const ColumnDescriptor*> columns;
  if (names.empty()) {
    for (const auto& column : relation.columns)
      if (!column.dropped && column.statistics_target != 0) columns.push_back(&column);
    return columns;
  }
  for (const std::string& name : names) {
    const ColumnDescriptor* column = relation.column(name);
    if (!column)
      throw SqlError(sqlstate::kUndefinedColumn,
                     "column \"" + name + "\" of relation \"" + relation.name + "\" does not exist");
    if (std::find(columns.begin(), columns.end(), column) != columns.end())
      throw SqlError(sqlstate::kDuplicateColumn,
                     "column \"" + name + "\" of relation \"" + relation.name + "\" appears more than once");
    columns.push_back(column);
  }
  return columns;
}

void update_class(Session& session, Oid oid, uint64_t pages, uint64_t rows) {
  Value key[] = {Value::of(static_cast<int32_t>(oid.value))};
  common::RowId row_id;
  catalog::CatalogRow found;
  session.catalog().scan(catalog::id::kPgClass, catalog::id::kPgClassOidIndex, key,
                         [&](common::RowId id, const catalog::CatalogRow& row) {
                           row_id = id;
                           found = row;
                           return false;
                         });
  if (found.empty()) return;
  catalog::PgClassRow row = catalog::PgClassRow::from_row(found);
  row.relpages = static_cast<int32_t>(pages);
  row.reltuples = static_cast<float>(rows);
  session.writer().update(catalog::id::kPgClass, row_id, row.to_row());
}

}  // namespace

void analyze_relation(Session& session, catalog::RelationPointer relation, const std::vector<std::string>& names) {
  session.prevent_read_only("ANALYZE");
  std::vector<const ColumnDescriptor*> columns = columns_to_analyze(*relation, names);
  storage::LockTag tag{storage::LockSpace::kRelation, session.database().value, 0, relation->oid.value, 0};
  session.transaction().lock(tag, storage::LockMode::kShareUpdateExclusive, storage::WaitPolicy::kWait);
  int target = static_cast<int>(session.settings().get_int("default_statistics_target"));
  if (target <= 0) target = kDefaultTarget;
  int widest = target;
  for (const ColumnDescriptor* column : columns) widest = std::max(widest, column->statistics_target);
  Sample sample = draw_sample(session, *relation, columns, static_cast<uint32_t>(widest * kRowsPerTarget));
  session.transaction().assign_id();
  catalog::CatalogWriter& writer = session.writer();
  for (size_t c = 0; c < columns.size() && sample.rows.rows > 0; ++c) {
    int own = columns[c]->statistics_target > 0 ? columns[c]->statistics_target : target;
    ColumnAnalyzer analyzer(session, *relation, *columns[c], sample.rows.columns[c], sample.rows.rows, sample.total,
                            own);
    catalog::PgStatisticRow row = analyzer.run();
    Value key[] = {Value::of(static_cast<int32_t>(relation->oid.value)), Value::of(columns[c]->number),
                   Value::of(false)};
    writer.remove_where(catalog::id::kPgStatistic, catalog::id::kPgStatisticRelidAttInhIndex, key);
    writer.insert(catalog::id::kPgStatistic, row.to_row());
  }
  update_class(session, relation->oid, session.storage().heap(relation->tree).page_count(), sample.total);
  for (const auto& index : relation->indexes)
    if (index->predicate_tree.empty()) update_class(session, index->oid, 1, sample.total);
}

}  // namespace basalt::commands
