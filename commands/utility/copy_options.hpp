// CopyOptions: what COPY's WITH (...) says, checked as PostgreSQL checks it.
#pragma once

#include <string>
#include <vector>

#include "commands/utility.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

enum class CopyFormat : uint8_t { kText, kCsv, kBinary };
enum class CopyHeader : uint8_t { kNo, kYes, kMatch };

// A list of column names, or *.
struct CopyColumnList {
  bool all = false;
  std::vector<std::string> names;
  bool given() const { return all || !names.empty(); }
};

struct CopyOptions {
  CopyFormat format = CopyFormat::kText;
  char delimiter = '\t', quote = '"', escape = '"';
  std::string null_text;
  CopyHeader header = CopyHeader::kNo;
  CopyColumnList force_quote, force_not_null, force_null;
  int encoding = -1;  // as types/text/encoding.hpp numbers them
  bool freeze = false;
};

CopyOptions parse_copy_options(Session& session, const parser::ParsedCopy& statement, std::string_view text);

// The attributes that COPY reads or writes, in order; `names` empty: all but generated ones.
std::vector<int16_t> copy_attributes(const catalog::RelationDescriptor& relation,
                                     const std::vector<std::string>& names);
// Positions (in `attributes`) of the columns that an option lists.
std::vector<bool> marked_columns(const catalog::RelationDescriptor& relation, const std::vector<int16_t>& attributes,
                                 const CopyColumnList& list, const char* option);

// COPY ... FROM and TO; rows copied.
uint64_t copy_from(UtilityCall& call, const parser::ParsedCopy& statement, const CopyOptions& options,
                   catalog::RelationPointer relation);
uint64_t copy_to(UtilityCall& call, const parser::ParsedCopy& statement, const CopyOptions& options,
                 const parser::ParsedStatement& query);

}  // namespace basalt::commands
