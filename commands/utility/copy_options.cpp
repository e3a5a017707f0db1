#include "commands/utility/copy_options.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/evaluator.hpp"
#include "types/text/encoding.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

SqlError invalid(std::string message) { return {sqlstate::kInvalidParameterValue, std::move(message)}; }

bool boolean_option(const parser::ParsedDefElem& option) {
  switch (option.argument) {
    case parser::DefArgument::kNone:
      return true;
    case parser::DefArgument::kBoolean:
    case parser::DefArgument::kInteger:
      if (option.integer == 0 || option.integer == 1) return option.integer == 1;
      break;
    default: {
      std::string word = option.text;
      std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return tolower(c); });
      if (word == "true" || word == "on") return true;
      if (word == "false" || word == "off") return false;
    }
  }
  throw SqlError(sqlstate::kSyntaxError, option.name + " requires a Boolean value");
}

std::string text_option(const parser::ParsedDefElem& option) {
  if (option.argument == parser::DefArgument::kNone)
    throw SqlError(sqlstate::kSyntaxError, option.name + " requires a parameter");
  if (option.argument == parser::DefArgument::kInteger) return std::to_string(option.integer);
  return option.text;
}

CopyHeader header_option(const parser::ParsedDefElem& option, bool is_from) {
  if (option.argument == parser::DefArgument::kNone) return CopyHeader::kYes;
  if (option.argument == parser::DefArgument::kInteger || option.argument == parser::DefArgument::kBoolean) {
    if (option.integer == 0) return CopyHeader::kNo;
    if (option.integer == 1) return CopyHeader::kYes;
  } else {
    std::string word = option.text;
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return tolower(c); });
    if (word == "true" || word == "on") return CopyHeader::kYes;
    if (word == "false" || word == "off") return CopyHeader::kNo;
    if (word == "match") {
      if (!is_from)
        throw SqlError(sqlstate::kFeatureNotSupported, "cannot use \"" + option.text + "\" with HEADER in COPY TO");
      return CopyHeader::kMatch;
    }
  }
  throw SqlError(sqlstate::kSyntaxError, option.name + " requires a Boolean value or \"match\"");
}

CopyColumnList list_option(const parser::ParsedDefElem& option, int position) {
  CopyColumnList list;
  if (option.argument == parser::DefArgument::kStar)
    list.all = true;
  else if (option.argument == parser::DefArgument::kNames || option.argument == parser::DefArgument::kList)
    list.names = option.names;
  if (!list.given())
    throw invalid("argument to option \"" + option.name + "\" must be a list of column names").position(position);
  return list;
}

// What was given, so that checks can tell a default from a value.
struct Given {
  bool format = false, delimiter = false, null_text = false, header = false, quote = false, escape = false;
};

void check_single_bytes(const CopyOptions& options, const std::string& delimiter, const std::string& quote,
                        const std::string& escape, const Given& given) {
  if (delimiter.size() != 1)
    throw SqlError(sqlstate::kFeatureNotSupported, "COPY delimiter must be a single one-byte character");
  if (delimiter[0] == '\r' || delimiter[0] == '\n')
    throw invalid("COPY delimiter cannot be newline or carriage return");
  if (options.null_text.find('\r') != std::string::npos || options.null_text.find('\n') != std::string::npos)
    throw invalid("COPY null representation cannot use newline or carriage return");
  bool csv = options.format == CopyFormat::kCsv;
  if (!csv && std::string_view("\\.abcdefghijklmnopqrstuvwxyz0123456789").find(delimiter[0]) != std::string_view::npos)
    throw invalid("COPY delimiter cannot be \"" + delimiter + "\"");
  if (options.format == CopyFormat::kBinary && given.header)
    throw SqlError(sqlstate::kFeatureNotSupported, "cannot specify HEADER in BINARY mode");
  if (!csv && given.quote) throw SqlError(sqlstate::kFeatureNotSupported, "COPY quote available only in CSV mode");
  if (csv && quote.size() != 1)
    throw SqlError(sqlstate::kFeatureNotSupported, "COPY quote must be a single one-byte character");
  if (csv && delimiter[0] == quote[0]) throw invalid("COPY delimiter and quote must be different");
  if (!csv && given.escape) throw SqlError(sqlstate::kFeatureNotSupported, "COPY escape available only in CSV mode");
  if (csv && escape.size() != 1)
    throw SqlError(sqlstate::kFeatureNotSupported, "COPY escape must be a single one-byte character");
}

void check_lists(const CopyOptions& options, bool is_from) {
  bool csv = options.format == CopyFormat::kCsv;
  auto feature = [](const char* text) { return SqlError(sqlstate::kFeatureNotSupported, text); };
  if (!csv && options.force_quote.given()) throw feature("COPY force quote available only in CSV mode");
  if (options.force_quote.given() && is_from) throw feature("COPY force quote only available using COPY TO");
  if (!csv && options.force_not_null.given()) throw feature("COPY force not null available only in CSV mode");
  if (options.force_not_null.given() && !is_from) throw feature("COPY force not null only available using COPY FROM");
  if (!csv && options.force_null.given()) throw feature("COPY force null available only in CSV mode");
  if (options.force_null.given() && !is_from) throw feature("COPY force null only available using COPY FROM");
  if (options.null_text.find(options.delimiter) != std::string::npos)
    throw feature("COPY delimiter must not appear in the NULL specification");
  if (csv && options.null_text.find(options.quote) != std::string::npos)
    throw feature("CSV quote character must not appear in the NULL specification");
}

}  // namespace

CopyOptions parse_copy_options(Session& session, const parser::ParsedCopy& statement, std::string_view text) {
  CopyOptions options;
  Given given;
  std::string delimiter, quote = "\"", escape;
  std::vector<std::string> seen;
  for (const auto& option : statement.options) {
    int position = parser::position_of(text, option.location);
    if (std::find(seen.begin(), seen.end(), option.name) != seen.end())
      throw SqlError(sqlstate::kSyntaxError, "conflicting or redundant options").position(position);
    seen.push_back(option.name);
    if (option.name == "format") {
      std::string format = text_option(option);
      if (format == "csv")
        options.format = CopyFormat::kCsv;
      else if (format == "binary")
        options.format = CopyFormat::kBinary;
      else if (format != "text")
        throw invalid("COPY format \"" + format + "\" not recognized").position(position);
    } else if (option.name == "freeze") {
      options.freeze = boolean_option(option);
    } else if (option.name == "delimiter") {
      delimiter = text_option(option);
      given.delimiter = true;
    } else if (option.name == "null") {
      options.null_text = text_option(option);
      given.null_text = true;
    } else if (option.name == "header") {
      options.header = header_option(option, statement.is_from);
      given.header = options.header != CopyHeader::kNo;
    } else if (option.name == "quote") {
      quote = text_option(option);
      given.quote = true;
    } else if (option.name == "escape") {
      escape = text_option(option);
      given.escape = true;
    } else if (option.name == "force_quote") {
      options.force_quote = list_option(option, position);
    } else if (option.name == "force_not_null") {
      options.force_not_null = list_option(option, position);
    } else if (option.name == "force_null") {
      options.force_null = list_option(option, position);
    } else if (option.name == "encoding") {
      options.encoding = types::encoding_of_name(text_option(option));
      if (options.encoding < 0)
        throw invalid("argument to option \"encoding\" must be a valid encoding name").position(position);
    } else {
      throw SqlError(sqlstate::kSyntaxError, "option \"" + option.name + "\" not recognized").position(position);
    }
  }
  if (options.format == CopyFormat::kBinary && given.delimiter)
    throw SqlError(sqlstate::kSyntaxError, "cannot specify DELIMITER in BINARY mode");
  if (options.format == CopyFormat::kBinary && given.null_text)
    throw SqlError(sqlstate::kSyntaxError, "cannot specify NULL in BINARY mode");
  bool csv = options.format == CopyFormat::kCsv;
  if (!given.delimiter) delimiter = csv ? "," : "\t";
  if (!given.null_text) options.null_text = csv ? "" : "\\N";
  if (!given.escape) escape = quote;
  check_single_bytes(options, delimiter, quote, escape, given);
  options.delimiter = delimiter[0];
  options.quote = quote.empty() ? '"' : quote[0];
  options.escape = escape.empty() ? options.quote : escape[0];
  check_lists(options, statement.is_from);
  if (options.encoding < 0) options.encoding = types::encoding_of_name(session.settings().show("client_encoding"));
  return options;
}

std::vector<int16_t> copy_attributes(const catalog::RelationDescriptor& relation,
                                     const std::vector<std::string>& names) {
  std::vector<int16_t> attributes;
  if (names.empty()) {
    for (const auto& column : relation.columns)
      if (!column.dropped && !column.generated) attributes.push_back(column.number);
    return attributes;
  }
  for (const std::string& name : names) {
    const catalog::ColumnDescriptor* column = relation.column(name);
    if (!column)
      throw SqlError(sqlstate::kUndefinedColumn,
                     "column \"" + name + "\" of relation \"" + relation.name + "\" does not exist");
    if (column->generated)
      throw SqlError(sqlstate::kInvalidColumnReference, "column \"" + name + "\" is a generated column")
          .detail("Generated columns cannot be used in COPY.");
    if (std::find(attributes.begin(), attributes.end(), column->number) != attributes.end())
      throw SqlError(sqlstate::kDuplicateColumn, "column \"" + name + "\" specified more than once");
    attributes.push_back(column->number);
  }
  return attributes;
}

std::vector<bool> marked_columns(const catalog::RelationDescriptor& relation, const std::vector<int16_t>& attributes,
                                 const CopyColumnList& list, const char* option) {
  std::vector<bool> marked(attributes.size(), list.all);
  if (list.names.empty()) return marked;
  for (int16_t attribute : copy_attributes(relation, list.names)) {
    auto it = std::find(attributes.begin(), attributes.end(), attribute);
    if (it == attributes.end())
      throw SqlError(sqlstate::kInvalidColumnReference, std::string(option) + " column \"" +
                                                            relation.columns[static_cast<size_t>(attribute) - 1].name +
                                                            "\" not referenced by COPY");
    marked[static_cast<size_t>(it - attributes.begin())] = true;
  }
  return marked;
}

}  // namespace basalt::commands
