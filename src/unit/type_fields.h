// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/fields.h"
#include "unit/unit.h"

// The field lists of unit.h: what a unit tells about itself, in JSON and in the store.

template <>
struct lotse::FieldsOf<lotse::unit::Opening> {
  using T = lotse::unit::Opening;
  static constexpr auto list =
      std::tuple{field("weekday", &T::weekday, "Day", Duty::needed),
                 field("from", &T::from, "from", Duty::needed), field("to", &T::to, "to", Duty::needed)};
};
template <>
struct lotse::FieldsOf<lotse::unit::Hours> {
  using T = lotse::unit::Hours;
  static constexpr auto list = std::tuple{field("openings", &T::openings, "Opening hours"),
                                          field("by_appointment", &T::by_appointment, "by appointment")};
};
template <>
struct lotse::FieldsOf<lotse::unit::Contact> {
  using T = lotse::unit::Contact;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("name", &T::name, "Name", Duty::needed),
                                          field("matter", &T::matter, "What the contact is responsible for"),
                                          field("phone", &T::phone, "Telephone"),
                                          field("email", &T::email, "E-mail"),
                                          field("languages", &T::languages, "Languages")};
};
template <>
struct lotse::FieldsOf<lotse::unit::Unit> {
  using T = lotse::unit::Unit;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("name", &T::name, "Name", Duty::needed),
                                          field("kind", &T::kind, "Kind", Duty::needed),
                                          field("hours", &T::hours, "Opening hours"),
                                          field("contacts", &T::contacts, "Contacts"),
                                          field("version", &T::version, "Version")};
};
