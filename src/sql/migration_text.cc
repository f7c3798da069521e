// SPDX-License-Identifier: EUPL-1.2
#include "sql/migration_text.h"

#include <algorithm>
#include <sstream>

#include "sql/text.h"

namespace lotse::sql {

namespace {

bool is_name(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), fits) &&
         (text[0] < '0' || text[0] > '9');
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Grant read_grant(const std::vector<std::string>& words) {
  // TABLE: rights  |  TABLE to ROLE: rights
  Grant grant;
  std::size_t at = 0;
  const auto take_name = [&](bool last) {
    std::string word = at < words.size() ? words[at++] : "";
    if (last && word.ends_with(':')) word.pop_back();
    return is_name(word) ? word : std::string();
  };
  const bool with_role = words.size() > 1 && words[1] == "to";
  grant.table = take_name(!with_role);
  if (with_role) ++at;
  grant.role = with_role ? take_name(true) : "lotse_app";
  if (at == 0 || at > words.size() || !words[at - 1].ends_with(':')) grant.table.clear();
  for (; at < words.size(); ++at) {
    std::string right = words[at];
    std::transform(right.begin(), right.end(), right.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (right != "SELECT" && right != "INSERT" && right != "UPDATE" && right != "DELETE") grant.table.clear();
    grant.rights.push_back(right);
  }
  if (grant.role != "lotse_app" && grant.role != "lotse_sealer") grant.table.clear();
  return grant;
}

// True when the statement begins with these words.
bool begins(std::string_view statement, std::initializer_list<std::string_view> words) {
  auto expected = words.begin();
  while (!statement.empty() && expected != words.end()) {
    const Piece piece = next_piece(statement);
    if (piece.kind == Piece::Kind::Space || piece.kind == Piece::Kind::Comment) continue;
    if (!is_word(piece.text, *expected++)) return false;
  }
  return expected == words.end();
}

std::string translate_type(const Piece& piece, EngineKind kind) {
  if (kind == EngineKind::Postgresql) {
    return is_word(piece.text, "TEXT") ? "TEXT COLLATE \"C\"" : std::string(piece.text);
  }
  if (is_word(piece.text, "BIGINT")) return "INT";
  if (is_word(piece.text, "BYTEA")) return "BLOB";
  if (is_word(piece.text, "DOUBLE")) return "REAL";
  return std::string(piece.text);
}

std::string translate(std::string_view statement, EngineKind kind) {
  const bool create = begins(statement, {"CREATE", "TABLE"});
  if (!create && !begins(statement, {"ALTER", "TABLE"})) return std::string(statement);
  std::string result;
  int place =
      -1;  // of a word in its column definition, the name being 0 and the type 1; -1 before the first one
  for (std::string_view rest = statement; !rest.empty();) {
    const Piece piece = next_piece(rest);
    if (piece.kind == Piece::Kind::Space) {
      result += piece.text;
      continue;
    }
    const bool word = piece.kind == Piece::Kind::Word;
    if (word && place == 1)
      result += translate_type(piece, kind);
    else if (!(word && place == 2 && kind == EngineKind::Sqlite && is_word(piece.text, "PRECISION")))
      result += piece.text;

    if (piece.text == "(" || piece.text == ",")
      place = 0;
    else if (!create && word && (is_word(piece.text, "ADD") || is_word(piece.text, "COLUMN")))
      place = 0;
    else if (place >= 0)
      ++place;
  }
  if (create && kind == EngineKind::Sqlite) result += " STRICT";
  return result;
}

// A `-- word …` line that means something; others are comments.
void read_directive(std::string_view name, std::string_view line, EngineKind kind, Script& script) {
  const std::vector<std::string> words = words_of(line.substr(2));
  if (words.empty()) return;
  const auto refuse = [&] {
    throw Broken("migration " + std::string(name) + ": cannot read the line '" + std::string(line) + "'");
  };
  if (words[0] == "grant") {
    Grant grant = read_grant({words.begin() + 1, words.end()});
    if (grant.table.empty()) refuse();
    script.grants.push_back(std::move(grant));
  } else if (words[0] == "rls") {
    if (words.size() != 3 || !is_name(words[1]) || !is_name(words[2])) refuse();
    script.fences.push_back({words[1], words[2]});
  } else if (words[0] == "postgresql:" || words[0] == "sqlite:") {
    std::string_view statement = line.substr(line.find(':') + 1);
    while (!statement.empty() && (statement.back() == ' ' || statement.back() == '\r'))
      statement.remove_suffix(1);
    if (!statement.ends_with(';')) refuse();
    statement.remove_suffix(1);
    if ((words[0] == "sqlite:") == (kind == EngineKind::Sqlite)) script.statements.emplace_back(statement);
  }
}

}  // namespace

Script read_migration(std::string_view name, std::string_view text, EngineKind kind) {
  Script script;
  std::string statement;
  bool empty = true;
  bool line_start = true;
  const auto finish = [&] {
    if (!empty) script.statements.push_back(translate(statement, kind));
    statement.clear();
    empty = true;
  };
  for (std::string_view rest = text; !rest.empty();) {
    const Piece piece = next_piece(rest);
    if (piece.kind == Piece::Kind::Comment) {
      // Comments are not handed on; a directive stands at the beginning of a line and between statements.
      if (piece.text.starts_with("--") && line_start && empty) read_directive(name, piece.text, kind, script);
      continue;
    }
    if (piece.kind == Piece::Kind::Space) {
      line_start = line_start || piece.text.find('\n') != std::string_view::npos;
      if (!empty) statement += piece.text;
      continue;
    }
    line_start = false;
    const std::string_view to_end = rest.substr(0, rest.find('\n'));
    std::string_view after = to_end;
    while (!after.empty() && (after.front() == ' ' || after.front() == '\t' || after.front() == '\r'))
      after.remove_prefix(1);
    if (piece.text == ";" && (after.empty() || after.starts_with("--"))) {
      finish();
      continue;
    }
    statement += piece.text;
    empty = false;
  }
  if (!empty) throw Broken("migration " + std::string(name) + ": the last statement does not end with ;");
  return script;
}

}  // namespace lotse::sql
