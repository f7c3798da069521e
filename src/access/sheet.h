// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "access/matrix.h"
#include "base/fields.h"
#include "seal/seal.h"
#include "sql/sql.h"

/**
 * How a type about persons lies in a table, read off its list of fields: a plain field is a column of its
 * name, a sealed one a column of sealed bytes, a blind one both sealed bytes and a number `<name>_blind` by
 * which it can be found. Every such table has unit_id, id, record (whose key seals the row) and version
 * beside them. One row of one table, and nothing more: joins and lists are SQL of the feature.
 */
namespace lotse::access {

/** To be specialised: `static constexpr std::string_view table`. */
template <class T>
struct RowsOf;

/** A set of categories, a bit for each. */
using Categories = std::uint32_t;
constexpr Categories bit_of(Category category) { return Categories{1} << category; }
/** As the audit writes them: "D1 D14". */
std::string text_of(Categories categories);

/** A set of fields of one type, a bit for each in the order of its list. */
using FieldSet = std::uint64_t;

/** Calls `f(field, bit)` for each field of T, in order. */
template <HasFields T, class F>
void for_each_field_bit(F&& f) {
  FieldSet bit = 1;
  for_each_field<T>([&](const auto& each) {
    CHECK(bit != 0);
    f(each, bit);
    bit <<= 1;
  });
}

/**
 * One row as somebody may see it. A field that the reader may not see is withheld: it is not opened, `get` of
 * it fails a CHECK, and it cannot be written back.
 */
template <HasFields T>
class Sheet {
 public:
  const std::string& id() const { return id_; }
  const std::string& record() const { return record_; }
  std::int64_t version() const { return version_; }
  template <class M>
  bool shows(M T::*member) const {
    return (seen_ & bit_of_field(member)) != 0;
  }
  template <class M>
  const M& get(M T::*member) const {
    CHECK(shows(member));
    return value_.*member;
  }
  /** For changing: what is withheld is as in a new T. */
  const T& value() const { return value_; }
  FieldSet seen() const { return seen_; }

  template <class M>
  static FieldSet bit_of_field(M T::*member) {
    FieldSet found = 0;
    for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
      if constexpr (std::is_same_v<std::remove_cv_t<decltype(f.member)>, M T::*>)
        if (f.member == member) found = bit;
    });
    CHECK(found != 0);
    return found;
  }

 private:
  friend class RecordReader;
  friend class RecordChange;
  std::string id_, record_;
  std::int64_t version_ = 0;
  T value_{};
  FieldSet seen_ = 0;
};

/** The categories of these fields. */
template <HasFields T>
Categories categories_of(FieldSet fields = ~FieldSet{0}) {
  Categories all = 0;
  for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
    if ((fields & bit) != 0) all |= bit_of(f.category);
  });
  return all;
}

/** What is shown, and "withheld" with the names of the fields that are not. */
template <HasFields T>
Json to_json(const Sheet<T>& sheet) {
  Json json = lotse::to_json(sheet.value());
  Json withheld = Json::array();
  for_each_field<T>([&](const auto& f) {
    if (!sheet.shows(f.member)) withheld.push_back(std::string(f.name));
  });
  json["id"] = sheet.id();
  json["version"] = sheet.version();
  if (!withheld.empty()) json["withheld"] = std::move(withheld);
  return json;
}

namespace sheets {

/** A value as text for sealing: JSON, filled with blanks to a multiple of 32 bytes, so that its length tells
 * little. */
template <class M>
std::string packed(const M& value) {
  std::string text = JsonOf<M>::write(value).dump();
  text.resize((text.size() + 31) / 32 * 32, ' ');
  return text;
}

/** Throws seal::Broken for what `packed` did not make. */
template <class M>
M unpacked(const std::string& text) {
  M value{};
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !JsonOf<M>::read(json, value)) throw seal::Broken();
  return value;
}

template <class M>
inline constexpr bool kIsOptional = false;
template <class V>
inline constexpr bool kIsOptional<std::optional<V>> = true;

/** The value of a plain column: numbers and texts as themselves, all else as JSON; empty: NULL. */
template <class M>
sql::Value cell_of(const M& value) {
  if constexpr (kIsOptional<M>) {
    return value ? cell_of(*value) : sql::Value();
  } else if constexpr (std::is_integral_v<M> || std::is_floating_point_v<M> ||
                       std::is_same_v<M, std::string>) {
    return sql::Value(value);
  } else {
    const Json json = JsonOf<M>::write(value);
    return json.is_string() ? sql::Value(json.template get<std::string>()) : sql::Value(json.dump());
  }
}

template <class M>
M value_of_cell(const sql::Row& row, int column) {
  if (row.is_null(column)) return M{};
  if constexpr (kIsOptional<M>) {
    return M(value_of_cell<typename M::value_type>(row, column));
  } else if constexpr (std::is_same_v<M, bool>) {
    return row.truth(column);
  } else if constexpr (std::is_integral_v<M>) {
    const auto number = row.integer(column);
    if (!std::in_range<M>(number)) throw sql::Broken("a number of a row does not fit its field");
    return static_cast<M>(number);
  } else if constexpr (std::is_floating_point_v<M>) {
    return row.real(column);
  } else if constexpr (std::is_same_v<M, std::string>) {
    return std::string(row.text(column));
  } else {
    M value{};
    const std::string text(row.text(column));
    Json json = Json(text);
    if constexpr (!std::is_enum_v<M> && !std::is_same_v<M, Day>)
      if (auto parsed = Json::parse(text, nullptr, false); parsed.is_structured()) json = std::move(parsed);
    if (!JsonOf<M>::read(json, value)) throw sql::Broken("a text of a row is no value of its field");
    return value;
  }
}

/** Columns of a table in order: those beside the fields, then the fields', a blind one's two together. */
template <HasFields T>
std::string columns() {
  std::string text = "unit_id, id, record, version";
  for_each_field<T>([&](const auto& f) {
    text += ", " + std::string(f.name);
    if (f.storage == Storage::blind) text += ", " + std::string(f.name) + "_blind";
  });
  return text;
}

inline constexpr int kFirstField = 4;
/** Rows asked for in one statement. */
inline constexpr int kAtOnce = 20;

template <HasFields T>
const std::string& select_text() {
  static const std::string text = [] {
    std::string made = "SELECT " + columns<T>() + " FROM " + std::string(RowsOf<T>::table) +
                       " WHERE unit_id = $1 AND id IN (";
    for (int i = 0; i < kAtOnce; ++i) made += (i ? ", $" : "$") + std::to_string(i + 2);
    return made + ")";
  }();
  return text;
}

template <HasFields T>
const std::string& insert_text() {
  static const std::string text = [] {
    const std::string names = columns<T>();
    std::string made = "INSERT INTO " + std::string(RowsOf<T>::table) + " (" + names + ") VALUES ($1";
    const auto count = std::count(names.begin(), names.end(), ',') + 1;
    for (int i = 2; i <= count; ++i) made += ", $" + std::to_string(i);
    return made + ")";
  }();
  return text;
}

/** Sets these fields only; $1 unit, $2 id, $3 the version that is changed. */
template <HasFields T>
const std::string& update_text(FieldSet fields) {
  static std::mutex mutex;
  static std::map<FieldSet, std::string> texts;
  const std::lock_guard lock(mutex);
  std::string& text = texts[fields];
  if (!text.empty()) return text;
  text = "UPDATE " + std::string(RowsOf<T>::table) + " SET version = version + 1";
  int next = 4;
  for_each_field_bit<T>([&](const auto& f, FieldSet bit) {
    if ((fields & bit) == 0) return;
    text += ", " + std::string(f.name) + " = $" + std::to_string(next++);
    if (f.storage == Storage::blind)
      text += ", " + std::string(f.name) + "_blind = $" + std::to_string(next++);
  });
  text += " WHERE unit_id = $1 AND id = $2 AND version = $3";
  return text;
}

template <HasFields T>
const std::string& erase_text() {
  static const std::string text =
      "DELETE FROM " + std::string(RowsOf<T>::table) + " WHERE unit_id = $1 AND id = $2 AND version = $3";
  return text;
}

template <HasFields T, class M>
const std::string& blind_text(M T::*member) {
  static std::mutex mutex;
  static std::map<std::string_view, std::string> texts;
  std::string_view name;
  for_each_field<T>([&](const auto& f) {
    if constexpr (std::is_same_v<std::remove_cv_t<decltype(f.member)>, M T::*>)
      if (f.member == member && f.storage == Storage::blind) name = f.name;
  });
  CHECK(!name.empty());
  const std::lock_guard lock(mutex);
  std::string& text = texts[name];
  if (text.empty())
    text = "SELECT id FROM " + std::string(RowsOf<T>::table) + " WHERE unit_id = $1 AND " +
           std::string(name) + "_blind = $2 ORDER BY id";
  return text;
}

}  // namespace sheets
}  // namespace lotse::access
