// The whole AST. Prefer the header of the part you need: ast_expr, ast_select, ast_table, ast_object, ast_utility.
#pragma once

#include "parser/ast_base.hpp"
#include "parser/ast_expr.hpp"
#include "parser/ast_object.hpp"
#include "parser/ast_select.hpp"
#include "parser/ast_table.hpp"
#include "parser/ast_utility.hpp"
