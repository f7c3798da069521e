// SPDX-License-Identifier: EUPL-1.2
#include "access/record.h"

#include <algorithm>

#include "access/audit_rows.h"
#include "access/record_note.h"

namespace lotse::access {
namespace {

const std::string kBlindKey = "blind";

constexpr sql::Statement kBegin{"record.begin",
                                "INSERT INTO record (unit_id, id, kind, made_ms) VALUES ($1, $2, $3, $4)"};
constexpr sql::Statement kEnd{
    "record.end",
    "UPDATE record SET erased_ms = $3, ended_by = $4 WHERE unit_id = $1 AND id = $2 AND erased_ms IS NULL"};
// A change, not a lock: with a row that was only locked, PostgreSQL lets an end go on that does not see what
// was committed meanwhile, and its rows would stay.
constexpr sql::Statement kLives{
    "record.lives", "UPDATE record SET kind = kind WHERE unit_id = $1 AND id = $2 AND erased_ms IS NULL"};
constexpr sql::Statement kEnded{"record.ended",
                                "SELECT id FROM record WHERE unit_id = $1 AND erased_ms > $2 AND id > $3 "
                                "ORDER BY id LIMIT 500"};
constexpr sql::Statement kKeep{"record.keep",
                               "INSERT INTO record_change (unit_id, id, record, of_table, of_row, field, "
                               "category, at_ms, actor, version, before) "
                               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr sql::Statement kForget{
    "record.forget",
    "DELETE FROM record_change WHERE unit_id = $1 AND record = $2 AND of_table = $3 "
    "AND of_row = $4 AND field = $5"};
constexpr sql::Statement kForgetAll{"record.forget_all",
                                    "DELETE FROM record_change WHERE unit_id = $1 AND record = $2"};
constexpr sql::Statement kHistory{
    "record.history",
    "SELECT id, of_table, of_row, field, category, at_ms, actor, version, before FROM record_change "
    "WHERE unit_id = $1 AND record = $2 ORDER BY at_ms DESC, id DESC LIMIT 500"};
constexpr sql::Statement kSubject{
    "record.subject", "INSERT INTO audit_subject (unit_id, subject, entry_id) VALUES ($1, $2, $3)"};

// "D1 D14 of record, record; D1 of record": what the audit's tree then covers as well.
std::string about(const std::map<std::string, Categories>& seen) {
  std::map<Categories, std::string> by_categories;
  for (const auto& [record, categories] : seen) {
    std::string& list = by_categories[categories];
    list += (list.empty() ? "" : ", ") + record;
  }
  std::string text;
  for (const auto& [categories, list] : by_categories)
    text += (text.empty() ? "" : "; ") + text_of(categories) + " of " + list;
  return text;
}

// All that says what the value was of: moved to another field or category it does not open.
std::string place_of_change(std::string_view id, std::string_view record, std::string_view table,
                            std::string_view row, std::string_view field, Category category,
                            std::int64_t version) {
  std::string place;
  for (const auto part : {id, record, table, row, field})
    place += std::to_string(part.size()) + ":" + std::string(part);
  return place + "D" + std::to_string(category) + "v" + std::to_string(version);
}

// With the category: what was put in as one thing is not opened as another.
std::string name_of_bytes(const BytesOf& of) {
  return std::string(of.field) + "@" + text_of(bit_of(of.category));
}

// The conditions `fields:a/b` of a category that list this field.
std::set<std::string_view> field_lists(Category category, std::string_view field) {
  std::set<std::string_view> found;
  for (const MatrixRow& row : matrix()) {
    if (row.category != category) continue;
    const auto at = row.condition.find("fields:");
    if (at == row.condition.npos) continue;
    const auto token = row.condition.substr(at, row.condition.find('+', at) - at);
    for (auto rest = token.substr(7); !rest.empty();) {
      const auto slash = rest.find('/');
      if (rest.substr(0, slash) == field) found.insert(token);
      rest = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
    }
  }
  return found;
}

}  // namespace

std::string text_of(Categories categories) {
  std::string text;
  for (Category c = 0; c < 32; ++c)
    if ((categories & bit_of(c)) != 0) text += (text.empty() ? "D" : " D") + std::to_string(c);
  return text;
}

bool RecordRights::allows(Action action, Category category, std::string_view field) const {
  Facts facts{.unit_kind = actor_->unit_kind,
              .function = actor_->function,
              .category = category,
              .purpose = purpose_,
              .action = action,
              .scopes = relation_.scopes,
              .conditions = relation_.conditions};
  // What the session itself proves, and which fields are asked for, is never taken from a feature.
  std::erase_if(facts.conditions,
                [](std::string_view c) { return c == "second_factor" || c.starts_with("fields:"); });
  if (actor_->second_factor) facts.conditions.insert("second_factor");
  for (const std::string_view list : field_lists(category, field)) facts.conditions.insert(list);
  return decide(facts).allowed;
}

void RecordChange::tell(std::string_view topic, const std::string& id) {
  note(topic, NotedPlace{rights_.actor_->unit, id}.key());
}

RecordDoor Desk::records(const Right& right, const Relation& relation) const {
  RecordRights rights;
  rights.actor_ = actor_;
  rights.purpose_ = purpose_;
  rights.right_ = right;
  rights.relation_ = relation;
  Facts facts{.unit_kind = actor_->unit_kind,
              .function = actor_->function,
              .category = right.category,
              .purpose = purpose_,
              .action = right.action,
              .scopes = relation.scopes,
              .conditions = relation.conditions};
  facts.conditions.erase("second_factor");
  if (actor_->second_factor) facts.conditions.insert("second_factor");
  rights.decision_ = actor_.signed_in() && actor_->unit != 0 ? decide(facts) : Decision{false, "", "row"};
  if (!rights.decision_.allowed) refuse(right, rights.decision_);
  return RecordDoor(store_, std::move(rights), clock_, once_);
}

void RecordReader::need_keys(std::span<const std::string> records) const {
  MissingKeys missing;
  for (const auto& record : records)
    if (!keys_.contains(record)) missing.records.push_back(record);
  if (!missing.records.empty()) throw missing;
}

const seal::Key* RecordReader::key_of(const std::string& record) const {
  const auto at = keys_.find(record);
  return at == keys_.end() ? nullptr : at->second.get();
}

void RecordReader::saw(const std::string& record, Categories categories) { seen_[record] |= categories; }

std::vector<RecordReader::Before> RecordReader::history(const std::string& record) {
  const std::array<std::string, 1> one{record};
  need_keys(one);
  const seal::Key* key = key_of(record);
  if (key == nullptr) return {};
  std::vector<Before> found;
  Categories shown = 0;
  // A table of this module: the feature's statements cannot reach it, so it is asked here.
  view_.tx_.each(kHistory, {rights_.actor_->unit, record}, [&](const sql::Row& r) {
    const auto category = static_cast<Category>(r.integer(4));
    if (!rights_.allows(Action::read, category, r.text(3))) return;
    const std::string id(r.text(0));
    const std::string bound =
        place_of_change(id, record, r.text(1), r.text(2), r.text(3), category, r.integer(7));
    std::string value = seal::open(*key, {rights_.actor_->unit, "record_change", "before", bound}, r.blob(8));
    value.erase(value.find_last_not_of(' ') + 1);
    found.push_back({std::string(r.text(1)), std::string(r.text(2)), std::string(r.text(3)), std::move(value),
                     Instant{r.integer(5)}, std::string(r.text(6)), r.integer(7)});
    shown |= bit_of(category);
  });
  if (shown != 0) saw(record, shown);
  return found;
}

std::optional<std::string> RecordReader::open_bytes(const std::string& record, const BytesOf& of,
                                                    std::span<const std::byte> sealed) {
  if (!rights_.allows(Action::read, of.category, of.field)) return std::nullopt;
  const std::array<std::string, 1> one{record};
  need_keys(one);
  const seal::Key* key = key_of(record);
  if (key == nullptr) return std::nullopt;
  std::string plain = seal::open(*key, {rights_.actor_->unit, of.table, name_of_bytes(of), of.row}, sealed);
  saw(record, bit_of(of.category));
  return plain;
}

sql::Blob RecordChange::seal_bytes(const std::string& record, const BytesOf& of, std::string_view plain) {
  CHECK(rights_.allows(Action::write, of.category, of.field));
  must_live(record);
  const seal::Key* key = key_of(record);
  CHECK(key);
  saw(record, bit_of(of.category));
  return seal::seal(profile_, *key, {rights_.actor_->unit, of.table, name_of_bytes(of), of.row}, plain);
}

void RecordChange::erase_bytes(const std::string& record, const BytesOf& of) {
  CHECK(rights_.allows(Action::erase, of.category, of.field));
  must_live(record);
  saw(record, bit_of(of.category));
}

void RecordChange::begin(const std::string& record, std::string_view kind) {
  CHECK(key_of(record));
  tx_.change(kBegin, {rights_.actor_->unit, record, kind, now_.ms});
}

// Locked against an end that comes at the same moment: nothing new is sealed for what is erased.
void RecordChange::must_live(const std::string& record) {
  if (!live_.insert(record).second) return;
  if (tx_.change(kLives, {rights_.actor_->unit, record}) == 0) throw NotFound();
}

void RecordChange::end(const std::string& record) {
  CHECK(rights_.right_.action == Action::erase && keys_.contains(record));
  if (!end_rows(store_, tx_, rights_.actor_->unit, record, now_, entry_)) throw Stale();
  ended_.push_back(record);
  tell(kRecordEnded, record);
  saw(record, 0);
}

bool end_rows(const Store& store, sql::Tx& tx, UnitId unit, const std::string& record, Instant now,
              std::string_view entry) {
  if (tx.change(kEnd, {unit, record, now.ms, entry}) != 1) return false;
  tx.change(kForgetAll, {unit, record});
  // What points to a row was declared after it.
  const auto& tables = store.record_tables();
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    const std::string text = "DELETE FROM " + *table + " WHERE unit_id = $1 AND record = $2";
    tx.change({"record.end_rows", text}, {unit, record});
  }
  return true;
}

void RecordChange::keep(const std::string& record, std::string_view table, const std::string& row,
                        std::string_view field, Category category, std::int64_t version,
                        const std::string& packed) {
  // Of the entry: the same however often the closure runs.
  const std::string id = entry_ + "." + std::to_string(++kept_);
  const std::string bound = place_of_change(id, record, table, row, field, category, version);
  tx_.change(kKeep, {rights_.actor_->unit, id, record, table, row, field, category, now_.ms,
                     rights_.actor_->who, version,
                     seal::seal(profile_, *key_of(record),
                                {rights_.actor_->unit, "record_change", "before", bound}, packed)});
}

void RecordChange::forget(const std::string& record, std::string_view table, const std::string& row,
                          std::string_view field) {
  tx_.change(kForget, {rights_.actor_->unit, record, table, row, field});
}

std::int64_t RecordChange::blind_of(std::string_view table, std::string_view field,
                                    std::string_view text) const {
  const seal::Key* key = key_of(kBlindKey);
  CHECK(key);
  return seal::blind(*key, {rights_.actor_->unit, table, field, ""}, fold(text));
}

bool RecordDoor::with_keys(KeyRing::Keys& keys, const std::function<void()>& work) const {
  try {
    work();
    return true;
  } catch (const RecordReader::MissingKeys& missing) {
    fetch(keys, missing.records);
    return false;
  }
}

bool RecordDoor::try_read(Seen& seen, KeyRing::Keys& keys,
                          const std::function<void(RecordView&)>& work) const {
  return with_keys(keys, [&] {
    store_.read([&](sql::Tx& tx) {
      tx.enter_unit(unit());
      RecordView view(store_, tx, rights_, keys);
      const auto keep = [&] {
        for (const auto& [record, categories] : view.seen_) seen[record] |= categories;
      };
      try {
        work(view);
      } catch (...) {
        keep();
        throw;
      }
      keep();
    });
  });
}

RecordDoor::Prepared RecordDoor::prepare(const Named& records) const {
  Prepared prepared;
  prepared.now = clock_.now();
  KeyRing& ring = store_.keys();
  fetch(prepared.keys, records.known);
  for (const auto& each : records.fresh) prepared.keys.emplace(each, ring.make(unit(), each, prepared.now));
  prepared.keys.emplace(kBlindKey, ring.make(unit(), kBlindKey, prepared.now));
  prepared.entry = new_uuid(prepared.now.ms);
  return prepared;
}

void RecordDoor::fetch(KeyRing::Keys& keys, const std::vector<std::string>& records) const {
  keys.merge(store_.keys().find(unit(), records));
  for (const auto& each : records) keys.try_emplace(each, nullptr);
}

void RecordDoor::enter(sql::Tx& tx, const std::string& id, Instant at, std::string_view what,
                       std::string_view object, const std::map<std::string, Categories>& seen,
                       bool allowed) const {
  const auto& actor = rights_.actor_;
  put_entry(tx, {.unit = unit(),
                 .id = id,
                 .at_ms = at.ms,
                 .actor = actor->who,
                 .acting_as = actor->function,
                 .purpose = rights_.purpose_,
                 .asked = std::string(rights_.right_.name),
                 .what = std::string(what),
                 .object = std::string(object),
                 .decision = allowed ? "allowed" : "denied",
                 .rule = allowed ? std::string(rights_.decision_.rule) : "absent",
                 .about = about(seen)});
  for (const auto& [record, categories] : seen) tx.change(kSubject, {unit(), record, id});
}

void RecordDoor::enter(sql::Tx& tx, const Prepared& prepared, std::string_view what, std::string_view object,
                       const RecordChange& change) const {
  enter(tx, prepared.entry, prepared.now, what, object, change.seen_, true);
}

void RecordDoor::enter_reading(std::string_view what, std::string_view object,
                               const std::map<std::string, Categories>& seen) const {
  const Instant now = clock_.now();
  const std::string id = new_uuid(now.ms);
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(unit());
    enter(tx, id, now, what, object, seen, true);
  });
}

void RecordDoor::absent(std::string_view what, std::string_view object) const {
  const Instant now = clock_.now();
  const std::string id = new_uuid(now.ms);
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(unit());
    enter(tx, id, now, what, object, {}, false);
  });
  throw NotFound();
}

void sweep_keys(Store& store, Instant now, int days) {
  const std::int64_t since = now.ms - std::int64_t{days} * 24 * 3'600'000;
  for (const UnitId unit : store.keys().units()) {
    std::vector<std::string> ended;
    for (std::string after;; after = ended.back()) {
      store.read([&](sql::Tx& tx) {
        tx.enter_unit(unit);
        ended =
            tx.rows(kEnded, {unit, since, after}, [](const sql::Row& r) { return std::string(r.text(0)); });
      });
      if (ended.empty()) break;
      for (const auto& record : ended) store.keys().drop(unit, record);
    }
  }
}

}  // namespace lotse::access
