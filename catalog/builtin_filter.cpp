#include "catalog/builtin_filter.hpp"

#include <charconv>
#include <functional>

#include "catalog/catalog_ids.hpp"
#include "catalog/embedded.hpp"
#include "catalog/rows/pg_aggregate.hpp"
#include "catalog/rows/pg_amop.hpp"
#include "catalog/rows/pg_amproc.hpp"
#include "catalog/rows/pg_cast.hpp"
#include "catalog/rows/pg_conversion.hpp"
#include "catalog/rows/pg_description.hpp"
#include "catalog/rows/pg_init_privs.hpp"
#include "catalog/rows/pg_language.hpp"
#include "catalog/rows/pg_opclass.hpp"
#include "catalog/rows/pg_operator.hpp"
#include "catalog/rows/pg_opfamily.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "catalog/rows/pg_range.hpp"
#include "catalog/rows/pg_type.hpp"
#include "catalog/tsv.hpp"
#include "types/function.hpp"

namespace basalt::catalog {

namespace {

constexpr uint32_t kLanguageSql = 14;
using OidSet = std::unordered_set<uint32_t>;

std::unordered_map<uint32_t, std::string> sql_bodies() {
  std::unordered_map<uint32_t, std::string> out;
  TsvReader reader(embedded_file("sql_functions.tsv"));
  std::vector<TsvCell> cells;
  while (reader.next(cells)) out.emplace(static_cast<uint32_t>(std::stoul(*cells[0])), *cells[1]);
  return out;
}

template <typename Row>
std::vector<Row> decode_all(const std::vector<CatalogRow>& rows) {
  std::vector<Row> out;
  out.reserve(rows.size());
  for (const CatalogRow& row : rows) out.push_back(Row::from_row(row));
  return out;
}

class Filter {
 public:
  Filter(BuiltinRows& rows, const SymbolSet& implemented) : rows_(rows), implemented_(implemented) {}

  void run() {
    choose_types();
    choose_functions();
    write_functions();
    write_types();
    filter_operators();
    keep_if<PgCastRow>(
        [&](PgCastRow& r) { return has_type(r.castsource) && has_type(r.casttarget) && function_or_none(r.castfunc); });
    keep_if<PgAggregateRow>([&](PgAggregateRow& r) { return has_function(r.aggfnoid); });
    keep_if<PgRangeRow>([&](PgRangeRow& r) { return keep_range(r); });
    keep_if<PgConversionRow>([&](PgConversionRow& r) { return has_function(r.conproc); });
    keep_if<PgLanguageRow>([&](PgLanguageRow& r) {
      return function_or_none(r.lanplcallfoid) && function_or_none(r.laninline) && function_or_none(r.lanvalidator);
    });
    filter_operator_classes();
    filter_comments();
  }

 private:
  bool has_type(Oid type) const { return !type.valid() || types_.contains(type.value); }
  bool has_function(Oid function) const { return functions_.contains(function.value); }
  bool function_or_none(Oid function) const { return !function.valid() || has_function(function); }
  void drop_dangling(Oid& function) const {
    if (!has_function(function)) function = Oid();
  }

  template <typename Row, typename Keep>
  void keep_if(Keep keep) {
    std::vector<CatalogRow> kept;
    for (const CatalogRow& row : rows_.of(Row::kCatalog)) {
      Row r = Row::from_row(row);
      if (keep(r)) kept.push_back(r.to_row());
    }
    rows_.of(Row::kCatalog) = std::move(kept);
  }

  // Types of catalog columns and pseudo-types are always there; others if they can be read and written; arrays and row
  // types follow what they are made of.
  void choose_types() {
    std::unordered_map<uint32_t, std::string> symbols;
    procs_ = decode_all<PgProcRow>(rows_.of(id::kPgProc));
    for (const PgProcRow& p : procs_) symbols.emplace(p.oid.value, p.prosrc);
    OidSet forced;
    for (const CatalogTable& table : catalog_tables()) {
      for (const CatalogColumn& c : table.columns) forced.insert(c.type.value);
    }
    std::vector<PgTypeRow> all = decode_all<PgTypeRow>(rows_.of(id::kPgType));
    for (const PgTypeRow& t : all) {
      type_names_.emplace(t.oid.value, t.typname);
      bool made_of_others = t.typelem.valid() && t.typlen == -1;
      bool readable =
          implemented_.contains(symbols[t.typinput.value]) && implemented_.contains(symbols[t.typoutput.value]);
      if (t.typtype == 'p' || t.typtype == 'c' || forced.contains(t.oid.value) || (!made_of_others && readable)) {
        types_.insert(t.oid.value);
      }
    }
    for (const PgTypeRow& t : all) {
      if (t.typelem.valid() && t.typlen == -1 && types_.contains(t.typelem.value)) types_.insert(t.oid.value);
    }
    // A range needs its subtype, a multirange its range.
    for (const CatalogRow& row : rows_.of(id::kPgRange)) {
      PgRangeRow r = PgRangeRow::from_row(row);
      if (!types_.contains(r.rngtypid.value) || !types_.contains(r.rngsubtype.value))
        types_.erase(r.rngmultitypid.value);
    }
  }

  bool signature_known(const PgProcRow& p) const {
    if (!has_type(p.prorettype) || !has_type(p.provariadic)) return false;
    for (Oid type : p.proargtypes) {
      if (!has_type(type)) return false;
    }
    for (Oid type : p.proallargtypes.value_or(std::vector<Oid>())) {
      if (!has_type(type)) return false;
    }
    return true;
  }

  void choose_functions() {
    bodies_ = sql_bodies();
    for (const PgProcRow& p : procs_) {
      if (!signature_known(p)) continue;
      bool known = p.prolang.value == kLanguageSql && !implemented_.contains(p.prosrc)
                       ? bodies_.contains(p.oid.value)
                       : implemented_.contains(p.prokind == 'f' ? p.prosrc : signature(p));
      if (known) functions_.insert(p.oid.value);
    }
    // The parts of an aggregate are named by pg_aggregate; its code performs them.
    OidSet parts;
    for (const CatalogRow& row : rows_.of(id::kPgAggregate)) {
      PgAggregateRow a = PgAggregateRow::from_row(row);
      if (!has_function(a.aggfnoid)) continue;
      for (Oid part : {a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
                       a.aggminvtransfn, a.aggmfinalfn}) {
        parts.insert(part.value);
      }
    }
    for (const PgProcRow& p : procs_) {
      if (parts.contains(p.oid.value) && signature_known(p)) functions_.insert(p.oid.value);
    }
  }

 public:
  std::string signature(const PgProcRow& p) const {
    std::string out = p.proname + "(";
    for (size_t i = 0; i < p.proargtypes.size(); ++i) {
      if (i) out.push_back(',');
      auto name = type_names_.find(p.proargtypes[i].value);
      out += name == type_names_.end() ? "?" : name->second;
    }
    return out + ")";
  }

 private:
  void write_functions() {
    keep_if<PgProcRow>([&](PgProcRow& p) {
      if (!has_function(p.oid)) return false;
      drop_dangling(p.prosupport);
      if (auto body = bodies_.find(p.oid.value); p.prolang.value == kLanguageSql && body != bodies_.end()) {
        p.prosrc = body->second;
      }
      return true;
    });
  }

  void write_types() {
    keep_if<PgTypeRow>([&](PgTypeRow& t) {
      if (!has_type(t.oid)) return false;
      for (Oid* function : {&t.typsubscript, &t.typinput, &t.typoutput, &t.typreceive, &t.typsend, &t.typmodin,
                            &t.typmodout, &t.typanalyze}) {
        drop_dangling(*function);
      }
      if (!has_type(t.typarray)) t.typarray = Oid();
      return true;
    });
  }

  void filter_operators() {
    for (const CatalogRow& row : rows_.of(id::kPgOperator)) {
      PgOperatorRow r = PgOperatorRow::from_row(row);
      if (has_function(r.oprcode) && has_type(r.oprleft) && has_type(r.oprright)) operators_.insert(r.oid.value);
    }
    keep_if<PgOperatorRow>([&](PgOperatorRow& r) {
      if (!operators_.contains(r.oid.value)) return false;
      if (!operators_.contains(r.oprcom.value)) r.oprcom = Oid();
      if (!operators_.contains(r.oprnegate.value)) r.oprnegate = Oid();
      drop_dangling(r.oprrest);
      drop_dangling(r.oprjoin);
      return true;
    });
  }

  bool keep_range(PgRangeRow& r) const {
    drop_dangling(r.rngcanonical);
    drop_dangling(r.rngsubdiff);
    if (!types_.contains(r.rngmultitypid.value)) r.rngmultitypid = Oid();
    return types_.contains(r.rngtypid.value) && types_.contains(r.rngsubtype.value);
  }

  void filter_operator_classes() {
    OidSet families;
    keep_if<PgAmopRow>([&](PgAmopRow& r) {
      bool keep = operators_.contains(r.amopopr.value) && has_type(r.amoplefttype) && has_type(r.amoprighttype);
      if (keep) families.insert(r.amopfamily.value);
      return keep;
    });
    OidSet used;
    keep_if<PgOpclassRow>([&](PgOpclassRow& r) {
      bool keep = families.contains(r.opcfamily.value) && has_type(r.opcintype) && has_type(r.opckeytype);
      if (keep) used.insert(r.opcfamily.value), classes_.insert(r.oid.value);
      return keep;
    });
    families_ = std::move(used);
    keep_if<PgOpfamilyRow>([&](PgOpfamilyRow& r) { return families_.contains(r.oid.value); });
    keep_if<PgAmopRow>([&](PgAmopRow& r) { return families_.contains(r.amopfamily.value); });
    keep_if<PgAmprocRow>([&](PgAmprocRow& r) {
      return families_.contains(r.amprocfamily.value) && has_function(r.amproc) && has_type(r.amproclefttype) &&
             has_type(r.amprocrighttype);
    });
  }

  void filter_comments() {
    OidSet casts, languages;
    for (const CatalogRow& row : rows_.of(id::kPgCast)) casts.insert(PgCastRow::from_row(row).oid.value);
    for (const CatalogRow& row : rows_.of(id::kPgLanguage)) languages.insert(PgLanguageRow::from_row(row).oid.value);
    const std::unordered_map<uint32_t, const OidSet*> kept = {
        {id::kPgType.value, &types_},       {id::kPgProc.value, &functions_}, {id::kPgOperator.value, &operators_},
        {id::kPgOpclass.value, &classes_},  {id::kPgCast.value, &casts},      {id::kPgOpfamily.value, &families_},
        {id::kPgLanguage.value, &languages}};
    auto exists = [&](Oid class_oid, Oid object) {
      auto it = kept.find(class_oid.value);
      return it == kept.end() || it->second->contains(object.value);
    };
    keep_if<PgDescriptionRow>([&](PgDescriptionRow& r) { return exists(r.classoid, r.objoid); });
    keep_if<PgInitPrivsRow>([&](PgInitPrivsRow& r) { return exists(r.classoid, r.objoid); });
  }

  BuiltinRows& rows_;
  const SymbolSet& implemented_;
  std::vector<PgProcRow> procs_;
  std::unordered_map<uint32_t, std::string> type_names_;
  std::unordered_map<uint32_t, std::string> bodies_;
  OidSet types_, functions_, operators_, classes_, families_;
};

}  // namespace

SymbolSet implemented_symbols() {
  SymbolSet out;
  std::string_view text = embedded_file("implemented.txt");
  while (!text.empty()) {
    size_t end = text.find('\n');
    if (end > 0) out.emplace(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!out.empty()) return out;
  for (std::string& symbol : types::FunctionRegistry::instance().symbols()) out.insert(std::move(symbol));
  return out;
}

void filter_builtin_rows(BuiltinRows& rows, const SymbolSet& implemented) { Filter(rows, implemented).run(); }

}  // namespace basalt::catalog
