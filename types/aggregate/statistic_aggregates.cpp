// avg of floats, variance, standard deviation, correlation and regression.
#include "types/aggregate/numeric_sum.hpp"
#include "types/number/numeric.hpp"

namespace basalt::types {

namespace {

using namespace aggregate;
using common::int128;
using numeric::BigDecimal;

// --- floats: Youngs and Cramer's update ------------------------------------------------------------------------------
struct FloatMoments {
  double n = 0, sum = 0, squares = 0;  // squares: sum of squared distances to the mean

  void add_value(double v) {
    double old_n = n, old_sum = sum;
    n += 1;
    sum += v;
    if (old_n == 0) {
      if (!std::isfinite(v)) squares = std::numeric_limits<double>::quiet_NaN();
      return;
    }
    double t = v * n - sum;
    squares += t * t / (n * old_n);
    if (std::isinf(sum) || std::isinf(squares)) {
      if (!std::isinf(old_sum) && !std::isinf(v)) throw_float_overflow();
      squares = std::numeric_limits<double>::quiet_NaN();
    }
  }
  void add(const double& v) { add_value(v); }
  void add(const float& v) { add_value(v); }
  void merge(const FloatMoments& o) {
    if (o.n == 0) return;
    if (n == 0) {
      *this = o;
      return;
    }
    double total = n + o.n, t = sum / n - o.sum / o.n;
    double s = sum + o.sum;
    if (std::isinf(s) && !std::isinf(sum) && !std::isinf(o.sum)) throw_float_overflow();
    double q = squares + o.squares + n * o.n * t * t / total;
    if (std::isinf(q) && !std::isinf(squares) && !std::isinf(o.squares)) throw_float_overflow();
    n = total, sum = s, squares = q;
  }
};

enum class Statistic { kAverage, kVariancePopulation, kVarianceSample, kDeviationPopulation, kDeviationSample };

template <Statistic S>
struct FloatStatistic : FloatMoments {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    constexpr bool kSample = S == Statistic::kVarianceSample || S == Statistic::kDeviationSample;
    if (n < (kSample ? 2 : 1)) return false;
    double v;
    if constexpr (S == Statistic::kAverage)
      v = sum / n;
    else
      v = squares / (kSample ? n - 1 : n);
    if constexpr (S == Statistic::kDeviationPopulation || S == Statistic::kDeviationSample) v = std::sqrt(v);
    return put(result, row, v);
  }
};

// --- integers and numeric: exact sums --------------------------------------------------------------------------------
struct ExactMoments {
  int64_t count = 0, special_count = 0;
  NumericSum sum, squares;

  void add_integer(int64_t v) {
    ++count;
    sum.add(v, 0);
    squares.add(static_cast<int128>(v) * v, 0);
  }
  void add(const int16_t& v) { add_integer(v); }
  void add(const int32_t& v) { add_integer(v); }
  void add(const int64_t& v) { add_integer(v); }
  void add(const StringRef& v) {
    if (numeric::is_inline(v)) {
      numeric::Inline x = numeric::read_inline(v);
      ++count;
      sum.add(x.unscaled, x.scale);
      squares.add(static_cast<int128>(x.unscaled) * x.unscaled, 2 * x.scale);
    } else if (numeric::is_special(v.view())) {
      ++special_count;
    } else {
      BigDecimal x = numeric::decode(v.view());
      ++count;
      sum.add(x);
      squares.add(numeric::multiply(x, x));
    }
  }
  void merge(const ExactMoments& o) {
    count += o.count;
    special_count += o.special_count;
    sum.merge(o.sum);
    squares.merge(o.squares);
  }
  void serialize(std::string& out) const {
    out.append(reinterpret_cast<const char*>(&count), sizeof count);
    out.append(reinterpret_cast<const char*>(&special_count), sizeof special_count);
    sum.serialize(out);
    squares.serialize(out);
  }
  void deserialize(std::string_view bytes) {
    std::memcpy(&count, bytes.data(), sizeof count);
    std::memcpy(&special_count, bytes.data() + sizeof count, sizeof special_count);
    bytes.remove_prefix(sizeof count + sizeof special_count);
    sum.deserialize(bytes);
    squares.deserialize(bytes);
  }
};

template <Statistic S>
struct ExactStatistic : ExactMoments {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    constexpr bool kSample = S == Statistic::kVarianceSample || S == Statistic::kDeviationSample;
    if (count + special_count < (kSample ? 2 : 1)) return false;
    if (special_count > 0) return put(result, row, numeric::nan());
    BigDecimal n(int64_t{count}), x = sum.total(), xx = squares.total();
    int32_t scale = x.scale * 2;
    BigDecimal numerator =
        numeric::subtract(numeric::multiply_rounded(n, xx, scale), numeric::multiply_rounded(x, x, scale));
    if (numerator.negative || numerator.limbs.empty()) return put(result, row, numeric::from_int64(0));
    BigDecimal divisor(static_cast<int128>(count) * (kSample ? count - 1 : count), 0);
    scale = numeric::division_scale(numerator, divisor);
    BigDecimal v = numeric::divide(numerator, divisor, scale, numeric::Rounding::kHalfAway);
    if constexpr (S == Statistic::kDeviationPopulation || S == Statistic::kDeviationSample) {
      v = numeric::square_root_of(v, scale);
    }
    return put(result, row, numeric::encode(v));
  }
};

template <Statistic S, typename T>
AggregateCode exact(const FunctionCall&) {
  using State = ExactStatistic<S>;
  AggregateCode code = unary<State, T>();
  code.serialize = [](const char* state, std::string& out) { state_at<State>(state).serialize(out); };
  code.deserialize = [](FunctionCall&, char* state, std::string_view bytes) {
    new (state) State();
    state_at<State>(state).deserialize(bytes);
  };
  return code;
}

template <Statistic S>
void add_statistic(FunctionRegistry& r, const std::string& name) {
  r.add_aggregate(name + "(float4)", make_unary<FloatStatistic<S>, float>);
  r.add_aggregate(name + "(float8)", make_unary<FloatStatistic<S>, double>);
  if constexpr (S != Statistic::kAverage) {
    r.add_aggregate(name + "(int2)", exact<S, int16_t>);
    r.add_aggregate(name + "(int4)", exact<S, int32_t>);
    r.add_aggregate(name + "(int8)", exact<S, int64_t>);
    r.add_aggregate(name + "(numeric)", exact<S, StringRef>);
  }
}

// --- two variables ---------------------------------------------------------------------------------------------------
// Aggregates of (Y, X), as SQL orders them.
struct PairMoments {
  double n = 0, x = 0, xx = 0, y = 0, yy = 0, xy = 0;

  void add(double new_y, double new_x) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    double old_n = n, old_x = x, old_y = y;
    n += 1;
    x += new_x;
    y += new_y;
    if (old_n == 0) {
      if (!std::isfinite(new_x)) xx = xy = kNaN;
      if (!std::isfinite(new_y)) yy = xy = kNaN;
      return;
    }
    double tx = new_x * n - x, ty = new_y * n - y, scale = 1.0 / (n * old_n);
    xx += tx * tx * scale;
    yy += ty * ty * scale;
    xy += tx * ty * scale;
    if (!(std::isinf(x) || std::isinf(xx) || std::isinf(y) || std::isinf(yy) || std::isinf(xy))) return;
    bool x_finite = !std::isinf(old_x) && !std::isinf(new_x), y_finite = !std::isinf(old_y) && !std::isinf(new_y);
    if (((std::isinf(x) || std::isinf(xx)) && x_finite) || ((std::isinf(y) || std::isinf(yy)) && y_finite) ||
        (std::isinf(xy) && x_finite && y_finite)) {
      throw_float_overflow();
    }
    if (std::isinf(xx)) xx = kNaN;
    if (std::isinf(yy)) yy = kNaN;
    if (std::isinf(xy)) xy = kNaN;
  }
  void merge(const PairMoments& o) {
    if (o.n == 0) return;
    if (n == 0) {
      *this = o;
      return;
    }
    double total = n + o.n, tx = x / n - o.x / o.n, ty = y / n - o.y / o.n;
    xx += o.xx + n * o.n * tx * tx / total;
    yy += o.yy + n * o.n * ty * ty / total;
    xy += o.xy + n * o.n * tx * ty / total;
    x += o.x;
    y += o.y;
    n = total;
  }
};

enum class PairStatistic {
  kSxx,
  kSyy,
  kSxy,
  kAverageX,
  kAverageY,
  kCovariancePopulation,
  kCovarianceSample,
  kCorrelation,
  kR2,
  kSlope,
  kIntercept,
  kCount
};

template <PairStatistic S>
struct PairResult : PairMoments {
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if constexpr (S == PairStatistic::kCount) return put(result, row, static_cast<int64_t>(n));
    if (n < (S == PairStatistic::kCovarianceSample ? 2 : 1)) return false;
    double v = 0;
    switch (S) {
      case PairStatistic::kSxx:
        v = xx;
        break;
      case PairStatistic::kSyy:
        v = yy;
        break;
      case PairStatistic::kSxy:
        v = xy;
        break;
      case PairStatistic::kAverageX:
        v = x / n;
        break;
      case PairStatistic::kAverageY:
        v = y / n;
        break;
      case PairStatistic::kCovariancePopulation:
        v = xy / n;
        break;
      case PairStatistic::kCovarianceSample:
        v = xy / (n - 1);
        break;
      case PairStatistic::kCorrelation:
        if (xx == 0 || yy == 0) return false;
        v = xy / std::sqrt(xx * yy);
        break;
      case PairStatistic::kR2:
        if (xx == 0) return false;
        v = yy == 0 ? 1.0 : (xy * xy) / (xx * yy);
        break;
      case PairStatistic::kSlope:
        if (xx == 0) return false;
        v = xy / xx;
        break;
      case PairStatistic::kIntercept:
        if (xx == 0) return false;
        v = (y - x * xy / xx) / n;
        break;
      case PairStatistic::kCount:
        break;
    }
    return put(result, row, v);
  }
};

template <PairStatistic S>
AggregateCode pair_aggregate(const FunctionCall&) {
  using State = PairResult<S>;
  AggregateCode code = code_of<State>();
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    auto y = arguments[0].view<double>(), x = arguments[1].view<double>();
    uint32_t row = 0;
    try {
      for (; row < rows; ++row) {
        if (!y.is_null(row) && !x.is_null(row)) state_at<State>(states[row]).add(y[row], x[row]);
      }
    } catch (SqlError& error) {
      call.fail(row, std::move(error));
    }
  };
  return code;
}

}  // namespace

void register_statistic_aggregates(FunctionRegistry& r) {
  add_statistic<Statistic::kAverage>(r, "avg");
  add_statistic<Statistic::kVariancePopulation>(r, "var_pop");
  add_statistic<Statistic::kVarianceSample>(r, "var_samp");
  add_statistic<Statistic::kVarianceSample>(r, "variance");
  add_statistic<Statistic::kDeviationPopulation>(r, "stddev_pop");
  add_statistic<Statistic::kDeviationSample>(r, "stddev_samp");
  add_statistic<Statistic::kDeviationSample>(r, "stddev");
  const std::string kPair = "(float8,float8)";
  r.add_aggregate("regr_count" + kPair, pair_aggregate<PairStatistic::kCount>);
  r.add_aggregate("regr_sxx" + kPair, pair_aggregate<PairStatistic::kSxx>);
  r.add_aggregate("regr_syy" + kPair, pair_aggregate<PairStatistic::kSyy>);
  r.add_aggregate("regr_sxy" + kPair, pair_aggregate<PairStatistic::kSxy>);
  r.add_aggregate("regr_avgx" + kPair, pair_aggregate<PairStatistic::kAverageX>);
  r.add_aggregate("regr_avgy" + kPair, pair_aggregate<PairStatistic::kAverageY>);
  r.add_aggregate("regr_r2" + kPair, pair_aggregate<PairStatistic::kR2>);
  r.add_aggregate("regr_slope" + kPair, pair_aggregate<PairStatistic::kSlope>);
  r.add_aggregate("regr_intercept" + kPair, pair_aggregate<PairStatistic::kIntercept>);
  r.add_aggregate("covar_pop" + kPair, pair_aggregate<PairStatistic::kCovariancePopulation>);
  r.add_aggregate("covar_samp" + kPair, pair_aggregate<PairStatistic::kCovarianceSample>);
  r.add_aggregate("corr" + kPair, pair_aggregate<PairStatistic::kCorrelation>);
}

}  // namespace basalt::types
