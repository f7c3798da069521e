// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "access/job.h"
#include "access/once.h"
#include "access/right.h"
#include "access/store.h"
#include "base/check.h"
#include "base/id.h"
#include "base/time.h"

namespace lotse::access {

struct Relation;
struct HeldLink;
class NewLink;
class LetterBox;
class RecordDoor;
class VisitorDoor;

/**
 * Who acts: a visitor, unless the gate knows her session, an operator works on the machine itself, or a job
 * of the program runs. Nobody else can make one: what it says is proved.
 */
class Actor {
 public:
  struct Facts {
    std::string who;   // account id; "operator:<system user>"; "system:<job>"; empty: a visitor
    std::string name;  // as shown to herself
    UnitId unit = 0;   // the one unit she works in now
    std::string unit_kind;
    std::string function;  // one of matrix.csv; empty: a visitor
    bool second_factor = false;
  };
  Actor() = default;
  const Facts* operator->() const { return &facts_; }
  bool signed_in() const { return !facts_.who.empty(); }

 private:
  friend class Gate;
  friend class Operator;
  friend class System;
  friend struct DeskTestAccess;
  explicit Actor(Facts facts) : facts_(std::move(facts)) {}
  Facts facts_;
};

/** Reading through a door: the statements it may reach, in one snapshot. Lives for one closure. */
class View {
 public:
  void each(const sql::Statement& statement, sql::Params values,
            const std::function<void(const sql::Row&)>& row) {
    store_.judge(statement, reach_, unit_, values, object_);
    tx_.each(statement, values, row);
  }
  template <class F>
  auto rows(const sql::Statement& statement, sql::Params values, F&& make) {
    store_.judge(statement, reach_, unit_, values, object_);
    return tx_.rows(statement, values, std::forward<F>(make));
  }
  template <class F>
  auto one(const sql::Statement& statement, sql::Params values, F&& make) {
    store_.judge(statement, reach_, unit_, values, object_);
    return tx_.one(statement, values, std::forward<F>(make));
  }
  /** The jobs of this unit, see job.h; only through a door to things of a unit (Bug otherwise). */
  std::vector<JobState> jobs(std::int64_t limit);
  std::optional<JobState> job_state(std::string_view id);
  std::vector<JobsDone> jobs_done();

 private:
  friend class PublicDoor;
  friend class UnitDoor;
  friend class Change;
  friend class RecordReader;
  friend class RecordView;
  friend class RecordChange;
  friend class VisitorDoor;
  View(const Store& store, sql::Tx& tx, Store::Reach reach, UnitId unit, std::string_view object = {})
      : store_(store), tx_(tx), reach_(reach), unit_(unit), object_(object) {}
  const Store& store_;
  sql::Tx& tx_;
  Store::Reach reach_;
  UnitId unit_;
  std::string_view object_;  // of a visitor's link
};

/** Changing through a door: what is done, its audit entries and its notes for followers are one transaction.
 */
class Change : public View {
 public:
  /** Rows changed. */
  std::int64_t change(const sql::Statement& statement, sql::Params values) {
    store_.judge(statement, reach_, unit_, values, object_);
    return tx_.change(statement, values);
  }
  /** Tells followers (snapshots, indexes) that `key` of `topic` changed. */
  void note(std::string_view topic, std::string_view key) { tx_.note_change(topic, key); }
  /** One more audit entry, where one closure changes several records. */
  void also(std::string_view what, std::string_view object);
  /** Something to be done later for this unit: there if and only if this change is committed. */
  void job(const NewJob& job) { put_job(tx_, unit_, job, now_); }
  /** Ends a job of this unit if it waits, and asks it to end if it runs: it hears of it when it next tells
   * its progress. False: there is none, or it has ended. */
  bool cancel_job(std::string_view id) { return access::cancel_job(tx_, unit_, id, now_); }
  /** A job of this unit that failed, or waits for its next attempt, is due at once: see job.h. */
  bool retry_job(std::string_view id, std::int64_t attempts) {
    return access::retry_job(tx_, unit_, id, attempts, now_);
  }
  /** A link for somebody without an account, which holds once this change is committed. Of this unit (Bug
   * otherwise); see visitor.h. */
  void link(const NewLink& link);
  /** Links of this unit for that object and purpose open nothing from now on; how many there were. */
  std::int64_t withdraw_links(std::string_view object, std::string_view purpose);

 private:
  friend class LetterBox;
  friend class UnitDoor;
  friend class RecordDoor;
  friend class RecordChange;
  friend class VisitorDoor;
  Change(const Store& store, sql::Tx& tx, UnitId unit, Instant now,
         Store::Reach reach = Store::Reach::unit_write, std::string_view object = {})
      : View(store, tx, reach, unit, object), now_(now) {}
  Instant now_;
  std::function<void(std::string_view, std::string_view)> enter_;
};

/** What the whole town may see. */
class PublicDoor {
 public:
  template <class F>
  auto read(F&& work) const {
    using R = std::invoke_result_t<F, View&>;
    std::optional<R> result;
    store_.read([&](sql::Tx& tx) {
      View view(store_, tx, Store::Reach::open_read, 0);
      result.emplace(work(view));
    });
    return std::move(*result);
  }

 private:
  friend class Desk;
  explicit PublicDoor(Store& store) : store_(store) {}
  Store& store_;
};

/** Things of one unit that are not about persons. Proof that the desk allowed one right there. */
class UnitDoor {
 public:
  UnitId unit() const { return actor_->unit; }

  /** There is no such thing for this unit: enters the attempt into the audit and throws NotFound. */
  [[noreturn]] void absent(std::string_view what, std::string_view object) const;

  /** Enters that somebody opened what tells of a person though it is no record (how to reach whoever wrote a
   * note). To be called before it is shown: what cannot be entered is not shown. */
  void opened(std::string_view what, std::string_view object) const;

  template <class F>
  auto read(F&& work) const {
    using R = std::invoke_result_t<F, View&>;
    std::optional<R> result;
    store_.read([&](sql::Tx& tx) {
      tx.enter_unit(actor_->unit);
      View view(store_, tx, Store::Reach::unit_read, actor_->unit);
      result.emplace(work(view));
    });
    return std::move(*result);
  }

  /**
   * Does `work` (which may run more than once and touches nothing but its Change and what it returns) and
   * enters `what` on `object` into the audit, in one transaction. An exception undoes both; what is
   * NotFound leaves an entry of its own.
   */
  template <class F>
  auto change(std::string_view what, std::string_view object, F&& work) const {
    using R = std::invoke_result_t<F, Change&>;
    CHECK(right_.action != Action::read);
    std::optional<R> result;
    try {
      store_.write([&](sql::Tx& tx) {
        tx.enter_unit(actor_->unit);
        once_.take(tx, clock_.now());
        Change change(store_, tx, actor_->unit, clock_.now());
        change.enter_ = [&](std::string_view w, std::string_view o) { enter(tx, w, o); };
        result.emplace(work(change));
        enter(tx, what, object);
      });
    } catch (const NotFound&) {
      absent(what, object);
    }
    once_.taken();
    return std::move(*result);
  }

 private:
  friend class Desk;
  friend class System;
  UnitDoor(Store& store, const Actor& actor, Purpose purpose, const Right& right, Decision decision,
           const Clock& clock, Once once = {})
      : store_(store),
        actor_(actor),
        purpose_(purpose),
        right_(right),
        decision_(decision),
        clock_(clock),
        once_(std::move(once)) {}
  void enter(sql::Tx& tx, std::string_view what, std::string_view object) const;
  void enter(sql::Tx& tx, std::string_view what, std::string_view object, std::string_view decision,
             std::string_view rule) const;
  Store& store_;
  Actor actor_;
  Purpose purpose_;
  Right right_;
  Decision decision_;
  const Clock& clock_;
  Once once_;
};

/**
 * Where anybody may put something in for a unit, and nothing comes out: rows of the tables that a migration
 * opens to it (`-- letter_box TABLE`). How often, its caller limits.
 */
class LetterBox {
 public:
  /** As UnitDoor::change; `object` is the id of what is put in. */
  template <class F>
  void put(std::string_view what, std::string_view object, F&& work) const {
    store_.write([&](sql::Tx& tx) {
      tx.enter_unit(unit_);
      once_.take(tx, clock_.now());
      Change change(store_, tx, unit_, clock_.now(), Store::Reach::letter_box);
      change.enter_ = [&](std::string_view w, std::string_view o) { enter(tx, w, o); };
      work(change);
      enter(tx, what, object);
    });
    once_.taken();
  }

 private:
  friend class Desk;
  LetterBox(Store& store, UnitId unit, Purpose purpose, const Right& right, const Clock& clock, Once once)
      : store_(store), unit_(unit), purpose_(purpose), right_(right), clock_(clock), once_(std::move(once)) {}
  void enter(sql::Tx& tx, std::string_view what, std::string_view object) const;
  Store& store_;
  UnitId unit_;
  Purpose purpose_;
  Right right_;
  const Clock& clock_;
  Once once_;
};

/**
 * Who, for which unit, for which purpose, on which day: the only door to the data. Opening checks the matrix;
 * what may not be seen does not exist (NotFound), and a refusal leaves an entry.
 */
class Desk {
 public:
  Desk(Store& store, Actor actor, Purpose purpose, const Clock& clock)
      : store_(store), actor_(std::move(actor)), purpose_(purpose), clock_(clock) {}
  /** Nobody keeps one for later: it is for the request it was made for. */
  Desk(const Desk&) = delete;
  Desk(Desk&&) = default;

  const Actor& actor() const { return actor_; }
  Instant now() const { return clock_.now(); }
  Day today() const { return clock_.today(); }
  const Clock& clock() const { return clock_; }

  /** What is changed through doors that are opened from here on is done once: for a form. See once.h. */
  void only_once(std::string key) { once_ = Once(std::move(key)); }

  /** Everybody may: published directory, topics, places. */
  PublicDoor public_read() const;

  /** A door to things of the actor's own unit; NotFound where the matrix does not allow it. */
  UnitDoor unit(const Right& right) const;

  /** A door to records about persons of the actor's unit, as far as `relation` and the matrix allow; NotFound
   * where they do not. See record.h. */
  RecordDoor records(const Right& right, const Relation& relation) const;

  /** A door to the one thing that a link is for, whoever is signed in or not. Throws LinkOver for one that
   * does not hold, which leaves an entry where there once was such a link. See visitor.h. */
  VisitorDoor visitor(const HeldLink& link) const;

  /** Where anybody, without a link too, puts something in for `unit`. `right` is what its entries say; the
   * matrix is not asked, for what may be put in is written in the schema. */
  LetterBox letter_box(UnitId unit, const Right& right) const;

  /** Whether `unit(right)` would open, under this purpose or another; leaves no entry. For deciding what to
   * offer on a page. */
  bool may(const Right& right) const { return may(right, purpose_); }
  bool may(const Right& right, Purpose purpose) const;

 private:
  Decision judge(const Right& right, Purpose purpose) const;
  [[noreturn]] void refuse(const Right& right, const Decision& decision) const;
  Store& store_;
  Actor actor_;
  Purpose purpose_;
  const Clock& clock_;
  Once once_;
};

}  // namespace lotse::access
