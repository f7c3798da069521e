// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

/** Inside care/: programs of the database that make and read its copies. */
namespace lotse::care {

/**
 * A program that runs beside us, found in PATH, and a stream from it or to it. What it says of failures lies
 * in memory, never on a disk. It is killed when this ends before it does.
 */
class Child {
 public:
  enum class Stream { from_it, to_it };
  /** `arguments` begins with its name. `password` (empty: none) is handed over as PGPASSWORD, which no other
   * user can see. Throws CopyRefused, naming the Debian package, where there is no such program. */
  Child(const std::vector<std::string>& arguments, Stream stream, const std::string& password);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /** Some of what it gives, at most 64 KiB; nothing when it gives no more. `meanwhile` is called at least
   * five times a second; what it throws comes out. */
  template <class Meanwhile>
  std::string_view read(Meanwhile&& meanwhile) {
    while (!is_ready()) meanwhile();
    meanwhile();
    return take();
  }
  /** Throws CopyRefused with its own words where it takes no more. */
  void write(std::string_view bytes);
  /** Closes the stream and waits until it has ended; throws CopyRefused with its own words unless it is
   * content. */
  void finish();

 private:
  bool is_ready() const;
  std::string_view take();
  [[noreturn]] void fail() const;
  void kill() noexcept;

  const std::string name_;
  int pid_ = -1, stream_ = -1, words_ = -1;
  std::string taken_;
};

/** The number before the first point of what `program --version` says: 15. Throws as Child. */
int version_of(const std::string& program);

}  // namespace lotse::care
