// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lotse::notice {

/** Where mail is handed in, as an operator says it. */
struct SmtpChoice {
  /**
   * `smtps://HOST[:PORT]` (TLS from the first byte, RFC 8314) or `smtp://HOST[:PORT]` (STARTTLS, RFC 3207; a
   * server that offers none gets nothing). `smtp-plain://HOST[:PORT]` is not encrypted and only for a server
   * on this very machine (127.…, [::1], localhost).
   */
  std::string address;
  std::string user;           // empty: without signing in
  std::string password_file;  // its first line; read anew for each mail
  std::string ca_file;        // who vouches for the server's certificate; empty: whom the system trusts
  std::string from;           // is_mail_address
  long connect_timeout_ms = 10'000;
  long timeout_ms = 40'000;  // for one mail, in all; less than the lease of a job
};

/** What is wrong with the choice; the fields are those of the command line. Reads no file. */
Problems problems_of(const SmtpChoice& choice);

/** What became of a mail. */
struct Sent {
  enum class How {
    accepted,  // the server has taken it over
    refused,   // it said no for good to this mail or its recipient (RFC 5321, 3463): trying again would not
               // help
    later,     // anything else
  };
  How how = How::later;
  /** The reply ("550"), or "connect", "timeout", "tls", "sign_in", "password_file", "broken_off", "stopped",
   * "protocol". Never what the server said: that names addresses. */
  std::string code;
};

/** Hands mail in at one server (RFC 5321, by libcurl). Thread-safe; a connection for each mail. */
class Smtp {
 public:
  /** Throws Bug for a choice with problems. */
  explicit Smtp(SmtpChoice choice);
  const std::string& from() const { return choice_.from; }
  /** `message` as `written` made it, for this one address. Blocks, at most for the time-out, or until
   * `must_stop`, which is asked about once a second. */
  Sent send(std::string_view to, std::string_view message, const std::function<bool()>& must_stop) const;

 private:
  SmtpChoice choice_;
};

}  // namespace lotse::notice
