// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "access/desk.h"

/** Somebody without an account who holds a link: one unit, one thing, one purpose, once; all of it entered.
 */
namespace lotse::access {

/** A link that does not hold (any more), whether it is over, used, withdrawn, unknown or not complete: nobody
 * outside learns which. */
struct LinkOver : std::runtime_error {
  LinkOver() : std::runtime_error("link over") {}
};

/** A link as somebody holds it: in an address, or its secret in a cookie. */
struct HeldLink {
  UnitId unit = 0;
  std::string id, secret;  // the secret is empty where the address does not have it
  /** "7-<id>-<secret>" or "7-<id>"; nothing for any other text. */
  static std::optional<HeldLink> read(std::string_view text);
  /** "7-<id>", the part of the address that is no secret. */
  std::string name() const { return std::to_string(unit) + "-" + id; }
};

/** A link to be made. Made before the change that puts it into the store, for its secret (128 bits) is random
 * and that change may run twice. */
class NewLink {
 public:
  /** `right` is what it opens on `object`; `purpose` a constant of the program such as "directory.confirm".
   */
  NewLink(UnitId unit, const Right& right, std::string object, std::string purpose, Instant now,
          Instant until);
  const HeldLink& held() const { return held_; }
  Instant until() const { return until_; }
  /** Where it leads, with its secret: to be shown to one person once, and never written to a log. */
  std::string path() const { return "/v/" + held_.name() + "-" + held_.secret; }

 private:
  friend class Change;
  HeldLink held_;
  std::string hash_, right_, object_, purpose_;
  Instant until_;
};

/** What a link opens. Only the desk makes one, and only for a link that holds. */
class VisitorDoor {
 public:
  UnitId unit() const { return unit_; }
  /** The id of the one thing, and what for. */
  const std::string& object() const { return object_; }
  const std::string& purpose() const { return purpose_; }
  Instant now() const { return clock_.now(); }
  Day today() const { return clock_.today(); }

  /** Reads what everybody may and the rows of the one thing, and enters that it was read. */
  template <class F>
  auto read(std::string_view what, F&& work) const {
    using R = std::invoke_result_t<F, View&>;
    std::optional<R> result;
    store_.read([&](sql::Tx& tx) {
      tx.enter_unit(unit_);
      View view(store_, tx, Store::Reach::visitor_read, unit_, object_);
      result.emplace(work(view));
    });
    enter(what);
    return std::move(*result);
  }

  /** Does `work` (which may run more than once) and with that uses the link up, in one transaction. Throws
   * LinkOver, and does nothing, where somebody else was first. */
  template <class F>
  auto finish(std::string_view what, F&& work) const {
    using R = std::invoke_result_t<F, Change&>;
    std::optional<R> result;
    store_.write([&](sql::Tx& tx) {
      use_up(tx);
      Change change(store_, tx, unit_, clock_.now(), Store::Reach::visitor_write, object_);
      change.enter_ = [&](std::string_view w, std::string_view) { enter(tx, w, "allowed", rule_); };
      result.emplace(work(change));
      enter(tx, what, "allowed", rule_);
    });
    return std::move(*result);
  }

 private:
  friend class Desk;
  VisitorDoor(Store& store, const HeldLink& link, Purpose matrix_purpose, const Clock& clock);
  void enter(std::string_view what) const;
  void enter(sql::Tx& tx, std::string_view what, std::string_view decision, std::string_view rule) const;
  void use_up(sql::Tx& tx) const;
  Store& store_;
  const Clock& clock_;
  Purpose matrix_purpose_;
  UnitId unit_;
  std::string id_, hash_, object_, purpose_, asked_, rule_;
};

}  // namespace lotse::access
