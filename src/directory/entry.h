// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "directory/history.h"
#include "directory/many.h"
#include "directory/offer.h"
#include "directory/types.h"

/** How an entry lies in the store: its document, and the rows that are derived from it. */
namespace lotse::directory {

/** A service with its organisation, and when it was last confirmed; without a place. Nothing if there is none
 * with this id. */
std::optional<Entry> entry_in(access::View& view, std::string_view service_id);

/** A service as it is to be written; made before the change. */
struct Correction {
  Service service;
  std::string doc, key;
  std::int64_t version = 0;  // that it takes the place of
  Hand hand;
  Cause cause;
};
Correction correction_of(const Service& service, std::int64_t version, Hand hand, Cause cause);
/** Writes it, its line in the history, and what follows from it; the new version. Throws NotFound where the
 * unit does not keep it, Stale where it has another version. */
std::int64_t write_correction(access::Change& change, const Correction& correction);

/** The title and text of a service stand a second time among its texts, in its own language. Where they did
 * so in `before`, they do in `after`. */
void mirror(Service& after, const Service& before);

template <class M>
struct PartsOf {
  static constexpr bool listed = false;
};
template <class P>
requires requires(P part) { part.id.substr(0); }
struct PartsOf<std::vector<P>> {
  static constexpr bool listed = true;
};

/** Every part of an entry (a telephone, a schedule) has an id of its own, as the standard wants; what came
 * without one gets one made of where it stands, the same each time. */
template <class T>
void give_ids(T& thing, const std::string& under) {
  for_each_field<T>([&](const auto& f) {
    if constexpr (PartsOf<typename std::decay_t<decltype(f)>::Member>::listed) {
      auto& parts = thing.*(f.member);
      std::set<std::string> taken;
      for (const auto& each : parts) taken.insert(each.id);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        for (std::size_t salt = i; parts[i].id.empty(); ++salt) {
          const auto id = uuid_of_name(under + "\n" + std::string(f.name) + "\n" + std::to_string(salt));
          if (taken.insert(id).second) parts[i].id = id;
        }
        give_ids(parts[i], parts[i].id);
      }
    }
  });
}

/** A document of the store; Bug where it is none. */
inline Json json_of(std::string_view doc) {
  auto json = parse_json(doc);
  CHECK(json.has_value());
  return std::move(*json);
}
template <class T>
T thing_of(const Json& json) {
  T thing;
  from_json(json, thing, &thing.rest);
  return thing;
}
template <class T>
T parsed(std::string_view doc) {
  return thing_of<T>(json_of(doc));
}

template <class T>
Json document_of(const T& thing) {
  Json json = to_json(thing);
  for (const auto& [key, value] : thing.rest.items()) json[key] = value;
  return json;
}
/** The same entry always gives the same text. */
template <class T>
std::string doc_of(const T& thing) {
  return document_of(thing).dump();
}

/** By what entries are listed and compared with what is typed. */
std::string sort_key(std::string_view name);

/** The rows of `service_text` and `offer` that follow from services; made in memory, written in one go. */
struct Derived {
  std::vector<sql::Value> texts, offers;
  std::vector<std::string> offer_ids;

  void add(const Service& service, const Organisation& organisation, std::span<const At> places,
           UnitId keeper);
  /** Replaces what there is of these services, which `keeper` keeps. */
  static void clear(access::Change& change, std::span<const std::string> services, UnitId keeper);
  void write(access::Change& change) const;
};

/** Makes the derived rows of one service anew, in the transaction that changes it. */
void derive(access::Change& change, const std::string& service_id);

/** Ids of the offers that there are of these services. */
std::vector<std::string> offers_there(access::View& view, std::span<const std::string> services);

}  // namespace lotse::directory
