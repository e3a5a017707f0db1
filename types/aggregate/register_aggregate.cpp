#include "types/aggregate/aggregate.hpp"
#include "types/families.hpp"

namespace basalt::types {

namespace {

// PostgreSQL's transition, final, combine and (de)serialisation functions: rows of pg_proc that no query here calls.
constexpr const char* kSupportFunctions[] = {
    "array_agg_array_finalfn", "array_agg_array_transfn", "array_agg_finalfn", "array_agg_transfn", "bool_accum",
    "bool_accum_inv", "bool_alltrue", "bool_anytrue", "bytea_string_agg_finalfn", "bytea_string_agg_transfn",
    "float4_accum", "float8_accum", "float8_avg", "float8_combine", "float8_corr", "float8_covar_pop",
    "float8_covar_samp", "float8_regr_accum", "float8_regr_avgx", "float8_regr_avgy", "float8_regr_combine",
    "float8_regr_intercept", "float8_regr_r2", "float8_regr_slope", "float8_regr_sxx", "float8_regr_sxy",
    "float8_regr_syy", "float8_stddev_pop", "float8_stddev_samp", "float8_var_pop", "float8_var_samp",
    "hypothetical_cume_dist_final", "hypothetical_dense_rank_final", "hypothetical_percent_rank_final",
    "hypothetical_rank_final", "int2_accum", "int2_accum_inv", "int2_avg_accum", "int2_avg_accum_inv", "int2_sum",
    "int2int4_sum", "int4_accum", "int4_accum_inv", "int4_avg_accum", "int4_avg_accum_inv", "int4_avg_combine",
    "int4_sum", "int8_accum", "int8_accum_inv", "int8_avg", "int8_avg_accum", "int8_avg_accum_inv",
    "int8_avg_combine", "int8_avg_deserialize", "int8_avg_serialize", "int8dec_any", "int8inc_any",
    "int8inc_float8_float8", "interval_accum", "interval_accum_inv", "interval_avg", "interval_combine",
    "json_agg_finalfn", "json_agg_transfn", "json_object_agg_finalfn", "json_object_agg_transfn",
    "jsonb_agg_finalfn", "jsonb_agg_transfn", "jsonb_object_agg_finalfn", "jsonb_object_agg_transfn", "mode_final",
    "multirange_agg_transfn", "multirange_intersect_agg_transfn", "numeric_accum", "numeric_accum_inv",
    "numeric_avg", "numeric_avg_accum", "numeric_avg_combine", "numeric_avg_deserialize", "numeric_avg_serialize",
    "numeric_combine", "numeric_deserialize", "numeric_poly_avg", "numeric_poly_combine",
    "numeric_poly_deserialize", "numeric_poly_serialize", "numeric_poly_stddev_pop", "numeric_poly_stddev_samp",
    "numeric_poly_sum", "numeric_poly_var_pop", "numeric_poly_var_samp", "numeric_serialize", "numeric_stddev_pop",
    "numeric_stddev_samp", "numeric_sum", "numeric_var_pop", "numeric_var_samp", "ordered_set_transition",
    "ordered_set_transition_multi", "percentile_cont_float8_final", "percentile_cont_float8_multi_final",
    "percentile_cont_interval_final", "percentile_cont_interval_multi_final", "percentile_disc_final",
    "percentile_disc_multi_final", "range_agg_finalfn", "range_agg_transfn", "range_intersect_agg_transfn",
    "string_agg_finalfn", "string_agg_transfn",
};

}  // namespace

void register_aggregate(FunctionRegistry& registry) {
  register_number_aggregates(registry);
  register_statistic_aggregates(registry);
  register_extreme_aggregates(registry);
  register_collecting_aggregates(registry);
  register_ordered_aggregates(registry);
  register_fold_aggregates(registry);
  for (const char* symbol : kSupportFunctions) registry.add_internal(symbol);
}

}  // namespace basalt::types
