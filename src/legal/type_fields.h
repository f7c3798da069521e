// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/fields.h"
#include "legal/legal.h"

// The field list of legal.h: names in JSON and in the form, labels for those who fill it in.

template <>
struct lotse::FieldsOf<lotse::legal::Duties> {
  using T = lotse::legal::Duties;
  static constexpr auto list = std::tuple{
      field("street", &T::street, words::N_("Street and number"), Duty::needed),
      field("postcode", &T::postcode, words::N_("Postcode"), Duty::needed),
      field("city", &T::city, words::N_("Town"), Duty::needed),
      field("represented_by", &T::represented_by, words::N_("Represented by"), Duty::needed),
      field("email", &T::email, words::N_("E-mail"), Duty::needed),
      field("phone", &T::phone, words::N_("Telephone"), Duty::needed),
      field("register_entry", &T::register_entry, words::N_("Register and number")),
      field("vat_id", &T::vat_id, words::N_("VAT identification number")),
      field("supervisor", &T::supervisor, words::N_("Supervising authority")),
      field("editor", &T::editor, words::N_("Responsible for editorial texts")),
      field("dpo", &T::dpo, words::N_("Data protection officer"), Duty::needed),
      field("dpo_email", &T::dpo_email, words::N_("E-mail of the data protection officer"), Duty::needed),
      field("dpo_phone", &T::dpo_phone, words::N_("Telephone of the data protection officer")),
      field("authority", &T::authority, words::N_("Authority to complain to"), Duty::needed),
      field("authority_web", &T::authority_web, words::N_("Website of the authority to complain to")),
      field("recipients", &T::recipients, words::N_("Who processes data for you"), Duty::needed),
      field("more", &T::more, words::N_("Further information for the privacy notice")),
      field("state", &T::state, words::N_("How accessible the website is"), Duty::needed),
      field("checked_on", &T::checked_on, words::N_("Day of the last check"), Duty::needed),
      field("method", &T::method, words::N_("Who checked"), Duty::needed),
      field("barriers", &T::barriers, words::N_("Known barriers")),
      field("enforcement", &T::enforcement, words::N_("Enforcement body"), Duty::needed),
      field("enforcement_web", &T::enforcement_web, words::N_("Website of the enforcement body")),
      field("sign_language", &T::sign_language, words::N_("Address of the film in sign language"),
            Duty::needed)};
};
