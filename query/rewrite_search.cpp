// SEARCH and CYCLE of recursive WITH items, as plain columns of the recursive query.
//
//   left  ->  SELECT l.*, start FROM (left) l
//   right ->  SELECT r.*, next FROM (right, with the item's own extra columns added) r [WHERE not yet in a cycle]
//
//   DEPTH FIRST    start ARRAY[ROW(columns)]        next sequence || ROW(columns)
//   BREADTH FIRST  start ROW(0, columns)            next ROW(depth + 1, columns)
//   CYCLE          start default, ARRAY[ROW(...)]   next CASE WHEN ROW(...) = ANY (path) THEN value ELSE default END,
//                                                        path || ROW(...)
#include <algorithm>

#include "query/rewriter.hpp"

namespace basalt::query {

namespace oid = types::oid;

namespace {

constexpr Oid kRecordArray{2287}, kRecordEqual{2988}, kRecordEqualFunction{2981}, kArrayCat{383}, kInt8Inc{1219};

struct Extra {  // a column that SEARCH or CYCLE adds
  std::string name;
  Oid type;
  int32_t typmod = -1;
  Oid collation;
};

ExpressionPointer column_of(const RangeTableEntry& entry, int table, size_t index) {
  auto column = make<Column>(-1);
  column->table = table;
  column->column = static_cast<int16_t>(index + 1);
  column->type = entry.column_types[index];
  column->typmod = entry.column_typmods[index];
  column->collation = entry.column_collations[index];
  return column;
}

struct SearchCycle {
  Analyzer& analyzer;
  CommonTableExpression& cte;
  std::vector<Extra> extras;

  void list_extras() {
    if (cte.search)
      extras.push_back({cte.search->sequence_column, cte.search->breadth_first ? oid::kRecord : kRecordArray, -1, {}});
    if (cte.cycle) {
      const auto& cycle = *cte.cycle;
      extras.push_back({cycle.mark_column, cycle.mark_type, cycle.mark_typmod, cycle.mark_collation});
      extras.push_back({cycle.path_column, kRecordArray, -1, {}});
    }
  }
  size_t position(const std::string& name) const {
    return static_cast<size_t>(std::find(cte.columns.begin(), cte.columns.end(), name) - cte.columns.begin());
  }
  ExpressionPointer row_of(const RangeTableEntry& entry, const std::vector<std::string>& columns,
                           ExpressionPointer first = nullptr) const {
    auto row = make<RowConstructor>(-1);
    row->type = oid::kRecord;
    auto add = [&](ExpressionPointer e) {
      row->arguments.push_back(std::move(e));
      row->names.push_back("f" + std::to_string(row->arguments.size()));
    };
    if (first) add(std::move(first));
    for (const auto& name : columns) add(column_of(entry, 1, position(name)));
    return row;
  }
  static ExpressionPointer array_of(ExpressionPointer row) {
    auto array = make<ArrayConstructor>(-1);
    array->type = kRecordArray;
    array->element_type = oid::kRecord;
    array->elements.push_back(std::move(row));
    return array;
  }
  static ExpressionPointer call(Oid function, Oid type, ExpressionPointer a, ExpressionPointer b) {
    auto f = make<Function>(-1);
    f->function = function;
    f->type = type;
    f->arguments.push_back(std::move(a));
    if (b) f->arguments.push_back(std::move(b));
    return f;
  }

  // SELECT * FROM (sub) alias, as a query of its own with table 1; the caller adds the extra targets.
  std::unique_ptr<BoundQuery> wrap(std::unique_ptr<BoundQuery> sub, const char* alias) {
    increment_levels(*sub, 1, 1);
    auto query = std::make_unique<BoundQuery>();
    auto entry = std::make_unique<RangeTableEntry>();
    entry->kind = RangeKind::kSubquery;
    entry->alias = entry->name = alias;
    for (const auto& target : sub->targets) {
      if (target.junk) continue;
      entry->columns.push_back(target.name);
      entry->column_types.push_back(target.expression->type);
      entry->column_typmods.push_back(target.expression->typmod);
      entry->column_collations.push_back(target.expression->collation);
    }
    entry->subquery = std::move(sub);
    query->range_table.push_back(std::move(entry));
    query->from = std::make_unique<FromNode>();
    auto node = std::make_unique<FromNode>();
    node->kind = FromKind::kTable;
    node->table = 1;
    query->from->items.push_back(std::move(node));
    for (size_t i = 0; i < cte.columns.size(); ++i)
      add(*query, cte.columns[i], column_of(*query->range_table[0], 1, i));
    return query;
  }
  static void add(BoundQuery& query, const std::string& name, ExpressionPointer e) {
    TargetEntry target;
    target.name = name;
    target.number = static_cast<int16_t>(query.targets.size() + 1);
    target.expression = std::move(e);
    query.targets.push_back(std::move(target));
  }

  std::unique_ptr<BoundQuery> make_left(std::unique_ptr<BoundQuery> sub) {
    auto query = wrap(std::move(sub), "*TLOCRN*");
    const auto& entry = *query->range_table[0];
    if (cte.search) {
      ExpressionPointer start;
      if (cte.search->breadth_first) {
        auto zero = make<Constant>(-1);
        zero->type = oid::kInt8;
        zero->value = Value::of(int64_t{0});
        start = row_of(entry, cte.search->columns, std::move(zero));
      } else {
        start = array_of(row_of(entry, cte.search->columns));
      }
      add(*query, cte.search->sequence_column, std::move(start));
    }
    if (cte.cycle) {
      add(*query, cte.cycle->mark_column, clone(*cte.cycle->mark_default));
      add(*query, cte.cycle->path_column, array_of(row_of(entry, cte.cycle->columns)));
    }
    return query;
  }

  // Adds the item's own extra columns to the recursive term; they come from its reference to itself.
  void extend_right(BoundQuery& sub) {
    int self = 0;
    for (size_t i = 0; i < sub.range_table.size(); ++i) {
      const auto& entry = *sub.range_table[i];
      if (entry.kind == RangeKind::kCte && entry.cte_self_reference && entry.cte_name == cte.name)
        self = static_cast<int>(i + 1);
    }
    if (!self) throw common::not_supported("SEARCH or CYCLE whose recursive reference is nested");
    const auto& entry = sub.entry(self);
    std::vector<TargetEntry> junk;
    while (!sub.targets.empty() && sub.targets.back().junk) {
      junk.push_back(std::move(sub.targets.back()));
      sub.targets.pop_back();
    }
    for (size_t i = 0; i < extras.size(); ++i) add(sub, extras[i].name, column_of(entry, self, cte.columns.size() + i));
    for (auto it = junk.rbegin(); it != junk.rend(); ++it) {
      it->number = static_cast<int16_t>(sub.targets.size() + 1);
      sub.targets.push_back(std::move(*it));
    }
  }

  std::unique_ptr<BoundQuery> make_right(std::unique_ptr<BoundQuery> sub) {
    extend_right(*sub);
    auto query = wrap(std::move(sub), "*TROCRN*");
    const auto& entry = *query->range_table[0];
    size_t next = cte.columns.size();
    if (cte.search) {
      auto sequence = column_of(entry, 1, next++);
      ExpressionPointer value;
      if (cte.search->breadth_first) {
        auto depth = make<FieldSelect>(-1);
        depth->type = oid::kInt8;
        depth->field = 1;
        depth->argument = std::move(sequence);
        value = row_of(entry, cte.search->columns, call(kInt8Inc, oid::kInt8, std::move(depth), nullptr));
      } else {
        value = call(kArrayCat, kRecordArray, std::move(sequence), array_of(row_of(entry, cte.search->columns)));
      }
      add(*query, cte.search->sequence_column, std::move(value));
    }
    if (cte.cycle) add_cycle(*query, entry, next);
    return query;
  }
  void add_cycle(BoundQuery& query, const RangeTableEntry& entry, size_t next) {
    const auto& cycle = *cte.cycle;
    auto seen = make<ScalarArrayCall>(-1);
    seen->op = kRecordEqual;
    seen->function = kRecordEqualFunction;
    seen->type = oid::kBool;
    seen->left = row_of(entry, cycle.columns);
    seen->array = column_of(entry, 1, next + 1);
    auto mark = make<Case>(-1);
    mark->type = cycle.mark_type;
    mark->typmod = cycle.mark_typmod;
    mark->collation = cycle.mark_collation;
    CaseWhen when;
    when.condition = std::move(seen);
    when.result = clone(*cycle.mark_value);
    mark->whens.push_back(std::move(when));
    mark->default_result = clone(*cycle.mark_default);
    add(query, cycle.mark_column, std::move(mark));
    add(query, cycle.path_column,
        call(kArrayCat, kRecordArray, column_of(entry, 1, next + 1), array_of(row_of(entry, cycle.columns))));
    // Rows that closed a cycle are not followed.
    auto equal = analyzer.catalog.operator_by_oid(cycle.equal_operator);
    auto different = make<OperatorCall>(-1);
    different->op = equal->negator;
    different->function = analyzer.catalog.operator_by_oid(equal->negator)->function;
    different->type = oid::kBool;
    different->input_collation = cycle.mark_collation;
    different->arguments.push_back(column_of(entry, 1, next));
    different->arguments.push_back(clone(*cycle.mark_value));
    query.from->condition = std::move(different);
  }

  void extend_set_operation(BoundQuery& query) {
    auto& top = *query.set_operation;
    for (const auto& extra : extras) {
      top.column_types.push_back(extra.type);
      top.column_typmods.push_back(extra.typmod);
      top.column_collations.push_back(extra.collation);
      if (!top.all || top.kind != SetOperationKind::kUnion) {
        SortOperators ops = analyzer.sort_operators(extra.type, false, true, false);
        SortGroupItem item;
        item.equal_operator = ops.equal;
        item.sort_operator = ops.less;
        item.hashable = ops.hashable;
        top.group_items.push_back(item);
      }
      auto column = make<Column>(-1);
      column->table = top.left->table;
      column->column = static_cast<int16_t>(query.targets.size() + 1);
      column->type = extra.type;
      column->typmod = extra.typmod;
      column->collation = extra.collation;
      add(query, extra.name, std::move(column));
      cte.columns.push_back(extra.name);
      cte.column_types.push_back(extra.type);
      cte.column_typmods.push_back(extra.typmod);
      cte.column_collations.push_back(extra.collation);
    }
  }
};

void refresh_columns(RangeTableEntry& entry) {
  entry.columns.clear();
  entry.column_types.clear();
  entry.column_typmods.clear();
  entry.column_collations.clear();
  for (const auto& target : entry.subquery->targets) {
    if (target.junk) continue;
    entry.columns.push_back(target.name);
    entry.column_types.push_back(target.expression->type);
    entry.column_typmods.push_back(target.expression->typmod);
    entry.column_collations.push_back(target.expression->collation);
  }
}

}  // namespace

void Rewriter::rewrite_search_cycle(CommonTableExpression& cte) {
  BoundQuery& query = *cte.query;
  auto& top = *query.set_operation;
  if (!top.left->table || !top.right->table)
    throw common::not_supported("SEARCH or CYCLE over more than two arms of UNION");
  SearchCycle work{analyzer, cte, {}};
  work.list_extras();
  auto& left = query.entry(top.left->table);
  auto& right = query.entry(top.right->table);
  left.subquery = work.make_left(std::move(left.subquery));
  right.subquery = work.make_right(std::move(right.subquery));
  refresh_columns(left);
  refresh_columns(right);
  work.extend_set_operation(query);
  cte.search.reset();
  cte.cycle.reset();
}

}  // namespace basalt::query
