// A compact text of the AST for tests: expressions as (operator left right), queries as their clauses.
#include "parser/parse.hpp"

namespace basalt::parser {

namespace {

class Dump {
 public:
  std::string out;

  void expression(const ParsedExpression* e);
  void select(const ParsedSelect& s);
  void statement(const ParsedStatement& s);

 private:
  void list(const ExpressionList& items) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (i) out += ' ';
      expression(items[i].get());
    }
  }
  void dotted(const QualifiedName& names) {
    for (size_t i = 0; i < names.size(); ++i) out += (i ? "." : "") + names[i];
  }
  void group(const char* head, const ExpressionList& items) {
    out += '(';
    out += head;
    out += ' ';
    list(items);
    out += ')';
  }
  void type(const ParsedTypeName& t);
  void literal(const ParsedLiteral& l);
  void op(const ParsedOperator& o);
  void call(const ParsedFunctionCall& c);
  void step(const ParsedIndirectionStep& s);
  void sort(const std::vector<ParsedSortBy>& items);
  void targets(const std::vector<ParsedResTarget>& items);
  void table(const ParsedTableRef& t);
  void from(const std::vector<TableRefPtr>& items);
  void sublink(const ParsedSubLink& link);
  void window(const ParsedWindow& w);
  void clauses(const ParsedSelect& s);
};

void Dump::type(const ParsedTypeName& t) {
  if (t.set_of) out += "setof ";
  dotted(t.names);
  if (t.interval_fields >= 0) out += "{" + std::to_string(t.interval_fields) + "}";
  if (!t.typmods.empty()) {
    out += '(';
    list(t.typmods);
    out += ')';
  }
  for (auto bound : t.array_bounds) out += bound < 0 ? "[]" : "[" + std::to_string(bound) + "]";
  if (t.pct_type) out += "%type";
}

void Dump::literal(const ParsedLiteral& l) {
  switch (l.literal_class) {
    case LiteralClass::kNull:
      out += "null";
      break;
    case LiteralClass::kString:
      out += "'" + l.text + "'";
      break;
    case LiteralClass::kBitString:
      out += "b'" + l.text + "'";
      break;
    case LiteralClass::kHexBitString:
      out += "x'" + l.text + "'";
      break;
    default:
      out += l.text;
  }
}

void Dump::op(const ParsedOperator& o) {
  static constexpr const char* kForms[] = {
      "", "any ", "all ", "distinct ", "notdistinct ", "nullif ", "in ", "like ", "ilike ", "similar ", "", "", "", ""};
  out += '(';
  out += kForms[static_cast<int>(o.form)];
  dotted(o.name);
  if (o.left) {
    out += ' ';
    expression(o.left.get());
  }
  if (o.right) {
    out += ' ';
    expression(o.right.get());
  }
  if (!o.list.empty()) {
    out += " [";
    list(o.list);
    out += ']';
  }
  out += ')';
}

void Dump::sort(const std::vector<ParsedSortBy>& items) {
  static constexpr const char* kDirections[] = {"", " asc", " desc", " using "};
  static constexpr const char* kNulls[] = {"", " nulls first", " nulls last"};
  for (size_t i = 0; i < items.size(); ++i) {
    if (i) out += ", ";
    expression(items[i].expression.get());
    out += kDirections[static_cast<int>(items[i].direction)];
    dotted(items[i].using_operator);
    out += kNulls[static_cast<int>(items[i].nulls)];
  }
}

void Dump::window(const ParsedWindow& w) {
  out += " over(" + w.name + w.ref_name;
  if (!w.partition_by.empty()) {
    out += " by ";
    list(w.partition_by);
  }
  if (!w.order_by.empty()) {
    out += " order ";
    sort(w.order_by);
  }
  if (w.frame_options != kFrameDefaults) out += " frame " + std::to_string(w.frame_options);
  for (auto* offset : {w.start_offset.get(), w.end_offset.get()})
    if (offset) {
      out += ' ';
      expression(offset);
    }
  out += ')';
}

void Dump::call(const ParsedFunctionCall& c) {
  dotted(c.name);
  out += '(';
  if (c.distinct) out += "distinct ";
  if (c.star) out += '*';
  for (size_t i = 0; i < c.arguments.size(); ++i) {
    if (i) out += ", ";
    if (c.variadic && i + 1 == c.arguments.size()) out += "variadic ";
    expression(c.arguments[i].get());
  }
  if (!c.order_by.empty()) {
    out += c.within_group ? " within group " : " order by ";
    sort(c.order_by);
  }
  out += ')';
  if (c.filter) {
    out += " filter(";
    expression(c.filter.get());
    out += ')';
  }
  if (c.over) window(*c.over);
}

void Dump::step(const ParsedIndirectionStep& s) {
  switch (s.kind) {
    case IndirectionKind::kField:
      out += "." + s.field;
      return;
    case IndirectionKind::kStar:
      out += ".*";
      return;
    default:
      break;
  }
  out += '[';
  if (s.lower) expression(s.lower.get());
  if (s.kind == IndirectionKind::kSlice) out += ':';
  if (s.upper) expression(s.upper.get());
  out += ']';
}

void Dump::sublink(const ParsedSubLink& link) {
  static constexpr const char* kKinds[] = {"exists", "all", "any", "scalar", "array"};
  out += '(';
  out += kKinds[static_cast<int>(link.link_kind)];
  out += ' ';
  dotted(link.operator_name);
  if (link.test) {
    expression(link.test.get());
    out += ' ';
  }
  select(*link.subselect);
  out += ')';
}

void Dump::expression(const ParsedExpression* e) {
  if (!e) {
    out += "-";
    return;
  }
  switch (e->kind) {
    case ExpressionKind::kColumnRef: {
      auto& c = as<ParsedColumnRef>(*e);
      dotted(c.names);
      if (c.star) out += c.names.empty() ? "*" : ".*";
      return;
    }
    case ExpressionKind::kParameter:
      out += "$" + std::to_string(as<ParsedParameter>(*e).number);
      return;
    case ExpressionKind::kLiteral:
      return literal(as<ParsedLiteral>(*e));
    case ExpressionKind::kOperator:
      return op(as<ParsedOperator>(*e));
    case ExpressionKind::kBool: {
      auto& b = as<ParsedBool>(*e);
      static constexpr const char* kNames[] = {"and", "or", "not"};
      return group(kNames[static_cast<int>(b.op)], b.arguments);
    }
    case ExpressionKind::kNullTest: {
      auto& t = as<ParsedNullTest>(*e);
      out += t.is_not ? "(isnotnull " : "(isnull ";
      expression(t.argument.get());
      out += ')';
      return;
    }
    case ExpressionKind::kBooleanTest: {
      auto& t = as<ParsedBooleanTest>(*e);
      static constexpr const char* kNames[] = {"true", "nottrue", "false", "notfalse", "unknown", "notunknown"};
      out += std::string("(is") + kNames[static_cast<int>(t.test)] + " ";
      expression(t.argument.get());
      out += ')';
      return;
    }
    case ExpressionKind::kSubLink:
      return sublink(as<ParsedSubLink>(*e));
    case ExpressionKind::kFunctionCall:
      return call(as<ParsedFunctionCall>(*e));
    case ExpressionKind::kNamedArgument: {
      auto& n = as<ParsedNamedArgument>(*e);
      out += n.name + " => ";
      return expression(n.value.get());
    }
    case ExpressionKind::kCase: {
      auto& c = as<ParsedCase>(*e);
      out += "(case ";
      expression(c.argument.get());
      for (auto& when : c.whens) {
        out += " when ";
        expression(when.condition.get());
        out += " then ";
        expression(when.result.get());
      }
      out += " else ";
      expression(c.otherwise.get());
      out += ')';
      return;
    }
    case ExpressionKind::kCoalesce:
      return group("coalesce", as<ParsedCoalesce>(*e).arguments);
    case ExpressionKind::kMinMax: {
      auto& m = as<ParsedMinMax>(*e);
      return group(m.greatest ? "greatest" : "least", m.arguments);
    }
    case ExpressionKind::kSqlValueFunction:
      out += "sqlvalue" + std::to_string(static_cast<int>(as<ParsedSqlValueFunction>(*e).function));
      return;
    case ExpressionKind::kTypeCast: {
      auto& c = as<ParsedTypeCast>(*e);
      out += "(cast ";
      expression(c.argument.get());
      out += " as ";
      type(*c.type);
      out += ')';
      return;
    }
    case ExpressionKind::kCollate: {
      auto& c = as<ParsedCollate>(*e);
      out += "(collate ";
      expression(c.argument.get());
      out += ' ';
      dotted(c.collation);
      out += ')';
      return;
    }
    case ExpressionKind::kArray:
      return group("array", as<ParsedArray>(*e).elements);
    case ExpressionKind::kRow:
      return group("row", as<ParsedRow>(*e).elements);
    case ExpressionKind::kIndirection: {
      auto& i = as<ParsedIndirection>(*e);
      out += '(';
      expression(i.argument.get());
      out += ')';
      for (auto& s : i.steps) step(s);
      return;
    }
    case ExpressionKind::kGrouping:
      return group("grouping", as<ParsedGrouping>(*e).arguments);
    case ExpressionKind::kDefault:
      out += "default";
      return;
    case ExpressionKind::kCurrentOf:
      out += "currentof " + as<ParsedCurrentOf>(*e).cursor_name;
      return;
    case ExpressionKind::kXml:
      out += as<ParsedXml>(*e).function;
      return;
  }
}

void Dump::targets(const std::vector<ParsedResTarget>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i) out += ", ";
    expression(items[i].value.get());
    if (!items[i].name.empty()) out += " as " + items[i].name;
  }
}

void Dump::from(const std::vector<TableRefPtr>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i) out += ", ";
    table(*items[i]);
  }
}

void Dump::table(const ParsedTableRef& t) {
  auto alias = [&](const ParsedAlias& a) {
    if (a.name.empty()) return;
    out += " as " + a.name;
    if (a.columns.empty()) return;
    out += '(';
    for (size_t i = 0; i < a.columns.size(); ++i) out += (i ? "," : "") + a.columns[i];
    out += ')';
  };
  switch (t.kind) {
    case TableRefKind::kRangeVar: {
      auto& v = as<ParsedRangeVar>(t);
      if (!v.inherit) out += "only ";
      if (!v.schema.empty()) out += v.schema + ".";
      out += v.name;
      return alias(v.alias);
    }
    case TableRefKind::kRangeSubselect: {
      auto& s = as<ParsedRangeSubselect>(t);
      out += s.lateral ? "lateral (" : "(";
      select(*s.subquery);
      out += ')';
      return alias(s.alias);
    }
    case TableRefKind::kRangeFunction: {
      auto& f = as<ParsedRangeFunction>(t);
      if (f.lateral) out += "lateral ";
      for (auto& item : f.functions) expression(item.function.get());
      if (f.ordinality) out += " ordinality";
      return alias(f.alias);
    }
    case TableRefKind::kRangeTableSample: {
      auto& s = as<ParsedRangeTableSample>(t);
      table(*s.relation);
      out += " sample ";
      dotted(s.method);
      return;
    }
    case TableRefKind::kJoin: {
      auto& j = as<ParsedJoin>(t);
      static constexpr const char* kTypes[] = {"join", "left", "full", "right"};
      out += std::string("(") +
             (j.natural ? "natural "
              : j.cross ? "cross "
                        : "") +
             kTypes[static_cast<int>(j.type)] + " ";
      table(*j.left);
      out += ' ';
      table(*j.right);
      if (j.condition) {
        out += " on ";
        expression(j.condition.get());
      }
      for (auto& column : j.using_columns) out += " using " + column;
      out += ')';
      return alias(j.alias);
    }
  }
}

void Dump::clauses(const ParsedSelect& s) {
  if (s.where) {
    out += " where ";
    expression(s.where.get());
  }
  if (!s.group_by.empty()) out += " group " + std::to_string(s.group_by.size());
  if (s.having) {
    out += " having ";
    expression(s.having.get());
  }
}

void Dump::select(const ParsedSelect& s) {
  if (s.with)
    for (auto& cte : s.with->ctes) {
      out += "with " + cte.name + " (";
      statement(*cte.query);
      out += ") ";
    }
  if (s.op != SetOperation::kNone) {
    static constexpr const char* kNames[] = {"", "union", "intersect", "except"};
    out += std::string("(") + kNames[static_cast<int>(s.op)] + (s.all ? " all " : " ");
    select(*s.left);
    out += ' ';
    select(*s.right);
    out += ')';
  } else if (s.is_values) {
    out += "values";
    for (auto& row : s.values_lists) {
      out += " (";
      list(row);
      out += ')';
    }
    if (s.literal_rows) out += " +" + std::to_string(s.literal_rows->row_count()) + " rows";
  } else {
    out += "select ";
    if (s.distinct != DistinctKind::kNone) out += "distinct ";
    targets(s.targets);
    if (!s.from.empty()) {
      out += " from ";
      from(s.from);
    }
    clauses(s);
  }
  if (!s.order_by.empty()) {
    out += " order by ";
    sort(s.order_by);
  }
  if (s.limit_count) {
    out += " limit ";
    expression(s.limit_count.get());
  }
  if (s.limit_offset) {
    out += " offset ";
    expression(s.limit_offset.get());
  }
}

void Dump::statement(const ParsedStatement& s) {
  switch (s.kind) {
    case StatementKind::kSelect:
      return select(as<ParsedSelect>(s));
    case StatementKind::kInsert: {
      auto& i = as<ParsedInsert>(s);
      out += "insert ";
      table(*i.relation);
      for (auto& column : i.columns) out += " " + column.name;
      out += ' ';
      if (i.source)
        select(*i.source);
      else
        out += "default values";
      return;
    }
    case StatementKind::kUpdate: {
      auto& u = as<ParsedUpdate>(s);
      out += "update ";
      table(*u.relation);
      for (auto& a : u.assignments) {
        out += " set " + a.targets[0].name + " = ";
        expression(a.value.get());
      }
      if (u.where) {
        out += " where ";
        expression(u.where.get());
      }
      return;
    }
    case StatementKind::kDelete: {
      auto& d = as<ParsedDelete>(s);
      out += "delete ";
      table(*d.relation);
      if (d.where) {
        out += " where ";
        expression(d.where.get());
      }
      return;
    }
    default:
      out += "statement " + std::to_string(static_cast<int>(s.kind));
  }
}

}  // namespace

std::string to_debug_string(const ParsedStatement& statement) {
  Dump dump;
  dump.statement(statement);
  return dump.out;
}

std::string to_debug_string(const ParsedExpression& expression) {
  Dump dump;
  dump.expression(&expression);
  return dump.out;
}

}  // namespace basalt::parser
