// SPDX-License-Identifier: EUPL-1.2
#include "notice/notice.h"

#include "base/check.h"
#include "base/fold.h"
#include "base/json.h"
#include "notice/address.h"
#include "notice/mail.h"
#include "seal/seal.h"

namespace lotse::notice {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3'600'000, kPatienceMs = 3 * kDayMs, kRememberMs = 90 * kDayMs;
// What waited long for a mail server gets its tries too: many refuse a first one, to see who comes back.
constexpr std::int64_t kLeastTries = 10;
// Many more than three days of back-off have: it is the notice that gives up, not its job.
constexpr std::int64_t kAttempts = 1'000;

constexpr sql::Statement kPost{
    "notice.post",
    "INSERT INTO notice (unit_id, id, kind, made_ms, sealed, state) VALUES ($1, $2, $3, $4, $5, 'waiting') "
    "ON CONFLICT (unit_id, id) DO NOTHING"};
constexpr sql::Statement kWaiting{
    "notice.waiting",
    "SELECT sealed, made_ms FROM notice WHERE unit_id = $1 AND id = $2 AND state = 'waiting'"};
constexpr sql::Statement kEnd{
    "notice.end",
    "UPDATE notice SET state = $3, sealed = NULL, attempts = attempts + 1, sent_ms = $4, last_code = $5 "
    "WHERE unit_id = $1 AND id = $2 AND state = 'waiting'"};
constexpr sql::Statement kAgain{
    "notice.again",
    "UPDATE notice SET attempts = attempts + 1, last_code = $3 WHERE unit_id = $1 AND id = $2 "
    "AND state = 'waiting'"};
constexpr sql::Statement kWithdraw{
    "notice.withdraw",
    "UPDATE notice SET state = 'withdrawn', sealed = NULL WHERE unit_id = $1 AND id = $2 "
    "AND state = 'waiting'"};
constexpr sql::Statement kTally{
    "notice.tally",
    "SELECT state, last_code, count(*), max(made_ms) FROM notice WHERE unit_id = $1 "
    "AND (state = 'waiting' OR made_ms >= $2) GROUP BY state, last_code ORDER BY state, last_code"};
constexpr sql::Statement kOld{
    "notice.old", "SELECT count(*) FROM notice WHERE unit_id = $1 AND made_ms < $2 AND state <> 'waiting'"};
constexpr sql::Statement kForget{
    "notice.forget", "DELETE FROM notice WHERE unit_id = $1 AND made_ms < $2 AND state <> 'waiting'"};

seal::Place place_of(UnitId unit, const std::string& id) { return {unit, "notice", "sealed", id}; }

// Blanks at its end, so that the length of what is sealed tells little.
std::string padded(std::string text) {
  constexpr std::size_t kStep = 1024;
  text.resize((text.size() / kStep + 1) * kStep, ' ');
  return text;
}

struct Waiting {
  seal::Bytes sealed;
  Instant made;
};

class Delivery {
 public:
  Delivery(std::shared_ptr<const Smtp> smtp, std::shared_ptr<const KeyOfUnit> keys,
           std::shared_ptr<const Clock> clock)
      : smtp_(std::move(smtp)), keys_(std::move(keys)), clock_(std::move(clock)) {}

  jobs::Outcome deliver(jobs::Turn& turn) const {
    const auto door = turn.door(access::kNoticeSend, access::kAccountPurpose);
    const std::string& id = turn.subject();
    const auto waiting = door.read([&](access::View& view) {
      return view.one(kWaiting, {turn.unit(), id}, [](const sql::Row& r) {
        return Waiting{r.blob(0), Instant{r.integer(1)}};
      });
    });
    if (!waiting) return jobs::Outcome::done();
    const auto mail = opened(turn.unit(), id, *waiting);
    if (!mail) return end(door, id, "undelivered", "sealed");
    const Sent sent = smtp_->send(mail->to, written(*mail), [&] { return turn.must_stop(); });
    if (sent.how == Sent::How::accepted) return end(door, id, "sent", "");
    if (sent.how == Sent::How::refused) return end(door, id, "refused", sent.code);
    // The process ends: that was no try.
    if (sent.code == "stopped") return jobs::Outcome::again(sent.code);
    if (turn.attempt() >= kLeastTries && clock_->now().ms - waiting->made.ms >= kPatienceMs)
      return end(door, id, "undelivered", sent.code);
    door.change("notice.again", id, [&](access::Change& change) {
      return change.change(kAgain, {door.unit(), id, sent.code});
    });
    return jobs::Outcome::again(sent.code);
  }

  jobs::Outcome forget(jobs::Turn& turn) const {
    const auto door = turn.door(access::kNoticeSend, access::kAccountPurpose);
    const auto before = clock_->now().ms - kRememberMs;
    const auto old = door.read([&](access::View& view) {
      return view.one(kOld, {door.unit(), before}, [](const sql::Row& r) { return r.integer(0); });
    });
    if (*old > 0)
      door.change("notice.forget", "", [&](access::Change& change) {
        return change.change(kForget, {door.unit(), before});
      });
    return jobs::Outcome::done();
  }

 private:
  // Nothing where it does not open, or holds no mail.
  std::optional<Mail> opened(UnitId unit, const std::string& id, const Waiting& waiting) const {
    std::string text;
    try {
      text = seal::open(keys_->key_of(unit), place_of(unit, id), waiting.sealed);
    } catch (const seal::Broken&) {
      return std::nullopt;
    }
    const auto json = parse_json(text);
    CHECK(json);
    return Mail{.id = id,
                .from = smtp_->from(),
                .to = json->at("to").get<std::string>(),
                .subject = json->at("subject").get<std::string>(),
                .body = json->at("body").get<std::string>(),
                .made = waiting.made};
  }

  jobs::Outcome end(const access::UnitDoor& door, const std::string& id, std::string_view state,
                    std::string_view code) const {
    const bool sent = state == "sent";
    const auto at = sent ? std::optional(clock_->now().ms) : std::nullopt;
    door.change("notice." + std::string(state), id, [&](access::Change& change) {
      return change.change(kEnd, {door.unit(), id, state, at, code});
    });
    return sent ? jobs::Outcome::done() : jobs::Outcome::failed(code);
  }

  std::shared_ptr<const Smtp> smtp_;
  std::shared_ptr<const KeyOfUnit> keys_;
  std::shared_ptr<const Clock> clock_;
};

}  // namespace

Result<Prepared> prepare(const KeyOfUnit& keys, UnitId unit, const Notice& notice, Instant now) {
  CHECK(is_subject(notice.subject));
  CHECK(is_utf8(notice.body));
  if (!is_mail_address(notice.to))
    return refuse("to", msg("Enter an e-mail address in the form name@example.org."));
  Prepared made;
  made.unit_ = unit;
  made.id_ = new_uuid(now.ms);
  made.kind_ = notice.kind;
  made.made_ = now;
  const Json text{{"to", notice.to}, {"subject", notice.subject}, {"body", notice.body}};
  made.sealed_ = seal::seal(keys.profile(), keys.key_of(unit), place_of(unit, made.id_), padded(text.dump()));
  return made;
}

void post(access::Change& change, const Prepared& prepared) {
  change.change(kPost, {prepared.unit_, prepared.id_, prepared.kind_, prepared.made_.ms, prepared.sealed_});
  change.job({.kind = kDeliver, .subject = prepared.id_, .key = "", .not_before = {}});
}

bool withdraw(access::Change& change, UnitId unit, std::string_view id) {
  return change.change(kWithdraw, {unit, id}) > 0;
}

std::vector<Tally> tally(const access::UnitDoor& door, Instant since) {
  return door.read([&](access::View& view) {
    return view.rows(kTally, {door.unit(), since.ms}, [](const sql::Row& r) {
      return Tally{std::string(r.text(0)), std::string(r.text(1)), r.integer(2), Instant{r.integer(3)}};
    });
  });
}

void install(jobs::Runner& runner, std::shared_ptr<const Smtp> smtp, std::shared_ptr<const KeyOfUnit> keys,
             std::shared_ptr<const Clock> clock) {
  const auto delivery = std::make_shared<const Delivery>(std::move(smtp), std::move(keys), std::move(clock));
  runner.add({.kind = std::string(kDeliver),
              .work = [delivery](jobs::Turn& turn) { return delivery->deliver(turn); },
              .attempts = kAttempts});
  runner.add(
      {.kind = "notice.forget", .work = [delivery](jobs::Turn& turn) { return delivery->forget(turn); }},
      jobs::Schedule::daily(4 * 60), jobs::Runner::Whose::each_unit);
}

}  // namespace lotse::notice
