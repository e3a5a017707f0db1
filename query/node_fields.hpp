// The fields of every bound node, once: copying, comparing, hashing, walking and the stored form are all made of these
// lists. Internal to query/.
//
// A list is a tuple of member pointers. Fields wrapped in ignored() are copied but do not take part in equality;
// unstored() ones are not written to the stored form either.
#pragma once

#include <tuple>

#include "query/bound_query.hpp"

namespace basalt::query::fields {

template <typename M>
struct Ignored {
  M member;
};
template <typename M>
constexpr Ignored<M> ignored(M member) {
  return {member};
}
template <typename M>
struct Unstored {
  M member;
};
template <typename M>
constexpr Unstored<M> unstored(M member) {
  return {member};
}

template <typename E>
inline constexpr bool kIsUnstored = false;
template <typename M>
inline constexpr bool kIsUnstored<Unstored<M>> = true;

template <typename T>
struct Of;  // Of<T>::list()

template <typename T>
concept HasFields = requires {
  Of<T>::list();
};
template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <typename T>
inline constexpr bool kIsUnique = false;
template <typename T>
inline constexpr bool kIsUnique<std::unique_ptr<T>> = true;

#define BASALT_FIELDS(T, ...)                                             \
  template <>                                                             \
  struct Of<T> {                                                          \
    static constexpr auto list() { return std::make_tuple(__VA_ARGS__); } \
  };

#define BASALT_BASE_FIELDS(T) &T::type, &T::typmod, &T::collation, unstored(&T::location)

BASALT_FIELDS(Constant, BASALT_BASE_FIELDS(Constant), &Constant::value, unstored(&Constant::literal))
BASALT_FIELDS(Parameter, BASALT_BASE_FIELDS(Parameter), &Parameter::parameter_kind, &Parameter::id)
BASALT_FIELDS(Column, BASALT_BASE_FIELDS(Column), &Column::table, &Column::column, &Column::levels_up,
              ignored(&Column::name_table), ignored(&Column::name_column))
BASALT_FIELDS(Slot, BASALT_BASE_FIELDS(Slot), &Slot::index)
BASALT_FIELDS(Function, BASALT_BASE_FIELDS(Function), &Function::function, &Function::returns_set, &Function::variadic,
              ignored(&Function::form), &Function::input_collation, &Function::arguments)
BASALT_FIELDS(OperatorCall, BASALT_BASE_FIELDS(OperatorCall), &OperatorCall::op, &OperatorCall::function,
              &OperatorCall::returns_set, &OperatorCall::input_collation, &OperatorCall::arguments)
BASALT_FIELDS(ScalarArrayCall, BASALT_BASE_FIELDS(ScalarArrayCall), &ScalarArrayCall::op, &ScalarArrayCall::function,
              &ScalarArrayCall::use_or, &ScalarArrayCall::input_collation, &ScalarArrayCall::left,
              &ScalarArrayCall::array)
BASALT_FIELDS(BoolCall, BASALT_BASE_FIELDS(BoolCall), &BoolCall::bool_kind, &BoolCall::arguments)
BASALT_FIELDS(NullTest, BASALT_BASE_FIELDS(NullTest), &NullTest::is_not, &NullTest::argument_is_row,
              &NullTest::argument)
BASALT_FIELDS(BooleanTest, BASALT_BASE_FIELDS(BooleanTest), &BooleanTest::test, &BooleanTest::argument)
BASALT_FIELDS(CaseWhen, &CaseWhen::condition, &CaseWhen::result, unstored(&CaseWhen::location))
BASALT_FIELDS(Case, BASALT_BASE_FIELDS(Case), &Case::argument, &Case::whens, &Case::default_result)
BASALT_FIELDS(CaseTest, BASALT_BASE_FIELDS(CaseTest))
BASALT_FIELDS(Coalesce, BASALT_BASE_FIELDS(Coalesce), &Coalesce::arguments)
BASALT_FIELDS(MinMax, BASALT_BASE_FIELDS(MinMax), &MinMax::greatest, &MinMax::input_collation, &MinMax::arguments)
BASALT_FIELDS(ArrayConstructor, BASALT_BASE_FIELDS(ArrayConstructor), &ArrayConstructor::element_type,
              &ArrayConstructor::multidimensional, &ArrayConstructor::elements)
BASALT_FIELDS(RowConstructor, BASALT_BASE_FIELDS(RowConstructor), &RowConstructor::names,
              ignored(&RowConstructor::form), &RowConstructor::arguments)
BASALT_FIELDS(RowCompare, BASALT_BASE_FIELDS(RowCompare), &RowCompare::compare, &RowCompare::operators,
              &RowCompare::families, &RowCompare::input_collations, &RowCompare::left, &RowCompare::right)
BASALT_FIELDS(FieldSelect, BASALT_BASE_FIELDS(FieldSelect), &FieldSelect::argument, &FieldSelect::field)
BASALT_FIELDS(FieldStore, BASALT_BASE_FIELDS(FieldStore), &FieldStore::argument, &FieldStore::values,
              &FieldStore::fields)
BASALT_FIELDS(Subscript, BASALT_BASE_FIELDS(Subscript), &Subscript::container_type, &Subscript::element_type,
              &Subscript::upper, &Subscript::lower, &Subscript::container, &Subscript::slice, &Subscript::assigned)
BASALT_FIELDS(Relabel, BASALT_BASE_FIELDS(Relabel), ignored(&Relabel::form), &Relabel::argument)
BASALT_FIELDS(CoerceViaIo, BASALT_BASE_FIELDS(CoerceViaIo), ignored(&CoerceViaIo::form), &CoerceViaIo::argument)
BASALT_FIELDS(ArrayCoerce, BASALT_BASE_FIELDS(ArrayCoerce), ignored(&ArrayCoerce::form), &ArrayCoerce::argument,
              &ArrayCoerce::element)
BASALT_FIELDS(ConvertRow, BASALT_BASE_FIELDS(ConvertRow), ignored(&ConvertRow::form), &ConvertRow::argument)
BASALT_FIELDS(CoerceToDomain, BASALT_BASE_FIELDS(CoerceToDomain), ignored(&CoerceToDomain::form),
              &CoerceToDomain::argument)
BASALT_FIELDS(DomainValue, BASALT_BASE_FIELDS(DomainValue))
BASALT_FIELDS(Collate, BASALT_BASE_FIELDS(Collate), &Collate::argument)
BASALT_FIELDS(SubLink, BASALT_BASE_FIELDS(SubLink), &SubLink::sub_kind, &SubLink::test, &SubLink::operator_name,
              &SubLink::query)
BASALT_FIELDS(SubPlanCall, BASALT_BASE_FIELDS(SubPlanCall), &SubPlanCall::sub_kind, &SubPlanCall::plan,
              &SubPlanCall::parameters, &SubPlanCall::arguments, &SubPlanCall::result_parameters, &SubPlanCall::test,
              &SubPlanCall::unknown_equals_false, &SubPlanCall::hashable)
BASALT_FIELDS(SqlValue, BASALT_BASE_FIELDS(SqlValue), &SqlValue::value_kind)
BASALT_FIELDS(SortGroupItem, &SortGroupItem::sort_group, &SortGroupItem::equal_operator, &SortGroupItem::sort_operator,
              &SortGroupItem::descending, &SortGroupItem::nulls_first, &SortGroupItem::hashable)
BASALT_FIELDS(TargetEntry, &TargetEntry::expression, &TargetEntry::number, &TargetEntry::name, &TargetEntry::sort_group,
              &TargetEntry::origin_table, &TargetEntry::origin_column, &TargetEntry::junk)
BASALT_FIELDS(Aggregate, BASALT_BASE_FIELDS(Aggregate), &Aggregate::function, &Aggregate::argument_types,
              &Aggregate::input_collation, &Aggregate::direct_arguments, &Aggregate::arguments, &Aggregate::order_by,
              &Aggregate::distinct, &Aggregate::filter, &Aggregate::star, &Aggregate::variadic,
              &Aggregate::aggregate_kind, &Aggregate::levels_up)
BASALT_FIELDS(WindowCall, BASALT_BASE_FIELDS(WindowCall), &WindowCall::function, &WindowCall::input_collation,
              &WindowCall::arguments, &WindowCall::filter, &WindowCall::window, &WindowCall::star,
              &WindowCall::is_aggregate)
BASALT_FIELDS(Grouping, BASALT_BASE_FIELDS(Grouping), &Grouping::arguments, ignored(&Grouping::references),
              &Grouping::levels_up)
BASALT_FIELDS(SetDefault, BASALT_BASE_FIELDS(SetDefault))
BASALT_FIELDS(CurrentOf, BASALT_BASE_FIELDS(CurrentOf), &CurrentOf::table, &CurrentOf::cursor)
BASALT_FIELDS(NamedArgument, BASALT_BASE_FIELDS(NamedArgument), &NamedArgument::name, &NamedArgument::number,
              &NamedArgument::argument)

BASALT_FIELDS(ColumnDefinition, &ColumnDefinition::name, &ColumnDefinition::type, &ColumnDefinition::typmod,
              &ColumnDefinition::collation)
BASALT_FIELDS(RangeFunction, &RangeFunction::call, &RangeFunction::column_count, &RangeFunction::definitions)
BASALT_FIELDS(RangeTableEntry::Sample, &RangeTableEntry::Sample::method, &RangeTableEntry::Sample::arguments,
              &RangeTableEntry::Sample::repeatable)
BASALT_FIELDS(RangeTableEntry, &RangeTableEntry::kind, &RangeTableEntry::alias, &RangeTableEntry::alias_columns,
              &RangeTableEntry::name, &RangeTableEntry::columns, &RangeTableEntry::column_types,
              &RangeTableEntry::column_collations, &RangeTableEntry::column_typmods, &RangeTableEntry::lateral,
              &RangeTableEntry::in_from, &RangeTableEntry::relation, &RangeTableEntry::relation_kind,
              &RangeTableEntry::inherit, &RangeTableEntry::lock_mode, &RangeTableEntry::sample,
              &RangeTableEntry::required_privileges, &RangeTableEntry::check_as_user,
              &RangeTableEntry::selected_columns, &RangeTableEntry::inserted_columns, &RangeTableEntry::updated_columns,
              &RangeTableEntry::subquery, &RangeTableEntry::security_barrier, &RangeTableEntry::join_kind,
              &RangeTableEntry::merged_columns, &RangeTableEntry::join_columns, &RangeTableEntry::join_left_columns,
              &RangeTableEntry::join_right_columns, &RangeTableEntry::join_using_alias, &RangeTableEntry::functions,
              &RangeTableEntry::ordinality, &RangeTableEntry::values, unstored(&RangeTableEntry::values_literal_list),
              &RangeTableEntry::cte_name, &RangeTableEntry::cte_levels_up, &RangeTableEntry::cte_self_reference,
              &RangeTableEntry::tuplestore_name, &RangeTableEntry::tuplestore_rows)
BASALT_FIELDS(FromNode, &FromNode::kind, &FromNode::table, &FromNode::join_kind, &FromNode::natural,
              &FromNode::using_columns, &FromNode::left, &FromNode::right, &FromNode::items, &FromNode::condition)
BASALT_FIELDS(GroupingSet, &GroupingSet::kind, &GroupingSet::references, &GroupingSet::content,
              unstored(&GroupingSet::location))
BASALT_FIELDS(WindowClause, &WindowClause::name, &WindowClause::reference_name, &WindowClause::partition_by,
              &WindowClause::order_by, &WindowClause::frame_options, &WindowClause::start_offset,
              &WindowClause::end_offset, &WindowClause::start_in_range, &WindowClause::end_in_range,
              &WindowClause::in_range_collation, &WindowClause::in_range_ascending, &WindowClause::in_range_nulls_first,
              &WindowClause::reference, &WindowClause::copied_order)
BASALT_FIELDS(SetOperation, &SetOperation::table, &SetOperation::kind, &SetOperation::all, &SetOperation::left,
              &SetOperation::right, &SetOperation::column_types, &SetOperation::column_collations,
              &SetOperation::column_typmods, &SetOperation::group_items)
BASALT_FIELDS(RowMark, &RowMark::table, &RowMark::strength, &RowMark::wait_policy, &RowMark::pushed_down)
BASALT_FIELDS(CommonTableExpression::Search, &CommonTableExpression::Search::columns,
              &CommonTableExpression::Search::breadth_first, &CommonTableExpression::Search::sequence_column)
BASALT_FIELDS(CommonTableExpression::Cycle, &CommonTableExpression::Cycle::columns,
              &CommonTableExpression::Cycle::mark_column, &CommonTableExpression::Cycle::path_column,
              &CommonTableExpression::Cycle::mark_value, &CommonTableExpression::Cycle::mark_default,
              &CommonTableExpression::Cycle::mark_type, &CommonTableExpression::Cycle::mark_collation,
              &CommonTableExpression::Cycle::equal_operator, &CommonTableExpression::Cycle::mark_typmod)
BASALT_FIELDS(CommonTableExpression, &CommonTableExpression::name, &CommonTableExpression::alias_columns,
              &CommonTableExpression::columns, &CommonTableExpression::column_types,
              &CommonTableExpression::column_collations, &CommonTableExpression::column_typmods,
              &CommonTableExpression::materialize, &CommonTableExpression::query, &CommonTableExpression::recursive,
              &CommonTableExpression::reference_count, &CommonTableExpression::search, &CommonTableExpression::cycle,
              unstored(&CommonTableExpression::location))
using ConflictElement = std::pair<ExpressionPointer, Oid>;
BASALT_FIELDS(ConflictElement, &ConflictElement::first, &ConflictElement::second)
BASALT_FIELDS(OnConflict, &OnConflict::action, &OnConflict::elements, &OnConflict::infer_where,
              &OnConflict::arbiter_indexes, &OnConflict::constraint, &OnConflict::set, &OnConflict::where,
              &OnConflict::excluded_table)
BASALT_FIELDS(MergeAction, &MergeAction::matched, &MergeAction::kind, &MergeAction::overriding, &MergeAction::condition,
              &MergeAction::targets, &MergeAction::update_columns)
BASALT_FIELDS(BoundQuery, &BoundQuery::command, &BoundQuery::can_set_tag, &BoundQuery::result_table,
              &BoundQuery::range_table, &BoundQuery::from, &BoundQuery::targets, &BoundQuery::ctes,
              &BoundQuery::recursive, &BoundQuery::has_modifying_cte, &BoundQuery::group_by,
              &BoundQuery::group_distinct, &BoundQuery::grouping_sets, &BoundQuery::having, &BoundQuery::windows,
              &BoundQuery::distinct, &BoundQuery::has_distinct_on, &BoundQuery::order_by, &BoundQuery::offset,
              &BoundQuery::limit, &BoundQuery::limit_option, &BoundQuery::row_marks, &BoundQuery::set_operation,
              &BoundQuery::on_conflict, &BoundQuery::merge_actions, &BoundQuery::overriding, &BoundQuery::returning,
              &BoundQuery::check_options, &BoundQuery::check_option_views, &BoundQuery::has_aggregates,
              &BoundQuery::has_windows, &BoundQuery::has_target_sets, &BoundQuery::has_sublinks,
              &BoundQuery::has_distinct, &BoundQuery::has_row_security, &BoundQuery::is_return,
              &BoundQuery::constraint_dependencies, unstored(&BoundQuery::location), unstored(&BoundQuery::length))

// Calls f(member, compared, stored) for each field of T.
template <typename T, typename F>
void for_each_field(F&& f) {
  auto one = [&](auto entry) {
    using E = decltype(entry);
    if constexpr (std::is_member_object_pointer_v<E>)
      f(entry, true, true);
    else if constexpr (kIsUnstored<E>)
      f(entry.member, false, false);
    else
      f(entry.member, false, true);
  };
  std::apply([&](auto... entries) { (one(entries), ...); }, Of<T>::list());
}

// Calls f.template operator()<Node>() with the struct of `kind`.
template <typename F>
decltype(auto) dispatch(ExpressionKind kind, F&& f) {
#define BASALT_CASE(K, T) \
  case ExpressionKind::K: \
    return f.template operator()<T>()
  switch (kind) {
    BASALT_CASE(kConstant, Constant);
    BASALT_CASE(kParameter, Parameter);
    BASALT_CASE(kColumn, Column);
    BASALT_CASE(kSlot, Slot);
    BASALT_CASE(kFunction, Function);
    BASALT_CASE(kOperator, OperatorCall);
    BASALT_CASE(kDistinct, OperatorCall);
    BASALT_CASE(kNullIf, OperatorCall);
    BASALT_CASE(kScalarArray, ScalarArrayCall);
    BASALT_CASE(kBool, BoolCall);
    BASALT_CASE(kNullTest, NullTest);
    BASALT_CASE(kBooleanTest, BooleanTest);
    BASALT_CASE(kCase, Case);
    BASALT_CASE(kCaseTest, CaseTest);
    BASALT_CASE(kCoalesce, Coalesce);
    BASALT_CASE(kMinMax, MinMax);
    BASALT_CASE(kArray, ArrayConstructor);
    BASALT_CASE(kRow, RowConstructor);
    BASALT_CASE(kRowCompare, RowCompare);
    BASALT_CASE(kFieldSelect, FieldSelect);
    BASALT_CASE(kFieldStore, FieldStore);
    BASALT_CASE(kSubscript, Subscript);
    BASALT_CASE(kRelabel, Relabel);
    BASALT_CASE(kCoerceViaIo, CoerceViaIo);
    BASALT_CASE(kArrayCoerce, ArrayCoerce);
    BASALT_CASE(kConvertRow, ConvertRow);
    BASALT_CASE(kCoerceToDomain, CoerceToDomain);
    BASALT_CASE(kDomainValue, DomainValue);
    BASALT_CASE(kCollate, Collate);
    BASALT_CASE(kSubLink, SubLink);
    BASALT_CASE(kSqlValue, SqlValue);
    BASALT_CASE(kAggregate, Aggregate);
    BASALT_CASE(kWindow, WindowCall);
    BASALT_CASE(kGrouping, Grouping);
    BASALT_CASE(kSetDefault, SetDefault);
    BASALT_CASE(kCurrentOf, CurrentOf);
    BASALT_CASE(kNamedArgument, NamedArgument);
    BASALT_CASE(kSubPlan, SubPlanCall);
  }
#undef BASALT_CASE
  UNREACHABLE("expression of an unknown kind");
}

// A fresh node of `kind`; kDistinct and kNullIf are OperatorCalls with that kind.
template <typename T>
std::unique_ptr<T> make_node(ExpressionKind kind) {
  if constexpr (std::is_same_v<T, OperatorCall>)
    return std::make_unique<OperatorCall>(kind);
  else
    return (void)kind, std::make_unique<T>();
}

}  // namespace basalt::query::fields
