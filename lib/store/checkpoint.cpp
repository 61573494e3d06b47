// What the ledger keeps here, and deleting everything of a job.
#include "store/state.h"
#include "store/store.h"

namespace orch::store {
namespace {

Status delete_rows(Database& database, std::string_view sql, std::int64_t number) {
  Statement statement = ORCH_TRY(database.prepare(sql));
  return statement.bind(number).run();
}

}  // namespace

Status Store::write_checkpoint(std::string_view job_id, const Checkpoint& checkpoint,
                               const std::vector<BitmapChunk>& changed) {
  Database& database = state_->database;
  Transaction transaction = ORCH_TRY(Transaction::begin(database, Durability::progress));
  const std::int64_t number = ORCH_TRY(state_->number(job_id));
  for (const BitmapChunk& chunk : changed) {
    Statement write = ORCH_TRY(
        database.prepare("INSERT OR REPLACE INTO bitmap (job, chunk, bits) VALUES (?, ?, ?)"));
    write.bind(number).bind(static_cast<std::int64_t>(chunk.chunk)).bind_bytes(chunk.bits);
    ORCH_TRY(write.run());
  }
  Statement write = ORCH_TRY(
      database.prepare("UPDATE checkpoint SET log_bytes = ?, ok = ?, failed = ? WHERE job = ?"));
  write.bind(static_cast<std::int64_t>(checkpoint.log_bytes));
  write.bind(static_cast<std::int64_t>(checkpoint.ok));
  write.bind(static_cast<std::int64_t>(checkpoint.failed));
  ORCH_TRY(write.bind(number).run());
  return transaction.commit();
}

Result<Checkpoint> Store::read_checkpoint(std::string_view job_id) const {
  Statement row =
      ORCH_TRY(state_->database.prepare("SELECT log_bytes, ok, failed FROM checkpoint "
                                        "WHERE job = (SELECT number FROM job WHERE id = ?)"));
  if (!ORCH_TRY(row.bind(job_id).step())) return no_such_job(job_id);
  Checkpoint checkpoint;
  checkpoint.log_bytes = static_cast<std::uint64_t>(row.integer());
  checkpoint.ok = static_cast<std::uint64_t>(row.integer());
  checkpoint.failed = static_cast<std::uint64_t>(row.integer());
  return checkpoint;
}

Result<std::vector<BitmapChunk>> Store::read_bitmap(std::string_view job_id) const {
  Statement rows = ORCH_TRY(
      state_->database.prepare("SELECT chunk, bits FROM bitmap "
                               "WHERE job = (SELECT number FROM job WHERE id = ?) ORDER BY chunk"));
  rows.bind(job_id);
  std::vector<BitmapChunk> chunks;
  while (ORCH_TRY(rows.step())) {
    BitmapChunk& chunk = chunks.emplace_back();
    chunk.chunk = static_cast<std::uint64_t>(rows.integer());
    chunk.bits = rows.text();
  }
  return chunks;
}

Status Store::delete_job(std::string_view id) {
  Database& database = state_->database;
  Transaction transaction = ORCH_TRY(Transaction::begin(database, Durability::intent));
  const std::int64_t number = ORCH_TRY(state_->number(id));
  ORCH_TRY(delete_rows(database, "DELETE FROM bitmap WHERE job = ?", number));
  ORCH_TRY(delete_rows(database, "DELETE FROM checkpoint WHERE job = ?", number));
  ORCH_TRY(delete_rows(database, "DELETE FROM job WHERE number = ?", number));
  return transaction.commit();
}

}  // namespace orch::store
