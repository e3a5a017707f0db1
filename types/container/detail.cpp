#include "types/container/detail.hpp"

#include "common/sqlstate.hpp"
#include "types/text/text.hpp"

namespace basalt::types::container {

namespace {

struct OperationsState : CallState {
  Oid type;
  RawOperationsPointer operations;
};

}  // namespace

void check_growing_text(CallContext& context, const std::string& text) {
  context.interrupt().check();
  if (text.size() > kTextBytesMax)
    throw SqlError(sqlstate::kProgramLimitExceeded, "out of memory")
        .detail("Cannot enlarge string buffer containing " + std::to_string(text.size()) + " bytes.");
}

const RawOperations& operations_for(FunctionCall& call, Oid type, const char* what) {
  auto& state = call.state_or<OperationsState>([] { return std::make_unique<OperationsState>(); });
  if (state.operations && state.type == type) return *state.operations;
  try {
    state.operations = raw_operations(*call.context, type, call.collation);
  } catch (common::SqlError& error) {
    if (error.report().sqlstate == common::sqlstate::kUndefinedFunction) {
      error.report().message =
          std::string("could not identify ") + what + " for type " + call.context->format_type(type, -1);
    }
    throw;
  }
  state.type = type;
  return *state.operations;
}

}  // namespace basalt::types::container
