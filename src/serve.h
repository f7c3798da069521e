// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <iosfwd>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app.h"
#include "notice/notice.h"

namespace lotse {

struct ServeOptions {
  StoreChoice store;
  std::string listen = "127.0.0.1:8080";
  bool sample = false;
  std::string today;       // YYYY-MM-DD, only on a sample
  std::string public_url;  // https://… where a proxy ends TLS
  std::string tls_cert;    // PEM files: TLS is ended here; both or neither
  std::string tls_key;
  std::string feedback_email;
  std::vector<std::string> heads;    // to whom heads of the audit are given; see witness::problem_of
  std::string heads_ca_file;         // who vouches for them besides those whom the system trusts
  std::vector<std::string> witness;  // whose heads are kept; see witness::trust_of
  notice::SmtpChoice mail;           // without an address, notices wait
  std::string metrics;               // address and port of the listener for Prometheus; empty: none
  int workers = 4;
};

/** Runs a command of system user `user` against the open store; its output goes to the streams. What has no
 * end of its own ends with `stop`. The exit code. */
using Command = std::function<int(access::Store&, std::shared_ptr<const Clock>, unsigned user,
                                  const std::vector<std::string>& arguments, const std::string& folder,
                                  const std::stop_token& stop, std::ostream& out, std::ostream& err)>;

/** Serves until SIGTERM or SIGINT; where it speaks TLS, SIGHUP has it read its certificate anew. Commands
 * given meanwhile come in through DIR/serve.sock. Returns the exit code. */
int serve(const ServeOptions& options, const Command& command);

/**
 * Runs a command: in this process if nobody serves the store, otherwise in the one that does (SQLite has one
 * process at a time).
 */
int run_command(const StoreChoice& choice, const std::vector<std::string>& arguments, const Command& command);

/** Keeps a folder of copies up to date by the process that serves, waiting for one again and again, until it
 * is killed. */
int follow_served(const StoreChoice& choice, const std::vector<std::string>& arguments);

}  // namespace lotse
