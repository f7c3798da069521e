// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/id.h"
#include "base/json.h"
#include "base/time.h"

/**
 * A type lists its fields once; what is written from JSON, to JSON, asked in a form, shown in a history or
 * deleted in time follows from that list:
 *
 *   struct Phone { std::string number; std::optional<std::string> extension; };
 *   template <> struct lotse::FieldsOf<Phone> {
 *     static constexpr auto list = std::tuple{
 *         field("number", &Phone::number, "Telephone number", Duty::needed),
 *         field("extension", &Phone::extension, "Extension")};
 *   };
 */
namespace lotse {

/** Must it be filled in? `needed` is needed for the record to make sense; `voluntary` may always be left
 * empty. */
enum class Duty : std::uint8_t { voluntary, needed };

/** How it lies in the store; `sealed` and `blind` fields are for data about persons. */
enum class Storage : std::uint8_t { plain, sealed, blind };

template <class T, class M>
struct Field {
  using Member = M;
  std::string_view name;  // in JSON, forms and documents (for the directory: as in HSDS)
  M T::*member;
  std::string_view label;  // English message id, as a person reads it
  Duty duty = Duty::voluntary;
  std::uint8_t category = 0;  // D0 … D31 of the access matrix
  Storage storage = Storage::plain;
  std::string_view retention = "entry";  // retention class; "entry": as long as the entry itself
};

template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::*member, std::string_view label,
                            Duty duty = Duty::voluntary, std::uint8_t category = 0,
                            Storage storage = Storage::plain, std::string_view retention = "entry") {
  return {name, member, label, duty, category, storage, retention};
}

/** To be specialised with `static constexpr auto list = std::tuple{field(…), …};`. */
template <class T>
struct FieldsOf;

template <class T>
concept HasFields = requires {
  FieldsOf<T>::list;
};

/** To be specialised for enums: `static constexpr std::array<std::string_view, N> names` in the order of the
 * values. */
template <class E>
struct NamesOf;

template <class E>
requires std::is_enum_v<E>
constexpr std::string_view name_of(E value) { return NamesOf<E>::names[static_cast<std::size_t>(value)]; }

template <class E>
requires std::is_enum_v<E>
constexpr std::optional<E> value_of(std::string_view name) {
  for (std::size_t i = 0; i < NamesOf<E>::names.size(); ++i)
    if (NamesOf<E>::names[i] == name) return static_cast<E>(i);
  return std::nullopt;
}

/** Calls `f(field)` for each field of T, in order. */
template <HasFields T, class F>
void for_each_field(F&& f) {
  std::apply([&](const auto&... each) { (f(each), ...); }, FieldsOf<T>::list);
}

template <class M>
struct JsonOf;

/** As JSON: empty texts, lists and optionals are left out. */
template <HasFields T>
Json to_json(const T& object);

/** From JSON; members that the type does not list are put into `rest` if given. False if a member has the
 * wrong kind. */
template <HasFields T>
bool from_json(const Json& json, T& object, Json* rest = nullptr);

namespace detail {
template <class M>
bool is_empty(const M&) {
  return false;
}
inline bool is_empty(const std::string& v) { return v.empty(); }
template <class V>
bool is_empty(const std::optional<V>& v) {
  return !v;
}
template <class V>
bool is_empty(const std::vector<V>& v) {
  return v.empty();
}
template <class K, class V>
bool is_empty(const std::map<K, V>& v) {
  return v.empty();
}
template <class Tag>
bool is_empty(const Id<Tag>& v) {
  return v.empty();
}
inline bool is_empty(const Json& v) { return v.is_null() || v.empty(); }
}  // namespace detail

template <>
struct JsonOf<std::string> {
  static Json write(const std::string& v) { return v; }
  static bool read(const Json& j, std::string& v) {
    if (!j.is_string()) return false;
    v = j.get<std::string>();
    return true;
  }
};
template <class N>
requires std::is_integral_v<N>
struct JsonOf<N> {
  static Json write(N v) { return v; }
  static bool read(const Json& j, N& v) {
    if constexpr (std::is_same_v<N, bool>) {
      if (!j.is_boolean()) return false;
    } else {
      if (!j.is_number_integer()) return false;
      // A number that does not fit is no number of this kind; it must not come back as another one.
      if (j.is_number_unsigned() ? !std::in_range<N>(j.get<std::uint64_t>())
                                 : !std::in_range<N>(j.get<std::int64_t>()))
        return false;
    }
    v = j.get<N>();
    return true;
  }
};
template <>
struct JsonOf<double> {
  static Json write(double v) { return v; }
  static bool read(const Json& j, double& v) {
    if (!j.is_number()) return false;
    v = j.get<double>();
    return true;
  }
};
template <>
struct JsonOf<Json> {
  static Json write(const Json& v) { return v; }
  static bool read(const Json& j, Json& v) {
    v = j;
    return true;
  }
};
template <class E>
requires std::is_enum_v<E>
struct JsonOf<E> {
  static Json write(E v) { return std::string(name_of(v)); }
  static bool read(const Json& j, E& v) {
    if (!j.is_string()) return false;
    const auto found = value_of<E>(j.get_ref<const std::string&>());
    if (found) v = *found;
    return found.has_value();
  }
};
template <class Tag>
struct JsonOf<Id<Tag>> {
  static Json write(const Id<Tag>& v) { return v.text; }
  static bool read(const Json& j, Id<Tag>& v) { return JsonOf<std::string>::read(j, v.text); }
};
template <>
struct JsonOf<Day> {
  static Json write(const Day& v) { return v.text(); }
  static bool read(const Json& j, Day& v) {
    if (!j.is_string()) return false;
    const auto day = Day::parse(j.get_ref<const std::string&>());
    if (day) v = *day;
    return day.has_value();
  }
};
template <HasFields T>
struct JsonOf<T> {
  static Json write(const T& v) { return to_json(v); }
  static bool read(const Json& j, T& v) { return from_json(j, v); }
};
template <class V>
struct JsonOf<std::optional<V>> {
  static Json write(const std::optional<V>& v) { return v ? JsonOf<V>::write(*v) : Json(nullptr); }
  static bool read(const Json& j, std::optional<V>& v) {
    v.reset();
    if (j.is_null()) return true;
    return JsonOf<V>::read(j, v.emplace());
  }
};
template <class V>
struct JsonOf<std::vector<V>> {
  static Json write(const std::vector<V>& v) {
    Json list = Json::array();
    for (const auto& each : v) list.push_back(JsonOf<V>::write(each));
    return list;
  }
  static bool read(const Json& j, std::vector<V>& v) {
    v.clear();
    if (j.is_null()) return true;
    if (!j.is_array()) return false;
    for (const auto& each : j)
      if (!JsonOf<V>::read(each, v.emplace_back())) return false;
    return true;
  }
};
template <class V>
struct JsonOf<std::map<std::string, V>> {
  static Json write(const std::map<std::string, V>& v) {
    Json object = Json::object();
    for (const auto& [key, each] : v) object[key] = JsonOf<V>::write(each);
    return object;
  }
  static bool read(const Json& j, std::map<std::string, V>& v) {
    v.clear();
    if (!j.is_object()) return false;
    for (const auto& [key, each] : j.items())
      if (!JsonOf<V>::read(each, v[key])) return false;
    return true;
  }
};

template <HasFields T>
Json to_json(const T& object) {
  Json json = Json::object();
  for_each_field<T>([&](const auto& f) {
    const auto& value = object.*(f.member);
    if (!detail::is_empty(value))
      json[std::string(f.name)] = JsonOf<typename std::decay_t<decltype(f)>::Member>::write(value);
  });
  return json;
}

template <HasFields T>
bool from_json(const Json& json, T& object, Json* rest) {
  if (!json.is_object()) return false;
  bool good = true;
  std::size_t taken = 0;
  for_each_field<T>([&](const auto& f) {
    const auto at = json.find(f.name);
    if (at == json.end()) return;
    ++taken;
    good = JsonOf<typename std::decay_t<decltype(f)>::Member>::read(*at, object.*(f.member)) && good;
  });
  if (!rest || taken == json.size()) return good;
  for (const auto& item : json.items()) {
    bool listed = false;
    for_each_field<T>([&](const auto& f) { listed = listed || f.name == item.key(); });
    if (!listed) (*rest)[item.key()] = item.value();
  }
  return good;
}

}  // namespace lotse
