// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "seal/key.h"

namespace lotse::seal {

/** The file of the installation's keys is not as it must be; the text says what to do and holds no key. */
struct KeysRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/**
 * The installation's keys: those above all others. They lie in a file of their own (or a credential that the
 * system hands over as a file), a line of 64 hexadecimal characters for each, the newest first: the newest
 * wraps, all unwrap. Never in the database, and in no backup of it.
 */
class MasterKeys {
 public:
  /** Throws KeysRefused if the file is missing, can be read by others, or holds something else. */
  static MasterKeys read(const std::string& path);
  /** Makes the file with one fresh key, for its owner's eyes only (0400). Throws KeysRefused if it is there
   * already, or cannot be written. */
  static MasterKeys make(const std::string& path);
  /** From keys, the newest first; at least one. */
  static MasterKeys of(std::vector<Key> keys);

  const Key& newest() const { return keys_.front().second; }
  /** What tells keys apart without telling them: 16 hexadecimal characters. */
  const std::string& name_of_newest() const { return keys_.front().first; }
  /** Nothing if there is none of this name. */
  const Key* named(std::string_view name) const;

  /** Puts a fresh key before the others in the file: first half of a rotation. The file changes at once or
   * not at all. */
  static void add(const std::string& path);
  /** Leaves only the newest in the file: the second half, when nothing lies under another any more. */
  static void keep_newest(const std::string& path);

 private:
  MasterKeys() = default;
  std::vector<std::pair<std::string, Key>> keys_;
};

/**
 * Held on a file beside the key file: nobody changes the installation's keys while somebody wraps with them,
 * and two do not change them at once. Between processes of one machine. Waits. Where nobody may write beside
 * the key file, nobody can change it either, and no lock is taken.
 */
class KeyFileLock {
 public:
  enum class How { with_others, alone };
  KeyFileLock(const std::string& key_file, How how);
  ~KeyFileLock();
  KeyFileLock(const KeyFileLock&) = delete;
  KeyFileLock& operator=(const KeyFileLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace lotse::seal
