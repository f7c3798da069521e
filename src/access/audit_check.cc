// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_check.h"

#include <algorithm>
#include <istream>
#include <limits>
#include <tuple>

namespace lotse::access {
namespace {

using Kind = AuditFinding::Kind;

class Check {
 public:
  Check(UnitId unit, const AuditKeys& keys, std::span<const AuditHead> given, AuditFindings& findings)
      : unit_(unit), keys_(keys), given_(given), stored_(given.size(), false), findings_(findings) {}

  void leaf(const SealedEntry& row) {
    if (row.number != next_) found(Kind::gap, row.number);
    next_ = row.number < std::numeric_limits<std::int64_t>::max() ? row.number + 1 : row.number;
    if (!row.entry)
      found(Kind::entry_missing, row.number);
    else if (leaf_of(*row.entry) != row.hash)
      found(Kind::entry_changed, row.number);
    tree_.add(row.hash);
    for (; at_ < given_.size() && given_[at_].size <= size(); ++at_)
      if (given_[at_].size != size() || given_[at_].root != tree_.head())
        found(Kind::given_differs, given_[at_].size);
  }

  void head(const AuditHead& head) {
    if (head.unit != unit_ || head.previous != covered_ || head.size <= covered_)
      found(Kind::head_order, head.size);
    if (head.size != size() || head.root != tree_.head()) found(Kind::root_differs, head.size);
    const auto verdict = keys_.judge(head);
    if (verdict == AuditKeys::Verdict::wrong) found(Kind::signature_wrong, head.size);
    if (verdict == AuditKeys::Verdict::unknown_key) found(Kind::key_unknown, head.size);
    covered_ = head.size;
    const auto [from, to] =
        std::equal_range(given_.begin(), given_.end(), head,
                         [](const AuditHead& a, const AuditHead& b) { return a.size < b.size; });
    for (auto each = from; each != to; ++each) {
      stored_[static_cast<std::size_t>(each - given_.begin())] = true;
      // The root has been compared with the leaves.
      if (each->previous != head.previous || each->at_ms != head.at_ms) found(Kind::given_differs, head.size);
    }
  }

  void end() {
    if (covered_ < size()) found(Kind::without_head, covered_);
    for (; at_ < given_.size(); ++at_) {
      found(Kind::given_beyond, given_[at_].size);
      stored_[at_] = true;
    }
    for (std::size_t i = 0; i < given_.size(); ++i)
      if (!stored_[i]) found(Kind::head_missing, given_[i].size);
  }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(tree_.size()); }
  void found(Kind kind, std::int64_t at) { findings_.add({unit_, kind, at}); }

  UnitId unit_;
  const AuditKeys& keys_;
  std::span<const AuditHead> given_;
  std::vector<bool> stored_;  // of each given head: whether the store has one of its size
  AuditFindings& findings_;
  seal::Frontier tree_;
  std::int64_t next_ = 0, covered_ = 0;
  std::size_t at_ = 0;  // the first given head that the tree has not reached
};

auto order(const AuditHead& head) { return std::tie(head.size, head.root, head.previous, head.at_ms); }

std::string_view sentence_of(Kind kind) {
  switch (kind) {
    case Kind::entry_changed:
      return "an entry was changed after it was sealed: number ";
    case Kind::entry_missing:
      return "a sealed entry is gone: number ";
    case Kind::gap:
      return "the numbers of sealed entries do not follow one another: number ";
    case Kind::root_differs:
      return "the entries are not those that were signed: head of size ";
    case Kind::head_order:
      return "heads do not follow one another: head of size ";
    case Kind::signature_wrong:
      return "a signature is wrong: head of size ";
    case Kind::key_unknown:
      return "signed with a key that does not count here: head of size ";
    case Kind::without_head:
      return "entries have places in the tree but no signed head: from number ";
    case Kind::head_missing:
      return "a head that was given away is gone from the store: head of size ";
    case Kind::given_differs:
      return "what was given away says otherwise: head of size ";
    case Kind::given_beyond:
      return "the audit is shorter than what was given away: head of size ";
    case Kind::given_forged:
      return "heads given: not signed with a key that counts here: line ";
    case Kind::given_unread:
      return "heads given: cannot be read: line ";
    case Kind::ends_missing:
      return "what was given away lacks what had ended: up to the head of size ";
    case Kind::unsealed:
      return "entries that wait too long to be sealed: ";
  }
  return "";
}

}  // namespace

bool is_remark(const AuditFinding& finding) { return finding.kind == Kind::unsealed; }

std::string text_of(const AuditFinding& finding) {
  return (finding.unit == 0 ? "" : "unit " + std::to_string(finding.unit) + ": ") +
         std::string(sentence_of(finding.kind)) + std::to_string(finding.at);
}

void AuditFindings::add(const AuditFinding& finding) {
  constexpr std::size_t kMost = 1'000;
  if (list.size() < kMost)
    list.push_back(finding);
  else
    ++more;
}

bool AuditFindings::faulty() const { return more > 0 || !std::all_of(list.begin(), list.end(), is_remark); }

namespace {

// True: the line tells what ended, and was taken or found to be forged.
bool take_ends(const std::string& line, const AuditKeys& keys, Given& given, bool& forged) {
  const auto ends = ends_in_line(line);
  if (!ends) return false;
  forged = keys.judge(*ends) != AuditKeys::Verdict::right;
  if (forged) return true;
  given.told[ends->unit].emplace(ends->previous, ends->size);
  for (const auto& each : ends->records) given.ended[ends->unit].insert(each.first);
  return true;
}

}  // namespace

void read_given(std::istream& in, const AuditKeys& keys, Given& given, AuditFindings& findings) {
  // A line that was cut off (a crash, a full disk) is the beginning of one that was given again after it.
  std::vector<std::pair<std::int64_t, std::string>> unread;
  constexpr std::size_t kMostCut = 100;
  std::string line;
  for (std::int64_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    auto head = head_in_line(line);
    bool forged = false;
    const bool ends = !head && take_ends(line, keys, given, forged);
    if (!head && !ends) {
      unread.emplace_back(number, line);
      if (unread.size() <= kMostCut) continue;
      findings.add({0, Kind::given_unread, unread.front().first});
      unread.erase(unread.begin());
      continue;
    }
    std::erase_if(unread, [&](const auto& each) { return line.starts_with(each.second); });
    if (head) forged = keys.judge(*head) != AuditKeys::Verdict::right;
    if (forged) findings.add({0, Kind::given_forged, number});
    if (forged || ends) continue;
    head->signature = {};
    head->key = {};
    given.heads[head->unit].push_back(std::move(*head));
  }
  for (const auto& [number, text] : unread) findings.add({0, Kind::given_unread, number});
  // What was given twice, because the first time was broken off, counts once.
  for (auto& [unit, list] : given.heads) {
    std::sort(list.begin(), list.end(),
              [](const AuditHead& a, const AuditHead& b) { return order(a) < order(b); });
    list.erase(std::unique(list.begin(), list.end(),
                           [](const AuditHead& a, const AuditHead& b) { return order(a) == order(b); }),
               list.end());
  }
}

void find_untold(const Given& given, AuditFindings& findings) {
  for (const auto& [unit, heads] : given.heads) {
    const auto told = given.told.find(unit);
    for (const auto& each : heads)
      if (told == given.told.end() || !told->second.contains({each.previous, each.size}))
        findings.add({unit, Kind::ends_missing, each.size});
  }
}

TreeAudit check_tree(UnitId unit, const AuditRows& rows, const AuditKeys& keys,
                     std::span<const AuditHead> given) {
  TreeAudit told;
  Check check(unit, keys, given, told.findings);
  const AuditHead* head = rows.next_head();
  const auto take_head = [&] {
    check.head(*head);
    ++told.heads;
    head = rows.next_head();
  };
  while (const SealedEntry* leaf = rows.next_leaf()) {
    while (head && head->size <= leaf->number) take_head();
    check.leaf(*leaf);
    ++told.entries;
  }
  while (head) take_head();
  check.end();
  return told;
}

}  // namespace lotse::access
