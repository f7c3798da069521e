// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/record.h"
#include "base/fields.h"
#include "base/result.h"
#include "base/time.h"
#include "web/site.h"

/**
 * Files of records about persons: put in with a form, sealed with their record's key in pieces, given out as
 * downloads only, gone with their record. What a file is in the access matrix says the feature whose record
 * it is; it hangs in pages for its files by a Plug. See decision 0036.
 */
namespace lotse::file {

/** What is taken, found by content; whatever the file is called. */
enum class Type : std::uint8_t { pdf, jpeg, png, text, odt, docx };

/** The largest file, in bytes, unless a Plug says otherwise; and how many a record has at most. */
inline constexpr std::size_t kMostBytes = 10 * 1024 * 1024, kMostFiles = 100;

/** A file as it is kept: what tells where a picture was taken, and with what, has been taken out. */
class Ready {
 public:
  Type type() const { return type_; }
  /** Fit for every system, with the ending of its type. */
  const std::string& name() const { return name_; }
  std::string_view bytes() const { return type_ == Type::jpeg || type_ == Type::png ? cleaned_ : given_; }

 private:
  friend Result<Ready> check(std::string_view, std::string_view, std::size_t);
  Type type_ = Type::text;
  std::string name_, cleaned_;
  std::string_view given_;
};

/**
 * What may be kept of a file with this name and content, or why it is not taken. Refused is what is too
 * large, empty, of another type than those above, holds macros, or is a picture that cannot be read.
 * `bytes` must live as long as the result. Needs the table of libmagic (Debian: libmagic-mgc) and throws
 * std::runtime_error without.
 */
Result<Ready> check(std::string_view name, std::string_view bytes, std::size_t most = kMostBytes);

/** A name that a stranger typed, as it may be written on any disk: without folders, signs that steer, and
 * what systems do not take; at most 120 characters; with an ending of the type. Never empty. */
std::string safe_name(std::string_view typed, Type type);

/** A picture without what its camera wrote about place, time and device; how it is turned stays. Empty for
 * what is no whole picture of this type (JPEG: ITU T.81; PNG: ISO 15948). */
std::string without_metadata(Type picture, std::string_view bytes);

/** Whose files, and as what the matrix knows them: the name is that which its condition `fields:` lists. */
struct Of {
  std::string record;
  access::Category category = 0;
  std::string field;
};

struct Entry {
  std::string id, name;
  Type type = Type::text;
  std::int64_t size = 0;
  Instant made;
  bool broken = false;  // changed or damaged: nothing of it can be told but that it is there
};

/** Puts it in and gives its id, in one change with its entry. The door must be for writing. Refused where the
 * record has kMostFiles already. Throws NotFound for a record that is not there or has ended. */
Result<std::string> put(const access::RecordDoor& door, const Of& of, const Ready& file, Instant now);

/** The files of the record, the oldest first; whose they are is entered. */
std::vector<Entry> list(const access::RecordDoor& door, const Of& of);

struct Opened {
  Type type = Type::text;
  std::string name, bytes;
};
/** The whole file; that it was opened is entered before this returns. Refused where a piece was changed, is
 * missing or belongs elsewhere: nothing of it is given then. NotFound, with an entry, where there is none. */
Result<Opened> open(const access::RecordDoor& door, const Of& of, const std::string& id);

/** Removes it. The door must be for deleting. NotFound, with an entry, where there is none. */
void remove(const access::RecordDoor& door, const Of& of, const std::string& id);

/** How a feature hangs in the files of its records. */
struct Plug {
  std::string path;  // of the list, with the placeholder {record}: "/staff/cases/{record}/files"
  Text heading;
  access::Category category = 0;
  std::string field;
  access::Purpose purpose = access::kDirectoryPurpose;
  const access::Right *read = nullptr, *write = nullptr, *erase = nullptr;
  /** How whoever asks stands to that record; throws NotFound where it is none of this feature's. */
  std::function<access::Relation(web::Ask&, const std::string& record)> relation;
  std::size_t most_bytes = kMostBytes;
};

/** Routes for list and upload (`path`), download (`path`/{file}) and removal, which is asked once more
 * (`path`/{file}/removal). What
 * waits to be taken by clients is bounded: beyond it, downloads are answered 503. */
void install(web::Site& site, Plug plug);

}  // namespace lotse::file

template <>
struct lotse::NamesOf<lotse::file::Type> {
  static constexpr std::array<std::string_view, 6> names{"pdf", "jpeg", "png", "text", "odt", "docx"};
};
