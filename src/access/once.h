// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <exception>
#include <memory>
#include <string>

#include "base/time.h"
#include "sql/sql.h"

namespace lotse::access {

class Store;

/** A form that was sent twice: what it asks for was done the first time, and nothing is done now. */
struct DoneBefore : std::exception {
  const char* what() const noexcept override { return "this form was sent before"; }
};

/**
 * What one form asks for is done once, however often it is sent: the first change that is made for it takes
 * its key in the same transaction. Copies share whether it was taken. Kept for two days (sweep_forms).
 */
class Once {
 public:
  /** No form: nothing is taken. */
  Once() = default;
  /** `key`: the same for the same form sent again, and for nothing else; no secret, nothing personal. */
  explicit Once(std::string key) : key_(std::make_shared<std::string>(std::move(key))) {}

  /** In the transaction of a change, before it. Throws DoneBefore. */
  void take(sql::Tx& tx, Instant now) const;
  /** That change was committed: further ones for the same form go on. */
  void taken() const {
    if (key_) key_->clear();
  }

 private:
  std::shared_ptr<std::string> key_;  // empty: taken
};

/** Forgets forms that were sent more than two days before `now`. How many. */
std::int64_t sweep_forms(Store& store, Instant now);

}  // namespace lotse::access
