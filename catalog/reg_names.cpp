// Input and output of the reg* types.
#include <charconv>
#include <functional>

#include "catalog/catalog_ids.hpp"
#include "catalog/names.hpp"
#include "common/sqlstate.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::catalog {

namespace {

using common::SqlError;
namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string joined(const std::vector<std::string>& name) {
  std::string out;
  for (const std::string& part : name) out += (out.empty() ? "" : ".") + part;
  return out;
}

Oid parse_class(const NameScope& scope, std::string_view text) {
  std::vector<std::string> name = parse_qualified_name(text);
  if (name.size() > 3) {
    throw SqlError(sqlstate::kSyntaxError, "improper relation name (too many dotted names): " + joined(name));
  }
  Oid found = find_relation(scope, name);
  if (!found.valid()) {
    throw SqlError(sqlstate::kUndefinedTable, "relation " + quoted(joined(name)) + " does not exist");
  }
  return found;
}

Oid parse_proc(const NameScope& scope, std::string_view text) {
  std::vector<FunctionPointer> found = find_functions(scope, parse_qualified_name(text));
  if (found.empty()) {
    throw SqlError(sqlstate::kUndefinedFunction, "function " + quoted(text) + " does not exist");
  }
  if (found.size() > 1) {
    throw SqlError(sqlstate::kAmbiguousFunction, "more than one function named " + quoted(text));
  }
  return found[0]->oid;
}

// "name(type, type)": the name and its argument types; `none_allowed`: NONE is 0.
std::pair<std::string, std::vector<Oid>> parse_signature(const NameScope& scope, std::string_view text,
                                                         bool none_allowed) {
  auto invalid = [](const char* message) { return SqlError(sqlstate::kInvalidTextRepresentation, message); };
  bool in_quotes = false;
  size_t open = 0;
  for (; open < text.size(); ++open) {
    if (text[open] == '"')
      in_quotes = !in_quotes;
    else if (text[open] == '(' && !in_quotes)
      break;
  }
  if (open == text.size()) throw invalid("expected a left parenthesis");
  std::string_view arguments = text.substr(open + 1);
  while (!arguments.empty() && arguments.back() == ' ') arguments.remove_suffix(1);
  if (arguments.empty() || arguments.back() != ')') throw invalid("expected a right parenthesis");
  arguments.remove_suffix(1);
  std::vector<Oid> types;
  int depth = 0;
  in_quotes = false;
  size_t begin = 0;
  const bool blank = arguments.find_first_not_of(" \t\n") == std::string_view::npos;
  for (size_t i = 0; i <= arguments.size() && !blank; ++i) {
    char c = i < arguments.size() ? arguments[i] : ',';
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes) continue;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c != ',' || depth > 0) continue;
    std::string_view one = arguments.substr(begin, i - begin);
    begin = i + 1;
    while (!one.empty() && one[0] == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one.empty()) throw invalid("expected a type name");
    bool none =
        one.size() == 4 && (one[0] | 32) == 'n' && (one[1] | 32) == 'o' && (one[2] | 32) == 'n' && (one[3] | 32) == 'e';
    types.push_back(none_allowed && none ? Oid() : parse_type_name(scope, one).type);
  }
  return {std::string(text.substr(0, open)), std::move(types)};
}

Oid parse_procedure(const NameScope& scope, std::string_view text) {
  auto [name, types] = parse_signature(scope, text, false);
  for (const FunctionPointer& f : find_functions(scope, parse_qualified_name(name))) {
    if (f->argument_types == types) return f->oid;
  }
  throw SqlError(sqlstate::kUndefinedFunction, "function " + quoted(text) + " does not exist");
}

// An operator's name is not an identifier: [schema.]symbol.
std::vector<std::string> operator_name(std::string_view text) {
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return {std::string(text)};
  std::vector<std::string> name = parse_qualified_name(text.substr(0, dot));
  name.emplace_back(text.substr(dot + 1));
  return name;
}

Oid parse_oper(const NameScope& scope, std::string_view text) {
  std::vector<OperatorPointer> found = find_operators(scope, operator_name(text));
  if (found.empty()) {
    throw SqlError(sqlstate::kUndefinedFunction, "operator does not exist: " + std::string(text));
  }
  if (found.size() > 1) {
    throw SqlError(sqlstate::kAmbiguousFunction, "more than one operator named " + std::string(text));
  }
  return found[0]->oid;
}

Oid parse_operator(const NameScope& scope, std::string_view text) {
  auto [name, types] = parse_signature(scope, text, true);
  if (types.size() == 1) {
    throw SqlError(sqlstate::kUndefinedParameter, "missing argument")
        .hint("Use NONE to denote the missing argument of a unary operator.");
  }
  if (types.size() > 2) {
    throw SqlError(sqlstate::kTooManyArguments, "too many arguments").hint("Provide two argument types for operator.");
  }
  for (const OperatorPointer& o : find_operators(scope, operator_name(name))) {
    if (types.size() == 2 && o->left == types[0] && o->right == types[1]) return o->oid;
  }
  throw SqlError(sqlstate::kUndefinedFunction, "operator does not exist: " + std::string(text));
}

std::string single_name(std::string_view text) {
  std::vector<std::string> name = parse_qualified_name(text);
  if (name.size() != 1) throw SqlError(sqlstate::kInvalidName, "invalid name syntax");
  return name[0];
}

Oid parse_role(const NameScope& scope, std::string_view text) {
  std::string name = single_name(text);
  Oid found = scope.catalog.find_role(name);
  if (!found.valid()) throw SqlError(sqlstate::kUndefinedObject, "role " + quoted(name) + " does not exist");
  return found;
}

Oid parse_collation(const NameScope& scope, std::string_view text) {
  std::vector<std::string> name = parse_qualified_name(text);
  Oid found = find_collation(scope, name);
  if (!found.valid()) {
    throw SqlError(sqlstate::kUndefinedObject,
                   "collation " + quoted(joined(name)) + " for encoding \"UTF8\" does not exist");
  }
  return found;
}

// Text search objects: by (name, namespace).
Oid parse_text_search(const NameScope& scope, std::string_view text, Oid catalog, Oid index, const char* what) {
  std::vector<std::string> name = parse_qualified_name(text);
  SearchPath path = scope.path;
  if (name.size() > 1) path = {lookup_namespace(scope, name[0])};
  for (Oid name_space : path) {
    Oid found;
    const Value key[2] = {Value::of(name.back()), Value::of(name_space.value)};
    scope.catalog.scan(catalog, index, key, [&](common::RowId, const CatalogRow& row) {
      found = Oid(row[0].as<uint32_t>());
      return false;
    });
    if (found.valid()) return found;
  }
  throw SqlError(sqlstate::kUndefinedObject,
                 std::string("text search ") + what + " " + quoted(joined(name)) + " does not exist");
}

std::string text_search_name(const NameScope& scope, Oid object, Oid catalog, Oid index) {
  std::string out = std::to_string(object.value);
  const Value key = Value::of(object.value);
  scope.catalog.scan(catalog, index, std::span(&key, 1), [&](common::RowId, const CatalogRow& row) {
    out = quote_identifier(row[1].string());
    return false;
  });
  return out;
}

// Bare if the name alone finds exactly this one.
std::string proc_name(const NameScope& scope, Oid function) {
  FunctionPointer f = scope.catalog.function(function);
  if (!f) return std::to_string(function.value);
  std::vector<FunctionPointer> found = find_functions(scope, std::span(&f->name, 1));
  if (found.size() == 1 && found[0]->oid == function) return quote_identifier(f->name);
  return quote_qualified(namespace_name(scope.catalog, f->namespace_oid), f->name);
}

std::string oper_name(const NameScope& scope, Oid op) {
  OperatorPointer o = scope.catalog.operator_by_oid(op);
  if (!o) return std::to_string(op.value);
  std::vector<OperatorPointer> found = find_operators(scope, std::span(&o->name, 1));
  if (found.size() == 1 && found[0]->oid == op) return o->name;
  return quote_identifier(namespace_name(scope.catalog, o->namespace_oid)) + "." + o->name;
}

std::string collation_text(const NameScope& scope, Oid collation) {
  const CollationDescriptor* c = scope.catalog.collation(collation);
  if (!c) return std::to_string(collation.value);
  if (collation_is_visible(scope, collation)) return quote_identifier(c->name);
  return quote_qualified(namespace_name(scope.catalog, c->namespace_oid), c->name);
}

}  // namespace

Oid parse_object_name(const NameScope& scope, Oid kind, std::string_view text) {
  if (text == "-") return Oid();
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    uint32_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) {
      throw SqlError(sqlstate::kNumericValueOutOfRange, "value " + quoted(text) + " is out of range for type oid");
    }
    return Oid(number);
  }
  switch (kind.value) {
    case oid::kRegclass.value:
      return parse_class(scope, text);
    case oid::kRegtype.value:
      return parse_type_name(scope, text).type;
    case oid::kRegproc.value:
      return parse_proc(scope, text);
    case oid::kRegprocedure.value:
      return parse_procedure(scope, text);
    case oid::kRegoper.value:
      return parse_oper(scope, text);
    case oid::kRegoperator.value:
      return parse_operator(scope, text);
    case oid::kRegnamespace.value:
      return require_namespace(scope.catalog, single_name(text));
    case oid::kRegrole.value:
      return parse_role(scope, text);
    case oid::kRegcollation.value:
      return parse_collation(scope, text);
    case oid::kRegconfig.value:
      return parse_text_search(scope, text, id::kPgTsConfig, id::kPgTsConfigCfgnameIndex, "configuration");
    case oid::kRegdictionary.value:
      return parse_text_search(scope, text, id::kPgTsDict, id::kPgTsDictDictnameIndex, "dictionary");
    default:
      UNREACHABLE("not a reg type: " + std::to_string(kind.value));
  }
}

std::string object_name(const NameScope& scope, Oid kind, Oid object) {
  if (!object.valid()) {
    const bool operator_kind = kind == oid::kRegoper || kind == oid::kRegoperator;
    return operator_kind ? "0" : "-";
  }
  switch (kind.value) {
    case oid::kRegclass.value:
      return relation_name(scope, object);
    case oid::kRegtype.value:
      return scope.catalog.type(object) ? format_type(scope, object, -1) : std::to_string(object.value);
    case oid::kRegproc.value:
      return proc_name(scope, object);
    case oid::kRegprocedure.value:
      return procedure_signature(scope, object);
    case oid::kRegoper.value:
      return oper_name(scope, object);
    case oid::kRegoperator.value:
      return operator_signature(scope, object);
    case oid::kRegnamespace.value: {
      std::string name = namespace_name(scope.catalog, object);
      return name.empty() ? std::to_string(object.value) : quote_identifier(name);
    }
    case oid::kRegrole.value: {
      const RoleDescriptor* role = scope.catalog.role(object);
      return role ? quote_identifier(role->name) : std::to_string(object.value);
    }
    case oid::kRegcollation.value:
      return collation_text(scope, object);
    case oid::kRegconfig.value:
      return text_search_name(scope, object, id::kPgTsConfig, id::kPgTsConfigOidIndex);
    case oid::kRegdictionary.value:
      return text_search_name(scope, object, id::kPgTsDict, id::kPgTsDictOidIndex);
    default:
      UNREACHABLE("not a reg type: " + std::to_string(kind.value));
  }
}

}  // namespace basalt::catalog
