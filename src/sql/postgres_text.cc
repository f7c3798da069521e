// SPDX-License-Identifier: EUPL-1.2
#include "sql/postgres_text.h"

#include <array>
#include <charconv>
#include <fstream>

namespace lotse::sql {

namespace {

// Types as PostgreSQL numbers them (catalog/pg_type.dat); fixed for ever.
enum : unsigned {
  bool_type = 16,
  bytea_type = 17,
  name_type = 19,
  int8_type = 20,
  int2_type = 21,
  int4_type = 23,
  text_type = 25,
  float4_type = 700,
  float8_type = 701,
  bpchar_type = 1042,
  varchar_type = 1043,
  numeric_type = 1700
};

template <class T>
T parse(const PostgresCell& cell) {
  T number{};
  const char* end = cell.raw.data() + cell.raw.size();
  const auto [stop, error] = std::from_chars(cell.raw.data(), end, number);
  if (error != std::errc{} || stop != end) wrong_cell(cell.statement, cell.column);
  return number;
}

unsigned nibble(char c) noexcept { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

}  // namespace

void wrong_cell(std::string_view statement, int column) {
  throw Broken("column " + std::to_string(column) + " of " + std::string(statement) +
               " is missing, NULL or of another type");
}

std::int64_t PostgresCell::integer() const {
  switch (type) {
    case bool_type:
      return raw == "t" ? 1 : 0;
    case int2_type:
    case int4_type:
    case int8_type:
    case numeric_type:  // sum() of BIGINT
      return parse<std::int64_t>(*this);
    default:
      wrong_cell(statement, column);
  }
}

double PostgresCell::real() const {
  switch (type) {
    case int2_type:
    case int4_type:
    case int8_type:
    case numeric_type:
    case float4_type:
    case float8_type:
      return parse<double>(*this);
    default:
      wrong_cell(statement, column);
  }
}

std::string_view PostgresCell::text() const {
  switch (type) {
    case text_type:
    case varchar_type:
    case bpchar_type:
    case name_type:
      return raw;
    default:
      wrong_cell(statement, column);
  }
}

Blob PostgresCell::blob() const {
  if (type != bytea_type || !raw.starts_with("\\x")) wrong_cell(statement, column);
  Blob bytes((raw.size() - 2) / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(nibble(raw[2 * i + 2]) << 4U | nibble(raw[2 * i + 3]));
  }
  return bytes;
}

PostgresParams::PostgresParams(std::span<const Value> params) {
  numbers_.reserve(params.size());  // addresses into it are kept
  for (const Value& value : params) std::visit([&](const auto& cell) { add(cell); }, value.cell());
}

void PostgresParams::add(std::monostate) {
  put('n', 0, nullptr, 0, 0);  // no type: PostgreSQL takes it from where the parameter stands
}

void PostgresParams::add(std::int64_t number) { put('i', int8_type, keep(std::to_string(number)), 0, 0); }

void PostgresParams::add(double number) {
  std::array<char, 32> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  put('d', float8_type, keep({digits.data(), static_cast<std::size_t>(end - digits.data())}), 0, 0);
}

void PostgresParams::add(const std::string& text) { put('t', text_type, text.c_str(), 0, 0); }

void PostgresParams::add(const Blob& bytes) {
  const char* begin = bytes.empty() ? "" : reinterpret_cast<const char*>(bytes.data());
  put('b', bytea_type, begin, bytes.size(), 1);
}

void PostgresParams::put(char letter, unsigned type, const char* value, std::size_t length, int format) {
  signature += letter;
  types.push_back(type);
  values.push_back(value);
  lengths.push_back(static_cast<int>(length));
  formats.push_back(format);
}

std::string read_password(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) throw Refused("cannot read the password file " + path);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::string first_line(const char* text) {
  const std::string_view all(text);
  return std::string(all.substr(0, all.find('\n')));
}

}  // namespace lotse::sql
