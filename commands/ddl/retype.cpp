#include "commands/ddl/retype.hpp"

#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_index.hpp"
#include "commands/ddl/constraint.hpp"
#include "commands/ddl/index.hpp"
#include "commands/without_position.hpp"
#include "parser/parse.hpp"
#include "query/deparse.hpp"
#include "query/stored_form.hpp"
#include "query/walker.hpp"

namespace basalt::commands::ddl {

namespace {

constexpr Oid kPgCatalog{11};

bool uses(const query::Expression& expression, int16_t column) {
  return query::walk(expression, [&](const query::Expression& e) {
    const auto* found = query::try_as<query::Column>(&e);
    return found && (found->column == column || found->column == 0);
  });
}

std::string text_of(DdlContext& ddl, const query::Expression& expression, Oid table) {
  query::DeparseContext deparse;
  deparse.catalog = &ddl.reader;
  deparse.call = &ddl.session.call_context();
  deparse.search_path = {kPgCatalog};
  return query::deparse_expression(deparse, expression, table, false);
}

query::ExpressionPointer bind_text(DdlContext& ddl, const RelationPointer& table, const std::string& text,
                                   query::ExpressionUse use, const char* condition) {
  return without_position([&] {
    auto parsed = parser::parse_expression(text);
    query::BindContext context = ddl.bind();
    context.text = text;
    query::ExpressionScope scope;
    scope.relations.push_back({table, "", false});
    if (condition) return query::bind_condition(*parsed, use, scope, condition, context);
    auto bound = query::bind_expression(*parsed, use, scope, context);
    query::assign_collations(*bound, context);
    return bound;
  });
}

void retype_index_column(DdlContext& ddl, Oid index, size_t position, Oid type_oid, int32_t typmod, Oid collation) {
  types::TypePointer type = ddl.reader.type(type_oid);
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                      {key(index), Value::of(static_cast<int16_t>(position + 1))},
                                      [&](catalog::PgAttributeRow& row) {
                                        row.atttypid = type_oid;
                                        row.atttypmod = typmod;
                                        row.attlen = type->length;
                                        row.attbyval = type->by_value;
                                        row.attalign = type->alignment;
                                        row.attstorage = type->storage;
                                        row.attcollation = collation;
                                      });
}

void remake_index(DdlContext& ddl, const RelationPointer& table, const RetypedExpressions::Index& texts) {
  query::ExpressionList expressions;
  for (const std::string& text : texts.expressions)
    expressions.push_back(bind_text(ddl, table, text, query::ExpressionUse::kIndexExpression, nullptr));
  query::ExpressionPointer predicate;
  if (!texts.predicate.empty())
    predicate = bind_text(ddl, table, texts.predicate, query::ExpressionUse::kIndexPredicate, "WHERE");
  auto found = std::find_if(table->indexes.begin(), table->indexes.end(),
                            [&](const auto& index) { return index->oid == texts.index; });
  ENSURE(found != table->indexes.end(), "an index has gone while its table was changed");
  const catalog::IndexDescriptor& index = **found;
  change_row<catalog::PgIndexRow>(ddl.writer, id::kPgIndexIndexrelidIndex, {key(texts.index)},
                                  [&](catalog::PgIndexRow& row) {
                                    size_t next = 0;
                                    for (size_t k = 0; k < index.keys.size(); ++k) {
                                      if (index.keys[k].column != 0) continue;
                                      const query::Expression& made = *expressions[next++];
                                      if (made.type == index.keys[k].type) continue;
                                      row.indclass[k] = require_default_opclass(ddl, made.type);
                                      row.indcollation[k] = made.collation;
                                      retype_index_column(ddl, texts.index, k, made.type, made.typmod, made.collation);
                                    }
                                    if (!expressions.empty()) row.indexprs = query::to_stored(expressions);
                                    if (predicate) row.indpred = query::to_stored(*predicate);
                                  });
  ddl.writer.invalidate(id::kPgClass, texts.index);
}

}  // namespace

RetypedExpressions read_expressions(DdlContext& ddl, const catalog::RelationDescriptor& table, int16_t column) {
  RetypedExpressions out;
  for (const auto& constraint : table.constraints) {
    if (constraint.type != 'c') continue;
    auto expression = query::expression_from_stored(constraint.expression_tree, ddl.reader);
    if (uses(*expression, column))
      out.checks.push_back(
          {constraint.oid, constraint.name, text_of(ddl, *expression, table.oid), constraint.validated});
  }
  for (const auto& index : table.indexes) {
    RetypedExpressions::Index texts{index->oid, {}, {}};
    bool concerned = false;
    auto add = [&](const query::Expression& expression) {
      concerned = concerned || uses(expression, column);
      return text_of(ddl, expression, table.oid);
    };
    if (!index->expressions_tree.empty())
      for (const auto& expression : query::list_from_stored(index->expressions_tree, ddl.reader))
        texts.expressions.push_back(add(*expression));
    if (!index->predicate_tree.empty())
      texts.predicate = add(*query::expression_from_stored(index->predicate_tree, ddl.reader));
    if (concerned) out.indexes.push_back(std::move(texts));
  }
  for (const auto& dependent : catalog::dependents_of(ddl.reader, {id::kPgClass, table.oid, column})) {
    if (dependent.object.class_oid != id::kPgConstraint) continue;
    const Oid constraint = dependent.object.object;
    auto row = find_row<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintOidIndex, {key(constraint)});
    if (row && row->row.contype == 'f') out.foreign_keys.push_back(constraint);
  }
  return out;
}

void remake_expressions(DdlContext& ddl, Oid table_oid, const RetypedExpressions& expressions) {
  RelationPointer table = ddl.relation(table_oid);
  for (const auto& check : expressions.checks) {
    auto bound = bind_text(ddl, table, check.text, query::ExpressionUse::kCheck, "CHECK");
    change_row<catalog::PgConstraintRow>(ddl.writer, id::kPgConstraintOidIndex, {key(check.constraint)},
                                         [&](catalog::PgConstraintRow& row) { row.conbin = query::to_stored(*bound); });
  }
  for (const auto& index : expressions.indexes) remake_index(ddl, table, index);
  ddl.writer.invalidate(id::kPgClass, table_oid);
}

void verify_expressions(DdlContext& ddl, Oid table_oid, const RetypedExpressions& expressions) {
  // The rows that this command has written are there for the next.
  if (!expressions.checks.empty()) ddl.session.advance_command();
  RelationPointer table = ddl.relation(table_oid);
  for (const auto& check : expressions.checks) {
    if (!check.validated) continue;
    for (const auto& constraint : table->constraints)
      if (constraint.oid == check.constraint)
        verify_check(ddl, *table, check.name, *query::expression_from_stored(constraint.expression_tree, ddl.reader));
  }
}

void retype_indexes(DdlContext& ddl, const catalog::RelationDescriptor& table, int16_t column, const NewColumn& made) {
  for (const auto& index : table.indexes) {
    for (size_t k = 0; k < index->keys.size(); ++k) {
      if (index->keys[k].column != column) continue;
      if (static_cast<int>(k) < index->key_count) {
        Oid opclass = require_default_opclass(ddl, made.type);
        change_row<catalog::PgIndexRow>(ddl.writer, id::kPgIndexIndexrelidIndex, {key(index->oid)},
                                        [&](catalog::PgIndexRow& row) {
                                          row.indclass[k] = opclass;
                                          row.indcollation[k] = made.collation;
                                        });
      }
      retype_index_column(ddl, index->oid, k, made.type, made.typmod, made.collation);
    }
  }
}

}  // namespace basalt::commands::ddl
