// TypeDescriptor: what the engine knows of one SQL type. Immutable once built; catalog/ builds it from pg_type and
// hands out shared pointers, so a statement keeps what it was planned with.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/ids.hpp"
#include "common/physical_type.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::types {

using common::Oid;
using common::PhysicalType;

struct TypeDescriptor;
using TypePointer = std::shared_ptr<const TypeDescriptor>;

struct EnumLabel {
  Oid oid;
  float sort_order;
  std::string label;
};

struct CompositeAttribute {
  std::string name;
  Oid type;
  int32_t typmod;
  Oid collation;
  bool dropped;
};

struct TypeDescriptor {
  Oid oid;
  std::string name;  // pg_type.typname
  Oid namespace_oid;
  int16_t length = -1;  // typlen: -1 varlena, -2 cstring
  bool by_value = false;
  char kind = 'b';      // typtype: b c d e p r m
  char category = 'U';  // typcategory
  bool preferred = false;
  bool defined = true;
  char delimiter = ',';
  Oid relation;                                             // composite types: the relation
  Oid subscript;                                            // typsubscript
  Oid element;                                              // arrays (and name, int2vector, ...): typelem
  Oid array;                                                // typarray
  Oid input, output, receive, send, typmod_in, typmod_out;  // functions
  char alignment = 'i';
  char storage = 'p';
  bool not_null = false;  // domains
  Oid base;               // domains: typbasetype
  int32_t typmod = -1;    // domains: typtypmod
  int32_t dimensions = 0;
  Oid collation;  // default collation; invalid: not collatable
  PhysicalType physical = PhysicalType::kString;

  std::vector<EnumLabel> labels;                   // kind 'e', in sort order
  std::vector<CompositeAttribute> attributes;      // kind 'c'
  Oid range_subtype, range_collation, multirange;  // kind 'r'
  Oid range;                                       // kind 'm': the range type

  bool is_true_array() const {
    return element.valid() && length == -1 && subscript.value == 6179;
  }  // array_subscript_handler
};

// The physical type of a built-in type (QRY-10); enums and domains are decided by catalog/.
PhysicalType physical_type_of(Oid builtin_type);

}  // namespace basalt::types
