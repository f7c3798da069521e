// SPDX-License-Identifier: EUPL-1.2
#include "access/once.h"

#include "access/store.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kKeptMs = std::int64_t{2} * 24 * 3'600'000;

constexpr sql::Statement kTake{
    "access.form_sent", "INSERT INTO form_sent (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING"};
constexpr sql::Statement kForget{"access.forget_forms", "DELETE FROM form_sent WHERE at < $1"};

}  // namespace

void Once::take(sql::Tx& tx, Instant now) const {
  if (!key_ || key_->empty()) return;
  if (tx.change(kTake, {*key_, now.ms}) == 0) throw DoneBefore();
}

std::int64_t sweep_forms(Store& store, Instant now) {
  std::int64_t forgotten = 0;
  store.write([&](sql::Tx& tx) { forgotten = tx.change(kForget, {now.ms - kKeptMs}); });
  return forgotten;
}

}  // namespace lotse::access
