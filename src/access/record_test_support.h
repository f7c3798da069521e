// SPDX-License-Identifier: EUPL-1.2
#pragma once
// Two types about persons for tests: one with a field of each kind, and a registration for an event as the
// feature that comes next will have it.
#include <filesystem>

#include "access/desk_test_support.h"
#include "access/record.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::access {

enum class Mood : std::uint8_t { unknown, good, bad };

struct Thing {
  std::string plain;
  std::optional<std::int64_t> number;
  bool truth = false;
  std::optional<double> real;
  std::optional<Day> day;
  Mood mood = Mood::unknown;
  std::vector<std::string> list;
  std::string sealed;
  std::optional<std::int64_t> sealed_number;
  std::vector<std::string> sealed_list;
  std::string blind;
  std::optional<std::string> health;
  bool operator==(const Thing&) const = default;
};

struct Registration {
  std::string event, state;
  std::string name, phone, email, language;
  std::vector<std::string> age;  // of children, one each
  std::string allergies, pickup;
  std::string code;
  bool operator==(const Registration&) const = default;
};

}  // namespace lotse::access

template <>
struct lotse::NamesOf<lotse::access::Mood> {
  static constexpr std::array<std::string_view, 3> names{"unknown", "good", "bad"};
};

template <>
struct lotse::FieldsOf<lotse::access::Thing> {
  using T = access::Thing;
  static constexpr auto list =
      std::tuple{field("plain", &T::plain, "Plain", Duty::voluntary, 14),
                 field("number", &T::number, "Number", Duty::voluntary, 14),
                 field("truth", &T::truth, "Truth", Duty::voluntary, 14),
                 field("real", &T::real, "Real", Duty::voluntary, 14),
                 field("day", &T::day, "Day", Duty::voluntary, 14),
                 field("mood", &T::mood, "Mood", Duty::voluntary, 14),
                 field("list", &T::list, "List", Duty::voluntary, 14),
                 field("sealed", &T::sealed, "Sealed", Duty::voluntary, 14, Storage::sealed),
                 field("sealed_number", &T::sealed_number, "Sealed number", Duty::voluntary, 14,
                       Storage::sealed, "short"),
                 field("sealed_list", &T::sealed_list, "Sealed list", Duty::voluntary, 14, Storage::sealed),
                 field("blind", &T::blind, "Blind", Duty::voluntary, 14, Storage::blind, "short"),
                 field("health", &T::health, "Health", Duty::voluntary, 9, Storage::sealed)};
};

template <>
struct lotse::FieldsOf<lotse::access::Registration> {
  using T = access::Registration;
  static constexpr auto list = std::tuple{
      field("event", &T::event, "Event", Duty::needed, 14),
      field("state", &T::state, "State", Duty::needed, 14),
      field("name", &T::name, "Name", Duty::needed, 1, Storage::sealed, "event_30_days"),
      field("phone", &T::phone, "Telephone", Duty::voluntary, 1, Storage::blind, "event_30_days"),
      field("email", &T::email, "E-mail", Duty::voluntary, 1, Storage::blind, "event_30_days"),
      field("language", &T::language, "Language", Duty::voluntary, 1, Storage::plain, "event_30_days"),
      field("age", &T::age, "Ages", Duty::voluntary, 10, Storage::sealed, "event_30_days"),
      field("allergies", &T::allergies, "Allergies", Duty::voluntary, 10, Storage::sealed, "event_1_day"),
      field("pickup", &T::pickup, "May pick up", Duty::voluntary, 10, Storage::sealed, "event_1_day"),
      field("code", &T::code, "Code", Duty::needed, 14, Storage::blind, "event_30_days")};
};

namespace lotse::access {

template <>
struct RowsOf<Thing> {
  static constexpr std::string_view table = "thing";
};
template <>
struct RowsOf<Registration> {
  static constexpr std::string_view table = "event_registration";
};

inline constexpr std::string_view kRecordTables =
    "-- table thing record\n-- table event_registration record\n-- rls thing unit_id\n-- rls "
    "event_registration "
    "unit_id\n"
    "CREATE TABLE thing (unit_id BIGINT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, version BIGINT NOT "
    "NULL,\n"
    "  plain TEXT, number BIGINT, truth BIGINT, real DOUBLE PRECISION, day TEXT, mood TEXT, list TEXT,\n"
    "  sealed BYTEA, sealed_number BYTEA, sealed_list BYTEA, blind BYTEA, blind_blind BIGINT, health BYTEA,\n"
    "  PRIMARY KEY (unit_id, id));\n"
    "CREATE INDEX thing_by_blind ON thing (unit_id, blind_blind);\n"
    "CREATE TABLE event_registration (unit_id BIGINT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL,\n"
    "  version BIGINT NOT NULL, event TEXT, state TEXT, name BYTEA, phone BYTEA, phone_blind BIGINT, email "
    "BYTEA,\n"
    "  email_blind BIGINT, language TEXT, age BYTEA, allergies BYTEA, pickup BYTEA, code BYTEA, code_blind "
    "BIGINT,\n"
    "  PRIMARY KEY (unit_id, id));\n";

constexpr Right kThingRead{"thing.read", 14, Action::read}, kThingWrite{"thing.write", 14, Action::write},
    kThingErase{"thing.delete", 14, Action::erase};

/** Of the house whose event it is, as the agreement to take part allows. */
inline const Relation kOwnEvent{{"own_event"}, {"participation"}};
inline const Relation kRegistered{
    {"own_event", "minimal"},
    {"participation", "registered", "not_staff_as_client", "not_address_protected"}};

class RecordFixture : public sql::StoreTest {
 protected:
  static Thing full() {
    return {.plain = "seen",
            .number = -5,
            .truth = true,
            .real = 1.5,
            .day = Day{2026, 2, 28},
            .mood = Mood::bad,
            .list = {"a", "[b]"},
            .sealed = "Kanarienvogel",
            .sealed_number = 4711081547114711,
            .sealed_list = {"x", ""},
            .blind = "kanarie@example.org",
            .health = std::nullopt};
  }
  struct Entry {
    std::string what, decision, about;
  };
  std::vector<Entry> entries() {
    std::vector<Entry> all;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      all = tx.rows(
          {"test.entries", "SELECT what, decision, about FROM audit_entry WHERE unit_id = 7 ORDER BY id"}, {},
          [](const sql::Row& r) {
            return Entry{std::string(r.text(0)), std::string(r.text(1)), std::string(r.text(2))};
          });
    });
    return all;
  }
  std::vector<sql::Migration> migrations() const override {
    auto list = sql::migrations_of({"access", "unit"});
    list.push_back({"2026-11-25-own", kRecordTables});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto key_migrations = KeyRing::migrations();
    if (on_sqlite()) {
      sql::Options owner;
      owner.owner = true;
      sql::migrate(*sql::open("sqlite:" + file() + ".keys", owner), key_migrations, 0);
    } else {
      sql::Options owner;
      owner.owner = true;
      owner.schema = "keys";
      sql::migrate(*sql::open(owner_url(), owner), key_migrations, 0);
    }
    open_store({});
  }
  void TearDown() override {
    store_.reset();
    StoreTest::TearDown();
  }
  std::unique_ptr<sql::Engine> open_keys() {
    sql::Options options;
    options.schema = "keys";
    return on_sqlite() ? sql::open("sqlite:" + file() + ".keys") : sql::open(url(), options);
  }
  void open_store(const sql::Options& options, seal::Profile profile = seal::Profile::xchacha20) {
    store_.reset();
    store_ = std::make_unique<Store>(
        sql::open(url(), options), migrations(),
        std::make_shared<KeyRing>(
            open_keys(), (sql::StoreTemplates::instance().folder() / (name() + ".key")).string(), profile));
  }
  // A moment later each time, so that entries are in order.
  Desk desk(UnitId unit = 7, std::string function = "organiser", bool second_factor = false) {
    clock_.set(Instant{clock_.now().ms + 1});
    return Desk(*store_,
                DeskTestAccess::actor({.who = "acc-1",
                                       .name = "Olena",
                                       .unit = unit,
                                       .unit_kind = "family_centre",
                                       .function = std::move(function),
                                       .second_factor = second_factor}),
                kDirectoryPurpose, clock_);
  }
  RecordDoor reading(UnitId unit = 7) { return desk(unit).records(kThingRead, kRegistered); }
  RecordDoor writing(UnitId unit = 7) { return desk(unit).records(kThingWrite, kRegistered); }

  template <HasFields T>
  void put(const std::string& id, const T& value, UnitId unit = 7, bool second_factor = false) {
    desk(unit, "organiser", second_factor)
        .records(kThingWrite, kRegistered)
        .change("thing.put", id, {{}, {id}}, [&](RecordChange& c) {
          c.begin(id, "thing");
          c.insert(id, id, value);
          return 0;
        });
  }
  template <HasFields T>
  std::optional<Sheet<T>> get(const std::string& id, UnitId unit = 7) {
    return reading(unit).read("thing.show", [&](RecordView& v) { return v.find<T>(id); });
  }
  std::int64_t number(std::string_view text, UnitId unit = 7) {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      n = tx.one({"test.number", text}, {}, [](const sql::Row& r) { return r.integer(0); }).value_or(-1);
    });
    return n;
  }
  StandingClock clock_{*instant_of({{2026, 11, 22}, 600})};
  std::unique_ptr<Store> store_;
};

}  // namespace lotse::access
