#include <string_view>

#include "catalog/builtin_rows.hpp"
#include "types/function.hpp"

namespace basalt::catalog {

namespace {

// What the planner's cost model does by the name of the estimator.
constexpr std::string_view kEstimators =
    "areajoinsel areasel arraycontjoinsel arraycontsel contjoinsel contsel eqjoinsel eqsel iclikejoinsel iclikesel "
    "icnlikejoinsel icnlikesel icregexeqjoinsel icregexeqsel icregexnejoinsel icregexnesel likejoinsel likesel "
    "matchingjoinsel matchingsel multirangesel neqjoinsel neqsel networkjoinsel networksel nlikejoinsel nlikesel "
    "positionjoinsel positionsel prefixjoinsel prefixsel rangesel regexeqjoinsel regexeqsel regexnejoinsel regexnesel "
    "scalargejoinsel scalargesel scalargtjoinsel scalargtsel scalarlejoinsel scalarlesel scalarltjoinsel scalarltsel "
    "tsmatchjoinsel tsmatchsel array_typanalyze multirange_typanalyze range_typanalyze ts_typanalyze";

// What binder and planner know of a function beyond its row.
constexpr std::string_view kSupport =
    "array_subscript_handler array_unnest_support generate_series_int4_support generate_series_int8_support "
    "int8inc_support interval_support jsonb_subscript_handler network_subset_support numeric_support "
    "raw_array_subscript_handler text_starts_with_support texticlike_support texticregexeq_support textlike_support "
    "textregexeq_support time_support timestamp_support varbit_support varchar_support window_dense_rank_support "
    "window_rank_support window_row_number_support";

// Access methods and languages.
constexpr std::string_view kHandlers =
    "brinhandler bthandler tsm_bernoulli_handler tsm_system_handler ginhandler gisthandler hashhandler "
    "heap_tableam_handler spghandler fmgr_c_validator "
    "fmgr_internal_validator fmgr_sql_validator plpgsql_call_handler plpgsql_inline_handler plpgsql_validator";

// Types that hold no value of their own.
constexpr std::string_view kPseudoTypes =
    "any_in any_out anyarray_in anyarray_out anyarray_recv anyarray_send anycompatible_in anycompatible_out "
    "anycompatiblearray_in anycompatiblearray_out anycompatiblearray_recv anycompatiblearray_send "
    "anycompatiblemultirange_in anycompatiblemultirange_out anycompatiblenonarray_in anycompatiblenonarray_out "
    "anycompatiblerange_in anycompatiblerange_out anyelement_in anyelement_out anyenum_in anyenum_out anymultirange_in "
    "anymultirange_out anynonarray_in anynonarray_out anyrange_in anyrange_out event_trigger_in event_trigger_out "
    "fdw_handler_in fdw_handler_out index_am_handler_in index_am_handler_out internal_in internal_out "
    "language_handler_in language_handler_out pg_ddl_command_in pg_ddl_command_out pg_ddl_command_recv "
    "pg_ddl_command_send table_am_handler_in table_am_handler_out trigger_in trigger_out tsm_handler_in "
    "tsm_handler_out";

// The triggers of constraints.
constexpr std::string_view kTriggers =
    "RI_FKey_cascade_del RI_FKey_cascade_upd RI_FKey_check_ins RI_FKey_check_upd RI_FKey_noaction_del "
    "RI_FKey_noaction_upd RI_FKey_restrict_del RI_FKey_restrict_upd RI_FKey_setdefault_del RI_FKey_setdefault_upd "
    "RI_FKey_setnull_del RI_FKey_setnull_upd unique_key_recheck";

}  // namespace

void register_internal_symbols() {
  types::FunctionRegistry& registry = types::FunctionRegistry::instance();
  for (std::string_view list : {kEstimators, kSupport, kHandlers, kPseudoTypes, kTriggers}) {
    while (!list.empty()) {
      size_t end = list.find(' ');
      std::string_view symbol = list.substr(0, end);
      if (!registry.known(symbol)) registry.add_internal(symbol);
      list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
  }
}

}  // namespace basalt::catalog
