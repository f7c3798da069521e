// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "access/key_ring.h"
#include "access/sheet.h"
#include "base/fold.h"

namespace lotse::access {

/** How the actor stands to the records asked for: the scopes and conditions of the matrix that hold, as the
 * feature knows them. What is not stated counts as not fulfilled. */
struct Relation {
  std::set<std::string_view> scopes;
  std::set<std::string_view> conditions = {};
};

/** Ends a record in the transaction at hand, which enters `entry` into the audit: its rows and history go,
 * the ledger remembers it. False if it has ended before or never began. Its key is dropped by the caller,
 * after the commit. */
bool end_rows(const Store& store, sql::Tx& tx, UnitId unit, const std::string& record, Instant now,
              std::string_view entry);

/** What a door to records knows of itself; shared by what it hands out. */
class RecordRights {
 public:
  /** Whether the matrix opens this field, by the name that its condition `fields:` lists. */
  bool allows(Action action, Category category, std::string_view field) const;
  template <HasFields T>
  FieldSet fields(Action action) const {
    FieldSet open = 0;
    for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
      if (allows(action, f.category, f.name)) open |= bit;
    });
    return open;
  }

 private:
  friend class Desk;
  friend class RecordDoor;
  friend class RecordReader;
  friend class RecordView;
  friend class RecordChange;
  Actor actor_;
  Purpose purpose_ = 0;
  Right right_{};
  Relation relation_;
  Decision decision_;
};

/** Bytes too many for a field, such as a piece of a file: where they lie, and as what the matrix knows them.
 */
struct BytesOf {
  std::string_view table, row;
  Category category = 0;
  std::string_view field;
};

/** Opening rows of records as far as the matrix allows; whose they are is entered. */
class RecordReader {
 public:
  /** The rows with these ids, in their order; those that are not there, or whose key is gone, are left out.
   * Opens only fields of categories that the matrix allows for reading. */
  template <HasFields T>
  std::vector<Sheet<T>> find(std::span<const std::string> ids);
  template <HasFields T>
  std::optional<Sheet<T>> find(const std::string& id) {
    auto found = find<T>(std::span(&id, 1));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  }
  /** The rows whose blind field is `text` when both are folded, as far as they may be read. */
  template <HasFields T, class M>
  std::vector<Sheet<T>> find_blind(M T::*member, std::string_view text);

  struct Before {
    std::string table, row, field, value;  // `value` is JSON
    Instant at;
    std::string actor;
    std::int64_t version = 0;  // that was changed
  };
  /** What fields of this record were before, the newest first, in categories that may be read; at most 500.
   */
  std::vector<Before> history(const std::string& record);

  /** Of the rows with these ids those that `keep(sheet)` is true for; the others were opened for nobody, and
   * are not entered. */
  template <HasFields T, class Keep>
  std::vector<Sheet<T>> find_if(std::span<const std::string> ids, Keep&& keep);

  /** What seal_bytes made for this place; nothing where the matrix withholds it, or where the record's key is
   * gone. Throws seal::Broken for bytes that were changed, or belong elsewhere. */
  std::optional<std::string> open_bytes(const std::string& record, const BytesOf& of,
                                        std::span<const std::byte> sealed);

 protected:
  friend class RecordDoor;
  RecordReader(View& view, Store& store, const RecordRights& rights, KeyRing::Keys keys)
      : view_(view), rights_(rights), profile_(store.keys().profile()), keys_(std::move(keys)) {}
  ~RecordReader() = default;
  // Thrown out of a closure that needs keys which are not at hand: it is run again with them, for nothing
  // else may be asked from inside it.
  struct MissingKeys {
    std::vector<std::string> records;
  };
  void need_keys(std::span<const std::string> records) const;
  const seal::Key* key_of(const std::string& record) const;
  void saw(const std::string& record, Categories categories);
  View& view_;
  const RecordRights& rights_;
  seal::Profile profile_;
  KeyRing::Keys keys_;                      // null: there is none
  std::map<std::string, Categories> seen_;  // by record
};

/** Reading records through a door, in one snapshot. Lives for one closure. */
class RecordView final : public View, public RecordReader {
 private:
  friend class RecordDoor;
  RecordView(Store& store, sql::Tx& tx, const RecordRights& rights, KeyRing::Keys keys)
      : View(store, tx, Store::Reach::unit_read, rights.actor_->unit),
        RecordReader(*this, store, rights, std::move(keys)) {}
};

/** Changing records: rows, what they were before, audit entry, jobs and notes for followers are one
 * transaction. */
class RecordChange final : public Change, public RecordReader {
 public:
  /** Says that this record begins to be; its key was named to the door. */
  void begin(const std::string& record, std::string_view kind);
  /** A new row; every field that is not empty must be of a category that may be written. */
  template <HasFields T>
  void insert(const std::string& id, const std::string& record, const T& value);
  /** Writes what differs from `before`; CHECK fails for a field that may not be written or was withheld.
   * Throws Stale when somebody else was first. */
  template <HasFields T>
  void update(const Sheet<T>& before, const T& after);
  /** Removes the row; what it was before is not kept. Needs the right to delete in all categories of T. */
  template <HasFields T>
  void erase(const Sheet<T>& sheet);
  /** Empties the fields of this retention class, history included; whatever the matrix says, for the law
   * does. */
  template <HasFields T>
  void expire(const Sheet<T>& sheet, std::string_view retention);
  /** Bytes sealed with the record's key, for the feature to put at that place in this change; CHECK fails
   * where they may not be written. */
  sql::Blob seal_bytes(const std::string& record, const BytesOf& of, std::string_view plain);
  /** Says that the feature removes these bytes in this change; CHECK fails where they may not be deleted. */
  void erase_bytes(const std::string& record, const BytesOf& of);
  /** The record, which was named to a door for deleting, ends: its history goes, its key is dropped after the
   * commit, its rows in all tables of the kind `record` go with it, and the ledger remembers it. */
  void end(const std::string& record);

 private:
  friend class RecordDoor;
  RecordChange(Store& store, sql::Tx& tx, const RecordRights& rights, KeyRing::Keys keys, Instant now,
               const std::string& entry)
      : Change(store, tx, rights.actor_->unit, now),
        RecordReader(*this, store, rights, std::move(keys)),
        now_(now),
        entry_(entry) {}
  template <HasFields T>
  void add_cells(std::vector<sql::Value>& values, const T& value, const std::string& id, const seal::Key& key,
                 FieldSet fields);
  void must_live(const std::string& record);
  void keep(const std::string& record, std::string_view table, const std::string& row, std::string_view field,
            Category category, std::int64_t version, const std::string& packed);
  void forget(const std::string& record, std::string_view table, const std::string& row,
              std::string_view field);
  void tell(std::string_view topic, const std::string& id);
  std::int64_t blind_of(std::string_view table, std::string_view field, std::string_view text) const;

  Instant now_;
  const std::string& entry_;  // id of the audit entry
  int kept_ = 0;
  std::set<std::string> live_;
  std::vector<std::string> ended_;
};

/** Records about persons in the actor's unit, for one right and one relation. Proof that the desk allowed it.
 */
class RecordDoor {
 public:
  UnitId unit() const { return rights_.actor_->unit; }
  /** Whether the matrix would open this field as well, to the same actor, purpose and relation; leaves no
   * entry. For deciding what to offer on a page. */
  bool allows(Action action, Category category, std::string_view field) const {
    return rights_.allows(action, category, field);
  }

  /** A snapshot; the entry that says whose records were opened is committed before this returns. `work` may
   * run more than once. */
  template <class F>
  auto read(std::string_view what, F&& work) const {
    return read(what, "", std::forward<F>(work));
  }
  /** The same; the entry names one thing as well. */
  template <class F>
  auto read(std::string_view what, std::string_view object, F&& work) const {
    return read_and_enter(what, object, false, std::forward<F>(work));
  }
  /** The same for looking for somebody: it is entered as well where nobody is found. */
  template <class F>
  auto search(std::string_view what, F&& work) const {
    return read_and_enter(what, "", true, std::forward<F>(work));
  }

  /** The records that a change is about: what it opens or writes must be of one of them. */
  struct Named {
    std::vector<std::string> known;
    std::vector<std::string> fresh = {};  // that begin with this change: their keys are made before
  };
  /** Does `work` in one transaction with the entry `what` on `object`. `work` may run more than once. */
  template <class F>
  auto change(std::string_view what, std::string_view object, const Named& records, F&& work) const {
    using R = std::invoke_result_t<F, RecordChange&>;
    CHECK(rights_.right_.action != Action::read);
    Prepared prepared = prepare(records);
    std::optional<R> result;
    std::vector<std::string> ended;
    const auto attempt = [&] {
      store_.write([&](sql::Tx& tx) {
        tx.enter_unit(unit());
        once_.take(tx, prepared.now);
        RecordChange change(store_, tx, rights_, prepared.keys, prepared.now, prepared.entry);
        int more = 0;
        change.enter_ = [&](std::string_view w, std::string_view o) {
          enter(tx, prepared.entry + "." + std::to_string(++more), prepared.now, w, o, {}, true);
        };
        result.emplace(work(change));
        enter(tx, prepared, what, object, change);
        ended = std::move(change.ended_);
      });
    };
    try {
      while (!with_keys(prepared.keys, attempt)) {
      }
    } catch (const NotFound&) {
      absent(what, object);
    }
    once_.taken();
    for (const auto& each : ended) store_.keys().drop(unit(), each);
    return std::move(*result);
  }

  /** There is no such record for this actor: enters the attempt and throws NotFound. */
  [[noreturn]] void absent(std::string_view what, std::string_view object) const;

 private:
  friend class Desk;
  struct Prepared {
    Instant now;
    KeyRing::Keys keys;
    std::string entry;  // id of the audit entry
  };
  RecordDoor(Store& store, RecordRights rights, const Clock& clock, Once once)
      : store_(store), rights_(std::move(rights)), clock_(clock), once_(std::move(once)) {}
  using Seen = std::map<std::string, Categories>;
  Prepared prepare(const Named& records) const;
  template <class F>
  auto read_and_enter(std::string_view what, std::string_view object, bool always, F&& work) const {
    using R = std::invoke_result_t<F, RecordView&>;
    std::optional<R> result;
    Seen seen;
    KeyRing::Keys keys;
    try {
      while (!try_read(seen, keys, [&](RecordView& view) { result.emplace(work(view)); })) {
      }
    } catch (...) {
      // What was opened was opened, whatever came of it.
      if (always || !seen.empty()) enter_reading(what, object, seen);
      throw;
    }
    if (always || !seen.empty()) enter_reading(what, object, seen);
    return std::move(*result);
  }
  // False: keys were missing, and have been fetched; it is to be tried again with them.
  bool with_keys(KeyRing::Keys& keys, const std::function<void()>& work) const;
  bool try_read(Seen& seen, KeyRing::Keys& keys, const std::function<void(RecordView&)>& work) const;
  void fetch(KeyRing::Keys& keys, const std::vector<std::string>& records) const;
  void enter_reading(std::string_view what, std::string_view object,
                     const std::map<std::string, Categories>& seen) const;
  void enter(sql::Tx& tx, const Prepared& prepared, std::string_view what, std::string_view object,
             const RecordChange& change) const;
  void enter(sql::Tx& tx, const std::string& id, Instant at, std::string_view what, std::string_view object,
             const std::map<std::string, Categories>& seen, bool allowed) const;
  Store& store_;
  RecordRights rights_;
  const Clock& clock_;
  Once once_;
};

/** Drops keys of records that ended within the last `days`, once more: the program may have broken off before
 * they were dropped. A key goes only where the ledger says that its record ended, never because a row is
 * missing. */
void sweep_keys(Store& store, Instant now, int days = 30);

template <HasFields T>
std::vector<Sheet<T>> RecordReader::find(std::span<const std::string> ids) {
  const FieldSet open = rights_.fields<T>(Action::read);
  struct Closed {
    Sheet<T> sheet;
    std::vector<std::optional<sql::Blob>> sealed;
  };
  std::map<std::string, Closed> rows;
  for (std::size_t first = 0; first < ids.size(); first += sheets::kAtOnce) {
    std::vector<sql::Value> values{rights_.actor_->unit};
    for (std::size_t i = 0; i < sheets::kAtOnce; ++i)
      values.emplace_back(ids[std::min(first + i, ids.size() - 1)]);
    view_.each({"record.find", sheets::select_text<T>()}, values, [&](const sql::Row& r) {
      Closed closed;
      closed.sheet.id_ = r.text(1);
      closed.sheet.record_ = r.text(2);
      closed.sheet.version_ = r.integer(3);
      closed.sheet.seen_ = open;
      int column = sheets::kFirstField;
      for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
        using M = typename std::decay_t<decltype(f)>::Member;
        const bool shown = (open & bit) != 0;
        if (f.storage == Storage::plain) {
          if (shown) closed.sheet.value_.*(f.member) = sheets::value_of_cell<M>(r, column);
        } else {
          closed.sealed.push_back(shown ? r.opt_blob(column) : std::nullopt);
        }
        column += f.storage == Storage::blind ? 2 : 1;
      });
      rows.insert_or_assign(closed.sheet.id_, std::move(closed));
    });
  }
  std::vector<std::string> records;
  for (const auto& [id, closed] : rows) records.push_back(closed.sheet.record_);
  need_keys(records);
  std::vector<Sheet<T>> found;
  for (const auto& id : ids) {
    const auto at = rows.find(id);
    if (at == rows.end()) continue;
    Closed& closed = at->second;
    Sheet<T>& sheet = closed.sheet;
    const seal::Key* key = key_of(sheet.record_);
    if (key == nullptr) continue;
    std::size_t next = 0;
    for_each_field<T>([&](const auto& f) {
      using M = typename std::decay_t<decltype(f)>::Member;
      if (f.storage == Storage::plain) return;
      const auto& bytes = closed.sealed[next++];
      if (bytes)
        sheet.value_.*(f.member) = sheets::unpacked<M>(
            seal::open(*key, {rights_.actor_->unit, RowsOf<T>::table, f.name, sheet.id_}, *bytes));
    });
    saw(sheet.record_, categories_of<T>(open));
    found.push_back(sheet);
  }
  return found;
}

template <HasFields T, class Keep>
std::vector<Sheet<T>> RecordReader::find_if(std::span<const std::string> ids, Keep&& keep) {
  const auto before = seen_;
  auto found = find<T>(ids);
  std::erase_if(found, [&](const Sheet<T>& each) { return !keep(each); });
  seen_ = before;
  for (const auto& each : found) saw(each.record(), categories_of<T>(each.seen()));
  return found;
}

template <HasFields T, class M>
std::vector<Sheet<T>> RecordReader::find_blind(M T::*member, std::string_view text) {
  const std::string folded = fold(text);
  const std::array<std::string, 1> blind{std::string("blind")};
  need_keys(blind);
  const seal::Key* key = key_of(blind[0]);
  if (key == nullptr || folded.empty()) return {};
  if ((rights_.fields<T>(Action::read) & Sheet<T>::bit_of_field(member)) == 0) return {};
  std::string_view name;
  for_each_field<T>([&](const auto& f) {
    if constexpr (std::is_same_v<decltype(f.member), M T::*>)
      if (f.member == member) name = f.name;
  });
  const auto number = seal::blind(*key, {rights_.actor_->unit, RowsOf<T>::table, name, ""}, folded);
  const auto ids =
      view_.rows({"record.find_blind", sheets::blind_text<T>(member)}, {rights_.actor_->unit, number},
                 [](const sql::Row& r) { return std::string(r.text(0)); });
  return find_if<T>(ids, [&](const Sheet<T>& each) {
    const auto& value = each.get(member);
    if constexpr (sheets::kIsOptional<M>)
      return value && fold(*value) == folded;
    else
      return fold(value) == folded;
  });
}

template <HasFields T>
void RecordChange::add_cells(std::vector<sql::Value>& values, const T& value, const std::string& id,
                             const seal::Key& key, FieldSet fields) {
  for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
    if ((fields & bit) == 0) return;
    const auto& member = value.*(f.member);
    if (f.storage == Storage::plain) {
      values.push_back(detail::is_empty(member) ? sql::Value() : sheets::cell_of(member));
      return;
    }
    if (detail::is_empty(member))
      values.emplace_back();
    else
      values.emplace_back(seal::seal(profile_, key, {rights_.actor_->unit, RowsOf<T>::table, f.name, id},
                                     sheets::packed(member)));
    if (f.storage != Storage::blind) return;
    using M = typename std::decay_t<decltype(f)>::Member;
    if constexpr (std::is_same_v<M, std::string>) {
      values.push_back(member.empty() ? sql::Value() : blind_of(RowsOf<T>::table, f.name, member));
    } else if constexpr (std::is_same_v<M, std::optional<std::string>>) {
      values.push_back(member ? sql::Value(blind_of(RowsOf<T>::table, f.name, *member)) : sql::Value());
    } else {
      throw Bug("only a text can be found blind");
    }
  });
}

template <HasFields T>
void RecordChange::insert(const std::string& id, const std::string& record, const T& value) {
  const FieldSet open = rights_.fields<T>(Action::write);
  FieldSet filled = 0;
  for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
    if (detail::is_empty(value.*(f.member))) return;
    CHECK((open & bit) != 0);
    filled |= bit;
  });
  const seal::Key* key = key_of(record);
  CHECK(key);
  must_live(record);
  std::vector<sql::Value> values{rights_.actor_->unit, id, record, 1};
  add_cells(values, value, id, *key, ~FieldSet{0});
  change({"record.insert", sheets::insert_text<T>()}, values);
  tell(RowsOf<T>::table, id);
  saw(record, categories_of<T>(filled));
}

template <HasFields T>
void RecordChange::update(const Sheet<T>& before, const T& after) {
  const FieldSet open = rights_.fields<T>(Action::write);
  const seal::Key* key = key_of(before.record_);
  CHECK(key);
  must_live(before.record_);
  FieldSet touched = 0;
  for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
    if (before.value_.*(f.member) == after.*(f.member)) return;
    CHECK((open & before.seen_ & bit) != 0);
    touched |= bit;
    keep(before.record_, RowsOf<T>::table, before.id_, f.name, f.category, before.version_,
         sheets::packed(before.value_.*(f.member)));
  });
  std::vector<sql::Value> values{rights_.actor_->unit, before.id_, before.version_};
  add_cells(values, after, before.id_, *key, touched);
  if (change({"record.update", sheets::update_text<T>(touched)}, values) != 1) throw Stale();
  tell(RowsOf<T>::table, before.id_);
  saw(before.record_, categories_of<T>(touched));
}

template <HasFields T>
void RecordChange::erase(const Sheet<T>& sheet) {
  for_each_field<T>([&](const auto& f) { CHECK(rights_.allows(Action::erase, f.category, f.name)); });
  if (change({"record.erase", sheets::erase_text<T>()}, {rights_.actor_->unit, sheet.id_, sheet.version_}) !=
      1)
    throw Stale();
  tell(RowsOf<T>::table, sheet.id_);
  for_each_field<T>([&](const auto& f) { forget(sheet.record_, RowsOf<T>::table, sheet.id_, f.name); });
  saw(sheet.record_, categories_of<T>());
}

template <HasFields T>
void RecordChange::expire(const Sheet<T>& sheet, std::string_view retention) {
  std::string set;
  for_each_field<T>([&](const auto& f) {
    if (f.retention != retention) return;
    set += ", " + std::string(f.name) + " = NULL";
    if (f.storage == Storage::blind) set += ", " + std::string(f.name) + "_blind = NULL";
    forget(sheet.record_, RowsOf<T>::table, sheet.id_, f.name);
    saw(sheet.record_, bit_of(f.category));
  });
  if (set.empty()) return;
  const std::string text = "UPDATE " + std::string(RowsOf<T>::table) + " SET version = version + 1" + set +
                           " WHERE unit_id = $1 AND id = $2 AND version = $3";
  if (change({"record.expire", text}, {rights_.actor_->unit, sheet.id_, sheet.version_}) != 1) throw Stale();
  tell(RowsOf<T>::table, sheet.id_);
}

}  // namespace lotse::access
