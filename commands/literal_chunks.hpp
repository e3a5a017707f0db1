// Rows of literals of a text, converted to the columns that a cached INSERT expects (QRY-2).
#pragma once

#include <span>
#include <vector>

#include "commands/session.hpp"
#include "parser/fingerprint.hpp"
#include "query/literal_rows.hpp"

namespace basalt::commands {

// False when a literal does not convert: the bind of the whole text knows how to complain. The chunks do not refer to
// the text.
bool convert_literal_rows(Session& session, const parser::FingerprintRows& rows, std::string_view text,
                          std::span<const query::LiteralColumn> columns, std::vector<common::Chunk>& out);

// The statement with no rows but those that show how its columns are written.
std::string text_of_examples(const parser::FingerprintRows& rows, std::string_view text);

}  // namespace basalt::commands
