// ColumnReader: texts (or binary values) of one column to values of its type, a whole vector at a time.
//
// What is written plainly is read here; everything else goes through the type's input function. Serves COPY FROM and
// rows of literals (QRY-2).
#pragma once

#include "commands/session.hpp"
#include "query/evaluator.hpp"

namespace basalt::commands {

class ColumnReader {
 public:
  // `binary`: fields are what the type's receive function reads.
  ColumnReader(Session& session, common::Oid type, int32_t typmod, bool binary);

  // `fields`: flat, kString; `rows` ends at the first one that fails. The result may be `fields` itself.
  common::Vector read(query::EvaluationContext& context, const common::Vector& fields, query::Rows& rows);

 private:
  common::Vector call(query::EvaluationContext& context, const common::Vector& fields, query::Rows& rows);
  template <typename T, typename Parse>
  common::Vector read_fixed(query::EvaluationContext& context, const common::Vector& fields, query::Rows& rows,
                            Parse parse);
  bool fits_varchar(const common::Vector& fields, uint32_t rows) const;

  Session& session_;
  types::TypePointer type_;
  int32_t typmod_;
  common::Oid function_;
  bool binary_;
  query::EvaluatorPointer call_;  // made when it is first needed
};

// An expression that calls an input, output, receive or send function on slot 0.
query::EvaluatorPointer compile_io_function(Session& session, common::Oid function, common::Oid argument,
                                            common::Oid result, common::Oid io_parameter, int32_t typmod);

}  // namespace basalt::commands
