// SPDX-License-Identifier: EUPL-1.2
// What audit and sealing cost, in a SQLite store of its own. One JSON object.
//     bench_seal FOLDER SECONDS      FOLDER on the disk that is meant; it must not be there yet
//
// The same registration each time, by 64 writers as fast as they can: nine columns by bare SQL ("raw"), the
// same through a door with its entry in the audit ("audited"), sealed for a record whose key is at hand
// ("sealed"), and for a new record with a key of its own ("sealed_new"). Then pages of 20 of them, read
// plain ("read") and opened with an entry ("read_sealed"). The audit is sealed meanwhile, as `serve` does.
#include <array>
#include <filesystem>
#include <iostream>

#include "access/audit_signer.h"
#include "access/record.h"
#include "access/sealing.h"
#include "app.h"
#include "base/log.h"
#include "measure.h"

namespace lotse::access {

/** What the gate alone may do elsewhere; see Actor. */
struct DeskTestAccess {
  static Actor actor(Actor::Facts facts) { return Actor(std::move(facts)); }
};

/** As the registration for an event: who comes, whom to call. */
struct Coming {
  std::string event, state, name, phone, email, language, allergies, pickup, code;
};

}  // namespace lotse::access

template <>
struct lotse::FieldsOf<lotse::access::Coming> {
  using T = access::Coming;
  static constexpr auto list =
      std::tuple{field("event", &T::event, "Event", Duty::needed, 14),
                 field("state", &T::state, "State", Duty::needed, 14),
                 field("name", &T::name, "Name", Duty::needed, 14, Storage::sealed),
                 field("phone", &T::phone, "Telephone", Duty::voluntary, 14, Storage::blind),
                 field("email", &T::email, "E-mail", Duty::voluntary, 14, Storage::blind),
                 field("language", &T::language, "Language", Duty::voluntary, 14, Storage::plain),
                 field("allergies", &T::allergies, "Allergies", Duty::voluntary, 14, Storage::sealed),
                 field("pickup", &T::pickup, "May pick up", Duty::voluntary, 14, Storage::sealed),
                 field("code", &T::code, "Code", Duty::needed, 14, Storage::blind)};
};

template <>
struct lotse::access::RowsOf<lotse::access::Coming> {
  static constexpr std::string_view table = "coming";
};

namespace lotse {
namespace {

using access::Coming;

constexpr std::string_view kTables =
    "-- table coming record\n-- rls coming unit_id\n-- table plain_coming unit\n-- rls plain_coming unit_id\n"
    "CREATE TABLE coming (unit_id BIGINT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, version BIGINT "
    "NOT NULL, event TEXT, state TEXT, name BYTEA, phone BYTEA, phone_blind BIGINT, email BYTEA, email_blind "
    "BIGINT, language TEXT, allergies BYTEA, pickup BYTEA, code BYTEA, code_blind BIGINT, PRIMARY KEY "
    "(unit_id, id));\n"
    "CREATE TABLE plain_coming (unit_id BIGINT NOT NULL, id TEXT NOT NULL, event TEXT, state TEXT, name "
    "TEXT, "
    "phone TEXT, email TEXT, language TEXT, allergies TEXT, pickup TEXT, code TEXT, PRIMARY KEY (unit_id, "
    "id));\n";
constexpr sql::Statement kInsert{
    "bench.insert",
    "INSERT INTO plain_coming (unit_id, id, event, state, name, phone, email, language, allergies, pickup, "
    "code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr sql::Statement kRead{
    "bench.read",
    "SELECT id, event, state, name, phone, email, language, allergies, pickup, code FROM plain_coming "
    "WHERE unit_id = $1 AND id >= $2 ORDER BY id LIMIT 20"};
constexpr access::Right kWrite{"coming.write", 14, access::Action::write},
    kLook{"coming.read", 14, access::Action::read};
constexpr UnitId kUnit = 1;
constexpr int kPage = 20;

Coming someone() {
  return {"0192f000-0000-7000-8000-000000000001",
          "confirmed",
          "Olena Beispiel",
          "+49 2561 4711",
          "olena@example.org",
          "uk",
          "Nüsse",
          "Oma",
          new_uuid(0).substr(0, 8)};
}

class Bench {
 public:
  Bench(const std::string& folder, double seconds) : seconds_(seconds) {
    StoreChoice choice;
    choice.data = folder;
    open_store(choice, *clock_);  // makes it
    std::vector<sql::Migration> all(migrations().begin(), migrations().end());
    all.push_back({"2099-01-01-bench", kTables});
    sql::Options owner;
    owner.owner = true;
    sql::migrate(*sql::open(choice.url(), owner), all, 0);
    store_ = std::make_unique<access::Store>(
        sql::open(choice.url(), choice.options(false)), all,
        std::make_shared<access::KeyRing>(sql::open(choice.keys_url(), choice.options(true)),
                                          choice.key_path()));
    raw_ = sql::open("sqlite:" + folder + "/raw.db", owner);
    sql::migrate(*raw_, all, 0);
  }

  Json run() {
    const auto signer = access::audit_signer(*store_, clock_->now());
    const access::Sealing sealing(*store_, *clock_, signer, {}, nullptr);
    const auto figures = [&] { return store_->figures(); };
    Json told;
    told["raw"] = measure(
        seconds_, 0, [&] { return raw_->figures(); }, [&] { insert_raw(); });
    told["audited"] = measure(seconds_, 0, figures, [&] { insert_audited(); });
    insert_sealed(kKnown, true);
    told["sealed"] = measure(seconds_, 0, figures, [&] { insert_sealed(kKnown, false); });
    told["sealed_new"] =
        measure(seconds_, 0, figures, [&] { insert_sealed(new_uuid(clock_->now().ms), true); });
    told["read"] = measure(seconds_, 0, figures, [&] { read_plain(); });
    std::vector<std::string> ids;
    for (int i = 0; i < kPage; ++i) ids.push_back(insert_sealed(kKnown, false));
    told["read_sealed"] = measure(seconds_, 0, figures, [&] { read_sealed(ids); });
    return told;
  }

 private:
  access::Desk desk(const char* function) const {
    return access::Desk(*store_,
                        access::DeskTestAccess::actor({.who = "acc-1",
                                                       .name = "",
                                                       .unit = kUnit,
                                                       .unit_kind = "family_centre",
                                                       .function = function,
                                                       .second_factor = true}),
                        access::kDirectoryPurpose, *clock_);
  }
  void put(const std::function<void(sql::Params)>& change, const std::string& id) const {
    const auto c = someone();
    change(
        {kUnit, id, c.event, c.state, c.name, c.phone, c.email, c.language, c.allergies, c.pickup, c.code});
  }
  void insert_raw() const {
    const std::string id = new_uuid(clock_->now().ms);
    sql::TestAccess::write(
        *raw_, [&](sql::Tx& tx) { put([&](sql::Params values) { tx.change(kInsert, values); }, id); });
  }
  void insert_audited() const {
    const std::string id = new_uuid(clock_->now().ms);
    desk("directory_editor").unit(access::kDirectoryWrite).change("bench.coming", id, [&](access::Change& c) {
      put([&](sql::Params values) { c.change(kInsert, values); }, id);
      return 0;
    });
  }
  std::string insert_sealed(const std::string& record, bool fresh) const {
    const std::string id = new_uuid(clock_->now().ms);
    const auto value = someone();
    access::RecordDoor::Named named;
    (fresh ? named.fresh : named.known).push_back(record);
    desk("organiser")
        .records(kWrite, kRelation)
        .change("bench.coming", id, named, [&](access::RecordChange& c) {
          if (fresh) c.begin(record, "coming");
          c.insert(id, record, value);
          return 0;
        });
    return id;
  }
  void read_plain() const {
    int seen = 0;
    desk("directory_editor").unit(access::kDirectoryRead).read([&](access::View& view) {
      seen = 0;
      view.each(kRead, {kUnit, ""}, [&](const sql::Row& r) { seen += r.text(3).empty() ? 0 : 1; });
      return 0;
    });
    if (seen != kPage) throw std::runtime_error("a page has 20 rows");
  }
  void read_sealed(const std::vector<std::string>& ids) const {
    const auto rows =
        desk("organiser").records(kLook, kRelation).read("bench.list", [&](access::RecordView& view) {
          return view.find<Coming>(ids);
        });
    if (rows.size() != ids.size() || rows.front().get(&Coming::name).empty())
      throw std::runtime_error("a page has 20 rows that are open");
  }

  inline static const access::Relation kRelation{{"own_event"}, {"participation"}};
  const std::string kKnown = new_uuid(1);
  const double seconds_;
  const std::shared_ptr<const Clock> clock_ = system_clock();
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<sql::Engine> raw_;
};

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  if (count != 3) {
    std::cerr << "bench_seal FOLDER SECONDS\n";
    return 2;
  }
  lotse::log_enabled(false);
  std::cout << lotse::Bench(values[1], std::atof(values[2])).run().dump(1) << "\n";
}
