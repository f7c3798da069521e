// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"

/**
 * Statements about many rows at a time. One by one, an import of some thousand entries goes to PostgreSQL and
 * back some ten thousand times, and followers wait for the end of its transaction. The texts are put together
 * here, once, from constants of ours.
 */
namespace lotse::directory {

/** An INSERT. */
class ManyRows {
 public:
  /** `head` up to VALUES, `row` with a ? for each value: "(?, nullif(?, ''))", `tail` behind the rows. */
  ManyRows(std::string name, std::string_view head, std::string_view row, std::string_view tail = "");

  /** `values` holds row after row. Returns how many rows were changed. */
  std::int64_t run(access::Change& change, std::span<const sql::Value> values) const;

 private:
  std::string name_, one_, many_;
  std::size_t width_ = 0;
};

/** A statement with a list of ids: `text` has IN (?…) for it, and $1, $2 … for what else it needs. */
class ManyIds {
 public:
  ManyIds(std::string name, std::string_view text, std::size_t others = 0);

  void each(access::View& view, std::span<const std::string> ids, const std::vector<sql::Value>& others,
            const std::function<void(const sql::Row&)>& row) const;
  void change(access::Change& change, std::span<const std::string> ids,
              const std::vector<sql::Value>& others) const;

 private:
  void for_heaps(std::span<const std::string> ids, const std::vector<sql::Value>& others,
                 const std::function<void(const sql::Statement&, const std::vector<sql::Value>&)>& run) const;
  std::string name_, one_, many_;
};

}  // namespace lotse::directory
