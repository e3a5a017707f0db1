// What bound trees refer to, as pg_depend rows: functions, operators, types, collations, relations, columns.
#include <set>

#include "catalog/catalog_ids.hpp"
#include "commands/ddl/relation.hpp"
#include "query/walker.hpp"

namespace basalt::commands::ddl {

namespace {

using query::BoundQuery;
using query::Expression;
using query::ExpressionKind;

class Collector {
 public:
  Collector(catalog::CatalogReader& catalog, std::vector<Oid> relations)
      : catalog_(catalog), relations_(std::move(relations)) {}

  void expression(const Expression& root) {
    query::walk(root, [&](const Expression& e) {
      node(e);
      return false;
    });
  }

  void query(const BoundQuery& q) {
    levels_.push_back(&q);
    std::set<const Expression*> joined;
    for (const auto& entry : q.range_table) {
      for (const auto& column : entry->join_columns) joined.insert(column.get());
      if (entry->kind == query::RangeKind::kRelation && entry->relation) add(id::kPgClass, entry->relation->oid);
      for (const auto& f : entry->functions)
        for (const auto& d : f.definitions) add(id::kPgType, d.type);
    }
    query::for_each_expression(q, [&](const Expression& e) {
      if (!joined.contains(&e)) expression(e);
    });
    query::for_each_subquery(q, [&](const BoundQuery& sub) { query_below(sub); });
    for (const auto* list : {&q.group_by, &q.distinct, &q.order_by}) operators(*list);
    for (const auto& window : q.windows) {
      operators(window.partition_by);
      operators(window.order_by);
    }
    if (q.set_operation) set_operation(*q.set_operation);
    for (Oid constraint : q.constraint_dependencies) add(id::kPgConstraint, constraint);
    levels_.pop_back();
  }

  const std::set<ObjectAddress>& found() const { return found_; }

 private:
  void query_below(const BoundQuery& sub) { query(sub); }
  void add(Oid class_oid, Oid object, int32_t sub = 0) {
    if (object.valid()) found_.insert({class_oid, object, sub});
  }
  void operators(const std::vector<query::SortGroupItem>& items) {
    for (const auto& item : items) {
      add(id::kPgOperator, item.equal_operator);
      add(id::kPgOperator, item.sort_operator);
    }
  }
  void set_operation(const query::SetOperation& operation) {
    if (operation.table) return;
    operators(operation.group_items);
    set_operation(*operation.left);
    set_operation(*operation.right);
  }

  // A column of a function that returns a named row is a column of that row's relation.
  void function_column(const query::RangeTableEntry& entry, int number) {
    for (const auto& function : entry.functions) {
      if (number > function.column_count) {
        number -= function.column_count;
        continue;
      }
      if (!function.definitions.empty()) return;
      types::TypePointer type = catalog_.type(function.call->type);
      while (type && type->kind == 'd') type = catalog_.type(type->base);
      if (type && type->kind == 'c') add(id::kPgClass, type->relation, number);
      return;
    }
  }

  void column(const query::Column& c) {
    if (levels_.empty()) {
      if (c.levels_up == 0 && c.table >= 1 && static_cast<size_t>(c.table) <= relations_.size())
        add(id::kPgClass, relations_[static_cast<size_t>(c.table) - 1], c.column > 0 ? c.column : 0);
      return;
    }
    if (static_cast<size_t>(c.levels_up) >= levels_.size()) return;
    const BoundQuery& owner = *levels_[levels_.size() - 1 - static_cast<size_t>(c.levels_up)];
    const query::RangeTableEntry& entry = owner.entry(c.table);
    if (entry.kind == query::RangeKind::kRelation && entry.relation) {
      add(id::kPgClass, entry.relation->oid, c.column > 0 ? c.column : 0);
    } else if (entry.kind == query::RangeKind::kFunction && c.column > 0) {
      function_column(entry, c.column);
    } else if (entry.kind == query::RangeKind::kJoin && c.column > 0 &&
               static_cast<size_t>(c.column) <= entry.join_columns.size()) {
      const auto& alias = entry.join_columns[static_cast<size_t>(c.column) - 1];
      if (!alias) return;
      // The alias is written at the level of the join.
      std::vector<const BoundQuery*> saved = levels_;
      levels_.resize(levels_.size() - static_cast<size_t>(c.levels_up));
      expression(*alias);
      levels_ = std::move(saved);
    }
  }

  void constant(const query::Constant& c) {
    add(id::kPgType, c.type);
    if (c.value.is_null()) return;
    Oid class_oid;
    if (c.type == oid::kRegclass)
      class_oid = id::kPgClass;
    else if (c.type == oid::kRegproc || c.type == oid::kRegprocedure)
      class_oid = id::kPgProc;
    else if (c.type == oid::kRegtype)
      class_oid = id::kPgType;
    else if (c.type == oid::kRegoper || c.type == oid::kRegoperator)
      class_oid = id::kPgOperator;
    if (class_oid.valid()) add(class_oid, Oid(c.value.as<uint32_t>()));
  }

  void node(const Expression& e) {
    switch (e.kind) {
      case ExpressionKind::kColumn:
        column(query::as<query::Column>(e));
        break;
      case ExpressionKind::kConstant:
        constant(query::as<query::Constant>(e));
        break;
      case ExpressionKind::kFunction:
        add(id::kPgProc, query::as<query::Function>(e).function);
        break;
      case ExpressionKind::kOperator:
      case ExpressionKind::kDistinct:
      case ExpressionKind::kNullIf:
        add(id::kPgOperator, static_cast<const query::OperatorCall&>(e).op);
        break;
      case ExpressionKind::kScalarArray:
        add(id::kPgOperator, query::as<query::ScalarArrayCall>(e).op);
        break;
      case ExpressionKind::kAggregate:
        add(id::kPgProc, query::as<query::Aggregate>(e).function);
        break;
      case ExpressionKind::kWindow:
        add(id::kPgProc, query::as<query::WindowCall>(e).function);
        break;
      case ExpressionKind::kRelabel:
      case ExpressionKind::kCoerceViaIo:
      case ExpressionKind::kArrayCoerce:
      case ExpressionKind::kConvertRow:
      case ExpressionKind::kCoerceToDomain:
      case ExpressionKind::kRow:
        add(id::kPgType, e.type);
        break;
      case ExpressionKind::kCollate:
        add(id::kPgCollation, e.collation);
        break;
      case ExpressionKind::kSubLink:
        if (const auto& link = query::as<query::SubLink>(e); link.query) query(*link.query);
        break;
      default:
        break;
    }
  }

  catalog::CatalogReader& catalog_;
  std::vector<Oid> relations_;
  std::vector<const BoundQuery*> levels_;
  std::set<ObjectAddress> found_;
};

}  // namespace

void record_expression_dependencies(DdlContext& ddl, const ObjectAddress& depender, const Expression& expression,
                                    const std::vector<Oid>& relations, DependencyType type, Oid self,
                                    DependencyType self_type) {
  Collector collector(ddl.reader, relations);
  collector.expression(expression);
  for (const ObjectAddress& found : collector.found()) {
    bool own = self.valid() && found.class_oid == id::kPgClass && found.object == self;
    catalog::record_dependency(ddl.writer, depender, found, own ? self_type : type);
  }
}

void record_query_dependencies(DdlContext& ddl, const ObjectAddress& depender, const BoundQuery& query,
                               DependencyType type) {
  Collector collector(ddl.reader, {});
  collector.query(query);
  const std::set<ObjectAddress>& all = collector.found();
  for (const ObjectAddress& found : all) {
    // A dependency on a column stands for the one on its relation, too.
    if (found.sub == 0) {
      auto next = all.upper_bound(found);
      if (next != all.end() && next->class_oid == found.class_oid && next->object == found.object) continue;
    }
    if (found.class_oid == depender.class_oid && found.object == depender.object) continue;
    catalog::record_dependency(ddl.writer, depender, found, type);
  }
}

}  // namespace basalt::commands::ddl
