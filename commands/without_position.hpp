// Utility statements do not point at the names in their text; PostgreSQL's have no parse state either.
#pragma once

#include "common/sql_error.hpp"

namespace basalt::commands {

template <typename F>
decltype(auto) without_position(F&& f) {
  try {
    return f();
  } catch (common::SqlError& error) {
    error.report().position = 0;
    throw;
  }
}

}  // namespace basalt::commands
