// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_check.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>
#include <sstream>

#include "access/audit_test_support.h"

int fuzz_audit_lines(const std::uint8_t* data, std::size_t size);

namespace lotse::access {
namespace {

using Kind = AuditFinding::Kind;

TEST(AuditForm, NoTwoEntriesHaveTheSameBytes) {
  const AuditEntry entry = test_entry(7, 1, 1'795'000'000'000);
  const std::string bytes = canonical(entry);
  EXPECT_TRUE(bytes.starts_with("lotse-audit-entry-1\n1:7,36:" + entry.id + ",13:1795000000000,5:acc-1,"));
  EXPECT_TRUE(bytes.ends_with("1:6,15:directory.write,17:directory.correct,9:service-1,7:allowed,2:63,0:,"));
  const std::vector<std::function<void(AuditEntry&)>> changes{
      [](auto& e) { e.unit = 8; },       [](auto& e) { e.id += '0'; },
      [](auto& e) { ++e.at_ms; },        [](auto& e) { e.actor = ""; },
      [](auto& e) { e.acting_as = ""; }, [](auto& e) { e.purpose = -6; },
      [](auto& e) { e.asked += ','; },   [](auto& e) { e.what += ' '; },
      [](auto& e) { e.object = "ü"; },   [](auto& e) { e.decision = "d"; },
      [](auto& e) { e.rule = "063"; },   [](auto& e) { e.about = "D1 of x"; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    AuditEntry other = entry;
    changes[i](other);
    EXPECT_NE(leaf_of(other), leaf_of(entry)) << i;
  }
  // What one column loses the next one gets: the bytes still differ.
  AuditEntry a = entry, b = entry;
  a.what = "x,1:y";
  a.object = "z";
  b.what = "x";
  b.object = "y,1:z";
  EXPECT_NE(canonical(a), canonical(b));
}

TEST(AuditForm, HeadsAreReadBackFromTheirLineAndFromNothingElse) {
  AuditHead head = sealed_audit(3, {3}).heads.at(0);
  EXPECT_EQ(signed_text(head), "lotse-audit-head-1\nunit 7\nsize 3\nprevious 0\nroot " +
                                   seal::to_hex(head.root) + "\nat 1795000003000\n");
  const std::string line = line_of(head);
  const auto back = head_in_line(line);
  ASSERT_TRUE(back);
  EXPECT_EQ(line_of(*back), line);
  EXPECT_EQ(AuditKeys(test_signer().verifier()).judge(*back), AuditKeys::Verdict::right);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string other = line;
    other.replace(other.find(from), from.size(), to);
    return other;
  };
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string("3"), line.substr(1),
        line.substr(0, line.size() - 1), line + "}", with("head-1", "head-2"),
        with("\"size\":3", "\"size\":\"3\""), with("\"size\":3", "\"size\":3.5"),
        with("\"size\":3", "\"size\":18446744073709551615"), with("\"size\":3", "\"size\":3,\"size\":4"),
        with("\"size\":3,", ""), with("\"unit\"", "\"Unit\""), with(head.key, head.key.substr(2)),
        with("{", "{\"more\":1,"), with(seal::to_hex(head.root), std::string(64, 'G'))})
    EXPECT_FALSE(head_in_line(text)) << text;
}

TEST(AuditCheck, FindsNothingInWhatWasSealedWhateverTheSizes) {
  for (const auto& sizes :
       std::vector<std::vector<std::int64_t>>{{}, {1}, {1, 2}, {2, 3, 7, 8}, {64}, {5, 33}}) {
    const int count = sizes.empty() ? 0 : static_cast<int>(sizes.back());
    const SealedAudit audit = sealed_audit(count, sizes);
    const auto told = audit.check(audit.heads);
    EXPECT_TRUE(told.findings.list.empty()) << count;
    EXPECT_EQ(told.entries, count);
    EXPECT_EQ(told.heads, static_cast<std::int64_t>(sizes.size()));
  }
}

TEST(AuditCheck, SaysWhatItFoundAndWhere) {
  const SealedAudit whole = sealed_audit(12, {4, 9, 12});
  const auto kinds = [&](const std::function<void(SealedAudit&)>& tamper, bool outside = false) {
    SealedAudit audit = whole;
    tamper(audit);
    return audit.check(outside ? std::span<const AuditHead>(whole.heads) : std::span<const AuditHead>())
        .findings.list;
  };
  using Found = std::vector<AuditFinding>;
  EXPECT_EQ(kinds([](auto& a) { a.leaves[5].entry->object = "x"; }), (Found{{7, Kind::entry_changed, 5}}));
  EXPECT_EQ(kinds([](auto& a) { a.leaves[5].entry.reset(); }), (Found{{7, Kind::entry_missing, 5}}));
  EXPECT_EQ(kinds([](auto& a) { a.leaves.erase(a.leaves.begin() + 10); }),
            (Found{{7, Kind::gap, 11}, {7, Kind::root_differs, 12}}));
  EXPECT_EQ(kinds([](auto& a) { a.heads.erase(a.heads.begin() + 1); }), (Found{{7, Kind::head_order, 12}}));
  EXPECT_EQ(kinds([](auto& a) { a.heads.pop_back(); }), (Found{{7, Kind::without_head, 9}}));
  EXPECT_EQ(kinds([](auto& a) { a.heads[2].signature[0] ^= std::byte{1}; }),
            (Found{{7, Kind::signature_wrong, 12}}));
  EXPECT_EQ(kinds([](auto& a) { a.heads[1] = sign(a.heads[1], test_signer(1)); }),
            (Found{{7, Kind::key_unknown, 9}}));
  EXPECT_EQ(kinds([](auto& a) { a.leaves[9].number = std::numeric_limits<std::int64_t>::max(); }).size(), 3u);
  // Everything after the ninth entry forgotten, and what is left is in order: only those outside know.
  const auto cut = [](auto& a) {
    a.leaves.resize(9);
    a.heads.resize(2);
  };
  EXPECT_EQ(kinds(cut), Found{});
  EXPECT_EQ(kinds(cut, true), (Found{{7, Kind::given_beyond, 12}}));
  const auto joined = [](auto& a) { a.seal_again({4, 12}, {a.heads[0].at_ms, a.heads[2].at_ms}); };
  EXPECT_EQ(kinds(joined), Found{});
  EXPECT_EQ(kinds(joined, true), (Found{{7, Kind::given_differs, 12}, {7, Kind::head_missing, 9}}));
}

TEST(AuditCheck, KeepsAThousandFindingsAndCountsTheRest) {
  AuditFindings findings;
  findings.add({7, Kind::unsealed, 3});
  EXPECT_FALSE(findings.faulty());
  for (int i = 0; i < 1'500; ++i) findings.add({7, Kind::gap, i});
  EXPECT_TRUE(findings.faulty());
  EXPECT_EQ(findings.list.size(), 1'000u);
  EXPECT_EQ(findings.more, 501);
}

TEST(AuditCheck, ReadsHeadsGivenAwayTwiceOrCutOff) {
  const SealedAudit audit = sealed_audit(12, {4, 9, 12});
  std::vector<std::string> lines;
  for (const auto& each : audit.heads) lines.push_back(line_of(each));
  const auto read = [&](const std::string& text, const AuditKeys& keys) {
    std::istringstream in(text);
    std::pair<Given, AuditFindings> got;
    read_given(in, keys, got.first, got.second);
    return got;
  };
  const AuditKeys keys(test_signer().verifier());
  const auto [all, none] = read(
      lines[0] + "\n\n" + lines[1].substr(0, 50) + "\n" + lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n",
      keys);
  EXPECT_TRUE(none.list.empty());
  ASSERT_EQ(all.heads.at(7).size(), 3u);
  EXPECT_TRUE(audit.check(all.heads.at(7)).findings.list.empty());

  const auto [some, faults] =
      read(lines[2] + "\nsomething\n" + lines[1] + "\n" + lines[2].substr(0, 40), keys);
  EXPECT_EQ(faults.list, (std::vector<AuditFinding>{{0, Kind::given_unread, 2}, {0, Kind::given_unread, 4}}));
  EXPECT_EQ(some.heads.at(7).front().size, 9) << "by size";

  const auto [nobody, forged] = read(lines[0] + "\n", AuditKeys(test_signer(1).verifier()));
  EXPECT_TRUE(nobody.heads.empty());
  EXPECT_EQ(forged.list, (std::vector<AuditFinding>{{0, Kind::given_forged, 1}}));
}

TEST(AuditCheck, WhatEndedIsReadAndALineOfItThatIsMissingIsFound) {
  const SealedAudit audit = sealed_audit(12, {4, 9, 12});
  std::vector<std::string> lines;
  for (const auto& each : audit.heads) {
    lines.push_back(line_of(each));
    AuditEnds ends{
        .unit = 7, .previous = each.previous, .size = each.size, .records = {}, .signature = {}, .key = {}};
    if (each.size == 9) ends.records = {{"r1", 5}, {"r2", 6}};
    lines.push_back(line_of(sign(ends, test_signer())));
  }
  const auto read = [&](const std::vector<std::string>& given) {
    std::string text;
    for (const auto& each : given) text += each + "\n";
    std::istringstream in(text);
    std::pair<Given, AuditFindings> got;
    read_given(in, AuditKeys(test_signer().verifier()), got.first, got.second);
    find_untold(got.first, got.second);
    return got;
  };
  const auto [all, none] =
      read({lines[0], lines[1], lines[2], lines[3].substr(0, 99), lines[3], lines[4], lines[5]});
  EXPECT_TRUE(none.list.empty());
  EXPECT_EQ(all.ended, (Ended{{7, {"r1", "r2"}}}));

  const auto without = read({lines[0], lines[1], lines[2], lines[4], lines[5]});
  EXPECT_EQ(without.second.list, (std::vector<AuditFinding>{{7, Kind::ends_missing, 9}}));

  // Somebody takes one out of a line, moves it to another unit, or signs it himself.
  for (const auto& [from, to] :
       {std::pair{R"(,["r2",6])", ""}, {R"("unit":7)", R"("unit":8)"}, {R"("r1")", R"("r3")"}}) {
    std::string changed = lines[3];
    ASSERT_NE(changed.find(from), changed.npos);
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    const auto [given, findings] = read({lines[2], changed});
    EXPECT_TRUE(given.ended.empty());
    EXPECT_EQ(findings.list,
              (std::vector<AuditFinding>{{0, Kind::given_forged, 2}, {7, Kind::ends_missing, 9}}));
  }
  auto other = *ends_in_line(lines[3]);
  EXPECT_EQ(read({line_of(sign(other, test_signer(1)))}).second.list,
            (std::vector<AuditFinding>{{0, Kind::given_forged, 1}}));
  for (const char* bad : {R"("ended":[["r1",5.5],["r2",6]])", R"("ended":[["r1"],["r2",6]])", R"("ended":{})",
                          R"("ended":[5])"}) {
    std::string changed = lines[3];
    const std::string list = R"("ended":[["r1",5],["r2",6]])";
    ASSERT_NE(changed.find(list), changed.npos) << changed;
    changed.replace(changed.find(list), list.size(), bad);
    EXPECT_FALSE(ends_in_line(changed)) << bad;
  }
}

// One random thing in the rows, by somebody who has no key.
class Tamperer {
 public:
  explicit Tamperer(unsigned seed) : random_(seed) {}

  void without_key(SealedAudit& audit) {
    switch (below(4)) {
      case 0:
        return entry(audit);
      case 1:
        return leaf(audit);
      case 2:
        return order(audit);
      default:
        return head(audit);
    }
  }

  // Everything is hashed and signed anew with the right key, so that the store is in order in itself.
  void with_key(SealedAudit& audit) {
    std::vector<std::int64_t> sizes, at_ms;
    for (const auto& each : audit.heads) {
      sizes.push_back(each.size);
      at_ms.push_back(each.at_ms);
    }
    const auto at = static_cast<std::ptrdiff_t>(below(audit.leaves.size()));
    switch (below(6)) {
      case 0:
        column(*audit.leaves[static_cast<std::size_t>(at)].entry);
        break;
      case 1:
        audit.leaves.erase(audit.leaves.begin() + at);
        break;
      case 2:
        audit.leaves.insert(audit.leaves.begin() + at, fresh());
        break;
      case 3:
        std::swap(audit.leaves[static_cast<std::size_t>(at)], other(audit, static_cast<std::size_t>(at)));
        break;
      case 4:
        audit.leaves.resize(static_cast<std::size_t>(at) + 1 - (at + 1 == std::ssize(audit.leaves)));
        break;
      default:
        at_ms[below(at_ms.size())] += 1 + static_cast<std::int64_t>(below(1'000'000));
    }
    const auto count = std::ssize(audit.leaves);
    while (sizes.size() > 1 && sizes[sizes.size() - 2] >= count) sizes.pop_back();
    sizes.back() = count;
    audit.seal_again(sizes, at_ms);
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  SealedEntry fresh() { return {0, {}, test_entry(7, static_cast<int>(below(1'000)), 1'795'000'000'000)}; }
  SealedEntry& other(SealedAudit& audit, std::size_t than) {
    return audit.leaves[(than + 1 + below(audit.leaves.size() - 1)) % audit.leaves.size()];
  }
  template <class Bytes>
  void flip(Bytes& bytes) {
    auto& byte = bytes[below(bytes.size())];
    byte ^= static_cast<std::remove_reference_t<decltype(byte)>>(1 << below(8));
  }
  void text(std::string& text) {
    if (text.empty() || below(3) == 0) return text.push_back('x');
    if (below(2) == 0) return text.pop_back();
    text[below(text.size())] ^= 1;
  }
  void number(std::int64_t& number) {
    number += below(2) == 0 ? 1 : -static_cast<std::int64_t>(1 + below(1'000));
  }
  void column(AuditEntry& e) {
    const auto which = below(10);
    if (which == 0) return number(e.at_ms);
    if (which == 1) return number(e.purpose);
    std::string* const texts[]{&e.id,     &e.actor,    &e.acting_as, &e.asked, &e.what,
                               &e.object, &e.decision, &e.rule,      &e.about};
    text(*texts[which - 2]);
  }
  void entry(SealedAudit& audit) {
    const auto at = below(audit.leaves.size());
    auto& row = audit.leaves[at];
    switch (below(3)) {
      case 0:
        return column(*row.entry);
      case 1:
        return row.entry.reset();
      default:
        std::swap(row.entry, other(audit, at).entry);
    }
  }
  void leaf(SealedAudit& audit) {
    const auto at = below(audit.leaves.size());
    auto& row = audit.leaves[at];
    switch (below(4)) {
      case 0:
        return flip(row.hash);
      case 1:
        return number(row.number);
      case 2:
        audit.leaves.erase(audit.leaves.begin() + static_cast<std::ptrdiff_t>(at));
        return;
      default:
        std::swap(row.hash, other(audit, at).hash);
    }
  }
  // Rows that are right by themselves, in another order or beside others.
  void order(SealedAudit& audit) {
    const auto at = below(audit.leaves.size());
    if (below(2) == 0) return std::swap(audit.leaves[at].number, other(audit, at).number);
    auto more = fresh();
    more.hash = leaf_of(*more.entry);
    more.number = static_cast<std::int64_t>(at);
    const bool at_end = below(4) == 0;
    if (at_end) more.number = std::ssize(audit.leaves);
    if (!at_end && below(2) == 0)
      for (auto& each : audit.leaves) each.number += each.number >= more.number;
    audit.leaves.push_back(std::move(more));
  }
  void head(SealedAudit& audit) {
    const auto at = below(audit.heads.size());
    auto& head = audit.heads[at];
    auto& second = audit.heads[(at + 1 + below(audit.heads.size() - 1)) % audit.heads.size()];
    switch (below(10)) {
      case 0:
        return number(head.size);
      case 1:
        return number(head.previous);
      case 2:
        return flip(head.root);
      case 3:
        return number(head.at_ms);
      case 4:
        return flip(head.signature);
      case 5:
        return text(head.key);
      case 6:
        audit.heads.erase(audit.heads.begin() + static_cast<std::ptrdiff_t>(at));
        return;
      case 7:
        return std::swap(head.root, second.root);
      case 8:
        return std::swap(head.signature, second.signature);
      default: {
        AuditHead more = head;
        more.size += 1;
        more.previous = head.size;
        audit.heads.push_back(sign(more, test_signer(static_cast<int>(below(2)))));
      }
    }
  }

  std::mt19937 random_;
};

TEST(AuditCheck, TenThousandTamperingsAreFound) {
  const SealedAudit whole = sealed_audit(100, {1, 48, 49, 100});
  ASSERT_TRUE(whole.check(whole.heads).findings.list.empty());
  Tamperer tamperer(20'261'124);
  for (int i = 0; i < 8'000; ++i) {
    SealedAudit audit = whole;
    tamperer.without_key(audit);
    ASSERT_TRUE(audit.check().findings.faulty()) << "tampering " << i;
  }
  for (int i = 0; i < 2'000; ++i) {
    SealedAudit audit = whole;
    tamperer.with_key(audit);
    ASSERT_TRUE(audit.check(whole.heads).findings.faulty()) << "tampering " << i << " with the key";
    // Now and then, because it takes as long again: nobody inside can know.
    if (i % 20 == 0) {
      ASSERT_TRUE(audit.check().findings.list.empty()) << i;
    }
  }
}

TEST(AuditLines, ReplaysWhatFuzzingTries) {
  const AuditHead head = sign({.unit = 7, .size = 3, .at_ms = 5}, test_signer());
  const AuditEnds ends = sign({.unit = 7, .size = 3, .records = {{"record", 5}}}, test_signer());
  std::mt19937 random(7);
  for (int i = 0; i < 2'000; ++i) {
    std::string text = i % 2 ? line_of(head) : line_of(ends);
    for (auto n = random() % 4; n > 0; --n) text[random() % text.size()] = static_cast<char>(random());
    if (i % 5 == 0) text.resize(random() % text.size());
    fuzz_audit_lines(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
}

}  // namespace
}  // namespace lotse::access
