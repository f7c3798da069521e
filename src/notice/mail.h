// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>

#include "base/time.h"

namespace lotse::notice {

/** A mail from the program to one person. */
struct Mail {
  std::string id;    // a UUID: what the Message-ID is made of, the same for each try
  std::string from;  // is_mail_address
  std::string to;    // is_mail_address
  std::string subject;
  std::string body;  // lines end with "\n"
  Instant made{};
};

/**
 * The mail as it goes over the wire (RFC 5322, 2045 to 2047, 3834): UTF-8, the subject in encoded words where
 * it has to be, the body quoted-printable in lines of at most 76 characters; all end with CRLF. The same mail
 * is the same text each time. Throws Bug, without the text, for what would be another header: an address or
 * id of another form, a control character in the subject, anything that is not UTF-8.
 */
std::string written(const Mail& mail);

/** True for a subject that a mail can have: not empty, at most 200 bytes of UTF-8, no control characters. */
bool is_subject(std::string_view text);

}  // namespace lotse::notice
