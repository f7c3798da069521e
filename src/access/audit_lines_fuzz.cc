// SPDX-License-Identifier: EUPL-1.2
// Lines that a second party gives back, or that somebody sends to a witness. Promises are checked by
// trapping.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "access/audit_check.h"

int fuzz_audit_lines(const std::uint8_t* data, std::size_t size);

int fuzz_audit_lines(const std::uint8_t* data, std::size_t size) {
  using namespace lotse;
  const auto must = [](bool condition) {
    if (!condition) std::abort();
  };
  static const seal::Signer ours(seal::Key::random());
  const std::string text(reinterpret_cast<const char*>(data), size);
  const access::AuditKeys keys(ours.verifier());
  if (const auto head = access::head_in_line(text)) {
    const auto line = access::line_of(*head);
    must(access::line_of(access::head_in_line(line).value()) == line);
    must(keys.judge(*head) != access::AuditKeys::Verdict::right);
    must(!access::ends_in_line(text));
  }
  if (const auto ends = access::ends_in_line(text)) {
    const auto line = access::line_of(*ends);
    must(access::line_of(access::ends_in_line(line).value()) == line);
    must(keys.judge(*ends) != access::AuditKeys::Verdict::right);
  }
  std::istringstream in(text);
  access::Given given;
  access::AuditFindings findings;
  access::read_given(in, keys, given, findings);
  // Nobody but we can sign with our key: nothing of a stranger counts.
  must(given.heads.empty() && given.ended.empty());
  return 0;
}

extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_audit_lines(data, size);
}
