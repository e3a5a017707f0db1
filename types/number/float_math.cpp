// Mathematical functions of float8.
#include "types/function_adaptor.hpp"
#include "types/number/arithmetic.hpp"
#include "types/number/number.hpp"

namespace basalt::types {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kRadiansPerDegree = 0.0174532925199432957692;

[[noreturn]] void throw_input_range() { throw SqlError(sqlstate::kNumericValueOutOfRange, "input is out of range"); }

double round_even(double a) { return std::rint(a); }
double ceiling(double a) { return std::ceil(a); }
double flooring(double a) { return std::floor(a); }
double sign_of(double a) { return a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0; }
double truncated(double a) { return a >= 0 ? std::floor(a) : -std::floor(-a); }

double square_root(double a) {
  if (a < 0) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction, "cannot take square root of a negative number");
  }
  return std::sqrt(a);
}

double cube_root(double a) { return std::cbrt(a); }

double power(double a, double b) {
  if (std::isnan(a)) return b == 0 ? 1.0 : a;
  if (std::isnan(b)) return a == 1 ? 1.0 : b;
  if (a == 0 && b < 0) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction, "zero raised to a negative power is undefined");
  }
  if (a < 0 && std::floor(b) != b) {
    throw SqlError(sqlstate::kInvalidArgumentForPowerFunction,
                   "a negative number raised to a non-integer power yields a complex result");
  }
  double r = std::pow(a, b);
  if (std::isinf(a) || std::isinf(b)) return r;
  if (std::isinf(r)) throw_float_overflow();
  if (r == 0 && a != 0) throw_float_underflow();
  return r;
}

double exponential(double a) {
  double r = std::exp(a);
  if (std::isinf(a) || std::isnan(a)) return r;
  if (std::isinf(r)) throw_float_overflow();
  if (r == 0) throw_float_underflow();
  return r;
}

void check_logarithm(double a) {
  if (a == 0) throw SqlError(sqlstate::kInvalidArgumentForLog, "cannot take logarithm of zero");
  if (a < 0) throw SqlError(sqlstate::kInvalidArgumentForLog, "cannot take logarithm of a negative number");
}
double natural_log(double a) { return check_logarithm(a), std::log(a); }
double log10_of(double a) { return check_logarithm(a), std::log10(a); }

double arc_cosine(double a) {
  if (a < -1 || a > 1) throw_input_range();
  return std::acos(a);
}
double arc_sine(double a) {
  if (a < -1 || a > 1) throw_input_range();
  return std::asin(a);
}
double arc_tangent(double a) { return std::atan(a); }
double arc_tangent2(double a, double b) { return std::atan2(a, b); }
double finite_angle(double a) {
  if (std::isinf(a)) throw_input_range();
  return a;
}
double cosine(double a) { return std::cos(finite_angle(a)); }
double sine(double a) { return std::sin(finite_angle(a)); }
double tangent(double a) { return std::tan(finite_angle(a)); }
double cotangent(double a) { return 1.0 / std::tan(finite_angle(a)); }

// Functions of degrees: exact at the multiples of 30 and 45 degrees, because each is scaled by its own value there.
double sine_to_30(double degrees) {
  static const double kSine30 = std::sin(30.0 * kRadiansPerDegree);
  return std::sin(degrees * kRadiansPerDegree) / kSine30 / 2.0;
}
double cosine_to_60(double degrees) {
  static const double kOneMinusCosine60 = 1.0 - std::cos(60.0 * kRadiansPerDegree);
  return 1.0 - (1.0 - std::cos(degrees * kRadiansPerDegree)) / kOneMinusCosine60 / 2.0;
}
double sine_first_quadrant(double d) { return d <= 30 ? sine_to_30(d) : cosine_to_60(90 - d); }
double cosine_first_quadrant(double d) { return d <= 60 ? cosine_to_60(d) : sine_to_30(90 - d); }

double sine_degrees(double a) {
  if (std::isnan(a)) return a;
  finite_angle(a);
  a = std::fmod(a, 360.0);
  int sign = 1;
  if (a < 0) a = -a, sign = -sign;
  if (a > 180) a = 360 - a, sign = -sign;
  if (a > 90) a = 180 - a;
  return sign * sine_first_quadrant(a);
}

double cosine_degrees(double a) {
  if (std::isnan(a)) return a;
  finite_angle(a);
  a = std::fmod(a, 360.0);
  int sign = 1;
  if (a < 0) a = -a;
  if (a > 180) a = 360 - a;
  if (a > 90) a = 180 - a, sign = -sign;
  return sign * cosine_first_quadrant(a);
}

double tangent_degrees(double a) {
  if (std::isnan(a)) return a;
  finite_angle(a);
  a = std::fmod(a, 360.0);
  int sign = 1;
  if (a < 0) a = -a, sign = -sign;
  if (a > 180) a = 360 - a, sign = -sign;
  if (a > 90) a = 180 - a, sign = -sign;
  static const double kTangent45 = sine_first_quadrant(45) / cosine_first_quadrant(45);
  double r = sign * ((sine_first_quadrant(a) / cosine_first_quadrant(a)) / kTangent45);
  return r == 0 ? 0 : r;
}

double cotangent_degrees(double a) {
  if (std::isnan(a)) return a;
  finite_angle(a);
  a = std::fmod(a, 360.0);
  int sign = 1;
  if (a < 0) a = -a, sign = -sign;
  if (a > 180) a = 360 - a, sign = -sign;
  if (a > 90) a = 180 - a, sign = -sign;
  static const double kCotangent45 = cosine_first_quadrant(45) / sine_first_quadrant(45);
  double r = sign * ((cosine_first_quadrant(a) / sine_first_quadrant(a)) / kCotangent45);
  return r == 0 ? 0 : r;
}

double arc_sine_first_quadrant(double x) {
  static const double kAsin05 = std::asin(0.5), kAcos05 = std::acos(0.5);
  if (x <= 0.5) return std::asin(x) / kAsin05 * 30.0;
  return 90.0 - std::acos(x) / kAcos05 * 60.0;
}
double arc_cosine_first_quadrant(double x) {
  static const double kAsin05 = std::asin(0.5), kAcos05 = std::acos(0.5);
  if (x <= 0.5) return 90.0 - std::asin(x) / kAsin05 * 30.0;
  return std::acos(x) / kAcos05 * 60.0;
}
double arc_sine_degrees(double a) {
  if (std::isnan(a)) return a;
  if (a < -1 || a > 1) throw_input_range();
  return a >= 0 ? arc_sine_first_quadrant(a) : -arc_sine_first_quadrant(-a);
}
double arc_cosine_degrees(double a) {
  if (std::isnan(a)) return a;
  if (a < -1 || a > 1) throw_input_range();
  return a >= 0 ? arc_cosine_first_quadrant(a) : 90.0 + arc_sine_first_quadrant(-a);
}
double arc_tangent_degrees(double a) {
  static const double kAtan1 = std::atan(1.0);
  return std::atan(a) / kAtan1 * 45.0;
}
double arc_tangent2_degrees(double a, double b) {
  static const double kAtan1 = std::atan(1.0);
  return std::atan2(a, b) / kAtan1 * 45.0;
}

double to_degrees(double a) {
  double r = a / kRadiansPerDegree;
  if (std::isinf(r) && !std::isinf(a)) throw_float_overflow();
  if (r == 0 && a != 0) throw_float_underflow();
  return r;
}
double to_radians(double a) {
  double r = a * kRadiansPerDegree;
  if (r == 0 && a != 0) throw_float_underflow();
  return r;
}
double pi_constant() { return kPi; }

double hyperbolic_sine(double a) { return std::sinh(a); }
double hyperbolic_cosine(double a) {
  double r = std::cosh(a);
  if (r == 0) throw_float_underflow();
  return r;
}
double hyperbolic_tangent(double a) { return std::tanh(a); }
double arc_hyperbolic_sine(double a) { return std::asinh(a); }
double arc_hyperbolic_cosine(double a) {
  if (a < 1) throw_input_range();
  return std::acosh(a);
}
double arc_hyperbolic_tangent(double a) {
  if (a < -1 || a > 1) throw_input_range();
  if (a == -1 || a == 1) return a * std::numeric_limits<double>::infinity();
  return std::atanh(a);
}

double random_double(FunctionCall& call) { return static_cast<double>(call.context->random() >> 11) * 0x1p-53; }

bool set_seed(FunctionCall& call, double seed) {
  if (std::isnan(seed) || seed < -1 || seed > 1) {
    char text[64];
    snprintf(text, sizeof text, "setseed parameter %g is out of allowed range [-1,1]", seed);
    throw SqlError(sqlstate::kInvalidParameterValue, text);
  }
  call.context->seed_random(seed);
  return true;
}

// setseed() returns void, whose values are empty strings.
std::string set_seed_void(FunctionCall& call, double seed) {
  set_seed(call, seed);
  return {};
}

int32_t width_bucket(double operand, double low, double high, int32_t count) {
  auto invalid = [](const char* text) { return SqlError(sqlstate::kInvalidArgumentForWidthBucketFunction, text); };
  if (count <= 0) throw invalid("count must be greater than zero");
  if (std::isnan(operand) || std::isnan(low) || std::isnan(high)) {
    throw invalid("operand, lower bound, and upper bound cannot be NaN");
  }
  if (std::isinf(low) || std::isinf(high)) throw invalid("lower and upper bounds must be finite");
  if (low == high) throw invalid("lower bound cannot equal upper bound");
  bool ascending = low < high;
  if (ascending ? operand < low : operand > low) return 0;
  if (ascending ? operand >= high : operand <= high) {
    int32_t bucket;
    if (__builtin_add_overflow(count, 1, &bucket)) throw_integer_range<int32_t>();
    return bucket;
  }
  // Halving keeps the width finite.
  double bucket = std::isinf(high - low) ? count * ((operand / 2 - low / 2) / (high / 2 - low / 2))
                                         : count * (operand - low) / (high - low);
  return static_cast<int32_t>(bucket) + 1;
}

}  // namespace

void register_float_math(FunctionRegistry& r) {
  r.add_scalar("dround", scalar<round_even>());
  r.add_scalar("dceil", scalar<ceiling>());
  r.add_scalar("dfloor", scalar<flooring>());
  r.add_scalar("dsign", scalar<sign_of>());
  r.add_scalar("dtrunc", scalar<truncated>());
  r.add_scalar("dsqrt", scalar<square_root>());
  r.add_scalar("dcbrt", scalar<cube_root>());
  r.add_scalar("dpow", scalar<power>());
  r.add_scalar("dexp", scalar<exponential>());
  r.add_scalar("dlog1", scalar<natural_log>());
  r.add_scalar("dlog10", scalar<log10_of>());
  r.add_scalar("dacos", scalar<arc_cosine>());
  r.add_scalar("dasin", scalar<arc_sine>());
  r.add_scalar("datan", scalar<arc_tangent>());
  r.add_scalar("datan2", scalar<arc_tangent2>());
  r.add_scalar("dcos", scalar<cosine>());
  r.add_scalar("dsin", scalar<sine>());
  r.add_scalar("dtan", scalar<tangent>());
  r.add_scalar("dcot", scalar<cotangent>());
  r.add_scalar("dacosd", scalar<arc_cosine_degrees>());
  r.add_scalar("dasind", scalar<arc_sine_degrees>());
  r.add_scalar("datand", scalar<arc_tangent_degrees>());
  r.add_scalar("datan2d", scalar<arc_tangent2_degrees>());
  r.add_scalar("dcosd", scalar<cosine_degrees>());
  r.add_scalar("dsind", scalar<sine_degrees>());
  r.add_scalar("dtand", scalar<tangent_degrees>());
  r.add_scalar("dcotd", scalar<cotangent_degrees>());
  r.add_scalar("degrees", scalar<to_degrees>());
  r.add_scalar("radians", scalar<to_radians>());
  r.add_scalar("dpi", scalar<pi_constant>());
  r.add_scalar("dsinh", scalar<hyperbolic_sine>());
  r.add_scalar("dcosh", scalar<hyperbolic_cosine>());
  r.add_scalar("dtanh", scalar<hyperbolic_tangent>());
  r.add_scalar("dasinh", scalar<arc_hyperbolic_sine>());
  r.add_scalar("dacosh", scalar<arc_hyperbolic_cosine>());
  r.add_scalar("datanh", scalar<arc_hyperbolic_tangent>());
  r.add_scalar("drandom", scalar<random_double>());
  r.add_scalar("setseed", scalar<set_seed_void>());
  r.add_scalar("width_bucket_float8", scalar<width_bucket>());
}

}  // namespace basalt::types
