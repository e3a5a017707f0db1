// CatalogWriterImpl: changes rows, their indexes, and notes what that concerns. Inside catalog/ only.
#pragma once

#include "catalog/reader.hpp"

namespace basalt::catalog {

class CatalogWriterImpl final : public CatalogWriter {
 public:
  CatalogWriterImpl(DatabaseCatalog& database, Transaction& transaction, std::shared_ptr<TransactionState> state)
      : database_(database),
        transaction_(transaction),
        state_(state),
        reader_(database, transaction, std::move(state), std::nullopt) {}

  CatalogReader& reader() override { return reader_; }
  Oid new_oid(Oid catalog) override;
  void insert(Oid catalog, const CatalogRow& row) override;
  void update(Oid catalog, common::RowId row_id, const CatalogRow& row) override;
  void remove(Oid catalog, common::RowId row_id) override;
  int remove_where(Oid catalog, Oid index, std::span<const Value> key_prefix) override;
  void invalidate(Oid class_oid, Oid object) override;
  void index_built(Oid index, Oid table, uint64_t lsn) override;

 private:
  CatalogRow current_row(Oid catalog, common::RowId row_id);
  void changed(Oid catalog, const CatalogRow* before, const CatalogRow* after);
  void note_related(Oid catalog, const CatalogRow& row, CatalogChanges& changes);
  void record(const CatalogChanges& changes);

  DatabaseCatalog& database_;
  Transaction& transaction_;
  std::shared_ptr<TransactionState> state_;
  CatalogReaderImpl reader_;
};

}  // namespace basalt::catalog
