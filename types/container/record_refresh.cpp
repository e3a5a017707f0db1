#include "types/container/record_refresh.hpp"

#include "types/container/array.hpp"
#include "types/container/record.hpp"

namespace basalt::types {

using common::PhysicalType;
using common::Value;

namespace {

class ArrayRefresher : public RecordRefresher {
 public:
  explicit ArrayRefresher(RecordRefresherPointer element) : element_(std::move(element)) {}

  bool refresh(std::string_view stored, std::string& out) const override {
    ArrayView array(stored);
    std::string fresh;
    uint32_t at = 0;
    while (at < array.size() && (array.is_null(at) || !element_->refresh(array.string(at), fresh))) ++at;
    if (at == array.size()) return false;
    ArrayBuilder builder(array.element_type(), array.physical());
    for (uint32_t i = 0; i < array.size(); ++i) {
      if (i >= at && !array.is_null(i) && element_->refresh(array.string(i), fresh))
        builder.append_string(fresh);
      else
        builder.append_from(array, i);
    }
    out = builder.finish(array.shape());
    return true;
  }

 private:
  RecordRefresherPointer element_;
};

class RowRefresher : public RecordRefresher {
 public:
  struct Field {
    uint16_t number;
    Oid type;
    PhysicalType physical;
    RecordRefresherPointer refresher;
  };
  RowRefresher(TypePointer type, std::vector<Field> fields) : type_(std::move(type)), fields_(std::move(fields)) {}

  bool refresh(std::string_view stored, std::string& out) const override {
    RecordView record(stored);
    if (record.type() != type_->oid) return false;
    const bool same = same_attributes(record);
    std::vector<std::string> fresh(fields_.size());
    bool any = !same;
    uint32_t at = 0;
    for (size_t i = 0; i < fields_.size(); ++i)
      if (fields_[i].refresher && find(record, fields_[i].number, at) && !record.is_null(at))
        any |= fields_[i].refresher->refresh(record.bytes(at), fresh[i]);
    if (!any) return false;
    RecordBuilder builder(type_->oid, record.typmod());
    at = 0;
    for (size_t i = 0; i < fields_.size(); ++i) {
      const Field& field = fields_[i];
      if (!find(record, field.number, at))
        builder.append(field.type, field.physical, Value::null(field.physical));
      else if (!fresh[i].empty())
        builder.append(field.type, field.physical, Value::of(fresh[i]));
      else
        builder.append(record.field_type(at), record.physical(at), record.value(at));
    }
    builder.number_fields(*type_);
    out = builder.finish();
    return true;
  }

 private:
  bool same_attributes(const RecordView& record) const {
    if (record.size() != fields_.size()) return false;
    for (uint32_t i = 0; i < record.size(); ++i)
      if (record.attribute(i) != fields_[i].number) return false;
    return true;
  }
  // Both are in the order of their numbers; `at` is where the search goes on.
  static bool find(const RecordView& record, uint16_t number, uint32_t& at) {
    while (at < record.size() && record.attribute(at) < number) ++at;
    return at < record.size() && record.attribute(at) == number;
  }
  TypePointer type_;
  std::vector<Field> fields_;
};

}  // namespace

RecordRefresherPointer record_refresher(Oid type_oid, const std::function<TypePointer(Oid)>& lookup) {
  if (type_oid.value < common::kFirstNormalOid) return nullptr;
  TypePointer type = lookup(type_oid);
  if (!type) return nullptr;
  if (type->kind == 'd') return record_refresher(type->base, lookup);
  if (type->is_true_array()) {
    RecordRefresherPointer element = record_refresher(type->element, lookup);
    return element ? std::make_shared<ArrayRefresher>(std::move(element)) : nullptr;
  }
  if (type->kind != 'c') return nullptr;
  std::vector<RowRefresher::Field> fields;
  for (size_t i = 0; i < type->attributes.size(); ++i) {
    const CompositeAttribute& attribute = type->attributes[i];
    if (attribute.dropped) continue;
    fields.push_back({static_cast<uint16_t>(i + 1), attribute.type, lookup(attribute.type)->physical,
                      record_refresher(attribute.type, lookup)});
  }
  return std::make_shared<RowRefresher>(std::move(type), std::move(fields));
}

void refresh_column(const RecordRefresher& refresher, common::Vector& column, uint32_t rows) {
  std::string fresh;
  common::Vector out;
  bool any = false;
  for (uint32_t row = 0; row < rows; ++row) {
    if (column.is_null(row)) continue;
    if (!refresher.refresh(column.view<common::StringRef>()[row].view(), fresh)) continue;
    if (!any) {
      out = common::Vector(PhysicalType::kString, rows);
      for (uint32_t i = 0; i < rows; ++i) out.copy_row(i, column, i);
      any = true;
    }
    out.data<common::StringRef>()[row] = out.add_string(fresh);
  }
  if (any) column = std::move(out);
}

}  // namespace basalt::types
