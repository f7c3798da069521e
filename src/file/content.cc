// SPDX-License-Identifier: EUPL-1.2
// What a file is, and what may be kept of it. Pure but for the table of libmagic.
#include <magic.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "base/fold.h"
#include "file/file.h"

namespace lotse::file {
namespace {

struct Known {
  Type type;
  std::string_view mime, endings;  // endings: the first is ours
};
constexpr Known kKnown[] = {
    {Type::pdf, "application/pdf", "pdf"},
    {Type::jpeg, "image/jpeg", "jpg jpeg"},
    {Type::png, "image/png", "png"},
    {Type::text, "text/plain", "txt"},
    {Type::odt, "application/vnd.oasis.opendocument.text", "odt"},
    {Type::docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"}};

// Its parsers of containers are left out: they read what strangers made, and nothing that is taken needs
// them.
constexpr int kOnlySignatures = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
                                MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_CSV |
                                MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_APPTYPE | MAGIC_NO_CHECK_TOKENS;

std::string mime_of(std::string_view bytes) {
  struct Close {
    void operator()(magic_set* set) const { magic_close(set); }
  };
  static std::mutex mutex;  // one set is for one thread at a time
  static std::unique_ptr<magic_set, Close> set;
  const std::lock_guard lock(mutex);
  if (!set) {
    std::unique_ptr<magic_set, Close> fresh(magic_open(kOnlySignatures));
    if (!fresh || magic_load(fresh.get(), nullptr) != 0)
      throw std::runtime_error("the table of libmagic cannot be read: is libmagic-mgc installed?");
    set = std::move(fresh);
  }
  const char* found = magic_buffer(set.get(), bytes.data(), bytes.size());
  return found == nullptr ? "" : found;
}

// A text that a browser would take for more than a text; libmagic overlooks some.
bool is_plain_text(std::string_view bytes) { return is_utf8(bytes) && !trimmed(bytes).starts_with('<'); }

std::optional<Type> type_of(std::string_view bytes) {
  const std::string mime = mime_of(bytes);
  for (const Known& each : kKnown) {
    if (each.mime != mime) continue;
    // Something else in front would be run by whoever takes it for that.
    if (each.type == Type::pdf && !bytes.starts_with("%PDF-")) return std::nullopt;
    if (each.type == Type::text && !is_plain_text(bytes)) return std::nullopt;
    return each.type;
  }
  return std::nullopt;
}

// Names of what is inside stand uncompressed in both kinds of archive.
bool has_macros(Type type, std::string_view bytes) {
  const auto has = [&](std::string_view name) { return bytes.find(name) != bytes.npos; };
  return (type == Type::docx && has("vbaProject.bin")) ||
         (type == Type::odt && (has("Basic/") || has("Scripts/")));
}

std::string megabytes(std::size_t bytes) { return std::to_string(bytes / (1024 * 1024)); }

bool is_ending(std::string_view ending, std::string_view endings) {
  for (std::size_t at = 0; at < endings.size();) {
    const auto end = std::min(endings.find(' ', at), endings.size());
    if (endings.substr(at, end - at) == ending) return true;
    at = end + 1;
  }
  return false;
}

// The first `most` code points.
std::string_view shortened(std::string_view text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size() && n < most; ++n) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return text.substr(0, at);
}

bool is_steering(std::string_view sign) {
  return (sign.size() == 1 && (static_cast<unsigned char>(sign[0]) < 0x20 || sign[0] == 0x7F)) ||
         (sign.size() == 2 && sign[0] == '\xC2' && static_cast<unsigned char>(sign[1]) < 0xA0) ||
         has_bidi_control(sign);
}

}  // namespace

std::string safe_name(std::string_view typed, Type type) {
  const Known& known = kKnown[static_cast<std::size_t>(type)];
  // Old browsers send the whole path.
  if (const auto folder = typed.find_last_of("/\\"); folder != typed.npos) typed.remove_prefix(folder + 1);
  std::string name;
  for (std::size_t at = 0; at < typed.size();) {
    const auto sign = shortened(typed.substr(at), 1);
    at += sign.size();
    if (is_steering(sign)) continue;
    name += std::string_view("<>:\"|?*").find(sign) == std::string_view::npos ? sign : "_";
  }
  // Systems hide names that begin with a dot, and cut dots and blanks at the end.
  while (!name.empty() && (name.front() == '.' || name.front() == ' ')) name.erase(0, 1);
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  const auto dot = name.rfind('.');
  const bool fits =
      dot != name.npos && is_ending(fold(std::string_view(name).substr(dot + 1)), known.endings);
  std::string ending =
      fits ? name.substr(dot) : "." + std::string(known.endings.substr(0, known.endings.find(' ')));
  if (fits) name.resize(dot);
  name = shortened(name, 120 - ending.size());
  return (name.empty() ? "file" : name) + ending;
}

Result<Ready> check(std::string_view name, std::string_view bytes, std::size_t most) {
  if (bytes.empty()) return refuse("file", msg("This file is empty. Please choose another one."));
  if (bytes.size() > most)
    return refuse("file",
                  msg("This file is too large. At most {n} MB are possible. Please make it smaller, for "
                      "instance by scanning it with a lower resolution.",
                      {{"n", megabytes(most)}}));
  const auto type = type_of(bytes);
  if (!type)
    return refuse(
        "file", msg("Files of this kind are not possible. Please choose a PDF file, a picture (JPEG or PNG), "
                    "a document (ODT or DOCX) or a plain text."));
  if (has_macros(*type, bytes))
    return refuse(
        "file", msg("This document contains macros, which are small programs. Please save it without macros, "
                    "or as a PDF file."));
  Ready ready;
  ready.type_ = *type;
  ready.name_ = safe_name(name, *type);
  ready.given_ = bytes;
  if (*type == Type::jpeg || *type == Type::png) {
    ready.cleaned_ = without_metadata(*type, bytes);
    if (ready.cleaned_.empty())
      return refuse(
          "file",
          msg("This picture is damaged or incomplete. Please open it, save it once more and try again."));
  }
  return ready;
}

}  // namespace lotse::file
