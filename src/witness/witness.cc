// SPDX-License-Identifier: EUPL-1.2
#include "witness/witness.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "access/audit_form.h"
#include "access/head_sink.h"
#include "base/id.h"
#include "base/log.h"

namespace lotse::witness {
namespace {

/** What lines say. */
struct Told {
  std::vector<access::AuditHead> heads;
  std::vector<access::AuditEnds> ends;
};

// Nothing unless each line is one of the two; empty lines are passed over.
std::optional<Told> told_by(std::string_view lines) {
  Told told;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (line.empty()) continue;
    if (auto head = access::head_in_line(line))
      told.heads.push_back(std::move(*head));
    else if (auto ends = access::ends_in_line(line))
      told.ends.push_back(std::move(*ends));
    else
      return std::nullopt;
  }
  return told;
}

bool all_of(const Told& told, const access::AuditKeys& keys) {
  const auto right = [&](const auto& each) { return keys.judge(each) == access::AuditKeys::Verdict::right; };
  return std::all_of(told.heads.begin(), told.heads.end(), right) &&
         std::all_of(told.ends.begin(), told.ends.end(), right);
}

// They are given in order: one with another root for as many entries is of another history, and so is one
// between those that were given, or that does not go on from the last of them.
bool contradicts(const std::set<std::pair<std::int64_t, seal::Hash>>& known, const access::AuditHead& head) {
  if (known.empty()) return false;
  const auto last = known.rbegin()->first;
  return head.size <= last || head.previous < last;
}

}  // namespace

struct Witness::Party {
  access::FileSink file;
  std::mutex mutex;  // of this party alone: a file that hangs holds up no other
  // Of each unit: for how many entries, and their root.
  std::map<UnitId, std::set<std::pair<std::int64_t, seal::Hash>>> known;
  std::set<std::string> known_ends;  // hashes of their lines
};

std::optional<Trust> trust_of(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == text.npos || equals + 1 == text.size()) return std::nullopt;
  const std::string key(text.substr(0, equals));
  if (!access::bytes_in_hex(key, seal::Verifier::kBytes)) return std::nullopt;
  return Trust{key, std::string(text.substr(equals + 1))};
}

Witness::Witness(const std::vector<Trust>& trusted) {
  for (const auto& each : trusted) {
    auto party = std::unique_ptr<Party>(new Party{.file = access::FileSink(each.file)});
    party->file.give({}, {});
    const access::AuditKeys keys(seal::Verifier::from_text(each.key));
    std::ifstream file(each.file);
    // A line that was cut off is none; `lotse audit verify` tells.
    for (std::string line; std::getline(file, line);) {
      const auto told = told_by(line);
      if (!told || !all_of(*told, keys)) continue;
      for (const auto& head : told->heads) party->known[head.unit].emplace(head.size, head.root);
      for (const auto& ends : told->ends) party->known_ends.insert(hash_hex(access::line_of(ends)));
    }
    parties_[each.key] = std::move(party);
  }
}

Witness::~Witness() = default;

Witness::Answer Witness::take(std::string_view lines) {
  // The first line shows whether the rest is worth reading.
  const auto first = access::head_in_line(lines.substr(0, lines.find('\n')));
  if (!first) return Answer::unreadable;
  const auto found = parties_.find(first->key);
  if (found == parties_.end()) return Answer::unknown_key;
  const access::AuditKeys keys(seal::Verifier::from_text(found->first));
  if (keys.judge(*first) != access::AuditKeys::Verdict::right) return Answer::unknown_key;
  const auto told = told_by(lines);
  if (!told) return Answer::unreadable;
  if (!all_of(*told, keys)) return Answer::unknown_key;
  auto& party = *found->second;
  const std::unique_lock lock(party.mutex, std::try_to_lock);
  if (!lock) return Answer::busy;
  std::vector<access::AuditHead> fresh;
  std::vector<access::AuditEnds> ends;
  bool contradiction = false;
  for (const auto& each : told->heads) {
    auto& known = party.known[each.unit];
    if (known.contains({each.size, each.root})) continue;
    contradiction = contradiction || contradicts(known, each);
    known.emplace(each.size, each.root);
    fresh.push_back(each);
  }
  for (const auto& each : told->ends)
    if (party.known_ends.insert(hash_hex(access::line_of(each))).second) ends.push_back(each);
  if (fresh.empty() && ends.empty()) return Answer::kept;
  try {
    party.file.give(fresh, ends);
  } catch (const std::exception&) {
    for (const auto& each : fresh) party.known[each.unit].erase({each.size, each.root});
    for (const auto& each : ends) party.known_ends.erase(hash_hex(access::line_of(each)));
    throw;
  }
  if (contradiction)
    log_event("witness.contradiction", {{"key", LogValue::word(found->first.substr(0, 16))}});
  return Answer::kept;
}

}  // namespace lotse::witness
