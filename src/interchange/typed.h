// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <set>
#include <string>
#include <type_traits>

#include "directory/directory.h"
#include "interchange/assemble.h"

/** Brings JSON of strangers into the shape that from_json() reads without loss. Used by assemble.cc only. */
namespace lotse::interchange::typed {

struct Cleaner {
  const std::string& source;
  const Origin& at;
  Report& report;
  Json kept = Json::object();
  Json parts = Json::object();

  void keep(const std::string& path, const std::string& name, const Json& value);
  void note(Severity severity, const std::string& field, std::string_view value, Text reason);
};

/** A text from a text, number or true/false; nothing from anything else. */
std::optional<std::string> as_text(const Json& value);
/** A number from a number or a text that is one; nothing from anything else. */
std::optional<double> as_number(const Json& value);
/** Gives the element an id of ours: its own as a UUID, or one made of where it stands. */
void give_id(Json& element, Cleaner& c, const std::string& list, const std::string& path, std::size_t number,
             std::set<std::string>& taken);
/** Ids inside the free-form lists `attributes` and `metadata`. */
void clean_links(Json& list, Cleaner& c, const std::string& name, const std::string& path);

/** What a part needs beyond the types of its members; `path` is where it stands ("/languages/<id>"). */
void after(Json& object, directory::SpokenLanguage*, Cleaner& c, const std::string& path);
void after(Json& object, directory::Schedule*, Cleaner& c, const std::string& path);
inline void after(Json&, void*, Cleaner&, const std::string&) {}

template <class T>
struct ListOf : std::false_type {};
template <class T>
struct ListOf<std::vector<T>> : std::bool_constant<HasFields<T>> {
  using Item = T;
};

template <HasFields T>
void clean(Json& object, Cleaner& c, const std::string& path);

template <class T>
void clean_list(Json& list, Cleaner& c, const std::string& name, const std::string& path) {
  Json good = Json::array();
  std::set<std::string> taken;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) {
      c.keep(path, name + "/" + std::to_string(i), list[i]);
      continue;
    }
    give_id(list[i], c, name, path, i, taken);
    clean<T>(list[i], c, path + "/" + name + "/" + list[i]["id"].template get<std::string>());
    good.push_back(std::move(list[i]));
  }
  list = std::move(good);
}

// True if the member can stay.
template <class M>
bool clean_member(Json& value, Cleaner& c, const std::string& name, const std::string& path) {
  if constexpr (std::is_same_v<M, std::string>) {
    if (value.is_string()) return true;
    const auto text = as_text(value);
    if (!text) return false;
    c.note(Severity::note, name, *text, msg("This is no text; it was taken as one."));
    value = *text;
    return true;
  } else if constexpr (std::is_same_v<M, std::optional<double>>) {
    const auto number = as_number(value);
    if (number) value = *number;
    return number.has_value();
  } else if constexpr (std::is_same_v<M, Json>) {
    clean_links(value, c, name, path);
    return true;
  } else if constexpr (ListOf<M>::value) {
    if (!value.is_array()) return false;
    clean_list<typename ListOf<M>::Item>(value, c, name, path);
    return true;
  } else {
    M scratch{};
    return JsonOf<M>::read(value, scratch);
  }
}

template <HasFields T>
void clean(Json& object, Cleaner& c, const std::string& path) {
  Json known = Json::object();
  for_each_field<T>([&](const auto& f) {
    using M = typename std::decay_t<decltype(f)>::Member;
    const std::string name(f.name);
    const auto at = object.find(name);
    if (at == object.end()) return;
    Json value = std::move(*at);
    object.erase(name);
    if (value.is_null()) return;
    if (clean_member<M>(value, c, name, path))
      known[name] = std::move(value);
    else
      c.keep(path, name, value);
  });
  if (path.empty()) {
    // Unknown members of the entry itself go into its `rest`.
    for (const auto& [name, value] : object.items()) known[name] = value;
  } else if (!object.empty()) {
    c.parts[path] = std::move(object);
  }
  object = std::move(known);
  after(object, static_cast<T*>(nullptr), c, path);
}

}  // namespace lotse::interchange::typed
