// COPY FROM: batches of parsed fields become chunks, a column at a time; then constraints, heap and indexes through
// TableWriter.
//
// Which error wins is PostgreSQL's: the lowest row of a batch, in it the first column; NOT NULL and CHECK belong to
// their row; unique violations are met only when the whole batch is inserted. Tables with BEFORE ROW triggers go row by
// row.
#include <algorithm>
#include <cstring>

#include "catalog/acl.hpp"
#include "commands/column_reader.hpp"
#include "commands/new_trees.hpp"
#include "commands/session_context.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility/copy_input.hpp"
#include "common/sqlstate.hpp"
#include "executor/table_writer.hpp"
#include "parser/parse.hpp"
#include "query/stored_form.hpp"
#include "types/text/encoding.hpp"
#include "types/text/utf8.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::PhysicalType;
using common::RowId;
using common::SqlError;
using common::StringRef;
using common::Value;
using common::Vector;
using executor::RowEvent;
namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

constexpr uint32_t kInsertPrivilege = 1u << 0;

// There is nothing to freeze in a heap tree; that the table is the transaction's own is checked all the same.
void check_freeze(Session& session, const catalog::RelationDescriptor& relation) {
  const auto& portals = session.portals();
  if (std::any_of(portals.begin(), portals.end(), [](const auto& entry) { return entry.second->is_cursor; }))
    throw SqlError(sqlstate::kInvalidTransactionState,
                   "cannot perform COPY FREEZE because of prior transaction activity");
  if (!is_new_heap(session, relation.tree))
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   "cannot perform COPY FREEZE because the table was not created or truncated in the current "
                   "subtransaction");
}

class CopyFrom {
 public:
  CopyFrom(UtilityCall& call, const parser::ParsedCopy& statement, const CopyOptions& options,
           catalog::RelationPointer relation)
      : call_(call),
        session_(call.session),
        options_(options),
        relation_(std::move(relation)),
        attributes_(copy_attributes(*relation_, statement.columns)),
        context_(session_.execution_context(session_.statement_snapshot(), {})) {
    check_privileges();
    check_kind();
    bool is_view = relation_->kind == 'v';
    if (!is_view) {
      writer_ = std::make_unique<executor::TableWriter>(context_, relation_);
      writer_->set_given_columns(attributes_);
    }
    if (is_view) row_by_row_ = true;
    if (context_.hooks && context_.hooks->has_before_row(*relation_, RowEvent::kInsert)) row_by_row_ = true;
    for (int16_t attribute : attributes_)
      readers_.push_back(
          std::make_unique<ColumnReader>(session_, column(attribute).type, column(attribute).typmod, binary()));
    prepare_defaults();
    if (statement.where) prepare_where(*statement.where);
    make_parser(statement);
  }

  uint64_t run() {
    if (options_.freeze) check_freeze(session_, *relation_);
    session_.transaction().assign_id();
    session_.triggers().begin_statement();
    if (context_.hooks) context_.hooks->before_statement(*relation_, RowEvent::kInsert, {});
    CopyBatch batch;
    while (parser_->next(batch)) {
      context_.check_interrupts();
      insert_batch(batch);
    }
    if (context_.hooks) context_.hooks->after_statement(*relation_, RowEvent::kInsert, {});
    session_.advance_command();
    session_.triggers().end_statement();
    return copied_;
  }

 private:
  bool binary() const { return options_.format == CopyFormat::kBinary; }
  const catalog::ColumnDescriptor& column(int16_t attribute) const {
    return relation_->columns[static_cast<size_t>(attribute) - 1];
  }

  void check_privileges() {
    Oid user = session_.current_user();
    if (catalog::relation_privileges(session_.catalog(), relation_->oid, user, kInsertPrivilege)) return;
    bool all = !attributes_.empty();
    for (int16_t attribute : attributes_)
      all = all && catalog::column_privileges(session_.catalog(), relation_->oid, attribute, user, kInsertPrivilege);
    if (!all) catalog::throw_permission_denied(relation_->kind == 'v' ? "view" : "table", relation_->name);
  }

  void check_kind() {
    if (relation_->kind == 'r') {
      if (relation_->row_security && !session_.is_superuser() &&
          (relation_->force_row_security || relation_->owner != session_.current_user()))
        throw SqlError(sqlstate::kFeatureNotSupported, "COPY FROM not supported with row-level security")
            .hint("Use INSERT statements instead.");
      return;
    }
    auto wrong = [&](const char* what) {
      return SqlError(sqlstate::kWrongObjectType,
                      std::string("cannot copy to ") + what + " \"" + relation_->name + "\"");
    };
    switch (relation_->kind) {
      case 'v':
        for (const auto& trigger : relation_->triggers)
          if ((trigger.type & 64) && (trigger.type & 4)) return;
        throw wrong("view").hint("To enable copying to a view, provide an INSTEAD OF INSERT trigger.");
      case 'm':
        throw wrong("materialized view");
      case 'S':
        throw wrong("sequence");
      case 'p':
        throw common::not_supported("COPY FROM into a partitioned table");
      default:
        throw wrong("non-table relation");
    }
  }

  // What INSERT ... DEFAULT VALUES would give the columns that are not copied.
  void prepare_defaults() {
    if (relation_->kind == 'v') return;
    bool any = false;
    for (const auto& c : relation_->columns)
      if (!c.dropped && !c.generated && !is_copied(c.number)) any = true;
    if (!any) return;
    const catalog::NamespaceDescriptor* schema = session_.catalog().name_space(relation_->namespace_oid);
    std::string text = "INSERT INTO " + catalog::quote_qualified(schema->name, relation_->name) + " DEFAULT VALUES";
    auto parsed = parser::parse_statements(text, {});
    query::BindContext bind = session_.bind_context(text);
    auto query = query::bind_statement(*parsed[0].statement, bind);
    if (query.empty()) return;
    query::ExpressionCompiler compiler(session_.catalog(), session_.call_context());
    for (const auto& target : query[0]->targets) {
      if (target.junk || !target.expression) continue;
      auto attribute = static_cast<int16_t>(target.number);
      if (attribute < 1 || is_copied(attribute) || column(attribute).generated) continue;
      defaults_.push_back(compiler.compile(*target.expression));
      default_attributes_.push_back(attribute);
      volatile_defaults_ = volatile_defaults_ || query::contains_volatile(*target.expression, session_.catalog());
    }
  }

  bool is_copied(int16_t attribute) const {
    return std::find(attributes_.begin(), attributes_.end(), attribute) != attributes_.end();
  }

  void prepare_where(const parser::ParsedExpression& condition) {
    query::BindContext bind = session_.bind_context(call_.text);
    query::ExpressionScope scope;
    scope.relations.push_back({relation_, "", false});
    query::ExpressionPointer bound =
        query::bind_condition(condition, query::ExpressionUse::kCopyWhere, scope, "WHERE", bind);
    executor::columns_to_slots(bound, *relation_);
    query::ExpressionCompiler compiler(session_.catalog(), session_.call_context());
    where_ = compiler.compile(*bound);
  }

  void make_parser(const parser::ParsedCopy& statement) {
    CopyFields fields;
    fields.relation = relation_->name;
    for (int16_t attribute : attributes_) fields.names.push_back(column(attribute).name);
    fields.force_not_null = marked_columns(*relation_, attributes_, options_.force_not_null, "FORCE_NOT_NULL");
    fields.force_null = marked_columns(*relation_, attributes_, options_.force_null, "FORCE_NULL");
    std::unique_ptr<CopyBytes> bytes;
    if (statement.has_file) {
      bytes = make_copy_file(common::FileSystem::real(), statement.file);
    } else {
      call_.sink.begin_copy_in(binary(), static_cast<int>(attributes_.size()));
      bytes = make_copy_client(call_.sink);
    }
    bool converts = options_.encoding != types::kEncodingUtf8 && options_.encoding != types::kEncodingSqlAscii;
    if (converts && !binary()) bytes = make_copy_converter(std::move(bytes), options_.encoding);
    parser_ = binary() ? make_binary_copy_parser(std::move(bytes), std::move(fields), session_.interrupt())
                       : make_copy_parser(std::move(bytes), options_, std::move(fields), session_.interrupt());
  }

  // --- a batch
  // ---------------------------------------------------------------------------------------------------------

  std::string row_context(const CopyBatch& batch, uint32_t row) const {
    if (row < batch.lines.size()) return copy_line_context(relation_->name, batch.line_number(row), batch.lines[row]);
    return copy_context(relation_->name, batch.line_number(row));
  }

  // All columns of the relation, converted. `rows` ends at the first row that fails.
  Chunk convert(CopyBatch& batch, query::Rows& rows) {
    Chunk chunk;
    chunk.columns.resize(relation_->columns.size());
    for (size_t i = 0; i < attributes_.size(); ++i) {
      query::Rows own(rows.count);
      chunk.columns[static_cast<size_t>(attributes_[i]) - 1] =
          readers_[i]->read(context_.evaluation, batch.fields[i], own);
      if (!own.error) continue;
      const Vector& field = batch.fields[i];
      bool null = field.is_null(own.count);
      const std::string& name = column(attributes_[i]).name;
      std::string where = binary() ? copy_context(relation_->name, batch.line_number(own.count)) + ", column " + name
                                   : copy_column_context(relation_->name, batch.line_number(own.count), name,
                                                         null ? "" : field.data<StringRef>()[own.count].view(), null);
      own.error->report().context = where;
      rows.count = own.count;
      rows.error = std::move(own.error);
    }
    chunk.rows = rows.count;
    if (!defaults_.empty() && rows.count > 0) add_defaults(batch, chunk, rows);
    for (size_t i = 0; i < chunk.columns.size(); ++i)
      if (!chunk.columns[i].raw_data()) {
        PhysicalType type = relation_->columns[i].physical;
        chunk.columns[i] = Vector::constant(type, Value::null(type)).flatten(std::max<uint32_t>(rows.count, 1));
      }
    chunk.rows = rows.count;
    return chunk;
  }

  void add_defaults(const CopyBatch& batch, Chunk& chunk, query::Rows& rows) {
    Chunk none, values;
    none.rows = rows.count;
    query::Rows own(rows.count);
    query::evaluate_list(defaults_, volatile_defaults_, context_.evaluation, none, own, values);
    for (size_t i = 0; i < default_attributes_.size(); ++i)
      chunk.columns[static_cast<size_t>(default_attributes_[i]) - 1] = values.columns[i].flatten(own.count);
    if (!own.error) return;
    own.error->report().context = row_context(batch, own.count);
    rows.count = own.count;
    rows.error = std::move(own.error);
  }

  // Drops the rows that WHERE refuses; `origin` is the batch's row of each row that stays.
  void filter(const CopyBatch& batch, Chunk& chunk, query::Rows& rows, std::vector<uint32_t>& origin) {
    origin.resize(rows.count);
    for (uint32_t row = 0; row < rows.count; ++row) origin[row] = row;
    if (!where_) return;
    query::Rows own(rows.count);
    auto selected = std::make_shared<common::Selection>();
    query::evaluate_filter(*where_, context_.evaluation, chunk, own, *selected);
    if (own.error) {
      own.error->report().context = row_context(batch, own.count);
      rows.error = std::move(own.error);
    }
    origin.assign(selected->begin(), selected->end());
    chunk.slice(selected);
    for (Vector& c : chunk.columns) c = c.flatten(chunk.rows);
    rows.count = chunk.rows;
  }

  void insert_batch(CopyBatch& batch) {
    query::Rows rows(batch.rows);
    Chunk chunk = convert(batch, rows);
    std::vector<uint32_t> origin;
    filter(batch, chunk, rows, origin);
    if (row_by_row_) {
      for (uint32_t row = 0; row < chunk.rows; ++row) insert_row(batch, chunk, row, origin[row]);
    } else {
      check(batch, chunk, rows, origin);
    }
    if (rows.error) throw *rows.error;
    if (batch.error) throw *batch.error;
    if (!row_by_row_ && chunk.rows > 0) insert_rows(batch, chunk, origin);
  }

  void check(const CopyBatch& batch, Chunk& chunk, query::Rows& rows, const std::vector<uint32_t>& origin) {
    query::Rows own(chunk.rows);
    writer_->compute_generated(context_, chunk, own);
    writer_->check_constraints(context_, chunk, own);
    if (!own.error) return;
    own.error->report().context = row_context(batch, origin[own.count]);
    rows.error = std::move(own.error);
  }

  void insert_rows(const CopyBatch& batch, Chunk& chunk, const std::vector<uint32_t>& origin) {
    ids_.clear();
    try {
      writer_->insert(context_, chunk, ids_, context_.hooks);
    } catch (SqlError& error) {
      if (error.report().context.empty())
        error.report().context = copy_context(relation_->name, batch.line_number(origin[writer_->last_row()]));
      throw;
    }
    if (context_.hooks && context_.hooks->has_after_row(*relation_, RowEvent::kInsert))
      for (uint32_t row = 0; row < chunk.rows; ++row) {
        Chunk one = single(chunk, row);
        context_.hooks->after_row(*relation_, RowEvent::kInsert, ids_[row], nullptr, &one, {});
      }
    copied_ += chunk.rows;
  }

  static Chunk single(const Chunk& chunk, uint32_t row) {
    Chunk one;
    one.rows = 1;
    for (const Vector& c : chunk.columns) {
      one.columns.emplace_back(c.type(), 1);
      one.columns.back().copy_row(0, c, row);
    }
    return one;
  }

  void insert_row(const CopyBatch& batch, const Chunk& chunk, uint32_t row, uint32_t origin) {
    Chunk one = single(chunk, row);
    try {
      if (relation_->kind == 'v') {
        if (context_.hooks->instead_of_row(*relation_, RowEvent::kInsert, nullptr, &one)) ++copied_;
        return;
      }
      if (!context_.hooks->before_row(*relation_, RowEvent::kInsert, nullptr, &one, {})) return;
      query::Rows own(1);
      writer_->compute_generated(context_, one, own);
      writer_->check_constraints(context_, one, own);
      own.raise();
      ids_.clear();
      writer_->insert(context_, one, ids_, context_.hooks);
      if (context_.hooks->has_after_row(*relation_, RowEvent::kInsert))
        context_.hooks->after_row(*relation_, RowEvent::kInsert, ids_[0], nullptr, &one, {});
      ++copied_;
    } catch (SqlError& error) {
      std::string& context = error.report().context;
      if (!context.empty()) context += "\n";
      context += row_context(batch, origin);
      throw;
    }
  }

  UtilityCall& call_;
  Session& session_;
  const CopyOptions& options_;
  catalog::RelationPointer relation_;
  std::vector<int16_t> attributes_, default_attributes_;
  executor::ExecutionContext context_;
  std::unique_ptr<executor::TableWriter> writer_;
  std::vector<std::unique_ptr<ColumnReader>> readers_;
  std::vector<query::EvaluatorPointer> defaults_;
  query::EvaluatorPointer where_;
  std::unique_ptr<CopyParserBase> parser_;
  std::vector<RowId> ids_;
  bool row_by_row_ = false, volatile_defaults_ = false;
  uint64_t copied_ = 0;
};

}  // namespace

uint64_t copy_from(UtilityCall& call, const parser::ParsedCopy& statement, const CopyOptions& options,
                   catalog::RelationPointer relation) {
  return CopyFrom(call, statement, options, std::move(relation)).run();
}

}  // namespace basalt::commands
