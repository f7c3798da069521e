// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <optional>

#include "base/json.h"
#include "base/log.h"
#include "file/file.h"
#include "seal/seal.h"

namespace lotse::file {
namespace {

constexpr sql::Statement kPut{"file.put",
                              "INSERT INTO file (unit_id, record, id, kind, made_ms, facts) "
                              "VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr sql::Statement kPutPiece{
    "file.put_piece",
    "INSERT INTO file_piece (unit_id, record, file, number, content) VALUES ($1, $2, $3, $4, $5)"};
constexpr sql::Statement kList{"file.list",
                               "SELECT id, made_ms, facts FROM file WHERE unit_id = $1 AND record = $2 AND "
                               "kind = $3 ORDER BY id LIMIT 1000"};
constexpr sql::Statement kCount{"file.count", "SELECT count(*) FROM file WHERE unit_id = $1 AND record = $2"};
constexpr sql::Statement kFacts{
    "file.facts", "SELECT facts FROM file WHERE unit_id = $1 AND record = $2 AND id = $3 AND kind = $4"};
constexpr sql::Statement kPiece{
    "file.piece",
    "SELECT content FROM file_piece WHERE unit_id = $1 AND record = $2 AND file = $3 AND number = $4"};
constexpr sql::Statement kRemove{
    "file.remove", "DELETE FROM file WHERE unit_id = $1 AND record = $2 AND id = $3 AND kind = $4"};
constexpr sql::Statement kRemovePieces{
    "file.remove_pieces", "DELETE FROM file_piece WHERE unit_id = $1 AND record = $2 AND file = $3"};

// Bytes of a piece, and what the last one is filled up to, so that sizes tell files apart less well.
constexpr std::size_t kPieceBytes = 256 * 1024, kFilledTo = 4 * 1024;

std::string kind_of(const Of& of) { return of.field + "@D" + std::to_string(of.category); }

access::BytesOf facts_place(const Of& of, std::string_view id) { return {"file", id, of.category, of.field}; }
access::BytesOf piece_place(const Of& of, std::string_view row) {
  return {"file_piece", row, of.category, of.field};
}
std::string row_of_piece(const std::string& id, std::size_t number) {
  return id + "." + std::to_string(number);
}

std::string facts_of(const Ready& file) {
  return Json{{"name", file.name()},
              {"type", std::string(name_of(file.type()))},
              {"size", file.bytes().size()},
              {"piece", kPieceBytes}}
      .dump();
}

// How to put it together again; nothing where it is not what facts_of wrote, which only a fault of ours can
// do.
struct Facts {
  std::string name;
  Type type = Type::text;
  std::size_t size = 0, piece = 0;
};
Facts facts_in(const std::string& text) {
  const Json json = Json::parse(text);
  Facts facts{.name = json.at("name"), .size = json.at("size"), .piece = json.at("piece")};
  CHECK(JsonOf<Type>::read(json.at("type"), facts.type) && facts.piece > 0);
  return facts;
}

std::string filled(std::string_view piece) {
  std::string whole(piece);
  whole.resize((whole.size() + kFilledTo - 1) / kFilledTo * kFilledTo, '\0');
  return whole;
}

tl::unexpected<Problems> broken() {
  log_event("file.broken");
  return refuse(
      "",
      msg("This file was damaged or changed from outside, so it is not opened. Please tell your operator: "
          "perhaps a copy of the data still has it whole."));
}

}  // namespace

Result<std::string> put(const access::RecordDoor& door, const Of& of, const Ready& file, Instant now) {
  const std::string id = new_uuid(now.ms), facts = facts_of(file);
  const std::string_view bytes = file.bytes();
  // Two at the same moment may go a little beyond it, which does no harm.
  const auto there = door.read("file.count", [&](access::RecordView& view) {
    return *view.one(kCount, {door.unit(), of.record}, [](const sql::Row& r) { return r.integer(0); });
  });
  if (there >= static_cast<std::int64_t>(kMostFiles))
    return refuse("file",
                  msg("There are {n} files here already, and no more are possible. Please remove one first.",
                      {{"n", std::to_string(kMostFiles)}}));
  door.change("file.put", id, {{of.record}}, [&](access::RecordChange& change) {
    change.change(kPut, {door.unit(), of.record, id, kind_of(of), now.ms,
                         change.seal_bytes(of.record, facts_place(of, id), facts)});
    for (std::size_t number = 0; number * kPieceBytes < bytes.size(); ++number) {
      const auto piece = bytes.substr(number * kPieceBytes, kPieceBytes);
      const std::string row = row_of_piece(id, number);
      change.change(kPutPiece, {door.unit(), of.record, id, number,
                                change.seal_bytes(of.record, piece_place(of, row), filled(piece))});
    }
    return 0;
  });
  return id;
}

std::vector<Entry> list(const access::RecordDoor& door, const Of& of) {
  struct Row {
    std::string id;
    std::int64_t made_ms;
    sql::Blob facts;
  };
  return door.read("file.list", [&](access::RecordView& view) {
    const auto rows = view.rows(kList, {door.unit(), of.record, kind_of(of)}, [](const sql::Row& r) {
      return Row{std::string(r.text(0)), r.integer(1), r.blob(2)};
    });
    std::vector<Entry> found;
    for (const auto& row : rows) {
      Entry entry{.id = row.id, .name = {}, .made = Instant{row.made_ms}};
      try {
        const auto opened = view.open_bytes(of.record, facts_place(of, row.id), row.facts);
        if (!opened) continue;  // withheld, or its record has just ended
        Facts facts = facts_in(*opened);
        entry.name = std::move(facts.name);
        entry.type = facts.type;
        entry.size = static_cast<std::int64_t>(facts.size);
      } catch (const seal::Broken&) {
        // One that is damaged must not hide the others.
        entry.broken = true;
      }
      found.push_back(std::move(entry));
    }
    return found;
  });
}

Result<Opened> open(const access::RecordDoor& door, const Of& of, const std::string& id) {
  const auto as_blob = [](const sql::Row& r) { return r.blob(0); };
  try {
    auto opened = door.read("file.open", id, [&](access::RecordView& view) -> std::optional<Opened> {
      const auto sealed = view.one(kFacts, {door.unit(), of.record, id, kind_of(of)}, as_blob);
      const auto text = sealed ? view.open_bytes(of.record, facts_place(of, id), *sealed) : std::nullopt;
      if (!text) return std::nullopt;
      Facts facts = facts_in(*text);
      Opened file{facts.type, std::move(facts.name), {}};
      file.bytes.reserve(facts.size);
      for (std::size_t number = 0; file.bytes.size() < facts.size; ++number) {
        const auto one =
            view.one(kPiece, {door.unit(), of.record, id, static_cast<std::int64_t>(number)}, as_blob);
        if (!one) throw seal::Broken();
        const auto piece = view.open_bytes(of.record, piece_place(of, row_of_piece(id, number)), *one);
        if (!piece) return std::nullopt;
        const std::size_t wanted = std::min(facts.piece, facts.size - file.bytes.size());
        CHECK(piece->size() >= wanted);
        file.bytes.append(*piece, 0, wanted);
      }
      return file;
    });
    if (opened) return std::move(*opened);
  } catch (const seal::Broken&) {
    return broken();
  }
  door.absent("file.open", id);
}

void remove(const access::RecordDoor& door, const Of& of, const std::string& id) {
  door.change("file.remove", id, {{of.record}}, [&](access::RecordChange& change) {
    change.erase_bytes(of.record, facts_place(of, id));
    if (change.change(kRemove, {door.unit(), of.record, id, kind_of(of)}) != 1) throw NotFound();
    change.change(kRemovePieces, {door.unit(), of.record, id});
    return 0;
  });
}

}  // namespace lotse::file
