// SPDX-License-Identifier: EUPL-1.2
#include "audit_commands.h"

#include <fstream>
#include <optional>
#include <ostream>
#include <set>

#include "access/audit.h"
#include "access/audit_signer.h"

namespace lotse {
namespace {

std::optional<access::AuditKeys> keys_of(access::Store& store, Instant now,
                                         const std::vector<std::string>& wanted, std::ostream& err) {
  access::AuditKeys keys;
  if (wanted.empty()) {
    return access::AuditKeys(access::audit_signer(store, now).verifier());
  }
  for (const auto& each : wanted) {
    try {
      keys.add(seal::Verifier::from_text(each));
    } catch (const std::invalid_argument&) {
      err << "lotse: --key: a public key has 64 hexadecimal characters\n";
      return std::nullopt;
    }
  }
  return keys;
}

// What is found goes to the one stream or the other; returns the number of faults.
std::int64_t tell(const access::AuditFindings& findings, bool older, std::ostream& out, std::ostream& err) {
  std::int64_t faults = findings.more;
  for (const auto& each : findings.list) {
    const bool remark =
        access::is_remark(each) || (older && each.kind == access::AuditFinding::Kind::given_beyond);
    if (remark)
      out << "  " << access::text_of(each) << "\n";
    else if (++faults - findings.more <= 20)
      err << "lotse: " << access::text_of(each) << "\n";
  }
  if (faults > 20) err << "  … and " << faults - 20 << " more\n";
  return faults;
}

void read_files(const std::vector<std::string>& paths, const access::AuditKeys& keys, access::Given& given,
                access::AuditFindings& findings) {
  for (const auto& path : paths) {
    std::ifstream file(path);
    if (!file) throw sql::Refused(path + " cannot be read");
    access::read_given(file, keys, given, findings);
  }
}

}  // namespace

access::Given given_in(access::Store& store, const Clock& clock, const std::vector<std::string>& files) {
  access::Given given;
  access::AuditFindings told_by_verify;
  read_files(files, access::AuditKeys(access::audit_signer(store, clock.now()).verifier()), given,
             told_by_verify);
  return given;
}

int verify_audit(access::Store& store, const Clock& clock, const AuditWanted& wanted, std::ostream& out,
                 std::ostream& err) {
  const auto keys = keys_of(store, clock.now(), wanted.keys, err);
  if (!keys) return 1;
  access::Given given;
  access::AuditFindings of_files;
  read_files(wanted.heads, *keys, given, of_files);
  access::find_untold(given, of_files);
  std::int64_t faults = tell(of_files, wanted.older, out, err), entries = 0;
  const access::Audit audit(store, clock);
  const auto known = audit.units();
  std::set<UnitId> units(known.begin(), known.end());
  for (const auto& each : given.heads) units.insert(each.first);
  if (wanted.unit >= 0) units = {wanted.unit};
  for (const UnitId unit : units) {
    const auto told = audit.verify(unit, *keys, given.heads, wanted.patience * 60'000);
    entries += told.entries;
    if (!wanted.brief && (told.entries > 0 || told.heads > 0))
      out << "unit " << unit << ": " << told.entries << " entries under " << told.heads << " heads"
          << std::endl;
    faults += tell(told.findings, wanted.older, out, err);
  }
  if (wanted.brief) out << "audit: " << entries << " entries in " << units.size() << " units\n";
  if (faults > 0) {
    err << "lotse: the audit is not as it was sealed: " << faults << " faults\n";
    return 1;
  }
  out << (wanted.heads.empty() ? "No fault found. Whether somebody who has the key made all of it anew, only "
                                 "heads that others "
                                 "hold can tell (--heads)\n"
                               : "No fault found, and it is what was given away\n");
  return 0;
}

int prove_audit(access::Store& store, const Clock& clock, const AuditWanted& wanted, std::ostream& out,
                std::ostream& err) {
  const auto keys = keys_of(store, clock.now(), wanted.keys, err);
  if (!keys) return 1;
  const auto proof = access::Audit(store, clock).prove(wanted.unit, wanted.entry);
  if (!proof) {
    err << "lotse: this unit has no sealed entry with this id; new ones are sealed within a minute while the "
           "store is served\n";
    return 1;
  }
  if (!access::holds(*proof, *keys)) {
    err << "lotse: the entry does not fit the signed head: see lotse audit verify\n";
    return 1;
  }
  out << access::json_of(*proof) << "\n";
  return 0;
}

}  // namespace lotse
