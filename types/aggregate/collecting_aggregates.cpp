// Aggregates that collect: string_agg, array_agg, json(b)_agg and json(b)_object_agg.
#include <memory>

#include "types/aggregate/aggregate.hpp"
#include "types/container/array.hpp"
#include "types/json/json.hpp"

namespace basalt::types {

namespace {

using namespace aggregate;

template <typename Body>
void each_row(FunctionCall& call, uint32_t rows, Body body) {
  uint32_t row = 0;
  try {
    for (; row < rows; ++row) body(row);
  } catch (SqlError& error) {
    call.fail(row, std::move(error));
  }
}

[[noreturn]] void throw_not_combinable() {
  UNREACHABLE("an aggregate that depends on the order of its rows was combined");
}

// --- string_agg ------------------------------------------------------------------------------------------------------
struct Text {
  std::string text;
  std::string first_delimiter;  // stands before the first value if the state is appended to another one
  bool any = false;
  void merge(const Text& o) {
    if (!o.any) return;
    if (!any) {
      *this = o;
      return;
    }
    text += o.first_delimiter;
    text += o.text;
  }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const { return any && put(result, row, text); }
};

AggregateCode string_aggregate(const FunctionCall&) {
  AggregateCode code = code_of<Text>();
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    auto value = arguments[0].view<StringRef>(), delimiter = arguments[1].view<StringRef>();
    each_row(call, rows, [&](uint32_t row) {
      if (value.is_null(row)) return;
      Text& state = state_at<Text>(states[row]);
      std::string_view between = delimiter.is_null(row) ? std::string_view() : delimiter[row].view();
      if (state.any)
        state.text += between;
      else
        state.first_delimiter = between;
      state.text += value[row].view();
      state.any = true;
      constexpr size_t kBytesMax = (size_t{1} << 30) - 1;
      if (state.text.size() > kBytesMax) {
        throw SqlError(sqlstate::kProgramLimitExceeded, "out of memory")
            .detail("Cannot enlarge string buffer containing " + std::to_string(state.text.size()) + " bytes.");
      }
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<Text>(state).text.capacity(); };
  return code;
}

// --- array_agg -------------------------------------------------------------------------------------------------------
struct Elements {
  std::unique_ptr<ArrayBuilder> builder;
  std::vector<ArrayDimension> shape;  // of the arrays, when arrays are collected
  int32_t arrays = 0;
  size_t bytes = 0;
  void merge(const Elements&) { throw_not_combinable(); }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if (!builder) return false;
    ArrayBuilder copy = *builder;
    if (shape.empty()) return put(result, row, copy.finish());
    std::vector<ArrayDimension> outer = {{arrays, 1}};
    outer.insert(outer.end(), shape.begin(), shape.end());
    return put(result, row, copy.finish(outer));
  }
};

AggregateCode array_of_elements(const FunctionCall&) {
  AggregateCode code = code_of<Elements>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    each_row(call, rows, [&](uint32_t row) {
      Elements& state = state_at<Elements>(states[row]);
      if (!state.builder) {
        state.builder = std::make_unique<ArrayBuilder>(call.argument_types[0], arguments[0].type());
      }
      Value value = arguments[0].value(row);
      state.bytes +=
          16 + (!value.is_null() && value.type() == common::PhysicalType::kString ? value.string().size() : 0);
      state.builder->append(value);
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<Elements>(state).bytes; };
  return code;
}

AggregateCode array_of_arrays(const FunctionCall&) {
  AggregateCode code = code_of<Elements>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    auto view = arguments[0].view<StringRef>();
    each_row(call, rows, [&](uint32_t row) {
      Elements& state = state_at<Elements>(states[row]);
      if (view.is_null(row)) throw SqlError(sqlstate::kNullValueNotAllowed, "cannot accumulate null arrays");
      ArrayView array(view[row].view());
      if (array.dimensions() == 0) {
        throw SqlError(sqlstate::kArraySubscriptError, "cannot accumulate empty arrays");
      }
      if (array.dimensions() + 1 > kArrayDimensionsMax) {
        throw SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" +
                                                            std::to_string(array.dimensions() + 1) +
                                                            ") exceeds the maximum allowed (6)");
      }
      if (!state.builder) {
        state.builder = std::make_unique<ArrayBuilder>(array.element_type(), array.physical());
        state.shape = array.shape();
      }
      if (state.shape != array.shape()) {
        throw SqlError(sqlstate::kArraySubscriptError, "cannot accumulate arrays of different dimensionality");
      }
      for (uint32_t i = 0; i < array.size(); ++i) state.builder->append_from(array, i);
      ++state.arrays;
      state.bytes += view[row].size();
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<Elements>(state).bytes; };
  return code;
}

// --- json ------------------------------------------------------------------------------------------------------------
enum class JsonKind { kArray, kObject };

template <JsonKind Kind>
struct JsonText {
  std::string text;
  bool any = false;
  void merge(const JsonText&) { throw_not_combinable(); }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    return any && put(result, row, text + (Kind == JsonKind::kArray ? "]" : " }"));
  }
};

struct IsStructured : CallState {
  bool structured = false;
};
// Arrays and records get a line of their own.
bool is_structured(FunctionCall& call) {
  return call
      .state_or<IsStructured>([&call] {
        auto state = std::make_unique<IsStructured>();
        TypePointer type = call.context->type(call.argument_types[0]);
        state->structured = type->is_true_array() || type->kind == 'c' || call.argument_types[0] == oid::kRecord;
        return state;
      })
      .structured;
}

AggregateCode json_array(const FunctionCall&) {
  using State = JsonText<JsonKind::kArray>;
  AggregateCode code = code_of<State>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    each_row(call, rows, [&](uint32_t row) {
      State& state = state_at<State>(states[row]);
      state.text += state.any ? ", " : "[";
      if (state.any && !arguments[0].is_null(row) && is_structured(call)) state.text += "\n ";
      state.any = true;
      json::append_json(*call.context, call.argument_types[0], arguments[0].value(row), state.text);
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<State>(state).text.capacity(); };
  return code;
}

[[noreturn]] void throw_null_name() { throw SqlError(sqlstate::kInvalidParameterValue, "field name must not be null"); }

AggregateCode json_object(const FunctionCall&) {
  using State = JsonText<JsonKind::kObject>;
  AggregateCode code = code_of<State>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    each_row(call, rows, [&](uint32_t row) {
      State& state = state_at<State>(states[row]);
      if (arguments[0].is_null(row)) throw_null_name();
      state.text += state.any ? ", " : "{ ";
      state.any = true;
      json::append_json_key(*call.context, call.argument_types[0], arguments[0].value(row), state.text);
      state.text += " : ";
      json::append_json(*call.context, call.argument_types[1], arguments[1].value(row), state.text);
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<State>(state).text.capacity(); };
  return code;
}

struct JsonbNodes {
  std::vector<std::string> keys, nodes;
  size_t bytes = 0;
  void merge(const JsonbNodes&) { throw_not_combinable(); }
  bool finish(FunctionCall&, uint32_t row, Vector& result) const {
    if (nodes.empty()) return false;
    json::Builder builder;
    if (keys.empty()) {
      builder.begin_array();
      for (const std::string& node : nodes) builder.node(json::View(node));
      builder.end_array();
    } else {
      builder.begin_object();
      for (size_t i = 0; i < nodes.size(); ++i) builder.key(keys[i]).node(json::View(nodes[i]));
      builder.end_object();
    }
    return put(result, row, builder.finish());
  }
};

template <JsonKind Kind>
AggregateCode jsonb_aggregate(const FunctionCall&) {
  AggregateCode code = code_of<JsonbNodes>();
  code.combine = nullptr;
  code.update = [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, char* const* states) {
    constexpr size_t kValue = Kind == JsonKind::kArray ? 0 : 1;
    each_row(call, rows, [&](uint32_t row) {
      JsonbNodes& state = state_at<JsonbNodes>(states[row]);
      if constexpr (Kind == JsonKind::kObject) {
        if (arguments[0].is_null(row)) throw_null_name();
        state.keys.push_back(json::jsonb_key(*call.context, call.argument_types[0], arguments[0].value(row)));
      }
      json::Builder builder;
      json::build_jsonb(*call.context, call.argument_types[kValue], arguments[kValue].value(row), builder);
      state.nodes.push_back(builder.finish());
      state.bytes += 2 * sizeof(std::string) + state.nodes.back().size();
    });
  };
  code.extra_bytes = [](const char* state) { return state_at<JsonbNodes>(state).bytes; };
  return code;
}

}  // namespace

void register_collecting_aggregates(FunctionRegistry& r) {
  r.add_aggregate("string_agg(text,text)", string_aggregate);
  r.add_aggregate("string_agg(bytea,bytea)", string_aggregate);
  r.add_aggregate("array_agg(anynonarray)", array_of_elements);
  r.add_aggregate("array_agg(anyarray)", array_of_arrays);
  r.add_aggregate("json_agg(anyelement)", json_array);
  r.add_aggregate("json_object_agg(any,any)", json_object);
  r.add_aggregate("jsonb_agg(anyelement)", jsonb_aggregate<JsonKind::kArray>);
  r.add_aggregate("jsonb_object_agg(any,any)", jsonb_aggregate<JsonKind::kObject>);
}

}  // namespace basalt::types
