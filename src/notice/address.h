// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string_view>

namespace lotse::notice {

/**
 * An address that mail can be sent to: `local@domain` as RFC 5321 section 4.1.2 writes it, with a dot in the
 * domain and within the lengths of 4.5.3.1. Only ASCII (a domain of other letters in its form "xn--…"), no
 * quoted local part, no number for a domain, no name before it. Whether anybody reads it, only a mail can
 * tell.
 */
bool is_mail_address(std::string_view text);

}  // namespace lotse::notice
