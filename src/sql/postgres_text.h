// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: values as PostgreSQL's protocol writes them. Knows nothing of connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

[[noreturn]] void wrong_cell(std::string_view statement, int column);

/// One cell of an answer in text format, not NULL. The getters throw Broken where the type is another.
struct PostgresCell {
  unsigned type;  ///< PostgreSQL's number of the type
  std::string_view raw;
  std::string_view statement;
  int column;

  std::int64_t integer() const;
  double real() const;
  std::string_view text() const;
  Blob blob() const;
};

/// Parameters as libpq wants them: numbers as text, text as it is, bytes as binary. Points into the values,
/// which must outlive it.
class PostgresParams {
 public:
  explicit PostgresParams(std::span<const Value> params);
  PostgresParams(const PostgresParams&) = delete;
  PostgresParams& operator=(const PostgresParams&) = delete;

  std::vector<unsigned> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  std::string
      signature;  ///< one letter a parameter: a prepared statement belongs to the types that it was made for

 private:
  void add(std::monostate);
  void add(std::int64_t number);
  void add(double number);
  void add(const std::string& text);
  void add(const Blob& bytes);
  const char* keep(std::string text) { return numbers_.emplace_back(std::move(text)).c_str(); }
  void put(char letter, unsigned type, const char* value, std::size_t length, int format);

  std::vector<std::string> numbers_;
};

/// The first line of a file. Refused, naming the file, when it cannot be read.
std::string read_password(const std::string& path);

/// The first line of a message of libpq; the further ones quote statements and values.
std::string first_line(const char* text);

}  // namespace lotse::sql
