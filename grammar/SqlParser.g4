// Basalt's SQL: PostgreSQL 15's dialect.
//
// Written for speed of prediction: nearly every decision is taken on one or two tokens, because the scanner tells apart
// what else would need unbounded lookahead (a parenthesis that opens a query, NOT before LIKE, ...). Expressions are
// flat: a_expr is a sequence of operands and operators, to which the AST builder gives PostgreSQL's precedence. No rule
// is left recursive, and no rule is a chain of precedence levels. Checks that need more than the grammar (duplicate
// clauses, options in any order) are the builder's.
parser grammar SqlParser;

options {
  tokenVocab = SqlLexer;
  superClass = ParserBase;
}

@parser::preinclude {
#include "grammar/parser_base.hpp"
}

// ---------------------------------------------------------------------------------------------------- entry points

statement_entry : statement? (';' | EOF) ;
expression_entry : a_expr EOF ;
type_entry : type_name EOF ;

statement
  : query_stmt | create_stmt | alter_stmt | drop_stmt | truncate_stmt | comment_stmt | security_label_stmt | grant_stmt
  | revoke_stmt | reassign_stmt | refresh_stmt | import_stmt | transaction_stmt | set_stmt | reset_stmt | show_stmt
  | discard_stmt | prepare_stmt | execute_stmt | deallocate_stmt | declare_stmt | close_stmt | fetch_stmt | copy_stmt
  | explain_stmt | vacuum_stmt | analyze_stmt | cluster_stmt | reindex_stmt | checkpoint_stmt | load_stmt | lock_stmt
  | listen_stmt | unlisten_stmt | notify_stmt | do_stmt | call_stmt
  ;

// ---------------------------------------------------------------------------------------------------- queries

query_stmt : with_clause? (select_body | insert_stmt | update_stmt | delete_stmt | merge_stmt) ;

with_clause : ('with' | WITH_LA) 'recursive'? cte (',' cte)* ;
cte : colid name_list_parens? 'as' ('materialized' | 'not' 'materialized')? lparen query_stmt ')' cte_search?
    cte_cycle? ;
cte_search : 'search' ('depth' | 'breadth') 'first' 'by' name_list 'set' colid ;
cte_cycle : 'cycle' name_list 'set' colid ('to' a_const 'default' a_const)? 'using' colid ;

select_no_parens : with_clause? select_body ;
select_with_parens : (LPAREN_QUERY | LPAREN_NESTED) select_no_parens ')' ;
select_body : select_operand (('union' | 'intersect' | 'except') ('all' | 'distinct')? select_operand)* select_tail ;
select_operand : simple_select | select_with_parens | values_clause | 'table' relation_expr ;
simple_select
  : 'select' (distinct_clause target_list | 'all'? target_list?) into_clause? from_clause? where_clause?
    group_clause? having_clause?
    window_clause?
  ;
distinct_clause : 'distinct' ('on' lparen expr_list ')')? ;
target_list : target_el (',' target_el)* ;
target_el : '*' | a_expr ('as' collabel | bare_label)? ;
into_clause : 'into' opt_temp_name ;
opt_temp_name
  : ('local' | 'global')? ('temporary' | 'temp') 'table'? qualified_name
  | 'unlogged' 'table'? qualified_name
  | 'table' qualified_name
  | qualified_name
  ;
from_clause : 'from' from_list ;
from_list : table_ref (',' table_ref)* ;
where_clause : 'where' a_expr ;
group_clause : 'group' 'by' ('all' | 'distinct')? group_item (',' group_item)* ;
group_item : '(' ')' | 'grouping' 'sets' lparen group_item (',' group_item)* ')' | a_expr ;
having_clause : 'having' a_expr ;
window_clause : 'window' window_definition (',' window_definition)* ;
window_definition : colid 'as' window_specification ;
window_specification
  : lparen colid? ('partition' 'by' expr_list)? sort_clause? frame_clause? ')'
  ;
frame_clause : ('range' | 'rows' | 'groups') (frame_bound | 'between' frame_bound 'and' frame_bound) frame_exclusion? ;
frame_bound : 'unbounded' ('preceding' | 'following') | 'current' 'row' | a_expr ('preceding' | 'following') ;
frame_exclusion : 'exclude' ('current' 'row' | 'group' | 'ties' | 'no' 'others') ;
values_clause : 'values' values_row (',' values_row)* ;
values_row : lparen expr_list ')' ;

select_tail : sort_clause? (locking_clause+ select_limit? | select_limit locking_clause*)? ;
sort_clause : 'order' 'by' sort_item (',' sort_item)* ;
sort_item : a_expr ('using' all_op_or_operator | 'asc' | 'desc')? (NULLS_LA ('first' | 'last'))? ;
select_limit : limit_clause offset_clause? | offset_clause limit_clause? ;
limit_clause
  : 'limit' ('all' | a_expr) (',' a_expr)?
  | 'fetch' ('first' | 'next') fetch_count? ('row' | 'rows') ('only' | 'with' 'ties')
  ;
fetch_count : c_expr | ('+' | '-') (ICONST | FCONST) ;
offset_clause : 'offset' a_expr ('row' | 'rows')? ;
locking_clause
  : 'for' ('update' | 'no' 'key' 'update' | 'share' | 'key' 'share') ('of' qualified_name_list)?
    ('nowait' | 'skip' 'locked')?
  | 'for' 'read' 'only'
  ;

// ---------------------------------------------------------------------------------------------------- FROM

table_ref : table_primary join_tail* ;
join_tail
  : 'cross' 'join' table_primary
  | 'natural' join_type? 'join' table_primary
  | join_type? 'join' table_ref join_qual
  ;
join_type : ('full' | 'left' | 'right') 'outer'? | 'inner' ;
join_qual : 'using' lparen name_list ')' ('as' colid)? | 'on' a_expr ;
table_primary
  : relation_expr alias_clause? tablesample_clause?
  | 'lateral'? select_with_parens alias_clause?
  | 'lateral'? func_table func_alias_clause?
  | '(' table_ref ')' alias_clause?
  ;
alias_clause : 'as'? colid name_list_parens? ;
func_alias_clause : 'as'? colid func_alias_columns? | 'as' func_alias_columns ;
func_alias_columns : lparen func_alias_column (',' func_alias_column)* ')' ;
func_alias_column : colid (type_name collate_clause?)? ;
func_table
  : func_expr_windowless ordinality?
  | 'rows' 'from' lparen rows_from_item (',' rows_from_item)* ')' ordinality?
  ;
ordinality : WITH_LA 'ordinality' ;
rows_from_item : func_expr_windowless ('as' func_alias_columns)? ;
tablesample_clause : 'tablesample' func_name lparen expr_list ')' ('repeatable' lparen a_expr ')')? ;
relation_expr : qualified_name '*'? | 'only' (qualified_name | lparen qualified_name ')') ;
func_expr_windowless : func_name call_arguments | special_function ;

// ---------------------------------------------------------------------------------------------------- DML

insert_stmt
  : 'insert' 'into' qualified_name ('as' colid)? insert_rest on_conflict? returning_clause?
  ;
insert_rest
  : 'default' 'values'
  | (insert_columns)? overriding_clause? select_no_parens
  ;
insert_columns : '(' insert_column (',' insert_column)* ')' ;
insert_column : colid indirection_el* ;
overriding_clause : 'overriding' ('user' | 'system') 'value' ;
on_conflict
  : 'on' 'conflict' conflict_target? 'do' ('nothing' | 'update' 'set' set_clause_list where_clause?)
  ;
conflict_target : lparen index_elem (',' index_elem)* ')' where_clause? | 'on' 'constraint' colid ;
returning_clause : 'returning' target_list ;

update_stmt
  : 'update' relation_expr dml_alias_not_set? 'set' set_clause_list from_clause? where_or_current? returning_clause?
  ;
dml_alias_not_set : 'as' colid | colid_not_set ;
set_clause_list : set_clause (',' set_clause)* ;
set_clause : set_target '=' a_expr | lparen set_target (',' set_target)* ')' '=' a_expr ;
set_target : colid indirection_el* ;
where_or_current : 'where' ('current' 'of' colid | a_expr) ;

delete_stmt
  : 'delete' 'from' relation_expr dml_alias? ('using' from_list)? where_or_current? returning_clause?
  ;
dml_alias : 'as'? colid ;

merge_stmt : 'merge' 'into' relation_expr dml_alias? 'using' table_ref 'on' a_expr merge_when+ ;
merge_when : 'when' 'not'? 'matched' ('and' a_expr)? 'then' merge_action ;
merge_action
  : 'update' 'set' set_clause_list
  | 'delete'
  | 'do' 'nothing'
  | 'insert' (insert_columns)? overriding_clause? ('default' 'values' | 'values' lparen expr_list ')')
  ;

// ---------------------------------------------------------------------------------------------------- expressions

expr_list : a_expr (',' a_expr)* ;

a_expr
  : prefix_op* c_expr
    ( ('+' | '-' | '*' | '/' | '%' | '^' | '<' | '>' | '=' | '<=' | '>=' | '<>' | OP | 'like' | 'ilike' | operator_la
       | NOT_LA ('like' | 'ilike')) (prefix_op* c_expr | sub_quantified)
    | ('and' | 'or' | SIMILAR_LA 'to' | NOT_LA 'similar' 'to' | NOT_LA SIMILAR_LA 'to' | ESCAPE_LA | 'overlaps'
       | AT_LA 'time' 'zone' | ('between' | NOT_LA 'between') ('symmetric' | 'asymmetric')?) prefix_op* c_expr
    | '::' type_name
    | 'collate' any_name
    | 'isnull'
    | 'notnull'
    | 'is' 'not'? ('null' | 'true' | 'false' | 'unknown' | 'document' | ('nfc' | 'nfd' | 'nfkc' | 'nfkd')? 'normalized'
       | 'distinct' 'from' prefix_op* c_expr)
    | ('in' | NOT_LA 'in') (select_with_parens | '(' expr_list ')')
    )*
  ;
prefix_op : 'not' | '+' | '-' | OP | operator_la ;
operator_la : OPERATOR_LA lparen any_operator ')' ;
sub_quantified : ('any' | 'some' | 'all') (select_with_parens | '(' a_expr ')') ;

// Without the operators that would clash with a clause around it: DEFAULT b_expr NOT NULL, POSITION(b_expr IN b_expr).
b_expr
  : b_prefix_op* c_expr
    ( ('+' | '-' | '*' | '/' | '%' | '^' | '<' | '>' | '=' | '<=' | '>=' | '<>' | OP | operator_la) b_prefix_op* c_expr
    | '::' type_name
    | 'is' 'not'? ('document' | 'distinct' 'from' b_prefix_op* c_expr)
    )*
  ;
b_prefix_op : '+' | '-' | OP | operator_la ;

any_operator : (colid '.')* all_op ;
all_op : OP | '+' | '-' | '*' | '/' | '%' | '^' | '<' | '>' | '=' | '<=' | '>=' | '<>' ;
all_op_or_operator : all_op | operator_la ;

c_expr
  : name_expr
  | literal
  | 'true' | 'false' | 'null' | 'default'
  | PARAM indirection_el*
  | '(' a_expr (',' a_expr)* ')' indirection_el*
  | select_with_parens indirection_el*
  | case_expr
  | 'exists' select_with_parens
  | 'array' (select_with_parens | array_brackets)
  | 'unique' select_with_parens
  | special_function
  | typed_literal
  | type_func_keyword call_arguments (call_tail | SCONST)?
  | type_func_keyword SCONST
  | column_keyword indirection_el*
  ;
literal : ICONST | FCONST | SCONST | BCONST | XCONST ;
// A column, a function call, or a literal of a named type: all start with a name.
name_expr : unreserved_name indirection_el* (call_arguments (call_tail | SCONST)? | SCONST)? ;
indirection_el : '.' (collabel | '*') | '[' (a_expr (':' a_expr?)? | ':' a_expr?)  ']' ;
array_brackets : '[' ((a_expr (',' a_expr)*) | (array_brackets (',' array_brackets)*))? ']' ;
case_expr : 'case' a_expr? case_when+ ('else' a_expr)? 'end' ;
case_when : 'when' a_expr 'then' a_expr ;

call_arguments
  : lparen ('*' | 'all' func_arg_list sort_clause? | 'distinct' func_arg_list sort_clause?
    | func_arg_list sort_clause?)? ')'
  ;
func_arg_list : func_arg (',' func_arg)* ;
func_arg : 'variadic'? (type_function_name (':=' | '=>'))? a_expr ;
call_tail : within_group filter_clause? over_clause? | filter_clause over_clause? | over_clause ;
within_group : 'within' 'group' lparen sort_clause ')' ;
filter_clause : 'filter' lparen 'where' a_expr ')' ;
over_clause : 'over' (window_specification | colid) ;

special_function
  : 'collation' 'for' lparen a_expr ')'
  | 'cast' lparen a_expr 'as' type_name ')'
  | ('current_date' | 'current_role' | 'current_user' | 'session_user' | 'user' | 'current_catalog' | 'current_schema')
  | ('current_time' | 'current_timestamp' | 'localtime' | 'localtimestamp') (lparen ICONST ')')?
  | ('coalesce' | 'greatest' | 'least' | 'grouping') lparen expr_list ')'
  | 'nullif' lparen a_expr ',' a_expr ')'
  | 'row' lparen expr_list? ')'
  | 'extract' lparen (extract_field 'from' a_expr) ')'
  | 'normalize' lparen a_expr (',' ('nfc' | 'nfd' | 'nfkc' | 'nfkd'))? ')'
  | 'position' lparen b_expr 'in' b_expr ')'
  | 'treat' lparen a_expr 'as' type_name ')'
  | 'trim' lparen ('both' | 'leading' | 'trailing')? ('from' expr_list | a_expr 'from' expr_list | expr_list) ')'
  | 'overlay' lparen (func_arg_list ('placing' a_expr 'from' a_expr ('for' a_expr)?)?)? ')'
  | 'substring' lparen (func_arg_list ('from' a_expr ('for' a_expr)? | 'for' a_expr ('from' a_expr)? | 'similar'
    a_expr)?)?
    ')'
  | ('xmlattributes' | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlparse' | 'xmlpi' | 'xmlroot'
    | 'xmlserialize' | 'xmltable') lparen balanced* ')'
  ;
balanced : ~('(' | LPAREN_QUERY | LPAREN_NESTED | ')' | ';' | LEXICAL_ERROR) | lparen balanced* ')' ;
extract_field : IDENT | SCONST | 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' ;
typed_literal
  : keyword_type SCONST
  | 'interval' (SCONST interval_fields? | lparen ICONST ')' SCONST)
  ;
column_keyword
  : 'between' | 'bigint' | 'bit' | 'boolean' | 'char' | 'character' | 'coalesce' | 'dec' | 'decimal' | 'exists'
  | 'extract' | 'float' | 'greatest' | 'grouping' | 'inout' | 'int' | 'integer' | 'interval' | 'least' | 'national'
  | 'nchar' | 'none' | 'normalize' | 'nullif' | 'numeric' | 'out' | 'overlay' | 'position' | 'precision' | 'real'
  | 'row' | 'setof' | 'smallint' | 'substring' | 'time' | 'timestamp' | 'treat' | 'trim' | 'values' | 'varchar'
  | 'xmlattributes' | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlnamespaces' | 'xmlparse' | 'xmlpi'
  | 'xmlroot' | 'xmlserialize' | 'xmltable'
  ;

// A constant that stands alone: in SEARCH and CYCLE clauses.
a_const : literal | 'true' | 'false' | 'null' | typed_literal | func_name SCONST | ('+' | '-') (ICONST | FCONST) ;

// ---------------------------------------------------------------------------------------------------- types

type_name : 'setof'? simple_typename array_bounds ;
array_bounds : ('[' ICONST? ']')* | 'array' ('[' ICONST ']')? ;
simple_typename
  : keyword_type
  | interval_type
  | type_function_name ('.' collabel)* type_modifiers? ('%' 'type')?
  ;
type_modifiers : lparen expr_list ')' ;
keyword_type
  : 'int' | 'integer' | 'smallint' | 'bigint' | 'real' | 'boolean'
  | 'float' (lparen ICONST ')')?
  | DOUBLE_LA 'precision'
  | ('decimal' | 'dec' | 'numeric') type_modifiers?
  | 'bit' 'varying'? type_modifiers?
  | ('character' | 'char' | 'nchar') 'varying'? (lparen ICONST ')')?
  | 'varchar' (lparen ICONST ')')?
  | 'national' ('character' | 'char') 'varying'? (lparen ICONST ')')?
  | ('timestamp' | 'time') (lparen ICONST ')')? (WITH_LA 'time' 'zone' | 'without' 'time' 'zone')?
  ;
interval_type : 'interval' (lparen ICONST ')' | interval_fields)? ;
interval_fields
  : 'year' ('to' 'month')?
  | 'month'
  | 'day' ('to' ('hour' | 'minute' | interval_second))?
  | 'hour' ('to' ('minute' | interval_second))?
  | 'minute' ('to' interval_second)?
  | interval_second
  ;
interval_second : 'second' (lparen ICONST ')')? ;

// ---------------------------------------------------------------------------------------------------- names and lists

lparen : '(' | LPAREN_QUERY | LPAREN_NESTED ;
qualified_name : colid ('.' collabel)* ;
qualified_name_list : qualified_name (',' qualified_name)* ;
any_name : colid ('.' collabel)* ;
any_name_list : any_name (',' any_name)* ;
func_name : unreserved_name ('.' collabel)* | type_func_keyword | column_keyword ('.' collabel)+ ;
name_list : colid (',' colid)* ;
name_list_parens : lparen name_list ')' ;
collate_clause : 'collate' any_name ;
signed_iconst : ICONST | ('+' | '-') ICONST ;
signed_number : (ICONST | FCONST) | ('+' | '-') (ICONST | FCONST) ;
drop_behavior : 'cascade' | 'restrict' ;
if_exists : 'if' 'exists' ;
if_not_exists : 'if' 'not' 'exists' ;
role_spec : nonreserved_word | 'current_role' | 'current_user' | 'session_user' ;
role_list : role_spec (',' role_spec)* ;
// WITH (name = value, ...)
reloptions : lparen reloption (',' reloption)* ')' ;
reloption : collabel ('.' collabel)? ('=' def_arg)? ;
def_arg : signed_number | SCONST | 'none' | all_op_or_operator | type_name | reserved_word ;
definition : lparen def_elem (',' def_elem)* ')' ;
def_elem : collabel ('=' def_arg)? ;
// Options of EXPLAIN, VACUUM, REINDEX, CLUSTER, COPY: (name [value], ...)
utility_options : lparen utility_option (',' utility_option)* ')' ;
utility_option : nonreserved_or_analyze utility_argument? ;
nonreserved_or_analyze : nonreserved_word | 'analyze' | 'analyse' | 'default' | 'null' ;
utility_argument
  : signed_number | SCONST | 'true' | 'false' | 'on' | '*' | nonreserved_word
  | lparen (utility_word (',' utility_word)*) ')'
  ;
utility_word : 'true' | 'false' | 'on' | nonreserved_word | SCONST ;
generic_options : 'options' lparen generic_option (',' generic_option)* ')' ;
generic_option : collabel SCONST ;
alter_generic_options : 'options' lparen alter_generic_option (',' alter_generic_option)* ')' ;
alter_generic_option : ('set' | 'add')? collabel SCONST | 'drop' collabel ;

// ---------------------------------------------------------------------------------------------------- CREATE

create_stmt
  : create_table | create_table_as | create_foreign_table | create_view | create_materialized_view | create_index
  | create_sequence | create_schema | create_database | create_tablespace | create_role | create_trigger
  | create_event_trigger | create_rule | create_policy | create_statistics | create_function | create_aggregate
  | create_operator | create_op_class | create_op_family | create_type | create_domain | create_cast
  | create_transform | create_conversion | create_language | create_extension | create_minor
  ;

opt_temp : ('local' | 'global')? ('temporary' | 'temp') | 'unlogged' ;

create_table
  : 'create' opt_temp? 'table' if_not_exists? qualified_name
    ( lparen table_elements? ')' inherits_clause?
    | 'of' any_name (lparen typed_elements ')')?
    | 'partition' 'of' qualified_name (lparen typed_elements ')')? partition_bound
    ) partition_by? access_method_clause? with_options? on_commit_clause? tablespace_clause?
  ;
create_table_as
  : 'create' opt_temp? 'table' if_not_exists? qualified_name name_list_parens? access_method_clause? with_options?
    on_commit_clause? tablespace_clause? 'as' (execute_stmt | query_stmt_select) with_data?
  ;
query_stmt_select : with_clause? select_body ;
with_data : 'with' 'no'? 'data' ;
create_foreign_table
  : 'create' 'foreign' 'table' if_not_exists? qualified_name
    ( lparen table_elements? ')' inherits_clause?
    | 'partition' 'of' qualified_name (lparen typed_elements ')')? partition_bound
    ) 'server' colid generic_options?
  ;
table_elements : table_element (',' table_element)* ;
table_element : column_definition | 'like' qualified_name like_option* | table_constraint ;
like_option
  : ('including' | 'excluding') ('comments' | 'compression' | 'constraints' | 'defaults' | 'identity' | 'generated'
    | 'indexes' | 'statistics' | 'storage' | 'all')
  ;
column_definition : colid type_name ('compression' (colid | 'default'))? generic_options? column_qualifier* ;
typed_elements : typed_element (',' typed_element)* ;
typed_element : colid ('with' 'options')? column_qualifier* | table_constraint ;
column_qualifier
  : 'constraint' colid column_constraint | column_constraint | constraint_attribute | collate_clause
  ;
column_constraint
  : 'not' 'null'
  | 'null'
  | 'unique' unique_nulls? with_definition? index_tablespace?
  | 'primary' 'key' with_definition? index_tablespace?
  | 'check' lparen a_expr ')' ('no' 'inherit')?
  | 'default' b_expr
  | 'generated' ('always' | 'by' 'default') 'as' ('identity' (lparen sequence_option+ ')')? | lparen a_expr ')'
    'stored')
  | 'references' qualified_name name_list_parens? key_match? key_action*
  ;
unique_nulls : 'nulls' 'not'? 'distinct' ;
with_definition : 'with' definition ;
index_tablespace : 'using' 'index' 'tablespace' colid ;
constraint_attribute : 'not'? 'deferrable' | 'initially' ('deferred' | 'immediate') | 'not' 'valid' | 'no' 'inherit' ;
key_match : 'match' ('full' | 'partial' | 'simple') ;
key_action
  : 'on' ('update' | 'delete') ('no' 'action' | 'restrict' | 'cascade' | 'set' ('null' | 'default') name_list_parens?)
  ;
table_constraint : ('constraint' colid)? constraint_body constraint_attribute* ;
constraint_body
  : 'check' lparen a_expr ')'
  | 'unique' (unique_nulls? name_list_parens include_clause? with_definition? index_tablespace? | 'using' 'index' colid)
  | 'primary' 'key' (name_list_parens include_clause? with_definition? index_tablespace? | 'using' 'index' colid)
  | 'exclude' ('using' colid)? lparen exclude_element (',' exclude_element)* ')' include_clause? with_definition?
    index_tablespace? ('where' lparen a_expr ')')?
  | 'foreign' 'key' name_list_parens 'references' qualified_name name_list_parens? key_match? key_action*
  ;
include_clause : 'include' name_list_parens ;
exclude_element : index_elem 'with' (any_operator | operator_la) ;
inherits_clause : 'inherits' lparen qualified_name_list ')' ;
partition_by : 'partition' 'by' colid lparen partition_element (',' partition_element)* ')' ;
partition_element : (func_expr_windowless | colid | lparen a_expr ')') collate_clause? any_name? ;
partition_bound
  : 'default'
  | 'for' 'values'
    ( 'with' lparen partition_hash_item (',' partition_hash_item)* ')'
    | 'in' lparen expr_list ')'
    | 'from' lparen expr_list ')' 'to' lparen expr_list ')'
    )
  ;
partition_hash_item : nonreserved_word ICONST ;
access_method_clause : 'using' colid ;
with_options : 'with' reloptions | 'without' 'oids' ;
on_commit_clause : 'on' 'commit' ('drop' | 'delete' 'rows' | 'preserve' 'rows') ;
tablespace_clause : 'tablespace' colid ;

create_view
  : 'create' ('or' 'replace')? opt_temp?
    ( 'view' qualified_name name_list_parens? with_options?
    | 'recursive' 'view' qualified_name name_list_parens with_options? )
    'as' query_stmt_select ('with' ('cascaded' | 'local')? 'check' 'option')?
  ;
create_materialized_view
  : 'create' 'unlogged'? 'materialized' 'view' if_not_exists? qualified_name name_list_parens? access_method_clause?
    with_options? tablespace_clause? 'as' query_stmt_select with_data?
  ;
refresh_stmt : 'refresh' 'materialized' 'view' 'concurrently'? qualified_name with_data? ;

create_index
  : 'create' 'unique'? 'index' 'concurrently'? (if_not_exists? colid)? 'on' relation_expr ('using' colid)?
    lparen index_elem (',' index_elem)* ')' ('include' lparen index_elem (',' index_elem)* ')')? unique_nulls?
    ('with' reloptions)? tablespace_clause? where_clause?
  ;
index_elem
  : (func_expr_windowless | colid | lparen a_expr ')') collate_clause? (any_name reloptions?)? ('asc' | 'desc')?
    (NULLS_LA ('first' | 'last'))?
  ;

create_sequence : 'create' opt_temp? 'sequence' if_not_exists? qualified_name sequence_option* ;
sequence_option
  : 'as' simple_typename
  | 'cache' signed_number
  | 'cycle'
  | 'no' ('cycle' | 'maxvalue' | 'minvalue')
  | 'increment' 'by'? signed_number
  | ('maxvalue' | 'minvalue') signed_number
  | 'owned' 'by' any_name
  | 'sequence' 'name' any_name
  | 'start' 'with'? signed_number
  | 'restart' ('with'? signed_number)?
  ;

create_schema
  : 'create' 'schema' if_not_exists? (colid? 'authorization' role_spec | colid) schema_element*
  ;
schema_element
  : create_table | create_index | create_sequence | create_trigger | grant_stmt | create_view
  ;

create_database : 'create' 'database' colid 'with'? database_option* ;
database_option
  : (IDENT | 'connection' 'limit' | 'encoding' | 'location' | 'owner' | 'tablespace' | 'template') '='?
    (signed_iconst | SCONST | 'true' | 'false' | 'on' | nonreserved_word | 'default')
  ;
create_tablespace
  : 'create' 'tablespace' colid ('owner' role_spec)? 'location' SCONST ('with' reloptions)?
  ;

create_role : 'create' ('role' | 'user' | 'group') role_spec 'with'? role_option* ;
role_option
  : 'password' (SCONST | 'null')
  | ('encrypted' | 'unencrypted') 'password' SCONST
  | 'inherit'
  | 'connection' 'limit' signed_iconst
  | 'valid' 'until' SCONST
  | ('sysid' ICONST | 'admin' role_list | 'role' role_list | 'in' ('role' | 'group') role_list)
  | 'user' role_list
  | IDENT
  ;

create_trigger
  : 'create' ('or' 'replace')? 'constraint'? 'trigger' colid ('before' | 'after' | 'instead' 'of')
    trigger_event ('or' trigger_event)* 'on' qualified_name ('from' qualified_name)? constraint_attribute*
    ('referencing' trigger_transition+)? ('for' 'each'? ('row' | 'statement'))? ('when' lparen a_expr ')')?
    'execute' ('function' | 'procedure') func_name lparen (trigger_argument (',' trigger_argument)*)? ')'
  ;
trigger_event : 'insert' | 'delete' | 'update' ('of' name_list)? | 'truncate' ;
trigger_transition : ('new' | 'old') ('table' | 'row') 'as'? colid ;
trigger_argument : ICONST | FCONST | SCONST | collabel ;
create_event_trigger
  : 'create' 'event' 'trigger' colid 'on' collabel ('when' event_filter ('and' event_filter)*)?
    'execute' ('function' | 'procedure') func_name lparen ')'
  ;
event_filter : colid 'in' lparen SCONST (',' SCONST)* ')' ;

create_rule
  : 'create' ('or' 'replace')? 'rule' colid 'as' 'on' ('select' | 'update' | 'delete' | 'insert') 'to' qualified_name
    where_clause? 'do' ('instead' | 'also')? ('nothing' | rule_action | lparen rule_action? (';' rule_action?)* ')')
  ;
rule_action : query_stmt | notify_stmt ;

create_policy
  : 'create' 'policy' colid 'on' qualified_name ('as' IDENT)? ('for' ('all' | 'select' | 'insert' | 'update' |
    'delete'))?
    ('to' role_list)? ('using' lparen a_expr ')')? ('with' 'check' lparen a_expr ')')?
  ;
create_statistics
  : 'create' 'statistics' if_not_exists? any_name name_list_parens? 'on' statistics_element (',' statistics_element)*
    'from' from_list
  ;
statistics_element : func_expr_windowless | colid | lparen a_expr ')' ;

create_function
  : 'create' ('or' 'replace')? ('function' | 'procedure') func_name lparen (function_parameter (','
    function_parameter)*)?
    ')' ('returns' ('table' lparen table_func_column (',' table_func_column)* ')' | func_type))?
    create_function_item* function_body? create_function_item*
  ;
table_func_column : type_function_name func_type ;
function_parameter : function_argument (('default' | '=') a_expr)? ;
function_argument
  : parameter_mode? func_type
  | parameter_mode type_function_name func_type
  | type_function_name parameter_mode? func_type
  ;
parameter_mode : 'in' 'out'? | 'out' | 'inout' | 'variadic' ;
func_type : type_name ;
create_function_item
  : 'as' SCONST (',' SCONST)?
  | 'language' (nonreserved_word | SCONST)
  | 'transform' 'for' 'type' type_name (',' 'for' 'type' type_name)*
  | 'window'
  | function_item
  ;
function_item
  : 'called' 'on' 'null' 'input'
  | 'returns' 'null' 'on' 'null' 'input'
  | 'strict' | 'immutable' | 'stable' | 'volatile'
  | 'external'? 'security' ('definer' | 'invoker')
  | 'not'? 'leakproof'
  | ('cost' | 'rows') signed_number
  | 'support' any_name
  | 'set' set_rest_more
  | 'reset' reset_target
  | 'parallel' colid
  ;
function_body : return_stmt | 'begin' 'atomic' (routine_statement? ';')* 'end' ;
return_stmt : 'return' a_expr ;
routine_statement : statement | return_stmt ;

create_aggregate
  : 'create' ('or' 'replace')? 'aggregate' func_name (aggregate_arguments definition | lparen old_aggregate_elem
    (',' old_aggregate_elem)* ')')
  ;
old_aggregate_elem : IDENT '=' def_arg ;
aggregate_arguments
  : lparen ('*' | 'order' 'by' function_arguments | function_arguments ('order' 'by' function_arguments)?) ')'
  ;
function_arguments : function_argument (',' function_argument)* ;
create_operator : 'create' 'operator' any_operator definition ;
create_op_class
  : 'create' 'operator' 'class' any_name 'default'? 'for' 'type' type_name 'using' colid ('family' any_name)? 'as'
    op_class_item (',' op_class_item)*
  ;
op_class_item
  : 'operator' ICONST (any_operator operator_argument_types?) ('for' ('search' | 'order' 'by' any_name))? 'recheck'?
  | OPERATOR_LA ICONST any_operator
  | 'function' ICONST (lparen type_list ')')? function_with_arguments
  | 'storage' type_name
  ;
type_list : type_name (',' type_name)* ;
create_op_family : 'create' 'operator' 'family' any_name 'using' colid ;
create_type
  : 'create' 'type' any_name
    ( 'as' lparen (composite_attribute (',' composite_attribute)*)? ')'
    | 'as' 'enum' lparen (SCONST (',' SCONST)*)? ')'
    | 'as' 'range' definition
    | definition
    )?
  ;
composite_attribute : colid type_name collate_clause? ;
create_domain : 'create' 'domain' any_name 'as'? type_name column_qualifier* ;
create_cast
  : 'create' 'cast' lparen type_name 'as' type_name ')'
    ('with' 'function' function_with_arguments | 'without' 'function' | 'with' 'inout')
    ('as' ('implicit' | 'assignment'))?
  ;
create_transform
  : 'create' ('or' 'replace')? 'transform' 'for' type_name 'language' colid lparen transform_element
    (',' transform_element)* ')'
  ;
transform_element : ('from' | 'to') 'sql' 'with' 'function' function_with_arguments ;
create_conversion : 'create' 'default'? 'conversion' any_name 'for' SCONST 'to' SCONST 'from' any_name ;
create_language
  : 'create' ('or' 'replace')? 'trusted'? 'procedural'? 'language' colid ('handler' any_name ('inline' any_name)?
    ('validator' any_name | 'no' 'validator')?)?
  ;
create_extension : 'create' 'extension' if_not_exists? colid 'with'? extension_option* ;
extension_option : 'schema' colid | 'version' (nonreserved_word | SCONST) | 'cascade' ;
create_minor
  : 'create' 'access' 'method' colid 'type' ('index' | 'table') 'handler' any_name
  | 'create' 'collation' if_not_exists? any_name (definition | 'from' any_name)
  | 'create' 'text' 'search' ('parser' | 'dictionary' | 'template' | 'configuration') any_name definition
  | 'create' 'foreign' 'data' 'wrapper' colid fdw_option* generic_options?
  | 'create' 'server' if_not_exists? colid ('type' SCONST)? ('version' (SCONST | 'null'))? 'foreign' 'data' 'wrapper'
    colid
    generic_options?
  | 'create' 'user' 'mapping' if_not_exists? 'for' ('user' | role_spec) 'server' colid generic_options?
  | 'create' 'publication' colid ('for' ('all' 'tables' | publication_object (',' publication_object)*))?
    with_definition?
  | 'create' 'subscription' colid 'connection' SCONST 'publication' name_list with_definition?
  ;
fdw_option : 'handler' any_name | 'no' 'handler' | 'validator' any_name | 'no' 'validator' ;
publication_object
  : 'current_schema'
  | 'table' relation_expr name_list_parens? (where_clause)?
  | 'tables' 'in' 'schema' (colid | 'current_schema')
  | relation_expr name_list_parens? where_clause?
  ;
import_stmt
  : 'import' 'foreign' 'schema' colid (('limit' 'to' | 'except') lparen relation_expr (',' relation_expr)* ')')?
    'from' 'server' colid 'into' colid generic_options?
  ;

// ---------------------------------------------------------------------------------------------------- naming objects

function_with_arguments
  : func_name lparen (function_argument (',' function_argument)*)? ')'
  | func_name
  ;
aggregate_with_arguments : func_name aggregate_arguments ;
operator_with_arguments : any_operator operator_argument_types ;
operator_argument_types : lparen (type_name | 'none') (',' (type_name | 'none'))? ')' ;
// What COMMENT, SECURITY LABEL and ALTER EXTENSION name.
named_object
  : ('table' | 'sequence' | 'view' | 'materialized' 'view' | 'index' | 'foreign' 'table' | 'collation' | 'conversion'
     | 'statistics' | 'text' 'search' ('parser' | 'dictionary' | 'template' | 'configuration')) any_name
  | 'column' any_name
  | ('access' 'method' | 'event' 'trigger' | 'extension' | 'foreign' 'data' 'wrapper' | 'procedural'? 'language'
     | 'publication' | 'schema' | 'server' | 'database' | 'role' | 'subscription' | 'tablespace') colid
  | ('type' | 'domain') type_name
  | 'aggregate' aggregate_with_arguments
  | ('function' | 'procedure' | 'routine') function_with_arguments
  | 'operator' operator_with_arguments
  | 'operator' ('class' | 'family') any_name 'using' colid
  | 'constraint' colid 'on' 'domain'? any_name
  | ('policy' | 'rule' | 'trigger') colid 'on' any_name
  | 'cast' lparen type_name 'as' type_name ')'
  | 'transform' 'for' type_name 'language' colid
  | 'large' 'object' signed_number
  ;
comment_stmt : 'comment' 'on' named_object 'is' (SCONST | 'null') ;
security_label_stmt
  : 'security' 'label' ('for' (nonreserved_word | SCONST))? 'on' named_object 'is' (SCONST | 'null')
  ;

// ---------------------------------------------------------------------------------------------------- DROP

drop_stmt
  : 'drop' drop_any_type if_exists? any_name_list drop_behavior?
  | 'drop' drop_name_type if_exists? name_list drop_behavior?
  | 'drop' ('type' | 'domain') if_exists? type_list drop_behavior?
  | 'drop' 'index' 'concurrently' if_exists? any_name_list drop_behavior?
  | 'drop' ('policy' | 'rule' | 'trigger') if_exists? colid 'on' any_name drop_behavior?
  | 'drop' ('function' | 'procedure' | 'routine') if_exists? function_with_arguments (',' function_with_arguments)*
    drop_behavior?
  | 'drop' 'aggregate' if_exists? aggregate_with_arguments (',' aggregate_with_arguments)* drop_behavior?
  | 'drop' ('operator' | OPERATOR_LA) if_exists? operator_with_arguments (',' operator_with_arguments)* drop_behavior?
  | 'drop' 'operator' ('class' | 'family') if_exists? any_name 'using' colid drop_behavior?
  | 'drop' 'cast' if_exists? lparen type_name 'as' type_name ')' drop_behavior?
  | 'drop' 'transform' if_exists? 'for' type_name 'language' colid drop_behavior?
  | 'drop' 'owned' 'by' role_list drop_behavior?
  | 'drop' 'database' if_exists? colid ('with'? lparen 'force' (',' 'force')* ')')?
  | 'drop' ('role' | 'user' | 'group') if_exists? role_list
  | 'drop' 'tablespace' if_exists? colid
  | 'drop' 'user' 'mapping' if_exists? 'for' ('user' | role_spec) 'server' colid
  | 'drop' 'subscription' if_exists? colid drop_behavior?
  ;
drop_any_type
  : 'table' | 'sequence' | 'view' | 'materialized' 'view' | 'index' | 'foreign' 'table' | 'collation' | 'conversion'
  | 'statistics' | 'text' 'search' ('parser' | 'dictionary' | 'template' | 'configuration')
  ;
drop_name_type
  : 'access' 'method' | 'event' 'trigger' | 'extension' | 'foreign' 'data' 'wrapper' | 'procedural'? 'language'
  | 'publication' | 'schema' | 'server'
  ;
truncate_stmt
  : 'truncate' 'table'? relation_expr (',' relation_expr)* (('continue' | 'restart') 'identity')? drop_behavior?
  ;
reassign_stmt : 'reassign' 'owned' 'by' role_list 'to' role_spec ;

// ---------------------------------------------------------------------------------------------------- ALTER

alter_stmt
  : alter_table | alter_table_all | alter_sequence | alter_view | alter_type | alter_domain | alter_schema
  | alter_database | alter_role | alter_system | alter_function | alter_named | alter_operator | alter_op_family
  | alter_policy | alter_default_privileges | alter_statistics | alter_extension | alter_tablespace | alter_minor
  | alter_on_relation
  ;
alter_table
  : 'alter' ('table' | 'index' | 'materialized' 'view' | 'foreign' 'table') if_exists? relation_expr
    ( alter_table_command (',' alter_table_command)*
    | partition_command
    | rename_command
    | 'set' 'schema' colid
    | 'no'? 'depends' 'on' 'extension' colid )
  ;
rename_command
  : 'rename' 'to' colid
  | 'rename' 'constraint' colid 'to' colid
  | 'rename' 'column'? colid 'to' colid
  ;
alter_table_all
  : 'alter' ('table' | 'index' | 'materialized' 'view') 'all' 'in' 'tablespace' colid ('owned' 'by' role_list)?
    'set' 'tablespace' colid 'nowait'?
  ;
partition_command
  : 'attach' 'partition' qualified_name partition_bound?
  | 'detach' 'partition' qualified_name ('concurrently' | 'finalize')?
  ;
alter_table_command
  : 'add' 'column'? if_not_exists? column_definition
  | 'add' table_constraint
  | 'alter' 'column'? (colid | ICONST) alter_column_action
  | 'drop' 'constraint' if_exists? colid drop_behavior?
  | 'drop' 'column'? if_exists? colid drop_behavior?
  | 'alter' 'constraint' colid constraint_attribute*
  | 'validate' 'constraint' colid
  | 'set' ('logged' | 'unlogged')
  | 'set' 'without' ('oids' | 'cluster')
  | 'set' 'access' 'method' colid
  | 'set' 'tablespace' colid
  | 'set' reloptions
  | 'reset' reloptions
  | 'cluster' 'on' colid
  | 'enable' ('always' | 'replica')? ('trigger' | 'rule') (colid | 'all' | 'user')
  | 'disable' ('trigger' | 'rule') (colid | 'all' | 'user')
  | ('enable' | 'disable' | 'force' | 'no' 'force') 'row' 'level' 'security'
  | 'no'? 'inherit' qualified_name
  | 'of' any_name
  | 'not' 'of'
  | 'owner' 'to' role_spec
  | 'replica' 'identity' ('nothing' | 'full' | 'default' | 'using' 'index' colid)
  | alter_generic_options
  ;
alter_column_action
  : ('set' 'data')? 'type' type_name collate_clause? ('using' a_expr)?
  | 'set' 'default' a_expr
  | 'drop' ('default' | 'not' 'null')
  | 'set' 'not' 'null'
  | 'drop' 'expression' if_exists?
  | 'drop' 'identity' if_exists?
  | 'set' 'statistics' signed_iconst
  | ('set' | 'reset') reloptions
  | 'set' 'storage' colid
  | 'set' 'compression' (colid | 'default')
  | 'add' 'generated' ('always' | 'by' 'default') 'as' 'identity' (lparen sequence_option+ ')')?
  | alter_identity_option+
  | alter_generic_options
  ;
alter_identity_option
  : 'restart' ('with'? signed_number)?
  | 'set' (sequence_option | 'generated' ('always' | 'by' 'default'))
  ;
alter_sequence
  : 'alter' 'sequence' if_exists? qualified_name
    ( sequence_option+
    | 'rename' 'to' colid
    | 'set' 'schema' colid
    | alter_table_command (',' alter_table_command)* )
  ;
alter_view
  : 'alter' 'view' if_exists? qualified_name
    ( alter_table_command (',' alter_table_command)*
    | 'rename' 'to' colid
    | 'rename' 'column'? colid 'to' colid
    | 'set' 'schema' colid )
  ;
alter_type
  : 'alter' 'type' any_name
    ( alter_type_command (',' alter_type_command)*
    | 'rename' 'to' colid
    | 'rename' 'attribute' colid 'to' colid drop_behavior?
    | 'rename' 'value' SCONST 'to' SCONST
    | 'add' 'value' if_not_exists? SCONST (('before' | 'after') SCONST)?
    | 'set' 'schema' colid
    | 'set' reloptions
    | 'owner' 'to' role_spec )
  ;
alter_type_command
  : 'add' 'attribute' composite_attribute drop_behavior?
  | 'drop' 'attribute' if_exists? colid drop_behavior?
  | 'alter' 'attribute' colid ('set' 'data')? 'type' type_name collate_clause? drop_behavior?
  ;
alter_domain
  : 'alter' 'domain' any_name
    ( 'set' 'default' a_expr
    | 'drop' 'default'
    | ('set' | 'drop') 'not' 'null'
    | 'add' table_constraint
    | 'drop' 'constraint' if_exists? colid drop_behavior?
    | 'validate' 'constraint' colid
    | 'rename' 'to' colid
    | 'rename' 'constraint' colid 'to' colid
    | 'set' 'schema' colid
    | 'owner' 'to' role_spec )
  ;
alter_schema : 'alter' 'schema' colid ('rename' 'to' colid | 'owner' 'to' role_spec) ;
alter_database
  : 'alter' 'database' colid
    ( 'rename' 'to' colid
    | 'owner' 'to' role_spec
    | 'set' 'tablespace' colid
    | 'refresh' 'collation' 'version'
    | 'set' set_rest
    | 'reset' reset_target
    | 'with'? database_option* )
  ;
alter_role
  : 'alter' ('role' | 'user') (role_spec | 'all') ('in' 'database' colid)? ('set' set_rest | 'reset' reset_target)
  | 'alter' 'group' role_spec ('add' | 'drop') 'user' role_list
  | 'alter' ('role' | 'user' | 'group') role_spec 'rename' 'to' role_spec
  | 'alter' ('role' | 'user') role_spec 'with'? role_option*
  ;
alter_system : 'alter' 'system' ('set' set_rest | 'reset' reset_target) ;
alter_function
  : 'alter' ('function' | 'procedure' | 'routine' | 'aggregate') (function_with_arguments | aggregate_with_arguments)
    ( function_item+ 'restrict'?
    | 'rename' 'to' colid
    | 'set' 'schema' colid
    | 'owner' 'to' role_spec
    | 'no'? 'depends' 'on' 'extension' colid )
  ;
// Objects that can only be renamed, moved or given away.
alter_named
  : 'alter' ('collation' | 'conversion' | 'text' 'search' ('parser' | 'dictionary' | 'template' | 'configuration')
      | 'procedural'? 'language' | 'event' 'trigger' | 'foreign' 'data' 'wrapper' | 'server' | 'publication'
      | 'subscription' | 'statistics' | 'tablespace' | 'operator' ('class' | 'family')) any_name ('using' colid)?
    ('rename' 'to' colid | 'set' 'schema' colid | 'owner' 'to' role_spec | 'refresh' 'version')
  | 'alter' 'large' 'object' signed_number 'owner' 'to' role_spec
  ;
alter_on_relation
  : 'alter' ('trigger' | 'rule' | 'policy') if_exists? colid 'on' qualified_name
    ('rename' 'to' colid | 'no'? 'depends' 'on' 'extension' colid)
  ;
alter_operator
  : 'alter' 'operator' operator_with_arguments
    ('set' 'schema' colid | 'owner' 'to' role_spec | 'set' lparen operator_option (',' operator_option)* ')')
  ;
operator_option : collabel ('=' ('none' | def_arg))? ;
alter_op_family
  : 'alter' 'operator' 'family' any_name 'using' colid ('add' op_class_item (',' op_class_item)*
    | 'drop' op_family_drop (',' op_family_drop)*)
  ;
op_family_drop : ('operator' | 'function') ICONST lparen type_list ')' ;
alter_policy
  : 'alter' 'policy' colid 'on' qualified_name ('to' role_list)? ('using' lparen a_expr ')')?
    ('with' 'check' lparen a_expr ')')?
  ;
alter_default_privileges
  : 'alter' 'default' 'privileges' (('in' 'schema' name_list) | 'for' ('role' | 'user') role_list)*
    ( 'grant' privileges 'on' default_object_type 'to' role_list ('with' 'grant' 'option')?
    | 'revoke' ('grant' 'option' 'for')? privileges 'on' default_object_type 'from' role_list drop_behavior? )
  ;
default_object_type : 'tables' | 'functions' | 'routines' | 'sequences' | 'types' | 'schemas' ;
alter_statistics : 'alter' 'statistics' if_exists? any_name 'set' 'statistics' signed_iconst ;
alter_extension
  : 'alter' 'extension' colid
    ('update' ('to' (nonreserved_word | SCONST))? | ('add' | 'drop') named_object | 'set' 'schema' colid)
  ;
alter_tablespace : 'alter' 'tablespace' colid ('set' | 'reset') reloptions ;
// Parsed to be refused by name.
alter_minor
  : 'alter' 'foreign' 'data' 'wrapper' colid (fdw_option+ alter_generic_options? | alter_generic_options)
  | 'alter' 'server' colid (('version' (SCONST | 'null')) alter_generic_options? | alter_generic_options)
  | 'alter' 'user' 'mapping' 'for' ('user' | role_spec) 'server' colid alter_generic_options
  | 'alter' 'event' 'trigger' colid ('enable' ('replica' | 'always')? | 'disable')
  | 'alter' 'text' 'search' 'dictionary' any_name definition
  | 'alter' 'text' 'search' 'configuration' any_name
    ( ('add' | 'alter') 'mapping' 'for' name_list 'with' any_name_list
    | 'alter' 'mapping' ('for' name_list)? 'replace' any_name 'with' any_name
    | 'drop' 'mapping' if_exists? 'for' name_list )
  | 'alter' 'publication' colid ('set' definition
    | ('add' | 'set' | 'drop') publication_object (',' publication_object)*)
  | 'alter' 'subscription' colid
    ( 'set' definition | 'connection' SCONST | 'refresh' 'publication' with_definition?
    | ('add' | 'drop' | 'set') 'publication' name_list with_definition? | 'enable' | 'disable' | 'skip' definition )
  ;

// ---------------------------------------------------------------------------------------------------- GRANT

grant_stmt
  : 'grant' privileges 'on' privilege_target 'to' grantee_list ('with' 'grant' 'option')? granted_by?
  | 'grant' privilege (',' privilege)* 'to' role_list ('with' 'admin' 'option')? granted_by?
  ;
revoke_stmt
  : 'revoke' ('grant' 'option' 'for')? privileges 'on' privilege_target 'from' grantee_list granted_by? drop_behavior?
  | 'revoke' ('admin' 'option' 'for')? privilege (',' privilege)* 'from' role_list granted_by? drop_behavior?
  ;
granted_by : 'granted' 'by' role_spec ;
privileges : 'all' 'privileges'? name_list_parens? | privilege (',' privilege)* ;
privilege
  : ('select' | 'references' | 'create') name_list_parens?
  | 'alter' 'system'
  | colid name_list_parens?
  ;
grantee_list : 'group'? role_spec (',' 'group'? role_spec)* ;
privilege_target
  : 'all' ('tables' | 'sequences' | 'functions' | 'procedures' | 'routines') 'in' 'schema' name_list
  | ('function' | 'procedure' | 'routine') function_with_arguments (',' function_with_arguments)*
  | ('database' | 'language' | 'schema' | 'tablespace' | 'foreign' 'data' 'wrapper' | 'foreign' 'server') name_list
  | ('domain' | 'type') any_name_list
  | 'large' 'object' signed_number (',' signed_number)*
  | 'parameter' parameter_name (',' parameter_name)*
  | ('table' | 'sequence') qualified_name_list
  | qualified_name_list
  ;
parameter_name : colid ('.' colid)* ;

// ---------------------------------------------------------------------------------------------------- session

transaction_stmt
  : 'abort' work? transaction_chain?
  | 'begin' work? transaction_modes?
  | 'start' 'transaction' transaction_modes?
  | 'commit' ('prepared' SCONST | work? transaction_chain?)
  | 'end' work? transaction_chain?
  | 'rollback' ('prepared' SCONST | work? ('to' 'savepoint'? colid | transaction_chain?))
  | 'savepoint' colid
  | 'release' 'savepoint'? colid
  | 'prepare' 'transaction' SCONST
  ;
work : 'work' | 'transaction' ;
transaction_chain : 'and' 'no'? 'chain' ;
transaction_modes : transaction_mode (','? transaction_mode)* ;
transaction_mode
  : 'isolation' 'level' isolation_level
  | 'read' ('only' | 'write')
  | 'not'? 'deferrable'
  ;
isolation_level : 'read' ('uncommitted' | 'committed') | 'repeatable' 'read' | 'serializable' ;

set_stmt
  : 'set' ('local' | 'session')? set_rest
  | 'set' 'constraints' ('all' | qualified_name_list) ('deferred' | 'immediate')
  ;
set_rest
  : 'transaction' ('snapshot' SCONST | transaction_modes)
  | 'session' 'characteristics' 'as' 'transaction' transaction_modes
  | set_rest_more
  ;
set_rest_more
  : 'time' 'zone' zone_value
  | 'catalog' SCONST
  | 'schema' SCONST
  | 'names' (SCONST | 'default')?
  | 'role' (nonreserved_word | SCONST)
  | 'session' 'authorization' (nonreserved_word | SCONST | 'default')
  | 'xml' 'option' ('document' | 'content')
  | var_name (('=' | 'to') (var_list | 'default') | 'from' 'current')
  ;
var_name : colid ('.' colid)* ;
var_list : var_value (',' var_value)* ;
var_value : signed_number | SCONST | 'true' | 'false' | 'on' | nonreserved_word ;
zone_value
  : SCONST | IDENT | signed_number | 'default' | 'local'
  | 'interval' (SCONST interval_fields? | lparen ICONST ')' SCONST)
  ;
reset_stmt : 'reset' reset_target ;
reset_target : 'all' | 'time' 'zone' | 'transaction' 'isolation' 'level' | 'session' 'authorization' | var_name ;
show_stmt
  : 'show' ('all' | 'time' 'zone' | 'transaction' 'isolation' 'level' | 'session' 'authorization' | var_name)
  ;
discard_stmt : 'discard' ('all' | 'temp' | 'temporary' | 'plans' | 'sequences') ;

prepare_stmt : 'prepare' colid (lparen type_list ')')? 'as' query_stmt ;
execute_stmt : 'execute' colid (lparen expr_list ')')? ;
deallocate_stmt : 'deallocate' 'prepare'? ('all' | colid) ;
declare_stmt
  : 'declare' colid cursor_option* 'cursor' (('with' | 'without') 'hold')? 'for' query_stmt_select
  ;
cursor_option : 'no'? 'scroll' | 'binary' | 'asensitive' | 'insensitive' ;
close_stmt : 'close' ('all' | colid) ;
fetch_stmt : ('fetch' | 'move') fetch_args ;
fetch_args
  : ('next' | 'prior' | 'first' | 'last' | 'forward' | 'backward' | 'all') ('from' | 'in')? colid
  | ('absolute' | 'relative') signed_iconst ('from' | 'in')? colid
  | ('forward' | 'backward') ('all' | signed_iconst) ('from' | 'in')? colid
  | signed_iconst ('from' | 'in')? colid
  | ('from' | 'in')? colid
  ;

copy_stmt
  : 'copy' 'binary'? qualified_name name_list_parens? ('from' | 'to') 'program'? copy_file copy_delimiter? 'with'?
    copy_options where_clause?
  | 'copy' lparen query_stmt ')' 'to' 'program'? copy_file 'with'? copy_options
  ;
copy_file : SCONST | 'stdin' | 'stdout' ;
copy_delimiter : 'using'? 'delimiters' SCONST ;
copy_options : copy_generic_options | copy_old_option* ;
copy_generic_options : lparen copy_generic_option (',' copy_generic_option)* ')' ;
copy_generic_option : collabel utility_argument? ;
copy_old_option
  : 'binary' | 'freeze' | 'csv' | 'header'
  | ('delimiter' | 'null' | 'quote' | 'escape' | ESCAPE_LA) 'as'? SCONST
  | 'force' 'quote' (name_list | '*')
  | 'force' 'not'? 'null' name_list
  | 'encoding' SCONST
  ;

explain_stmt
  : 'explain' (utility_options | ('analyze' | 'analyse') 'verbose'? | 'verbose')? explainable
  ;
explainable
  : query_stmt | declare_stmt | create_table_as | create_materialized_view | refresh_stmt | execute_stmt
  ;
vacuum_stmt
  : 'vacuum' (utility_options | 'full'? 'freeze'? 'verbose'? ('analyze' | 'analyse')?) vacuum_relations?
  ;
analyze_stmt : ('analyze' | 'analyse') (utility_options | 'verbose'?) vacuum_relations? ;
vacuum_relations : vacuum_relation (',' vacuum_relation)* ;
vacuum_relation : relation_expr name_list_parens? ;
cluster_stmt : 'cluster' (utility_options | 'verbose')? (colid 'on' qualified_name | qualified_name ('using' colid)?)? ;
reindex_stmt
  : 'reindex' utility_options? (('index' | 'table') 'concurrently'? qualified_name
    | ('schema' | 'system' | 'database') 'concurrently'? colid)
  ;
checkpoint_stmt : 'checkpoint' ;
load_stmt : 'load' SCONST ;
lock_stmt : 'lock' 'table'? relation_expr (',' relation_expr)* ('in' lock_mode 'mode')? 'nowait'? ;
lock_mode
  : 'access' ('share' | 'exclusive') | 'row' ('share' | 'exclusive') | 'share' ('update' 'exclusive' | 'row'
    'exclusive')?
  | 'exclusive'
  ;
listen_stmt : 'listen' colid ;
unlisten_stmt : 'unlisten' (colid | '*') ;
notify_stmt : 'notify' colid (',' SCONST)? ;
do_stmt : 'do' do_item+ ;
do_item : SCONST | 'language' (nonreserved_word | SCONST) ;
call_stmt : 'call' func_expr_windowless ;

// ---------------------------------------------------------------------------------------------------- keywords
// The four classes of PostgreSQL's pg_get_keywords(): U unreserved, C column name, T type or function name, R reserved.
// A keyword marked by its follower (NULLS_LA, ...) stays usable as a name where the follower does not matter.

// U and T: names of functions and types
type_function_name
  : IDENT | AT_LA | OPERATOR_LA | NULLS_LA | ESCAPE_LA | DOUBLE_LA | SIMILAR_LA | 'abort' | 'absolute' | 'access'
    | 'action' | 'add' | 'admin' | 'after' | 'aggregate' | 'also' | 'alter' | 'always' | 'asensitive' | 'assertion'
    | 'assignment' | 'at' | 'atomic' | 'attach' | 'attribute' | 'backward' | 'before' | 'begin' | 'breadth' | 'by'
    | 'cache' | 'call' | 'called' | 'cascade' | 'cascaded' | 'catalog' | 'chain' | 'characteristics' | 'checkpoint'
    | 'class' | 'close' | 'cluster' | 'columns' | 'comment' | 'comments' | 'commit' | 'committed' | 'compression'
    | 'configuration' | 'conflict' | 'connection' | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy'
    | 'cost' | 'csv' | 'cube' | 'current' | 'cursor' | 'cycle' | 'data' | 'database' | 'day' | 'deallocate'
    | 'declare' | 'defaults' | 'deferred' | 'definer' | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth'
    | 'detach' | 'dictionary' | 'disable' | 'discard' | 'document' | 'domain' | 'double' | 'drop' | 'each'
    | 'enable' | 'encoding' | 'encrypted' | 'enum' | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive'
    | 'execute' | 'explain' | 'expression' | 'extension' | 'external' | 'family' | 'filter' | 'finalize' | 'first'
    | 'following' | 'force' | 'forward' | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'groups'
    | 'handler' | 'header' | 'hold' | 'hour' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import'
    | 'include' | 'including' | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'inline' | 'input'
    | 'insensitive' | 'insert' | 'instead' | 'invoker' | 'isolation' | 'key' | 'label' | 'language' | 'large'
    | 'last' | 'leakproof' | 'level' | 'listen' | 'load' | 'local' | 'location' | 'lock' | 'locked' | 'logged'
    | 'mapping' | 'match' | 'matched' | 'materialized' | 'maxvalue' | 'merge' | 'method' | 'minute' | 'minvalue'
    | 'mode' | 'month' | 'move' | 'name' | 'names' | 'new' | 'next' | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no'
    | 'normalized' | 'nothing' | 'notify' | 'nowait' | 'nulls' | 'object' | 'of' | 'off' | 'oids' | 'old'
    | 'operator' | 'option' | 'options' | 'ordinality' | 'others' | 'over' | 'overriding' | 'owned' | 'owner'
    | 'parallel' | 'parameter' | 'parser' | 'partial' | 'partition' | 'passing' | 'password' | 'plans' | 'policy'
    | 'preceding' | 'prepare' | 'prepared' | 'preserve' | 'prior' | 'privileges' | 'procedural' | 'procedure'
    | 'procedures' | 'program' | 'publication' | 'quote' | 'range' | 'read' | 'reassign' | 'recheck' | 'recursive'
    | 'ref' | 'referencing' | 'refresh' | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace'
    | 'replica' | 'reset' | 'restart' | 'restrict' | 'return' | 'returns' | 'revoke' | 'role' | 'rollback'
    | 'rollup' | 'routine' | 'routines' | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search'
    | 'second' | 'security' | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'set' | 'sets'
    | 'share' | 'show' | 'simple' | 'skip' | 'snapshot' | 'sql' | 'stable' | 'standalone' | 'start' | 'statement'
    | 'statistics' | 'stdin' | 'stdout' | 'storage' | 'stored' | 'strict' | 'strip' | 'subscription' | 'support'
    | 'sysid' | 'system' | 'tables' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'ties'
    | 'transaction' | 'transform' | 'trigger' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded'
    | 'uncommitted' | 'unencrypted' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'vacuum' | 'valid'
    | 'validate' | 'validator' | 'value' | 'varying' | 'version' | 'view' | 'views' | 'volatile' | 'whitespace'
    | 'within' | 'without' | 'work' | 'wrapper' | 'write' | 'xml' | 'year' | 'yes' | 'zone' | 'authorization'
    | 'binary' | 'collation' | 'concurrently' | 'cross' | 'current_schema' | 'freeze' | 'full' | 'ilike' | 'inner'
    | 'is' | 'isnull' | 'join' | 'left' | 'like' | 'natural' | 'notnull' | 'outer' | 'overlaps' | 'right'
    | 'similar' | 'tablesample' | 'verbose'
  ;

// U alone
unreserved_name
  : IDENT | AT_LA | OPERATOR_LA | NULLS_LA | ESCAPE_LA | DOUBLE_LA | 'abort' | 'absolute' | 'access' | 'action'
    | 'add' | 'admin' | 'after' | 'aggregate' | 'also' | 'alter' | 'always' | 'asensitive' | 'assertion'
    | 'assignment' | 'at' | 'atomic' | 'attach' | 'attribute' | 'backward' | 'before' | 'begin' | 'breadth' | 'by'
    | 'cache' | 'call' | 'called' | 'cascade' | 'cascaded' | 'catalog' | 'chain' | 'characteristics' | 'checkpoint'
    | 'class' | 'close' | 'cluster' | 'columns' | 'comment' | 'comments' | 'commit' | 'committed' | 'compression'
    | 'configuration' | 'conflict' | 'connection' | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy'
    | 'cost' | 'csv' | 'cube' | 'current' | 'cursor' | 'cycle' | 'data' | 'database' | 'day' | 'deallocate'
    | 'declare' | 'defaults' | 'deferred' | 'definer' | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth'
    | 'detach' | 'dictionary' | 'disable' | 'discard' | 'document' | 'domain' | 'double' | 'drop' | 'each'
    | 'enable' | 'encoding' | 'encrypted' | 'enum' | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive'
    | 'execute' | 'explain' | 'expression' | 'extension' | 'external' | 'family' | 'filter' | 'finalize' | 'first'
    | 'following' | 'force' | 'forward' | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'groups'
    | 'handler' | 'header' | 'hold' | 'hour' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import'
    | 'include' | 'including' | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'inline' | 'input'
    | 'insensitive' | 'insert' | 'instead' | 'invoker' | 'isolation' | 'key' | 'label' | 'language' | 'large'
    | 'last' | 'leakproof' | 'level' | 'listen' | 'load' | 'local' | 'location' | 'lock' | 'locked' | 'logged'
    | 'mapping' | 'match' | 'matched' | 'materialized' | 'maxvalue' | 'merge' | 'method' | 'minute' | 'minvalue'
    | 'mode' | 'month' | 'move' | 'name' | 'names' | 'new' | 'next' | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no'
    | 'normalized' | 'nothing' | 'notify' | 'nowait' | 'nulls' | 'object' | 'of' | 'off' | 'oids' | 'old'
    | 'operator' | 'option' | 'options' | 'ordinality' | 'others' | 'over' | 'overriding' | 'owned' | 'owner'
    | 'parallel' | 'parameter' | 'parser' | 'partial' | 'partition' | 'passing' | 'password' | 'plans' | 'policy'
    | 'preceding' | 'prepare' | 'prepared' | 'preserve' | 'prior' | 'privileges' | 'procedural' | 'procedure'
    | 'procedures' | 'program' | 'publication' | 'quote' | 'range' | 'read' | 'reassign' | 'recheck' | 'recursive'
    | 'ref' | 'referencing' | 'refresh' | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace'
    | 'replica' | 'reset' | 'restart' | 'restrict' | 'return' | 'returns' | 'revoke' | 'role' | 'rollback'
    | 'rollup' | 'routine' | 'routines' | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search'
    | 'second' | 'security' | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'set' | 'sets'
    | 'share' | 'show' | 'simple' | 'skip' | 'snapshot' | 'sql' | 'stable' | 'standalone' | 'start' | 'statement'
    | 'statistics' | 'stdin' | 'stdout' | 'storage' | 'stored' | 'strict' | 'strip' | 'subscription' | 'support'
    | 'sysid' | 'system' | 'tables' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'ties'
    | 'transaction' | 'transform' | 'trigger' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded'
    | 'uncommitted' | 'unencrypted' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'vacuum' | 'valid'
    | 'validate' | 'validator' | 'value' | 'varying' | 'version' | 'view' | 'views' | 'volatile' | 'whitespace'
    | 'within' | 'without' | 'work' | 'wrapper' | 'write' | 'xml' | 'year' | 'yes' | 'zone'
  ;

// U and C: names of tables, columns, aliases
colid
  : IDENT | AT_LA | OPERATOR_LA | NULLS_LA | ESCAPE_LA | DOUBLE_LA | 'abort' | 'absolute' | 'access' | 'action'
    | 'add' | 'admin' | 'after' | 'aggregate' | 'also' | 'alter' | 'always' | 'asensitive' | 'assertion'
    | 'assignment' | 'at' | 'atomic' | 'attach' | 'attribute' | 'backward' | 'before' | 'begin' | 'breadth' | 'by'
    | 'cache' | 'call' | 'called' | 'cascade' | 'cascaded' | 'catalog' | 'chain' | 'characteristics' | 'checkpoint'
    | 'class' | 'close' | 'cluster' | 'columns' | 'comment' | 'comments' | 'commit' | 'committed' | 'compression'
    | 'configuration' | 'conflict' | 'connection' | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy'
    | 'cost' | 'csv' | 'cube' | 'current' | 'cursor' | 'cycle' | 'data' | 'database' | 'day' | 'deallocate'
    | 'declare' | 'defaults' | 'deferred' | 'definer' | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth'
    | 'detach' | 'dictionary' | 'disable' | 'discard' | 'document' | 'domain' | 'double' | 'drop' | 'each'
    | 'enable' | 'encoding' | 'encrypted' | 'enum' | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive'
    | 'execute' | 'explain' | 'expression' | 'extension' | 'external' | 'family' | 'filter' | 'finalize' | 'first'
    | 'following' | 'force' | 'forward' | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'groups'
    | 'handler' | 'header' | 'hold' | 'hour' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import'
    | 'include' | 'including' | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'inline' | 'input'
    | 'insensitive' | 'insert' | 'instead' | 'invoker' | 'isolation' | 'key' | 'label' | 'language' | 'large'
    | 'last' | 'leakproof' | 'level' | 'listen' | 'load' | 'local' | 'location' | 'lock' | 'locked' | 'logged'
    | 'mapping' | 'match' | 'matched' | 'materialized' | 'maxvalue' | 'merge' | 'method' | 'minute' | 'minvalue'
    | 'mode' | 'month' | 'move' | 'name' | 'names' | 'new' | 'next' | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no'
    | 'normalized' | 'nothing' | 'notify' | 'nowait' | 'nulls' | 'object' | 'of' | 'off' | 'oids' | 'old'
    | 'operator' | 'option' | 'options' | 'ordinality' | 'others' | 'over' | 'overriding' | 'owned' | 'owner'
    | 'parallel' | 'parameter' | 'parser' | 'partial' | 'partition' | 'passing' | 'password' | 'plans' | 'policy'
    | 'preceding' | 'prepare' | 'prepared' | 'preserve' | 'prior' | 'privileges' | 'procedural' | 'procedure'
    | 'procedures' | 'program' | 'publication' | 'quote' | 'range' | 'read' | 'reassign' | 'recheck' | 'recursive'
    | 'ref' | 'referencing' | 'refresh' | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace'
    | 'replica' | 'reset' | 'restart' | 'restrict' | 'return' | 'returns' | 'revoke' | 'role' | 'rollback'
    | 'rollup' | 'routine' | 'routines' | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search'
    | 'second' | 'security' | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'set' | 'sets'
    | 'share' | 'show' | 'simple' | 'skip' | 'snapshot' | 'sql' | 'stable' | 'standalone' | 'start' | 'statement'
    | 'statistics' | 'stdin' | 'stdout' | 'storage' | 'stored' | 'strict' | 'strip' | 'subscription' | 'support'
    | 'sysid' | 'system' | 'tables' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'ties'
    | 'transaction' | 'transform' | 'trigger' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded'
    | 'uncommitted' | 'unencrypted' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'vacuum' | 'valid'
    | 'validate' | 'validator' | 'value' | 'varying' | 'version' | 'view' | 'views' | 'volatile' | 'whitespace'
    | 'within' | 'without' | 'work' | 'wrapper' | 'write' | 'xml' | 'year' | 'yes' | 'zone' | 'between' | 'bigint'
    | 'bit' | 'boolean' | 'char' | 'character' | 'coalesce' | 'dec' | 'decimal' | 'exists' | 'extract' | 'float'
    | 'greatest' | 'grouping' | 'inout' | 'int' | 'integer' | 'interval' | 'least' | 'national' | 'nchar' | 'none'
    | 'normalize' | 'nullif' | 'numeric' | 'out' | 'overlay' | 'position' | 'precision' | 'real' | 'row' | 'setof'
    | 'smallint' | 'substring' | 'time' | 'timestamp' | 'treat' | 'trim' | 'values' | 'varchar' | 'xmlattributes'
    | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlnamespaces' | 'xmlparse' | 'xmlpi' | 'xmlroot'
    | 'xmlserialize' | 'xmltable'
  ;

// As colid, but not SET, so that UPDATE t SET needs no lookahead
colid_not_set
  : IDENT | AT_LA | OPERATOR_LA | NULLS_LA | ESCAPE_LA | DOUBLE_LA | 'abort' | 'absolute' | 'access' | 'action'
    | 'add' | 'admin' | 'after' | 'aggregate' | 'also' | 'alter' | 'always' | 'asensitive' | 'assertion'
    | 'assignment' | 'at' | 'atomic' | 'attach' | 'attribute' | 'backward' | 'before' | 'begin' | 'breadth' | 'by'
    | 'cache' | 'call' | 'called' | 'cascade' | 'cascaded' | 'catalog' | 'chain' | 'characteristics' | 'checkpoint'
    | 'class' | 'close' | 'cluster' | 'columns' | 'comment' | 'comments' | 'commit' | 'committed' | 'compression'
    | 'configuration' | 'conflict' | 'connection' | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy'
    | 'cost' | 'csv' | 'cube' | 'current' | 'cursor' | 'cycle' | 'data' | 'database' | 'day' | 'deallocate'
    | 'declare' | 'defaults' | 'deferred' | 'definer' | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth'
    | 'detach' | 'dictionary' | 'disable' | 'discard' | 'document' | 'domain' | 'double' | 'drop' | 'each'
    | 'enable' | 'encoding' | 'encrypted' | 'enum' | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive'
    | 'execute' | 'explain' | 'expression' | 'extension' | 'external' | 'family' | 'filter' | 'finalize' | 'first'
    | 'following' | 'force' | 'forward' | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'groups'
    | 'handler' | 'header' | 'hold' | 'hour' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import'
    | 'include' | 'including' | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'inline' | 'input'
    | 'insensitive' | 'insert' | 'instead' | 'invoker' | 'isolation' | 'key' | 'label' | 'language' | 'large'
    | 'last' | 'leakproof' | 'level' | 'listen' | 'load' | 'local' | 'location' | 'lock' | 'locked' | 'logged'
    | 'mapping' | 'match' | 'matched' | 'materialized' | 'maxvalue' | 'merge' | 'method' | 'minute' | 'minvalue'
    | 'mode' | 'month' | 'move' | 'name' | 'names' | 'new' | 'next' | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no'
    | 'normalized' | 'nothing' | 'notify' | 'nowait' | 'nulls' | 'object' | 'of' | 'off' | 'oids' | 'old'
    | 'operator' | 'option' | 'options' | 'ordinality' | 'others' | 'over' | 'overriding' | 'owned' | 'owner'
    | 'parallel' | 'parameter' | 'parser' | 'partial' | 'partition' | 'passing' | 'password' | 'plans' | 'policy'
    | 'preceding' | 'prepare' | 'prepared' | 'preserve' | 'prior' | 'privileges' | 'procedural' | 'procedure'
    | 'procedures' | 'program' | 'publication' | 'quote' | 'range' | 'read' | 'reassign' | 'recheck' | 'recursive'
    | 'ref' | 'referencing' | 'refresh' | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace'
    | 'replica' | 'reset' | 'restart' | 'restrict' | 'return' | 'returns' | 'revoke' | 'role' | 'rollback'
    | 'rollup' | 'routine' | 'routines' | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search'
    | 'second' | 'security' | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'sets' | 'share'
    | 'show' | 'simple' | 'skip' | 'snapshot' | 'sql' | 'stable' | 'standalone' | 'start' | 'statement'
    | 'statistics' | 'stdin' | 'stdout' | 'storage' | 'stored' | 'strict' | 'strip' | 'subscription' | 'support'
    | 'sysid' | 'system' | 'tables' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'ties'
    | 'transaction' | 'transform' | 'trigger' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded'
    | 'uncommitted' | 'unencrypted' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'vacuum' | 'valid'
    | 'validate' | 'validator' | 'value' | 'varying' | 'version' | 'view' | 'views' | 'volatile' | 'whitespace'
    | 'within' | 'without' | 'work' | 'wrapper' | 'write' | 'xml' | 'year' | 'yes' | 'zone' | 'between' | 'bigint'
    | 'bit' | 'boolean' | 'char' | 'character' | 'coalesce' | 'dec' | 'decimal' | 'exists' | 'extract' | 'float'
    | 'greatest' | 'grouping' | 'inout' | 'int' | 'integer' | 'interval' | 'least' | 'national' | 'nchar' | 'none'
    | 'normalize' | 'nullif' | 'numeric' | 'out' | 'overlay' | 'position' | 'precision' | 'real' | 'row' | 'setof'
    | 'smallint' | 'substring' | 'time' | 'timestamp' | 'treat' | 'trim' | 'values' | 'varchar' | 'xmlattributes'
    | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlnamespaces' | 'xmlparse' | 'xmlpi' | 'xmlroot'
    | 'xmlserialize' | 'xmltable'
  ;

// U, C and T
nonreserved_word
  : IDENT | AT_LA | OPERATOR_LA | NULLS_LA | ESCAPE_LA | DOUBLE_LA | SIMILAR_LA | 'abort' | 'absolute' | 'access'
    | 'action' | 'add' | 'admin' | 'after' | 'aggregate' | 'also' | 'alter' | 'always' | 'asensitive' | 'assertion'
    | 'assignment' | 'at' | 'atomic' | 'attach' | 'attribute' | 'backward' | 'before' | 'begin' | 'breadth' | 'by'
    | 'cache' | 'call' | 'called' | 'cascade' | 'cascaded' | 'catalog' | 'chain' | 'characteristics' | 'checkpoint'
    | 'class' | 'close' | 'cluster' | 'columns' | 'comment' | 'comments' | 'commit' | 'committed' | 'compression'
    | 'configuration' | 'conflict' | 'connection' | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy'
    | 'cost' | 'csv' | 'cube' | 'current' | 'cursor' | 'cycle' | 'data' | 'database' | 'day' | 'deallocate'
    | 'declare' | 'defaults' | 'deferred' | 'definer' | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth'
    | 'detach' | 'dictionary' | 'disable' | 'discard' | 'document' | 'domain' | 'double' | 'drop' | 'each'
    | 'enable' | 'encoding' | 'encrypted' | 'enum' | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive'
    | 'execute' | 'explain' | 'expression' | 'extension' | 'external' | 'family' | 'filter' | 'finalize' | 'first'
    | 'following' | 'force' | 'forward' | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'groups'
    | 'handler' | 'header' | 'hold' | 'hour' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import'
    | 'include' | 'including' | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'inline' | 'input'
    | 'insensitive' | 'insert' | 'instead' | 'invoker' | 'isolation' | 'key' | 'label' | 'language' | 'large'
    | 'last' | 'leakproof' | 'level' | 'listen' | 'load' | 'local' | 'location' | 'lock' | 'locked' | 'logged'
    | 'mapping' | 'match' | 'matched' | 'materialized' | 'maxvalue' | 'merge' | 'method' | 'minute' | 'minvalue'
    | 'mode' | 'month' | 'move' | 'name' | 'names' | 'new' | 'next' | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no'
    | 'normalized' | 'nothing' | 'notify' | 'nowait' | 'nulls' | 'object' | 'of' | 'off' | 'oids' | 'old'
    | 'operator' | 'option' | 'options' | 'ordinality' | 'others' | 'over' | 'overriding' | 'owned' | 'owner'
    | 'parallel' | 'parameter' | 'parser' | 'partial' | 'partition' | 'passing' | 'password' | 'plans' | 'policy'
    | 'preceding' | 'prepare' | 'prepared' | 'preserve' | 'prior' | 'privileges' | 'procedural' | 'procedure'
    | 'procedures' | 'program' | 'publication' | 'quote' | 'range' | 'read' | 'reassign' | 'recheck' | 'recursive'
    | 'ref' | 'referencing' | 'refresh' | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace'
    | 'replica' | 'reset' | 'restart' | 'restrict' | 'return' | 'returns' | 'revoke' | 'role' | 'rollback'
    | 'rollup' | 'routine' | 'routines' | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search'
    | 'second' | 'security' | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'set' | 'sets'
    | 'share' | 'show' | 'simple' | 'skip' | 'snapshot' | 'sql' | 'stable' | 'standalone' | 'start' | 'statement'
    | 'statistics' | 'stdin' | 'stdout' | 'storage' | 'stored' | 'strict' | 'strip' | 'subscription' | 'support'
    | 'sysid' | 'system' | 'tables' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'ties'
    | 'transaction' | 'transform' | 'trigger' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded'
    | 'uncommitted' | 'unencrypted' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'vacuum' | 'valid'
    | 'validate' | 'validator' | 'value' | 'varying' | 'version' | 'view' | 'views' | 'volatile' | 'whitespace'
    | 'within' | 'without' | 'work' | 'wrapper' | 'write' | 'xml' | 'year' | 'yes' | 'zone' | 'between' | 'bigint'
    | 'bit' | 'boolean' | 'char' | 'character' | 'coalesce' | 'dec' | 'decimal' | 'exists' | 'extract' | 'float'
    | 'greatest' | 'grouping' | 'inout' | 'int' | 'integer' | 'interval' | 'least' | 'national' | 'nchar' | 'none'
    | 'normalize' | 'nullif' | 'numeric' | 'out' | 'overlay' | 'position' | 'precision' | 'real' | 'row' | 'setof'
    | 'smallint' | 'substring' | 'time' | 'timestamp' | 'treat' | 'trim' | 'values' | 'varchar' | 'xmlattributes'
    | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlnamespaces' | 'xmlparse' | 'xmlpi' | 'xmlroot'
    | 'xmlserialize' | 'xmltable' | 'authorization' | 'binary' | 'collation' | 'concurrently' | 'cross'
    | 'current_schema' | 'freeze' | 'full' | 'ilike' | 'inner' | 'is' | 'isnull' | 'join' | 'left' | 'like'
    | 'natural' | 'notnull' | 'outer' | 'overlaps' | 'right' | 'similar' | 'tablesample' | 'verbose'
  ;

// Any keyword: after AS or a dot
collabel
  : IDENT | LABEL_LA | NOT_LA | NULLS_LA | WITH_LA | AT_LA | OPERATOR_LA | SIMILAR_LA | ESCAPE_LA | DOUBLE_LA
    | 'abort' | 'absolute' | 'access' | 'action' | 'add' | 'admin' | 'after' | 'aggregate' | 'also' | 'alter'
    | 'always' | 'asensitive' | 'assertion' | 'assignment' | 'at' | 'atomic' | 'attach' | 'attribute' | 'backward'
    | 'before' | 'begin' | 'breadth' | 'by' | 'cache' | 'call' | 'called' | 'cascade' | 'cascaded' | 'catalog'
    | 'chain' | 'characteristics' | 'checkpoint' | 'class' | 'close' | 'cluster' | 'columns' | 'comment'
    | 'comments' | 'commit' | 'committed' | 'compression' | 'configuration' | 'conflict' | 'connection'
    | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy' | 'cost' | 'csv' | 'cube' | 'current'
    | 'cursor' | 'cycle' | 'data' | 'database' | 'day' | 'deallocate' | 'declare' | 'defaults' | 'deferred'
    | 'definer' | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth' | 'detach' | 'dictionary' | 'disable'
    | 'discard' | 'document' | 'domain' | 'double' | 'drop' | 'each' | 'enable' | 'encoding' | 'encrypted' | 'enum'
    | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive' | 'execute' | 'explain' | 'expression'
    | 'extension' | 'external' | 'family' | 'filter' | 'finalize' | 'first' | 'following' | 'force' | 'forward'
    | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'groups' | 'handler' | 'header' | 'hold'
    | 'hour' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import' | 'include' | 'including'
    | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'inline' | 'input' | 'insensitive' | 'insert'
    | 'instead' | 'invoker' | 'isolation' | 'key' | 'label' | 'language' | 'large' | 'last' | 'leakproof' | 'level'
    | 'listen' | 'load' | 'local' | 'location' | 'lock' | 'locked' | 'logged' | 'mapping' | 'match' | 'matched'
    | 'materialized' | 'maxvalue' | 'merge' | 'method' | 'minute' | 'minvalue' | 'mode' | 'month' | 'move' | 'name'
    | 'names' | 'new' | 'next' | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no' | 'normalized' | 'nothing' | 'notify'
    | 'nowait' | 'nulls' | 'object' | 'of' | 'off' | 'oids' | 'old' | 'operator' | 'option' | 'options'
    | 'ordinality' | 'others' | 'over' | 'overriding' | 'owned' | 'owner' | 'parallel' | 'parameter' | 'parser'
    | 'partial' | 'partition' | 'passing' | 'password' | 'plans' | 'policy' | 'preceding' | 'prepare' | 'prepared'
    | 'preserve' | 'prior' | 'privileges' | 'procedural' | 'procedure' | 'procedures' | 'program' | 'publication'
    | 'quote' | 'range' | 'read' | 'reassign' | 'recheck' | 'recursive' | 'ref' | 'referencing' | 'refresh'
    | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace' | 'replica' | 'reset' | 'restart'
    | 'restrict' | 'return' | 'returns' | 'revoke' | 'role' | 'rollback' | 'rollup' | 'routine' | 'routines'
    | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search' | 'second' | 'security'
    | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'set' | 'sets' | 'share' | 'show'
    | 'simple' | 'skip' | 'snapshot' | 'sql' | 'stable' | 'standalone' | 'start' | 'statement' | 'statistics'
    | 'stdin' | 'stdout' | 'storage' | 'stored' | 'strict' | 'strip' | 'subscription' | 'support' | 'sysid'
    | 'system' | 'tables' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'ties' | 'transaction'
    | 'transform' | 'trigger' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded' | 'uncommitted'
    | 'unencrypted' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'vacuum' | 'valid' | 'validate'
    | 'validator' | 'value' | 'varying' | 'version' | 'view' | 'views' | 'volatile' | 'whitespace' | 'within'
    | 'without' | 'work' | 'wrapper' | 'write' | 'xml' | 'year' | 'yes' | 'zone' | 'between' | 'bigint' | 'bit'
    | 'boolean' | 'char' | 'character' | 'coalesce' | 'dec' | 'decimal' | 'exists' | 'extract' | 'float'
    | 'greatest' | 'grouping' | 'inout' | 'int' | 'integer' | 'interval' | 'least' | 'national' | 'nchar' | 'none'
    | 'normalize' | 'nullif' | 'numeric' | 'out' | 'overlay' | 'position' | 'precision' | 'real' | 'row' | 'setof'
    | 'smallint' | 'substring' | 'time' | 'timestamp' | 'treat' | 'trim' | 'values' | 'varchar' | 'xmlattributes'
    | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlnamespaces' | 'xmlparse' | 'xmlpi' | 'xmlroot'
    | 'xmlserialize' | 'xmltable' | 'authorization' | 'binary' | 'collation' | 'concurrently' | 'cross'
    | 'current_schema' | 'freeze' | 'full' | 'ilike' | 'inner' | 'is' | 'isnull' | 'join' | 'left' | 'like'
    | 'natural' | 'notnull' | 'outer' | 'overlaps' | 'right' | 'similar' | 'tablesample' | 'verbose' | 'all'
    | 'analyse' | 'analyze' | 'and' | 'any' | 'array' | 'as' | 'asc' | 'asymmetric' | 'both' | 'case' | 'cast'
    | 'check' | 'collate' | 'column' | 'constraint' | 'create' | 'current_catalog' | 'current_date' | 'current_role'
    | 'current_time' | 'current_timestamp' | 'current_user' | 'default' | 'deferrable' | 'desc' | 'distinct' | 'do'
    | 'else' | 'end' | 'except' | 'false' | 'fetch' | 'for' | 'foreign' | 'from' | 'grant' | 'group' | 'having'
    | 'in' | 'initially' | 'intersect' | 'into' | 'lateral' | 'leading' | 'limit' | 'localtime' | 'localtimestamp'
    | 'not' | 'null' | 'offset' | 'on' | 'only' | 'or' | 'order' | 'placing' | 'primary' | 'references'
    | 'returning' | 'select' | 'session_user' | 'some' | 'symmetric' | 'table' | 'then' | 'to' | 'trailing' | 'true'
    | 'union' | 'unique' | 'user' | 'using' | 'variadic' | 'when' | 'where' | 'window' | 'with'
  ;

// What may name an output column without AS; without the words that continue an expression
bare_label
  : IDENT | NULLS_LA | LABEL_LA | 'abort' | 'absolute' | 'access' | 'action' | 'add' | 'admin' | 'after'
    | 'aggregate' | 'all' | 'also' | 'alter' | 'always' | 'analyse' | 'analyze' | 'any' | 'asc' | 'asensitive'
    | 'assertion' | 'assignment' | 'asymmetric' | 'atomic' | 'attach' | 'attribute' | 'authorization' | 'backward'
    | 'before' | 'begin' | 'bigint' | 'binary' | 'bit' | 'boolean' | 'both' | 'breadth' | 'by' | 'cache' | 'call'
    | 'called' | 'cascade' | 'cascaded' | 'case' | 'cast' | 'catalog' | 'chain' | 'characteristics' | 'check'
    | 'checkpoint' | 'class' | 'close' | 'cluster' | 'coalesce' | 'collation' | 'column' | 'columns' | 'comment'
    | 'comments' | 'commit' | 'committed' | 'compression' | 'concurrently' | 'configuration' | 'conflict'
    | 'connection' | 'constraint' | 'constraints' | 'content' | 'continue' | 'conversion' | 'copy' | 'cost'
    | 'cross' | 'csv' | 'cube' | 'current' | 'current_catalog' | 'current_date' | 'current_role' | 'current_schema'
    | 'current_time' | 'current_timestamp' | 'current_user' | 'cursor' | 'cycle' | 'data' | 'database'
    | 'deallocate' | 'dec' | 'decimal' | 'declare' | 'default' | 'defaults' | 'deferrable' | 'deferred' | 'definer'
    | 'delete' | 'delimiter' | 'delimiters' | 'depends' | 'depth' | 'desc' | 'detach' | 'dictionary' | 'disable'
    | 'discard' | 'distinct' | 'do' | 'document' | 'domain' | 'double' | 'drop' | 'each' | 'else' | 'enable'
    | 'encoding' | 'encrypted' | 'end' | 'enum' | 'escape' | 'event' | 'exclude' | 'excluding' | 'exclusive'
    | 'execute' | 'exists' | 'explain' | 'expression' | 'extension' | 'external' | 'extract' | 'false' | 'family'
    | 'finalize' | 'first' | 'float' | 'following' | 'force' | 'foreign' | 'forward' | 'freeze' | 'full'
    | 'function' | 'functions' | 'generated' | 'global' | 'granted' | 'greatest' | 'grouping' | 'groups' | 'handler'
    | 'header' | 'hold' | 'identity' | 'if' | 'immediate' | 'immutable' | 'implicit' | 'import' | 'include'
    | 'including' | 'increment' | 'index' | 'indexes' | 'inherit' | 'inherits' | 'initially' | 'inline' | 'inner'
    | 'inout' | 'input' | 'insensitive' | 'insert' | 'instead' | 'int' | 'integer' | 'interval' | 'invoker'
    | 'isolation' | 'join' | 'key' | 'label' | 'language' | 'large' | 'last' | 'lateral' | 'leading' | 'leakproof'
    | 'least' | 'left' | 'level' | 'listen' | 'load' | 'local' | 'localtime' | 'localtimestamp' | 'location'
    | 'lock' | 'locked' | 'logged' | 'mapping' | 'match' | 'matched' | 'materialized' | 'maxvalue' | 'merge'
    | 'method' | 'minvalue' | 'mode' | 'move' | 'name' | 'names' | 'national' | 'natural' | 'nchar' | 'new' | 'next'
    | 'nfc' | 'nfd' | 'nfkc' | 'nfkd' | 'no' | 'none' | 'normalize' | 'normalized' | 'not' | 'nothing' | 'notify'
    | 'nowait' | 'null' | 'nullif' | 'nulls' | 'numeric' | 'object' | 'of' | 'off' | 'oids' | 'old' | 'only'
    | 'operator' | 'option' | 'options' | 'ordinality' | 'others' | 'out' | 'outer' | 'overlay' | 'overriding'
    | 'owned' | 'owner' | 'parallel' | 'parameter' | 'parser' | 'partial' | 'partition' | 'passing' | 'password'
    | 'placing' | 'plans' | 'policy' | 'position' | 'preceding' | 'prepare' | 'prepared' | 'preserve' | 'primary'
    | 'prior' | 'privileges' | 'procedural' | 'procedure' | 'procedures' | 'program' | 'publication' | 'quote'
    | 'range' | 'read' | 'real' | 'reassign' | 'recheck' | 'recursive' | 'ref' | 'references' | 'referencing'
    | 'refresh' | 'reindex' | 'relative' | 'release' | 'rename' | 'repeatable' | 'replace' | 'replica' | 'reset'
    | 'restart' | 'restrict' | 'return' | 'returns' | 'revoke' | 'right' | 'role' | 'rollback' | 'rollup'
    | 'routine' | 'routines' | 'row' | 'rows' | 'rule' | 'savepoint' | 'schema' | 'schemas' | 'scroll' | 'search'
    | 'security' | 'select' | 'sequence' | 'sequences' | 'serializable' | 'server' | 'session' | 'session_user'
    | 'set' | 'setof' | 'sets' | 'share' | 'show' | 'similar' | 'simple' | 'skip' | 'smallint' | 'snapshot' | 'some'
    | 'sql' | 'stable' | 'standalone' | 'start' | 'statement' | 'statistics' | 'stdin' | 'stdout' | 'storage'
    | 'stored' | 'strict' | 'strip' | 'subscription' | 'substring' | 'support' | 'symmetric' | 'sysid' | 'system'
    | 'table' | 'tables' | 'tablesample' | 'tablespace' | 'temp' | 'template' | 'temporary' | 'text' | 'then'
    | 'ties' | 'time' | 'timestamp' | 'trailing' | 'transaction' | 'transform' | 'treat' | 'trigger' | 'trim'
    | 'true' | 'truncate' | 'trusted' | 'type' | 'types' | 'uescape' | 'unbounded' | 'uncommitted' | 'unencrypted'
    | 'unique' | 'unknown' | 'unlisten' | 'unlogged' | 'until' | 'update' | 'user' | 'using' | 'vacuum' | 'valid'
    | 'validate' | 'validator' | 'value' | 'values' | 'varchar' | 'variadic' | 'verbose' | 'version' | 'view'
    | 'views' | 'volatile' | 'when' | 'whitespace' | 'work' | 'wrapper' | 'write' | 'xml' | 'xmlattributes'
    | 'xmlconcat' | 'xmlelement' | 'xmlexists' | 'xmlforest' | 'xmlnamespaces' | 'xmlparse' | 'xmlpi' | 'xmlroot'
    | 'xmlserialize' | 'xmltable' | 'yes' | 'zone'
  ;

reserved_word
  : WITH_LA | NOT_LA | 'all' | 'analyse' | 'analyze' | 'and' | 'any' | 'array' | 'as' | 'asc' | 'asymmetric'
    | 'both' | 'case' | 'cast' | 'check' | 'collate' | 'column' | 'constraint' | 'create' | 'current_catalog'
    | 'current_date' | 'current_role' | 'current_time' | 'current_timestamp' | 'current_user' | 'default'
    | 'deferrable' | 'desc' | 'distinct' | 'do' | 'else' | 'end' | 'except' | 'false' | 'fetch' | 'for' | 'foreign'
    | 'from' | 'grant' | 'group' | 'having' | 'in' | 'initially' | 'intersect' | 'into' | 'lateral' | 'leading'
    | 'limit' | 'localtime' | 'localtimestamp' | 'not' | 'null' | 'offset' | 'on' | 'only' | 'or' | 'order'
    | 'placing' | 'primary' | 'references' | 'returning' | 'select' | 'session_user' | 'some' | 'symmetric'
    | 'table' | 'then' | 'to' | 'trailing' | 'true' | 'union' | 'unique' | 'user' | 'using' | 'variadic' | 'when'
    | 'where' | 'window' | 'with'
  ;

type_func_keyword
  : SIMILAR_LA | 'authorization' | 'binary' | 'collation' | 'concurrently' | 'cross' | 'current_schema' | 'freeze'
    | 'full' | 'ilike' | 'inner' | 'is' | 'isnull' | 'join' | 'left' | 'like' | 'natural' | 'notnull' | 'outer'
    | 'overlaps' | 'right' | 'similar' | 'tablesample' | 'verbose'
  ;
