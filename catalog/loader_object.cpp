#include <algorithm>

#include "catalog/catalog_ids.hpp"
#include "catalog/descriptor_loader.hpp"
#include "catalog/rows/pg_aggregate.hpp"
#include "catalog/rows/pg_amop.hpp"
#include "catalog/rows/pg_auth_members.hpp"
#include "catalog/rows/pg_authid.hpp"
#include "catalog/rows/pg_cast.hpp"
#include "catalog/rows/pg_collation.hpp"
#include "catalog/rows/pg_database.hpp"
#include "catalog/rows/pg_enum.hpp"
#include "catalog/rows/pg_index.hpp"
#include "catalog/rows/pg_namespace.hpp"
#include "catalog/rows/pg_opclass.hpp"
#include "catalog/rows/pg_operator.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "catalog/rows/pg_range.hpp"
#include "catalog/rows/pg_type.hpp"

namespace basalt::catalog {

namespace {

Value key(Oid oid) { return Value::of(oid.value); }

std::shared_ptr<TypeDescriptor> describe(const PgTypeRow& r) {
  auto out = std::make_shared<TypeDescriptor>();
  out->oid = r.oid;
  out->name = r.typname;
  out->namespace_oid = r.typnamespace;
  out->length = r.typlen;
  out->by_value = r.typbyval;
  out->kind = r.typtype;
  out->category = r.typcategory;
  out->preferred = r.typispreferred;
  out->defined = r.typisdefined;
  out->delimiter = r.typdelim;
  out->relation = r.typrelid;
  out->subscript = r.typsubscript;
  out->element = r.typelem;
  out->array = r.typarray;
  out->input = r.typinput;
  out->output = r.typoutput;
  out->receive = r.typreceive;
  out->send = r.typsend;
  out->typmod_in = r.typmodin;
  out->typmod_out = r.typmodout;
  out->alignment = r.typalign;
  out->storage = r.typstorage;
  out->not_null = r.typnotnull;
  out->base = r.typbasetype;
  out->typmod = r.typtypmod;
  out->dimensions = r.typndims;
  out->collation = r.typcollation;
  return out;
}

std::shared_ptr<FunctionDescriptor> describe(const PgProcRow& r) {
  auto out = std::make_shared<FunctionDescriptor>();
  out->oid = r.oid;
  out->name = r.proname;
  out->namespace_oid = r.pronamespace;
  out->owner = r.proowner;
  out->language = r.prolang;
  out->support = r.prosupport;
  out->variadic_type = r.provariadic;
  out->kind = r.prokind;
  out->security_definer = r.prosecdef;
  out->leakproof = r.proleakproof;
  out->strict = r.proisstrict;
  out->returns_set = r.proretset;
  out->volatility = r.provolatile;
  out->parallel = r.proparallel;
  out->cost = r.procost;
  out->rows = r.prorows;
  out->result_type = r.prorettype;
  out->argument_types = r.proargtypes;
  out->all_argument_types = r.proallargtypes.value_or(std::vector<Oid>());
  out->argument_modes = r.proargmodes.value_or(std::vector<char>());
  out->argument_names = r.proargnames.value_or(std::vector<std::string>());
  out->default_count = r.pronargdefaults;
  out->defaults_tree = r.proargdefaults.value_or("");
  out->source = r.prosrc;
  out->binary = r.probin.value_or("");
  out->body_tree = r.prosqlbody.value_or("");
  out->settings = r.proconfig.value_or(std::vector<std::string>());
  out->acl = r.proacl;
  return out;
}

std::shared_ptr<OperatorDescriptor> describe(const PgOperatorRow& r) {
  auto out = std::make_shared<OperatorDescriptor>();
  out->oid = r.oid;
  out->name = r.oprname;
  out->namespace_oid = r.oprnamespace;
  out->left = r.oprleft;
  out->right = r.oprright;
  out->result = r.oprresult;
  out->function = r.oprcode;
  out->commutator = r.oprcom;
  out->negator = r.oprnegate;
  out->restrict_estimator = r.oprrest;
  out->join_estimator = r.oprjoin;
  out->kind = r.oprkind;
  out->can_merge = r.oprcanmerge;
  out->can_hash = r.oprcanhash;
  return out;
}

CastDescriptor describe(const PgCastRow& r) {
  return {r.oid, r.castsource, r.casttarget, r.castfunc, r.castcontext, r.castmethod};
}

OpclassDescriptor describe(const PgOpclassRow& r) {
  OpclassDescriptor out;
  out.oid = r.oid;
  out.access_method = r.opcmethod;
  out.namespace_oid = r.opcnamespace;
  out.family = r.opcfamily;
  out.input_type = r.opcintype;
  out.key_type = r.opckeytype;
  out.name = r.opcname;
  out.is_default = r.opcdefault;
  return out;
}

}  // namespace

// Labels, attributes, range parts and the physical type, which are not in pg_type's row.
void DescriptorLoader::complete_type(TypeDescriptor& out) {
  out.physical = types::physical_type_of(out.oid);
  switch (out.kind) {
    case 'e':
      out.physical = common::PhysicalType::kInt32;
      each<PgEnumRow>(id::kPgEnumTypidSortorderIndex, {key(out.oid)}, [&](PgEnumRow r) {
        out.labels.push_back({r.oid, r.enumsortorder, std::move(r.enumlabel)});
      });
      break;
    case 'd':
      if (TypePointer base = source_.type(out.base)) {
        out.physical = base->physical;
      }
      break;
    case 'c':
      if (RelationPointer relation = source_.relation(out.relation)) {
        for (const ColumnDescriptor& c : relation->columns) {
          out.attributes.push_back({c.name, c.type, c.typmod, c.collation, c.dropped});
        }
      }
      break;
    case 'r':
    case 'm': {
      PgRangeRow r;
      if (!find_row(out.kind == 'r' ? id::kPgRangeRngtypidIndex : id::kPgRangeRngmultitypidIndex, {key(out.oid)}, r)) {
        break;
      }
      if (out.kind == 'm') out.range = r.rngtypid;
      out.range_subtype = r.rngsubtype;
      out.range_collation = r.rngcollation;
      out.multirange = r.rngmultitypid;
      break;
    }
    default:
      break;
  }
}

TypePointer DescriptorLoader::type(Oid oid) {
  PgTypeRow r;
  if (!find_row(id::kPgTypeOidIndex, {key(oid)}, r)) return nullptr;
  auto out = describe(r);
  complete_type(*out);
  return out;
}

FunctionPointer DescriptorLoader::function(Oid oid, ObjectVersion version) {
  PgProcRow r;
  if (!find_row(id::kPgProcOidIndex, {key(oid)}, r)) return nullptr;
  auto out = describe(r);
  out->version = version;
  return out;
}

std::vector<Oid> DescriptorLoader::functions_named(std::string_view name) {
  std::vector<Oid> out;
  const Value prefix = Value::of(name);
  storage_.scan(snapshot_, id::kPgProc, id::kPgProcPronameArgsNspIndex, std::span(&prefix, 1),
                [&](RowId, const CatalogRow& row) {
                  out.push_back(Oid(row[0].as<uint32_t>()));
                  return true;
                });
  return out;
}

std::shared_ptr<const AggregateDescriptor> DescriptorLoader::aggregate(Oid function) {
  PgAggregateRow r;
  if (!find_row(id::kPgAggregateFnoidIndex, {key(function)}, r)) return nullptr;
  auto out = std::make_shared<AggregateDescriptor>();
  out->function = r.aggfnoid;
  out->kind = r.aggkind;
  out->direct_arguments = r.aggnumdirectargs;
  out->transition = r.aggtransfn;
  out->final = r.aggfinalfn;
  out->combine = r.aggcombinefn;
  out->sort_operator = r.aggsortop;
  out->state_type = r.aggtranstype;
  out->has_initial = r.agginitval.has_value();
  out->initial = r.agginitval.value_or("");
  out->final_extra = r.aggfinalextra;
  return out;
}

OperatorPointer DescriptorLoader::operator_by_oid(Oid oid) {
  PgOperatorRow r;
  if (!find_row(id::kPgOperatorOidIndex, {key(oid)}, r)) return nullptr;
  return describe(r);
}

std::shared_ptr<const std::vector<OperatorPointer>> DescriptorLoader::operators_named(std::string_view name) {
  auto out = std::make_shared<std::vector<OperatorPointer>>();
  each<PgOperatorRow>(id::kPgOperatorOprnameLRNIndex, {Value::of(name)},
                      [&](const PgOperatorRow& r) { out->push_back(describe(r)); });
  return out;
}

std::shared_ptr<const CastDescriptor> DescriptorLoader::cast(Oid from, Oid to) {
  PgCastRow r;
  if (!find_row(id::kPgCastSourceTargetIndex, {key(from), key(to)}, r)) return nullptr;
  return std::make_shared<CastDescriptor>(describe(r));
}

std::shared_ptr<const std::vector<CastDescriptor>> DescriptorLoader::casts_from(Oid from) {
  auto out = std::make_shared<std::vector<CastDescriptor>>();
  each<PgCastRow>(id::kPgCastSourceTargetIndex, {key(from)}, [&](const PgCastRow& r) { out->push_back(describe(r)); });
  return out;
}

std::shared_ptr<const OpclassDescriptor> DescriptorLoader::opclass(Oid oid) {
  PgOpclassRow r;
  if (!find_row(id::kPgOpclassOidIndex, {key(oid)}, r)) return nullptr;
  return std::make_shared<OpclassDescriptor>(describe(r));
}

std::shared_ptr<const std::vector<OpclassDescriptor>> DescriptorLoader::opclasses_of(Oid access_method) {
  auto out = std::make_shared<std::vector<OpclassDescriptor>>();
  each<PgOpclassRow>(id::kPgOpclassAmNameNspIndex, {key(access_method)},
                     [&](const PgOpclassRow& r) { out->push_back(describe(r)); });
  return out;
}

std::shared_ptr<const std::vector<FamilyMember>> DescriptorLoader::family_members(Oid family) {
  auto out = std::make_shared<std::vector<FamilyMember>>();
  each<PgAmopRow>(id::kPgAmopFamStratIndex, {key(family)}, [&](const PgAmopRow& r) {
    out->push_back({r.amoplefttype, r.amoprighttype, r.amopopr, r.amopstrategy, r.amoppurpose});
  });
  return out;
}

std::shared_ptr<const std::vector<OperatorFamily>> DescriptorLoader::operator_families(Oid op) {
  auto out = std::make_shared<std::vector<OperatorFamily>>();
  each<PgAmopRow>(id::kPgAmopOprFamIndex, {key(op)}, [&](const PgAmopRow& r) {
    if (r.amoppurpose == 's') out->push_back({r.amopfamily, r.amopmethod, r.amopstrategy});
  });
  return out;
}

std::shared_ptr<const CollationDescriptor> DescriptorLoader::collation(Oid oid) {
  PgCollationRow r;
  if (!find_row(id::kPgCollationOidIndex, {key(oid)}, r)) return nullptr;
  auto out = std::make_shared<CollationDescriptor>();
  out->oid = r.oid;
  out->namespace_oid = r.collnamespace;
  out->name = r.collname;
  out->provider = r.collprovider;
  out->deterministic = r.collisdeterministic;
  out->collate = r.collcollate.value_or("");
  out->locale = r.colliculocale.value_or("");
  return out;
}

std::shared_ptr<const NamespaceDescriptor> DescriptorLoader::name_space(Oid oid) {
  PgNamespaceRow r;
  if (!find_row(id::kPgNamespaceOidIndex, {key(oid)}, r)) return nullptr;
  auto out = std::make_shared<NamespaceDescriptor>();
  out->oid = r.oid;
  out->owner = r.nspowner;
  out->name = r.nspname;
  out->acl = r.nspacl;
  return out;
}

std::shared_ptr<const RoleDescriptor> DescriptorLoader::role(Oid oid) {
  PgAuthidRow r;
  if (!find_row(id::kPgAuthidOidIndex, {key(oid)}, r)) return nullptr;
  auto out = std::make_shared<RoleDescriptor>();
  out->oid = r.oid;
  out->name = r.rolname;
  out->super = r.rolsuper;
  out->inherit = r.rolinherit;
  out->create_role = r.rolcreaterole;
  out->create_db = r.rolcreatedb;
  out->can_login = r.rolcanlogin;
  out->replication = r.rolreplication;
  out->bypass_rls = r.rolbypassrls;
  out->connection_limit = r.rolconnlimit;
  out->password = r.rolpassword.value_or("");
  out->valid_until = r.rolvaliduntil;
  each<PgAuthMembersRow>(id::kPgAuthMembersMemberRoleIndex, {key(oid)},
                         [&](const PgAuthMembersRow& m) { out->member_of.push_back(m.roleid); });
  return out;
}

std::shared_ptr<const DatabaseDescriptor> DescriptorLoader::database(Oid oid) {
  PgDatabaseRow r;
  if (!find_row(id::kPgDatabaseOidIndex, {key(oid)}, r)) return nullptr;
  auto out = std::make_shared<DatabaseDescriptor>();
  out->oid = r.oid;
  out->owner = r.datdba;
  out->name = r.datname;
  out->is_template = r.datistemplate;
  out->allow_connections = r.datallowconn;
  out->connection_limit = r.datconnlimit;
  out->acl = r.datacl;
  return out;
}

Oid DescriptorLoader::by_name(Oid catalog, Oid index, std::string_view name, Oid name_space, bool with_namespace) {
  const Value keys[2] = {Value::of(name), key(name_space)};
  CatalogRow row;
  if (!storage_.find(snapshot_, catalog, index, std::span(keys, with_namespace ? 2 : 1), row)) return Oid();
  return Oid(row[0].as<uint32_t>());
}

// The key of pg_collation holds the encoding as well: that of the database (6, UTF8) or any (-1).
Oid DescriptorLoader::collation_by_name(Oid name_space, std::string_view name) {
  for (int32_t encoding : {6, -1}) {
    const Value keys[3] = {Value::of(name), Value::of(encoding), key(name_space)};
    CatalogRow row;
    if (storage_.find(snapshot_, id::kPgCollation, id::kPgCollationNameEncNspIndex, keys, row)) {
      return Oid(row[0].as<uint32_t>());
    }
  }
  return Oid();
}

Oid DescriptorLoader::table_of_index(Oid index) {
  PgIndexRow r;
  return find_row(id::kPgIndexIndexrelidIndex, {key(index)}, r) ? r.indrelid : Oid();
}

}  // namespace basalt::catalog
