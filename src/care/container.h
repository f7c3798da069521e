// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/json.h"
#include "seal/master.h"
#include "seal/seal.h"

/** Copies of the store: made while it works, sealed, followed, restored, looked through. */
namespace lotse::care {

/** A copy, or what it is to become, is not as it must be; the text says what to do. For the command line. */
struct CopyRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/**
 * Writes a file that only the installation's key opens: a line with the format, a line of JSON that anybody
 * may read (no personal data), then pieces of at most 1 MiB, each deflated where that helps (RFC 1950) and
 * sealed in its place. A piece left out, moved, taken from another file, or the last one missing is found
 * when it is read.
 */
class ContainerWriter {
 public:
  /** `out` gets the bytes in order; what it throws comes out. */
  ContainerWriter(seal::Profile profile, const seal::MasterKeys& keys, Json header,
                  std::function<void(std::string_view)> out);
  void add(std::string_view bytes);
  /** Without it the file is not whole. */
  void finish();

 private:
  void piece(std::string_view plain, bool last);
  const seal::Profile profile_;
  const seal::Key key_ = seal::Key::random();
  const std::function<void(std::string_view)> out_;
  std::string header_hash_, waiting_;
  std::int64_t number_ = 0;
};

class ContainerReader {
 public:
  /** Throws CopyRefused if it is no such file, is of a newer format, or none of `keys` opens it. */
  ContainerReader(std::istream& in, const seal::MasterKeys& keys);
  const Json& header() const { return header_; }
  /** The bytes piece by piece; nothing after the last. Throws CopyRefused where the file is not what was
   * written: then nothing that was read before counts either. */
  std::optional<std::string> next();

 private:
  std::istream& in_;
  Json header_;
  std::string header_hash_;
  std::optional<seal::Key> key_;
  std::int64_t number_ = 0;
  bool ended_ = false;
};

/** The header alone, without a key. Throws CopyRefused. */
Json header_of(std::istream& in);

}  // namespace lotse::care
