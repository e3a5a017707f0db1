// JOIN: ON, USING, NATURAL, and the columns that a join shows.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

// Result of one side's column in a join: the plain column, read where it comes from.
ExpressionPointer plain_column(const NamespaceColumn& source) {
  auto node = make<Column>(-1);
  node->table = source.table;
  node->column = source.column;
  if (source.name_table != source.table) {
    node->name_table = source.name_table;
    node->name_column = source.name_column;
  }
  node->type = source.type;
  node->typmod = source.typmod;
  node->collation = source.collation;
  return node;
}

int16_t using_column(Analyzer& a, const NamespaceItem& item, const std::string& name, const char* side) {
  int16_t found = 0;
  for (size_t i = 0; i < item.names.size(); ++i) {
    if (item.names[i] != name || item.columns[i].table == 0) continue;
    if (found)
      throw a.error(sqlstate::kAmbiguousColumn,
                    "common column name \"" + name + "\" appears more than once in " + side + " table");
    found = static_cast<int16_t>(i + 1);
  }
  if (!found)
    throw a.error(sqlstate::kUndefinedColumn,
                  "column \"" + name + "\" specified in USING clause does not exist in " + side + " table");
  return found;
}

// One merged USING column.
ExpressionPointer merge_columns(Analyzer& a, JoinKind kind, ExpressionPointer left, ExpressionPointer right) {
  std::vector<const Expression*> both{left.get(), right.get()};
  Oid common = left->type == right->type ? left->type : a.common_type(both, "JOIN/USING");
  int32_t typmod = a.common_typmod(both, common);
  auto convert = [&](ExpressionPointer e) -> ExpressionPointer {
    if (e->type != common)
      return a.coerce(std::move(e), common, typmod, CoercionContext::kImplicit, CoercionForm::kImplicitCast, -1);
    if (e->typmod == typmod) return e;
    auto node = make<Relabel>(-1);
    node->type = common;
    node->typmod = typmod;
    node->argument = std::move(e);
    return node;
  };
  left = convert(std::move(left));
  right = convert(std::move(right));
  switch (kind) {
    case JoinKind::kInner:
      if (left->kind != ExpressionKind::kColumn && right->kind == ExpressionKind::kColumn) return right;
      return left;
    case JoinKind::kLeft:
      return left;
    case JoinKind::kRight:
      return right;
    case JoinKind::kFull:
      break;
  }
  auto node = make<Coalesce>(-1);
  node->type = common;
  node->typmod = typmod;
  node->arguments.push_back(std::move(left));
  node->arguments.push_back(std::move(right));
  a.assign_collations(*node);
  return node;
}

}  // namespace

void JoinColumns::add(const std::string& name, const NamespaceColumn& source, int16_t l, int16_t r) {
  names.push_back(name);
  columns.push_back(source);
  expressions.push_back(source.table ? plain_column(source) : nullptr);
  left.push_back(l);
  right.push_back(r);
}

std::unique_ptr<FromNode> Analyzer::bind_join(Scope& s, const parser::ParsedJoin& join, NamespaceItem*& top,
                                              Namespace& names) {
  auto node = std::make_unique<FromNode>();
  node->kind = FromKind::kJoin;
  node->join_kind = static_cast<JoinKind>(join.type);
  node->natural = join.natural;
  NamespaceItem *left = nullptr, *right = nullptr;
  Namespace left_names, right_names;
  node->left = bind_from_item(s, *join.left, left, left_names);
  bool lateral_ok = join.type == parser::JoinType::kInner || join.type == parser::JoinType::kLeft;
  for (auto* item : left_names) {
    item->lateral_only = true;
    item->lateral_ok = lateral_ok;
  }
  size_t before = s.names.size();
  s.names.insert(s.names.end(), left_names.begin(), left_names.end());
  node->right = bind_from_item(s, *join.right, right, right_names);
  s.names.resize(before);
  check_name_conflicts(s, left_names, right_names);
  names = left_names;
  names.insert(names.end(), right_names.begin(), right_names.end());

  std::vector<std::string> using_columns = join.using_columns;
  if (join.natural)
    for (size_t i = 0; i < left->names.size(); ++i)
      if (left->columns[i].table &&
          std::find(right->names.begin(), right->names.end(), left->names[i]) != right->names.end())
        using_columns.push_back(left->names[i]);
  auto entry = std::make_unique<RangeTableEntry>();
  JoinColumns out;
  bind_using(s, join, using_columns, *left, *right, out, *node);
  if (join.condition) {
    for (auto* item : names) {
      item->lateral_only = false;
      item->lateral_ok = true;
    }
    Namespace saved = std::exchange(s.names, names);
    node->condition = coerce_to_boolean(bind(s, *join.condition, Clause::kJoinOn), "JOIN/ON");
    s.names = std::move(saved);
  }
  node->using_columns = using_columns;
  for (auto* side : {left, right})
    for (size_t i = 0; i < side->names.size(); ++i) {
      auto number = static_cast<int16_t>(i + 1);
      const auto& merged = side == left ? out.left : out.right;
      if (std::find(merged.begin(), merged.begin() + static_cast<long>(using_columns.size()), number) !=
          merged.begin() + static_cast<long>(using_columns.size()))
        continue;
      if (side->columns[i].table == 0) continue;
      out.add(side->names[i], side->columns[i], side == left ? number : int16_t{0},
              side == right ? number : int16_t{0});
    }
  top = finish_join(s, join, std::move(entry), *node, out, using_columns.size());
  if (!join.alias.name.empty())
    names.clear();
  else
    for (auto* item : names) item->columns_visible = false;
  if (!join.using_alias.name.empty()) {
    auto item = std::make_unique<NamespaceItem>();
    item->table = top->table;
    item->entry = top->entry;
    item->name = join.using_alias.name;
    item->names.assign(top->names.begin(), top->names.begin() + static_cast<long>(using_columns.size()));
    item->columns.assign(top->columns.begin(), top->columns.begin() + static_cast<long>(using_columns.size()));
    item->columns_visible = false;
    check_name_conflicts(s, names, {item.get()});
    names.push_back(item.get());
    s.items.push_back(std::move(item));
  }
  top->relation_visible = !join.alias.name.empty();
  top->columns_visible = true;
  check_name_conflicts(s, names, {top});
  names.push_back(top);
  return node;
}

void Analyzer::bind_using(Scope& s, const parser::ParsedJoin& join, const std::vector<std::string>& using_columns,
                          NamespaceItem& left, NamespaceItem& right, JoinColumns& out, FromNode& node) {
  auto kind = static_cast<JoinKind>(join.type);
  std::vector<std::string> seen;
  ExpressionList comparisons;
  for (const auto& name : using_columns) {
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      throw error(sqlstate::kDuplicateColumn, "column name \"" + name + "\" appears more than once in USING clause");
    seen.push_back(name);
    int16_t l = using_column(*this, left, name, "left"), r = using_column(*this, right, name, "right");
    const auto& lc = left.columns[static_cast<size_t>(l) - 1];
    const auto& rc = right.columns[static_cast<size_t>(r) - 1];
    mark_select(s, lc.table, lc.column, 0);
    mark_select(s, rc.table, rc.column, 0);
    std::vector<const Expression*> both;
    ExpressionPointer left_column = plain_column(lc), right_column = plain_column(rc);
    both = {left_column.get(), right_column.get()};
    if (lc.type != rc.type) common_type(both, "JOIN/USING");  // 42804 where there is none
    auto compared = make_operator(s, {"="}, plain_column(lc), plain_column(rc), -1, s.last_set_returning);
    comparisons.push_back(coerce_to_boolean(std::move(compared), "JOIN/USING"));
    auto merged = merge_columns(*this, kind, plain_column(lc), plain_column(rc));
    out.add(name, lc, l, r);
    if (auto* column = try_as<Column>(merged.get())) {
      out.columns.back() = column->table == lc.table && column->column == lc.column ? lc : rc;
    } else {
      out.columns.back() = NamespaceColumn{-1, 0, -1, 0, merged->type, merged->typmod, merged->collation};
      if (!merged->collation.valid()) out.columns.back().collation = type_collation(merged->type);
    }
    out.expressions.back() = std::move(merged);
  }
  if (comparisons.size() == 1) {
    node.condition = std::move(comparisons[0]);
  } else if (!comparisons.empty()) {
    auto all = make<BoolCall>(-1);
    all->type = oid::kBool;
    all->arguments = std::move(comparisons);
    node.condition = std::move(all);
  }
}

NamespaceItem* Analyzer::finish_join(Scope& s, const parser::ParsedJoin& join, std::unique_ptr<RangeTableEntry> entry,
                                     FromNode& node, JoinColumns& out, size_t merged) {
  entry->kind = RangeKind::kJoin;
  entry->name = "unnamed_join";
  entry->join_kind = node.join_kind;
  entry->merged_columns = static_cast<int>(merged);
  entry->join_using_alias = join.using_alias.name;
  int table = static_cast<int>(s.query->range_table.size()) + 1;
  for (size_t i = 0; i < out.names.size(); ++i) {
    auto& column = out.columns[i];
    if (column.table == -1) {
      column.table = column.name_table = table;
      column.column = column.name_column = static_cast<int16_t>(i + 1);
    }
    if (!join.alias.name.empty()) {
      column.name_table = table;
      column.name_column = static_cast<int16_t>(i + 1);
    }
    entry->columns.push_back(out.names[i]);
    entry->column_types.push_back(column.type);
    entry->column_typmods.push_back(column.typmod);
    entry->column_collations.push_back(column.collation);
  }
  entry->join_columns = std::move(out.expressions);
  entry->join_left_columns = std::move(out.left);
  entry->join_right_columns = std::move(out.right);
  apply_alias(*entry, join.alias, "join expression");
  node.table = table;
  return add_entry(s, std::move(entry), std::move(out.columns));
}

}  // namespace basalt::query
