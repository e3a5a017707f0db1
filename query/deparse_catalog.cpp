// Catalog objects to SQL: views, indexes, constraints, expressions.
#include <algorithm>

#include "catalog/catalog_ids.hpp"
#include "common/sqlstate.hpp"
#include "query/deparser.hpp"
#include "query/stored_form.hpp"
#include "types/container/array.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace id = catalog::id;

namespace {

Value oid_value(Oid o) { return Value::of(static_cast<int32_t>(o.value)); }
Oid oid_of(const Value& v) { return v.is_null() ? Oid{} : Oid{static_cast<uint32_t>(v.as<int32_t>())}; }

// As in WITH (...): names as they are, values quoted unless they are plain identifiers.
std::string option_list(const std::vector<std::string>& options) {
  std::string out;
  for (const auto& option : options) {
    size_t equals = option.find('=');
    std::string name = option.substr(0, equals);
    std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
    if (!out.empty()) out += ", ";
    out += quote_identifier(name) + "=" + (quote_identifier(value) == value ? value : quote_literal(value));
  }
  return out;
}

// An expression that the grammar takes without parentheses where it asks for a function call.
bool looks_like_function(const Expression& e) {
  switch (e.kind) {
    case ExpressionKind::kFunction:
      return as<Function>(e).form == CoercionForm::kExplicitCall || as<Function>(e).form == CoercionForm::kSqlSyntax;
    case ExpressionKind::kCoalesce:
    case ExpressionKind::kMinMax:
    case ExpressionKind::kNullIf:
    case ExpressionKind::kSqlValue:
      return true;
    default:
      return false;
  }
}

std::string print_expression(DeparseContext& context, const Expression& e, const catalog::RelationDescriptor* relation,
                             bool pretty) {
  Deparser deparser(context, pretty, true, 0);
  if (relation) deparser.push_relation(*relation);
  deparser.expression(e, false);
  return std::move(deparser.out);
}

void append_opclass(DeparseContext& context, Oid opclass, Oid type, std::string& out) {
  const auto* c = context.catalog->opclass(opclass);
  if (!c) return;
  if (type.valid() && context.catalog->default_opclass(c->access_method, type) == opclass) return;
  out += ' ';
  if (opclass_is_visible(context, opclass))
    out += quote_identifier(c->name);
  else
    out += quote_qualified(context.catalog->name_space(c->namespace_oid)->name, c->name);
}

std::string access_method_name(DeparseContext& context, Oid method) {
  std::string name;
  Value key = oid_value(method);
  context.catalog->scan(id::kPgAm, id::kPgAmOidIndex, {&key, 1}, [&](common::RowId, const catalog::CatalogRow& row) {
    name = row[1].string();
    return false;
  });
  if (name.empty() && method.value == 403) name = "btree";
  if (name.empty() && method.value == 405) name = "hash";
  return name;
}

struct IndexPrinter {
  DeparseContext& context;
  const catalog::IndexDescriptor& index;
  catalog::RelationPointer table;
  bool pretty;
  std::vector<Oid> exclusion_operators;
  std::string out;

  std::string table_name() {
    if (pretty && relation_is_visible(context, table->oid)) return quote_identifier(table->name);
    return quote_qualified(context.catalog->name_space(table->namespace_oid)->name, table->name);
  }
  // One key; `bare` leaves out collation, opclass and order.
  void key(size_t i, const ExpressionList& expressions, size_t& next_expression, bool print, bool bare) {
    const auto& k = index.keys[i];
    Oid type, collation;
    if (k.column) {
      const auto& column = table->columns[static_cast<size_t>(k.column) - 1];
      if (print) out += quote_identifier(column.name);
      type = column.type;
      collation = column.collation;
    } else {
      const Expression& e = *expressions[next_expression++];
      std::string text = print_expression(context, e, table.get(), pretty);
      if (print) out += looks_like_function(e) ? text : "(" + text + ")";
      type = e.type;
      collation = e.collation;
    }
    if (!print || bare || i >= static_cast<size_t>(index.key_count)) return;
    if (k.collation.valid() && k.collation != collation) {
      const auto* c = context.catalog->collation(k.collation);
      out += " COLLATE ";
      out += collation_is_visible(context, k.collation)
                 ? quote_identifier(c->name)
                 : quote_qualified(context.catalog->name_space(c->namespace_oid)->name, c->name);
    }
    append_opclass(context, k.opclass, type, out);
    if (k.descending) {
      out += " DESC";
      if (!k.nulls_first) out += " NULLS LAST";
    } else if (k.nulls_first) {
      out += " NULLS FIRST";
    }
    if (i < exclusion_operators.size()) {
      Deparser deparser(context, pretty, true, 0);
      out += " WITH " + deparser.operator_name(exclusion_operators[i], type, type);
    }
  }
  void keys(int column, bool keys_only) {
    ExpressionList expressions;
    if (!index.expressions_tree.empty()) expressions = list_from_stored(index.expressions_tree, *context.catalog);
    size_t next_expression = 0;
    const char* separator = "";
    for (size_t i = 0; i < index.keys.size(); ++i) {
      if (keys_only && i >= static_cast<size_t>(index.key_count)) break;
      if (column == 0 && i == static_cast<size_t>(index.key_count)) {
        out += ") INCLUDE (";
        separator = "";
      }
      if (column == 0) out += separator;
      separator = ", ";
      key(i, expressions, next_expression, column == 0 || static_cast<size_t>(column) == i + 1, column != 0);
    }
  }
  void tail(bool constraint) {
    out += ')';
    if (index.nulls_not_distinct && !constraint) out += " NULLS NOT DISTINCT";
    auto relation = context.catalog->relation(index.oid);
    if (relation && !relation->options.empty()) out += " WITH (" + option_list(relation->options) + ")";
    if (index.predicate_tree.empty()) return;
    auto predicate = expression_from_stored(index.predicate_tree, *context.catalog);
    std::string text = print_expression(context, *predicate, table.get(), pretty);
    out += constraint ? " WHERE (" + text + ")" : " WHERE " + text;
  }
};

IndexPrinter printer_of(DeparseContext& context, Oid index_oid, bool pretty, catalog::IndexPointer& keep) {
  keep = context.catalog->index(index_oid);
  if (!keep)
    throw SqlError(sqlstate::kInternalError, "cache lookup failed for index " + std::to_string(index_oid.value));
  return IndexPrinter{context, *keep, context.catalog->relation(keep->relation), pretty, {}, {}};
}

}  // namespace

std::string deparse_expression(DeparseContext& context, const Expression& expression, Oid relation, bool pretty) {
  auto found = relation.valid() ? context.catalog->relation(relation) : nullptr;
  return print_expression(context, expression, found.get(), pretty);
}

std::string deparse_query(DeparseContext& context, const BoundQuery& query, const QueryStyle& style) {
  Deparser deparser(context, style.pretty, true, style.wrap_column);
  deparser.indent = style.start_indent;
  deparser.query(query, nullptr, true);
  if (style.semicolon) deparser.out += ';';
  return std::move(deparser.out);
}

std::string view_definition(DeparseContext& context, Oid view, bool pretty, int wrap_column) {
  auto relation = context.catalog->relation(view);
  if (!relation || (relation->kind != 'v' && relation->kind != 'm')) return "Not a view";
  for (const auto& rule : relation->rules) {
    if (rule.event != '1') continue;
    auto queries = queries_from_stored(rule.action_tree, *context.catalog);
    std::vector<std::string> columns;
    for (const auto& column : relation->columns) columns.push_back(column.name);
    Deparser deparser(context, pretty, true, wrap_column);
    deparser.force_prefix = true;
    deparser.query(*queries.at(0), &columns, true);
    return deparser.out + ";";
  }
  return "Not a view";
}

std::string index_definition(DeparseContext& context, Oid index_oid, int column, bool pretty) {
  catalog::IndexPointer keep;
  IndexPrinter printer = printer_of(context, index_oid, pretty, keep);
  if (column == 0) {
    auto relation = context.catalog->relation(index_oid);
    bool partitioned = relation && relation->kind == 'I';
    printer.out = std::string("CREATE ") + (keep->unique ? "UNIQUE " : "") + "INDEX " + quote_identifier(keep->name) +
                  " ON " + (partitioned ? "ONLY " : "") + printer.table_name() + " USING " +
                  quote_identifier(access_method_name(context, keep->access_method)) + " (";
  }
  printer.keys(column, false);
  if (column == 0) printer.tail(false);
  return std::move(printer.out);
}

std::string index_columns(DeparseContext& context, Oid index_oid) {
  catalog::IndexPointer keep;
  IndexPrinter printer = printer_of(context, index_oid, true, keep);
  printer.keys(0, true);
  return std::move(printer.out);
}

namespace {

std::string column_list(const catalog::RelationDescriptor& relation, const std::vector<int16_t>& columns) {
  std::string out;
  for (int16_t number : columns) {
    if (!out.empty()) out += ", ";
    out += quote_identifier(relation.columns[static_cast<size_t>(number) - 1].name);
  }
  return out;
}

const char* action_words(char action) {
  switch (action) {
    case 'r':
      return "RESTRICT";
    case 'c':
      return "CASCADE";
    case 'n':
      return "SET NULL";
    case 'd':
      return "SET DEFAULT";
    default:
      return nullptr;
  }
}

std::string foreign_key_text(DeparseContext& context, const catalog::RelationDescriptor& relation,
                             const catalog::ConstraintDescriptor& c) {
  auto target = context.catalog->relation(c.foreign_relation);
  Deparser deparser(context, true, true, 0);
  std::string out = "FOREIGN KEY (" + column_list(relation, c.columns) + ") REFERENCES " +
                    deparser.relation_name(*target) + "(" + column_list(*target, c.foreign_columns) + ")";
  if (c.match == 'f') out += " MATCH FULL";
  if (c.match == 'p') out += " MATCH PARTIAL";
  if (const char* words = action_words(c.update_action)) out += std::string(" ON UPDATE ") + words;
  if (const char* words = action_words(c.delete_action)) out += std::string(" ON DELETE ") + words;
  if (!c.delete_set_columns.empty()) out += " (" + column_list(relation, c.delete_set_columns) + ")";
  return out;
}

std::string key_text(DeparseContext& context, const catalog::RelationDescriptor& relation,
                     const catalog::ConstraintDescriptor& c) {
  std::string out = c.type == 'p' ? "PRIMARY KEY " : "UNIQUE ";
  auto index = context.catalog->index(c.index);
  if (index && index->nulls_not_distinct) out += "NULLS NOT DISTINCT ";
  out += "(" + column_list(relation, c.columns) + ")";
  if (!index || index->keys.size() <= static_cast<size_t>(index->key_count)) return out;
  std::vector<int16_t> included;
  for (size_t i = static_cast<size_t>(index->key_count); i < index->keys.size(); ++i)
    included.push_back(index->keys[i].column);
  return out + " INCLUDE (" + column_list(relation, included) + ")";
}

std::string constraint_text(DeparseContext& context, const catalog::RelationDescriptor* relation,
                            const catalog::ConstraintDescriptor& c, bool pretty,
                            const std::vector<Oid>& exclusion_operators) {
  std::string out;
  switch (c.type) {
    case 'f':
      out = foreign_key_text(context, *relation, c);
      break;
    case 'p':
    case 'u':
      out = key_text(context, *relation, c);
      break;
    case 'c': {
      auto expression = expression_from_stored(c.expression_tree, *context.catalog);
      out = "CHECK (" + print_expression(context, *expression, relation, pretty) + ")";
      if (c.no_inherit) out += " NO INHERIT";
      break;
    }
    case 't':
      out = "TRIGGER";
      break;
    case 'x': {
      catalog::IndexPointer keep;
      IndexPrinter printer = printer_of(context, c.index, pretty, keep);
      printer.exclusion_operators = exclusion_operators;
      printer.out = "EXCLUDE USING " + quote_identifier(access_method_name(context, keep->access_method)) + " (";
      printer.keys(0, false);
      printer.tail(true);
      out = std::move(printer.out);
      break;
    }
    default:
      break;
  }
  if (c.deferrable) out += " DEFERRABLE";
  if (c.deferred) out += " INITIALLY DEFERRED";
  if (!c.validated) out += " NOT VALID";
  return out;
}

}  // namespace

std::string constraint_definition(DeparseContext& context, Oid constraint, bool pretty) {
  std::string out;
  Value key = oid_value(constraint);
  context.catalog->scan(id::kPgConstraint, id::kPgConstraintOidIndex, {&key, 1},
                        [&](common::RowId, const catalog::CatalogRow& row) {
                          Oid owner = oid_of(row[7]);
                          auto relation = owner.valid() ? context.catalog->relation(owner) : nullptr;
                          std::vector<Oid> operators;
                          if (!row[24].is_null()) {
                            types::ArrayView view(row[24].string());
                            for (uint32_t i = 0; i < view.size(); ++i) operators.push_back(oid_of(view.value(i)));
                          }
                          if (relation) {
                            for (const auto& c : relation->constraints)
                              if (c.oid == constraint)
                                out = constraint_text(context, relation.get(), c, pretty, operators);
                            return false;
                          }
                          catalog::ConstraintDescriptor c;  // of a domain
                          c.oid = constraint;
                          c.validated = row[6].as<bool>();
                          c.expression_tree = row[25].is_null() ? "" : std::string(row[25].string());
                          out = constraint_text(context, nullptr, c, pretty, {});
                          return false;
                        });
  return out;
}

}  // namespace basalt::query
