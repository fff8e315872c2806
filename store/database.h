// The seam between the SQL of this folder and a database's driver. Statements are constants written in the common
// dialect with parameters by name (`:workspace_id`); rows come back typed. Every failure is a Fault.
// Thread rule: one Database belongs to one thread at a time; processes and threads each open their own.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/fault.h"

namespace pianola::store {

// One statement, written in full. Drivers keep it prepared under the address of its text: only constants, please.
struct Statement {
  std::string_view text;
};

// What a parameter can be bound to; text is read during the call only.
using Bound = std::variant<std::monostate, std::int64_t, std::string_view>;

// A named value for one call: {":seq", 3}.
struct Parameter {
  Parameter(std::string_view with_name, std::int64_t value) : name(with_name), bound(value) {}
  Parameter(std::string_view with_name, int value) : name(with_name), bound(std::int64_t{value}) {}
  Parameter(std::string_view with_name, std::string_view value) : name(with_name), bound(value) {}
  Parameter(std::string_view with_name, const std::string& value) : name(with_name), bound(std::string_view(value)) {}
  Parameter(std::string_view with_name, const char* value) : name(with_name), bound(std::string_view(value)) {}
  Parameter(std::string_view with_name, const std::optional<std::int64_t>& value) : name(with_name) {
    if (value) bound = *value;
  }

  std::string_view name;
  Bound bound;
};
using Parameters = std::initializer_list<Parameter>;

// What a column of no type of ours holds: nothing here writes one, so that one that is there was put there.
struct Blob {
  std::string bytes;
};

// One row, read column by column in the order of the SELECT. A column of another type is a Fault (bug).
class Row {
 public:
  using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  std::int64_t take_integer() { return std::get<std::int64_t>(next<std::int64_t>()); }
  std::string take_text() { return std::move(std::get<std::string>(next<std::string>())); }
  // Whatever the column holds.
  Value take_any() { return std::move(values_.at(at_++)); }
  bool is_read() const { return at_ >= values_.size(); }
  // Null gives nothing.
  std::optional<std::int64_t> take_optional_integer() {
    if (skip_null()) return std::nullopt;
    return take_integer();
  }
  std::optional<std::string> take_optional_text() {
    if (skip_null()) return std::nullopt;
    return take_text();
  }

 private:
  template <class T>
  Value& next() {
    if (at_ >= values_.size() || !std::holds_alternative<T>(values_[at_])) {
      throw Fault(FaultKind::bug, "column " + std::to_string(at_ + 1) + " of a stored row is not of the expected type");
    }
    return values_[at_++];
  }
  bool skip_null() {
    if (at_ >= values_.size() || !std::holds_alternative<std::monostate>(values_[at_])) return false;
    ++at_;
    return true;
  }

  std::vector<Value> values_;
  std::size_t at_ = 0;
};

enum class Access { read, write };

// One connection to a database, whichever product it is: the statements that it is given run in all of them.
class Database {
 public:
  virtual ~Database() = default;
  // Runs a statement that gives no rows; gives how many rows it changed.
  virtual std::int64_t execute(const Statement& statement, Parameters parameters) = 0;
  // All rows of a statement.
  virtual std::vector<Row> query(const Statement& statement, Parameters parameters) = 0;
  // Several statements without parameters, one after the other: migrations.
  virtual void run_script(const std::string& script) = 0;

  // Opens a transaction: a writing one waits its turn among all writers, a reading one sees one state throughout.
  virtual void begin(Access access) = 0;
  // Makes the transaction durable. When it throws, the transaction was undone.
  virtual void commit() = 0;
  // Undoes the transaction, if one is open.
  virtual void rollback() noexcept = 0;
  // False, too, after a failure that made the database itself undo the transaction.
  virtual bool in_transaction() const = 0;

  // A transaction within the transaction; they nest.
  virtual void savepoint() = 0;
  // Says that the next execute() is all that the innermost savepoint writes, which needs no savepoint then: where it
  // fails, nothing is written. Undone afterwards, it would take the whole transaction with it.
  virtual void write_alone() = 0;
  virtual void release_savepoint() = 0;
  virtual void rollback_to_savepoint() noexcept = 0;

  // A number that differs after any commit of anybody.
  virtual std::uint64_t change_count() = 0;
  // A number that stays the same as long as what this connection read or wrote before is still so: it differs after a
  // commit of another connection and after an undone write of its own. Exact inside a writing transaction. Nothing
  // inside a reading one, whose state is older than what others may have committed since.
  virtual std::optional<std::uint64_t> cache_stamp() = 0;
};

// A reading transaction for answers made from several queries; joins the transaction that is open.
class ReadScope {
 public:
  explicit ReadScope(Database& database) : database_(database), opened_(!database.in_transaction()) {
    if (opened_) database_.begin(Access::read);
  }
  ~ReadScope() {
    if (opened_) database_.rollback();
  }
  ReadScope(const ReadScope&) = delete;
  ReadScope& operator=(const ReadScope&) = delete;

 private:
  Database& database_;
  bool opened_;
};

}  // namespace pianola::store
