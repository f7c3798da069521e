// SPDX-License-Identifier: EUPL-1.2
#include "sql/text.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "sql/session.h"

namespace lotse::sql {

namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_word_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

Piece cut(std::string_view& text, Piece::Kind kind, std::size_t length) noexcept {
  const Piece piece{kind, text.substr(0, length)};
  text.remove_prefix(piece.text.size());
  return piece;
}

std::size_t end_of(std::string_view text, std::string_view mark, std::size_t from) noexcept {
  const std::size_t found = text.find(mark, from);
  return found == std::string_view::npos ? text.size() : found + mark.size();
}

}  // namespace

Piece next_piece(std::string_view& text) noexcept {
  const char first = text.front();
  if (first == '\'' || first == '"')
    return cut(text, Piece::Kind::Quoted, end_of(text, text.substr(0, 1), 1));
  if (text.starts_with("--")) return cut(text, Piece::Kind::Comment, std::min(text.find('\n'), text.size()));
  if (text.starts_with("/*")) return cut(text, Piece::Kind::Comment, end_of(text, "*/", 2));
  const auto run = [&](auto&& belongs) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), belongs) - text.begin());
  };
  if (is_space(first)) return cut(text, Piece::Kind::Space, run(is_space));
  if (is_word_char(first)) return cut(text, Piece::Kind::Word, run(is_word_char));
  return cut(text, Piece::Kind::Mark, 1);
}

bool is_word(std::string_view word, std::string_view upper) noexcept {
  return std::equal(word.begin(), word.end(), upper.begin(), upper.end(), [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
  });
}

int count_params(const Statement& statement) {
  int highest = 0;
  bool first = true;
  for (std::string_view rest = statement.text; !rest.empty();) {
    const Piece piece = next_piece(rest);
    if (piece.kind == Piece::Kind::Space || piece.kind == Piece::Kind::Comment) continue;
    if (first) {
      const auto known = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES"};
      if (std::none_of(known.begin(), known.end(),
                       [&](const char* word) { return is_word(piece.text, word); })) {
        throw Broken("neither a query nor a change: " + std::string(statement.name));
      }
      first = false;
    }
    if (piece.kind != Piece::Kind::Word || piece.text.front() != '$') continue;
    int number = 0;
    const char* end = piece.text.data() + piece.text.size();
    const auto [stop, error] = std::from_chars(piece.text.data() + 1, end, number);
    if (error != std::errc{} || stop != end || number < 1) {
      throw Broken("parameters are $1, $2, …: " + std::string(statement.name));
    }
    highest = std::max(highest, number);
  }
  if (first) throw Broken("empty statement: " + std::string(statement.name));
  return highest;
}

std::string without_row_locks(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  const auto take_word = [](std::string_view& rest, std::string_view upper) {
    std::string_view ahead = rest;
    while (!ahead.empty()) {
      const Piece piece = next_piece(ahead);
      if (piece.kind == Piece::Kind::Space || piece.kind == Piece::Kind::Comment) continue;
      if (piece.kind != Piece::Kind::Word || !is_word(piece.text, upper)) return false;
      rest = ahead;
      return true;
    }
    return false;
  };
  for (std::string_view rest = text; !rest.empty();) {
    const Piece piece = next_piece(rest);
    if (piece.kind == Piece::Kind::Word && is_word(piece.text, "FOR") &&
        (take_word(rest, "UPDATE") || take_word(rest, "SHARE"))) {
      if (take_word(rest, "SKIP")) take_word(rest, "LOCKED");
      continue;
    }
    result += piece.text;
  }
  return result;
}

}  // namespace lotse::sql
