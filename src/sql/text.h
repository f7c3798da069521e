// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: reading SQL text just far enough to leave quotes and comments alone.
#pragma once

#include <string_view>

namespace lotse::sql {

/// A piece of SQL text.
struct Piece {
  enum class Kind { Word, Quoted, Comment, Space, Mark };
  Kind kind;
  std::string_view text;
};

/// Cuts the next piece off the front of `text`, which must not be empty: a word or number (`$1` is a word), a
/// quoted string or name, a comment (`--` to the end of the line, or `/* */`), white space, or one other
/// character. An open quote goes to the end.
Piece next_piece(std::string_view& text) noexcept;

/// Compares without regard to ASCII case; `upper` is in upper case.
bool is_word(std::string_view word, std::string_view upper) noexcept;

}  // namespace lotse::sql
