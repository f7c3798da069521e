// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "directory/plan.h"

/** What the five kinds of entries have each for itself; the rest is one for all. */
namespace lotse::directory {

/** `name` is how an Outcome calls it; `columns` are those that the document does not stand for itself. */
struct KindFacts {
  std::string_view table, name;
  const char* entered;
  std::vector<std::string_view> columns;
};
const KindFacts& facts_of(Kind kind);

template <class T>
struct KindOf;
template <>
struct KindOf<Organisation> {
  static constexpr Kind kind = Kind::organisation;
  static std::vector<sql::Value> columns(const Organisation& o, std::int64_t) { return {o.name}; }
};
template <>
struct KindOf<Location> {
  static constexpr Kind kind = Kind::location;
  static std::vector<sql::Value> columns(const Location& l, std::int64_t) {
    return {l.organization_id.text, l.name};
  }
};
template <>
struct KindOf<Service> {
  static constexpr Kind kind = Kind::service;
  static std::vector<sql::Value> columns(const Service& s, std::int64_t now) {
    return {s.organization_id.text, s.status, s.name, sort_key(s.name), now};
  }
};
template <>
struct KindOf<Placed> {
  static constexpr Kind kind = Kind::placed;
  static std::vector<sql::Value> columns(const Placed& p, std::int64_t) {
    return {p.service_id.text, p.location_id.text};
  }
};
template <>
struct KindOf<Term> {
  static constexpr Kind kind = Kind::term;
  static std::vector<sql::Value> columns(const Term&, std::int64_t) { return {}; }
};

template <class T>
const std::string& id_of(const T& thing) {
  if constexpr (requires { thing.id.text; })
    return thing.id.text;
  else
    return thing.id;
}

/** id, source, foreign_id, keeper_unit, version, given, doc, by source ($1) or ids; then `reader_of`, for
 * confidential locations are whole only for the unit that keeps them. */
std::string select_entries(Kind kind);
const ManyIds& entries_by_id(Kind kind);
std::vector<sql::Value> reader_of(Kind kind, UnitId unit);
/** Ids and versions of entries by id, which nobody may change until the transaction ends. */
const ManyIds& versions_by_id(Kind kind);
/** id, keeper_unit, source, foreign_id, version, given, doc, and the kind's columns; a row that is there
 * already is replaced where it has the version before. */
const ManyRows& writing(Kind kind);
/** What is kept of confidential locations: unit, id, given, doc. */
const ManyRows& secret_rows();
const ManyIds& clear_secrets();
/** What is placed at services: the columns of `select_entries`. */
const ManyIds& placed_at();
/** The services of organisations or at locations: their ids. */
const ManyIds& services_of_organisations();
const ManyIds& services_at_locations();

}  // namespace lotse::directory
