// SPDX-License-Identifier: EUPL-1.2
// What may be done with a job, and what kinds and codes mean.
#include <algorithm>

#include "admin/admin.h"

namespace lotse::admin {
namespace {

struct Meaning {
  std::string_view code;
  Text text;
};

// As notice/smtp.h and jobs/runner.cc give them.
const std::vector<Meaning>& meanings() {
  static const std::vector<Meaning> all{
      {"connect", msg("The mail server cannot be reached: check its address and the network.")},
      {"timeout", msg("The mail server does not answer in time: check its address and the network.")},
      {"tls", msg("The connection to the mail server cannot be encrypted: check its certificate.")},
      {"sign_in", msg("The mail server does not accept the sign-in: check user name and password file.")},
      {"530", msg("The mail server wants a sign-in: set user name and password file.")},
      {"password_file", msg("The password file for the mail server cannot be read: check where it lies.")},
      {"broken_off", msg("The mail server ended the connection. It often works later.")},
      {"protocol", msg("The mail server answered something unexpected: check its address and port.")},
      {"stopped", msg("The program was being restarted. It goes on by itself.")},
      {"sealed", msg("The text of the e-mail could not be opened: its key is gone. Cause a new e-mail.")},
      {"died", msg("The program ended each time in the middle of it. Please tell your operator.")},
      {"store_unavailable", msg("The database could not be reached. It often works later.")},
      {"not_found", msg("What this was about is not there any more.")},
  };
  return all;
}

bool is_reply(std::string_view code, char first) {
  return code.size() == 3 && code[0] == first &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Text label_of(std::string_view kind) {
  if (kind == notice::kDeliver) return msg("Send an e-mail");
  if (kind == "notice.forget") return msg("Delete old records of e-mails");
  if (kind == "directory.ask") return msg("Ask whether entries are still right");
  if (kind == "directory.forget") return msg("Delete old suggestions for entries");
  if (kind == "legal.forget_reports") return msg("Delete old reports of barriers");
  if (kind == "import.work") return msg("Check, import or take back a table");
  if (kind == "import.forget") return msg("Delete old imports");
  return msg("Other work of the program ({kind})", {{"kind", std::string(kind)}});
}

Text meaning_of(std::string_view code) {
  const auto& all = meanings();
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.code == code; });
  if (at != all.end()) return at->text;
  const std::pair<std::string, std::string> reply{"code", std::string(code)};
  if (code == "550" || code == "551" || code == "553")
    return msg("The mail server does not know the recipient's address (reply {code}).", {reply});
  if (code == "552") return msg("The recipient's mailbox is full (reply {code}).", {reply});
  if (is_reply(code, '4'))
    return msg("The mail server takes no e-mail at the moment (reply {code}).", {reply});
  if (is_reply(code, '5'))
    return msg("The mail server refuses the e-mail (reply {code}). Please tell whoever runs the mail server.",
               {reply});
  return msg("A fault in the program ({code}). Please tell your operator.", {reply});
}

Problems check_cancel(const access::JobState& job) {
  if (job.ended) return {{"", msg("This has already ended. There is nothing left to cancel.")}};
  if (job.cancel)
    return {{"", msg("This was already told to stop. Please wait a moment and reload the page.")}};
  if (job.state == "running" && job.kind == notice::kDeliver)
    return {{"", msg("This e-mail is being sent at this moment. Please wait a minute and reload the page.")}};
  return {};
}

Problems check_retry(const access::JobState& job, Instant now) {
  // Its text is gone: there would be nothing to send.
  if (job.state == "failed" && job.kind == notice::kDeliver)
    return {{"", msg("The text of this e-mail was deleted. Please do again what the e-mail was about.")}};
  if (job.state == "failed") return {};
  if (job.state == "running")
    return {{"", msg("This is being done at this moment. Please reload the page.")}};
  if (job.state != "waiting") return {{"", msg("This has already ended. There is nothing left to try.")}};
  if (job.cancel)
    return {{"", msg("This was already told to stop. Please wait a moment and reload the page.")}};
  if (job.attempts == 0 && job.not_before > now)
    return {{"", msg("This is meant for later. It begins by itself.")}};
  if (job.not_before <= now) return {{"", msg("This is due already. It begins by itself.")}};
  return {};
}

}  // namespace lotse::admin
