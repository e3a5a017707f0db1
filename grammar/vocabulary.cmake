# Writes vocabulary.hpp from what the ANTLR tool wrote: enum Token from SqlLexer.tokens, enum Rule from
# SqlParser.interp.
#   cmake -DTOKENS=... -DINTERP=... -DOUTPUT=... -P vocabulary.cmake
function(pascal word result)
  string(REGEX REPLACE "^K_" "" word "${word}")
  string(TOLOWER "${word}" word)
  string(REPLACE "_" ";" parts "${word}")
  set(name "k")
  foreach(part IN LISTS parts)
    string(SUBSTRING "${part}" 0 1 head)
    string(SUBSTRING "${part}" 1 -1 tail)
    string(TOUPPER "${head}" head)
    string(APPEND name "${head}${tail}")
  endforeach()
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

file(STRINGS "${TOKENS}" lines REGEX "^[A-Z]")
set(tokens "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([A-Z_0-9]+)=([0-9]+)$" matched "${line}")
  pascal("${CMAKE_MATCH_1}" name)
  string(REGEX REPLACE "^.*=" "" number "${line}")
  string(APPEND tokens "  ${name} = ${number},\n")
endforeach()

file(READ "${INTERP}" interp)
string(REGEX REPLACE "^.*\nrule names:\n" "" interp "${interp}")
string(REGEX REPLACE "\n\n.*$" "" interp "${interp}")
string(REPLACE "\n" ";" names "${interp}")
set(rules "")
foreach(rule IN LISTS names)
  pascal("${rule}" name)
  string(APPEND rules "  ${name},\n")
endforeach()

file(WRITE "${OUTPUT}.new" "// Generated from SqlLexer.g4 and SqlParser.g4.
#pragma once

#include <cstdint>

namespace basalt::grammar {

enum class Token : uint16_t {
  kEndOfText = 0,
${tokens}};

// A rule of SqlParser.g4; kNone stands for a token.
enum class Rule : uint16_t {
  kNone = 0,
${rules}};

}  // namespace basalt::grammar
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
