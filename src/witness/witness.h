// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "notice/smtp.h"

/**
 * Second parties for the heads of the audit: other installations take them over HTTP and keep them, people
 * get them by mail. Heads hold no personal data, and show by their signature whose they are.
 */
namespace lotse::access {
class HeadSink;
}
namespace lotse::witness {

/** Under which path an installation takes the heads of others. */
inline constexpr std::string_view kPath = "/audit/heads";

/** Whose heads are kept, and where. */
struct Trust {
  std::string key;   // public key, 64 hexadecimal characters: it stands in each head ("key")
  std::string file;  // absolute; see access::FileSink
};
/** From "HEX=FILE"; nothing if it is not of that form. */
std::optional<Trust> trust_of(std::string_view text);

/** Keeps what other installations hand over: each of their heads once, whatever it says. */
class Witness {
 public:
  enum class Answer {
    kept,         // or had been before
    unknown_key,  // signed by nobody whose heads are kept, or not at all
    unreadable,   // no lines that begin with a head
    busy,         // others of the same party are being written just now
  };
  /** Reads what the files hold already, and sees whether they can be written. Throws std::runtime_error. */
  explicit Witness(const std::vector<Trust>& trusted);
  ~Witness();
  /** Lines as access::line_of makes them, all of the same signer; none or all of them are kept. A head that
   * contradicts an earlier one of the same unit (another root for as many entries, or one between those that
   * were given) is kept as well: it is what this is for. That is told to the log ("witness.contradiction").
   * Thread-safe. Throws std::runtime_error where the file cannot be written. */
  Answer take(std::string_view lines);

 private:
  struct Party;
  std::map<std::string, std::unique_ptr<Party>> parties_;
};

/** What is wrong with a place to give heads to: a path; "https://…/audit/heads" of another installation
 * ("http:" on this very machine); "mailto:ADDRESS", which is sent the newest head of each unit once a day.
 * Empty: nothing. */
std::string problem_of(const std::string& place, const notice::SmtpChoice& smtp);
/** The sink for such a place. `place` has no problem; paths are absolute. `ca_file`: empty for the system's.
 */
std::unique_ptr<access::HeadSink> sink_for(const std::string& place, const notice::SmtpChoice& smtp,
                                           const std::string& ca_file, const Clock& clock);

}  // namespace lotse::witness
