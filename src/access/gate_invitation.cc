// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "access/gate_entry.h"
#include "access/giving.h"
#include "base/fold.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kOpenMs = 7 * 24 * 3'600'000LL;

constexpr sql::Statement kInvite{
    "gate.invite",
    "INSERT INTO invitation (id, secret_hash, unit_id, email_hash, name, functions, until_ms, made_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
// Names of people who never came are not kept for longer than it takes to ask about them.
constexpr sql::Statement kForget{"gate.forget_invitations", "DELETE FROM invitation WHERE until_ms < $1"};
constexpr sql::Statement kInvitation{
    "gate.invitation",
    "SELECT i.id, i.unit_id, u.name, i.name, i.functions, i.email_hash, a.id, i.made_by, i.approved_by "
    "FROM invitation i "
    "JOIN unit u ON u.unit_id = i.unit_id LEFT JOIN account a ON a.email_hash = i.email_hash "
    "WHERE i.id = $1 AND i.secret_hash = $2 AND i.used_ms = 0 AND i.until_ms >= $3"};
constexpr sql::Statement kOpen{
    "gate.open_invitations",
    "SELECT i.id, i.name, i.functions, i.until_ms, i.made_by, i.approved_by, i.email_hash, a.name "
    "FROM invitation i LEFT JOIN account a ON a.id = i.made_by "
    "WHERE i.unit_id = $1 AND i.used_ms = 0 AND i.until_ms >= $2 ORDER BY i.name, i.id"};
constexpr sql::Statement kAgree{
    "gate.agree_to_invitation",
    "UPDATE invitation SET approved_by = $3 WHERE id = $1 AND unit_id = $2 AND used_ms = 0"};
constexpr sql::Statement kAgreeing{"gate.agreeing",
                                   "SELECT m.account_id, m.acting_as FROM membership m JOIN account a ON "
                                   "a.id = m.account_id AND a.active = 1 "
                                   "WHERE m.unit_id = $1 AND m.account_id <> $2 AND m.valid_from <= $3 "
                                   "AND (m.valid_to IS NULL OR m.valid_to >= $3) AND a.email_hash <> $4"};
constexpr sql::Statement kAddress{"gate.address_hash", "SELECT email_hash FROM account WHERE id = $1"};
constexpr sql::Statement kWithdraw{"gate.withdraw_invitation",
                                   "DELETE FROM invitation WHERE id = $1 AND unit_id = $2 AND used_ms = 0"};
constexpr sql::Statement kUse{"gate.use_invitation",
                              "UPDATE invitation SET used_ms = $2 WHERE id = $1 AND used_ms = 0"};
constexpr sql::Statement kVoidOthers{
    "gate.void_other_invitations",
    "DELETE FROM invitation WHERE unit_id = $1 AND email_hash = $2 AND used_ms = 0 AND id <> $3"};
constexpr sql::Statement kMake{"gate.make_invited",
                               "INSERT INTO account (id, email_hash, name, password_hash, language, active) "
                               "VALUES ($1, $2, $3, $4, $5, 1)"};
constexpr sql::Statement kJoin{
    "gate.join",
    "INSERT INTO membership (unit_id, account_id, acting_as, valid_from) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (unit_id, account_id, acting_as) DO UPDATE SET valid_from = excluded.valid_from, "
    "valid_to = NULL WHERE membership.valid_to IS NOT NULL"};

std::string secret_hash(std::string_view secret) { return hash_hex("invitation:" + std::string(secret)); }

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

// What was offered is as good as the right of whoever offered it: she may have been dismissed since.
bool may_give_all(sql::Tx& tx, const Invitation& invitation, std::string_view maker, Day today) {
  if (is_operator(maker)) return true;
  const auto own = functions_of(tx, invitation.unit, maker, today);
  return std::all_of(invitation.functions.begin(), invitation.functions.end(), [&](const auto& function) {
    return std::any_of(own.begin(), own.end(), [&](const auto& giver) { return may_give(giver, function); });
  });
}

bool gives_alone_all(sql::Tx& tx, UnitId unit, const std::vector<std::string>& functions,
                     std::string_view maker, Day today) {
  const auto own = functions_of(tx, unit, maker, today);
  return std::all_of(functions.begin(), functions.end(), [&](const auto& function) {
    return std::any_of(own.begin(), own.end(),
                       [&](const auto& giver) { return gives_alone(giver, function); });
  });
}

bool all_agreed(sql::Tx& tx, UnitId unit, const std::vector<std::string>& functions, std::string_view maker,
                std::string_view second, Day today) {
  if (is_operator(maker) || gives_alone_all(tx, unit, functions, maker, today)) return true;
  const auto own = functions_of(tx, unit, second, today);
  return std::any_of(own.begin(), own.end(), may_agree);
}

std::optional<Invitation> found(sql::Tx& tx, std::string_view id, const std::string& hash,
                                const Clock& clock) {
  std::string maker, second;
  auto invitation = tx.one(kInvitation, {id, hash, clock.now().ms}, [&](const sql::Row& r) {
    maker = std::string(r.text(7));
    second = std::string(r.text(8));
    return Invitation{.id = std::string(r.text(0)),
                      .unit = r.integer(1),
                      .unit_name = std::string(r.text(2)),
                      .name = std::string(r.text(3)),
                      .functions = split(r.text(4)),
                      .email_hash = std::string(r.text(5)),
                      .account = r.opt_text(6).value_or("")};
  });
  if (!invitation || !may_give_all(tx, *invitation, maker, clock.today())) return std::nullopt;
  invitation->waits = !all_agreed(tx, invitation->unit, invitation->functions, maker, second, clock.today());
  return invitation;
}

// The invitations of a unit that still wait for a second person, as somebody who might be that sees them.
std::vector<OpenInvitation> open_of(sql::Tx& tx, UnitId unit, const Actor& actor, const Clock& clock) {
  const auto address =
      tx.one(kAddress, {actor->who}, [](const sql::Row& r) { return std::string(r.text(0)); }).value_or("");
  struct Row {
    OpenInvitation seen;
    std::string maker, second, address;
  };
  const auto rows = tx.rows(kOpen, {unit, clock.now().ms}, [&](const sql::Row& r) {
    return Row{{.id = std::string(r.text(0)),
                .name = std::string(r.text(1)),
                .functions = split(r.text(2)),
                .until = Instant{r.integer(3)},
                .made_by = r.opt_text(7).value_or("")},
               std::string(r.text(4)),
               std::string(r.text(5)),
               std::string(r.text(6))};
  });
  std::vector<OpenInvitation> list;
  for (const auto& [seen, maker, second, of] : rows) {
    OpenInvitation each = seen;
    // Whoever agreed may have left since; then another one can.
    each.waits = !all_agreed(tx, unit, each.functions, maker, second, clock.today());
    each.may_agree = each.waits && may_agree(actor->function) && maker != actor->who && of != address;
    each.may_withdraw =
        maker == actor->who || std::all_of(each.functions.begin(), each.functions.end(),
                                           [&](const auto& f) { return may_give(actor->function, f); });
    list.push_back(std::move(each));
  }
  return list;
}

void join(sql::Tx& tx, const Clock& clock, const Invitation& invitation, std::string_view account) {
  hold(tx, account);
  tx.change(kVoidOthers, {invitation.unit, invitation.email_hash, invitation.id});
  tx.enter_unit(invitation.unit);
  for (const auto& function : invitation.functions) {
    tx.change(kJoin, {invitation.unit, account, function, clock.today().text()});
    enter(tx, clock,
          {.unit = invitation.unit,
           .who = account,
           .function = function,
           .asked = kNothing.name,
           .what = "account.join",
           .object = invitation.id});
  }
}

}  // namespace

Link Gate::invite(UnitId unit, std::string_view who, std::string_view function, const Guest& guest) {
  const auto now = clock_.now().ms;
  const Link link{new_uuid(now), random_hex(16)};
  std::string functions;
  for (const auto& each : guest.functions) (functions += functions.empty() ? "" : ",") += each;
  const std::string hash = secret_hash(link.secret), email = email_hash(guest.email);
  store_.write([&](sql::Tx& tx) {
    tx.change(kForget, {now - kOpenMs});
    tx.change(kInvite, {link.id, hash, unit, email, guest.name, functions, now + kOpenMs, who});
    enter(tx, clock_,
          {.unit = unit,
           .who = who,
           .function = function,
           .asked = kAccountWrite.name,
           .what = "account.invite",
           .object = link.id,
           .rule = functions});
  });
  return link;
}

Link Gate::invite(const Operator& by, UnitId unit, const Guest& guest) {
  return invite(unit, by.who(), "", guest);
}

tl::expected<Link, InviteRefusal> Gate::invite(const Desk& desk, const Guest& guest) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  const auto& actor = desk.actor();
  for (const auto& each : guest.functions)
    if (!may_give(actor->function, each)) return tl::unexpected(InviteRefusal::not_hers_to_give);
  const auto account = find(guest.email);
  if (account && account->id == actor->who) return tl::unexpected(InviteRefusal::oneself);
  bool agreed = false;  // or somebody can
  store_.read([&](sql::Tx& tx) {
    agreed = gives_alone_all(tx, unit, guest.functions, actor->who, clock_.today());
    if (agreed) return;
    const auto others = tx.rows(kAgreeing, {unit, actor->who, clock_.today().text(), email_hash(guest.email)},
                                [](const sql::Row& r) { return may_agree(r.text(1)); });
    agreed = std::find(others.begin(), others.end(), true) != others.end();
  });
  if (!agreed) return tl::unexpected(InviteRefusal::nobody_agrees);
  return invite(unit, actor->who, actor->function, guest);
}

std::vector<OpenInvitation> Gate::open_invitations(const Desk& desk) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  std::vector<OpenInvitation> all;
  store_.read([&](sql::Tx& tx) { all = open_of(tx, unit, desk.actor(), clock_); });
  return all;
}

bool Gate::agree_to_invitation(const Desk& desk, std::string_view id) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    const auto all = open_of(tx, unit, desk.actor(), clock_);
    done = std::any_of(all.begin(), all.end(),
                       [&](const auto& each) { return each.id == id && each.may_agree; }) &&
           tx.change(kAgree, {id, unit, desk.actor()->who}) > 0;
    if (done)
      enter(tx, clock_,
            {.unit = unit,
             .who = desk.actor()->who,
             .function = desk.actor()->function,
             .asked = kAccountWrite.name,
             .what = "account.agree_to_invitation",
             .object = id});
  });
  return done;
}

bool Gate::withdraw_invitation(const Desk& desk, std::string_view id) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    const auto all = open_of(tx, unit, desk.actor(), clock_);
    done = std::any_of(all.begin(), all.end(),
                       [&](const auto& each) { return each.id == id && each.may_withdraw; }) &&
           tx.change(kWithdraw, {id, unit}) > 0;
    if (done)
      enter(tx, clock_,
            {.unit = unit,
             .who = desk.actor()->who,
             .function = desk.actor()->function,
             .asked = kAccountWrite.name,
             .what = "account.withdraw_invitation",
             .object = id});
  });
  return done;
}

std::optional<Invitation> Gate::invitation(std::string_view id, std::string_view secret) {
  if (!is_uuid(id) || !is_utf8(secret)) return std::nullopt;
  std::optional<Invitation> invitation;
  store_.read([&](sql::Tx& tx) { invitation = found(tx, id, secret_hash(secret), clock_); });
  return invitation;
}

std::optional<std::string> Gate::accept(std::string_view id, std::string_view secret, std::string_view email,
                                        std::string_view name, std::string_view password_hash,
                                        std::string_view language) {
  const auto now = clock_.now();
  const std::string account = new_uuid(now.ms), hash = secret_hash(secret), address = email_hash(email),
                    half_secret = random_hex(32), half = hash_hex(half_secret);
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    const auto invitation = found(tx, id, hash, clock_);
    done = invitation && !invitation->waits && invitation->account.empty() &&
           invitation->email_hash == address && tx.change(kUse, {id, now.ms}) > 0;
    if (!done) return;
    tx.change(kMake, {account, address, name, password_hash, language});
    access::join(tx, clock_, *invitation, account);
    put_half(tx, {.hash = half, .account = account, .may_set_up = true}, now);
  });
  if (!done) return std::nullopt;
  return half_secret;
}

bool Gate::join(std::string_view id, std::string_view secret,
                const std::function<std::string(sql::Tx&)>& account_of) {
  const auto now = clock_.now();
  const std::string hash = secret_hash(secret);
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    const auto invitation = found(tx, id, hash, clock_);
    done = invitation && !invitation->waits && !invitation->account.empty() &&
           invitation->account == account_of(tx) && tx.change(kUse, {id, now.ms}) > 0;
    if (done) access::join(tx, clock_, *invitation, invitation->account);
  });
  return done;
}

bool Gate::accept(std::string_view id, std::string_view secret, const Actor& actor) {
  return join(id, secret, [&](sql::Tx&) { return actor->who; });
}

bool Gate::accept(std::string_view id, std::string_view secret, std::string_view half_secret) {
  const std::string hash = hash_hex(half_secret);
  return join(id, secret, [&](sql::Tx& tx) {
    const auto half = half_of(tx, hash, clock_.now());
    return half && half->ready() ? half->account : std::string();
  });
}

}  // namespace lotse::access
