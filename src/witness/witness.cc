// SPDX-License-Identifier: EUPL-1.2
#include "witness/witness.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "access/audit_check.h"
#include "access/head_sink.h"
#include "base/log.h"

namespace lotse::witness {
namespace {

// Nothing unless each line is a head; empty lines are passed over.
std::optional<std::vector<access::AuditHead>> heads_in(std::string_view lines) {
  std::vector<access::AuditHead> heads;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (line.empty()) continue;
    auto head = access::head_in_line(line);
    if (!head) return std::nullopt;
    heads.push_back(std::move(*head));
  }
  return heads;
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
  // Of each unit: for how many entries, and their root.
  std::map<UnitId, std::set<std::pair<std::int64_t, seal::Hash>>> known;
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
    auto party = std::unique_ptr<Party>(new Party{access::FileSink(each.file), {}});
    party->file.give({});
    std::ifstream file(each.file);
    access::GivenHeads given;
    access::AuditFindings not_heads;  // a line that was cut off; `lotse audit verify` tells
    access::read_given(file, access::AuditKeys(seal::Verifier::from_text(each.key)), given, not_heads);
    for (const auto& [unit, heads] : given)
      for (const auto& head : heads) party->known[unit].emplace(head.size, head.root);
    parties_[each.key] = std::move(party);
  }
}

Witness::~Witness() = default;

Witness::Answer Witness::take(std::string_view lines) {
  const auto heads = heads_in(lines);
  if (!heads || heads->empty()) return Answer::unreadable;
  const auto found = parties_.find(heads->front().key);
  if (found == parties_.end()) return Answer::unknown_key;
  const access::AuditKeys keys(seal::Verifier::from_text(found->first));
  for (const auto& each : *heads)
    if (keys.judge(each) != access::AuditKeys::Verdict::right) return Answer::unknown_key;
  const std::lock_guard lock(mutex_);
  auto& party = *found->second;
  std::vector<access::AuditHead> fresh;
  bool contradiction = false;
  for (const auto& each : *heads) {
    auto& known = party.known[each.unit];
    if (known.contains({each.size, each.root})) continue;
    contradiction = contradiction || contradicts(known, each);
    known.emplace(each.size, each.root);
    fresh.push_back(each);
  }
  if (fresh.empty()) return Answer::kept;
  try {
    party.file.give(fresh);
  } catch (const std::exception&) {
    for (const auto& each : fresh) party.known[each.unit].erase({each.size, each.root});
    throw;
  }
  if (contradiction)
    log_event("witness.contradiction", {{"key", LogValue::word(found->first.substr(0, 16))}});
  return Answer::kept;
}

}  // namespace lotse::witness
