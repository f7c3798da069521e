// SPDX-License-Identifier: EUPL-1.2
// What cameras and programs write into pictures beside the picture, taken out. Nothing is decoded.
#include <cstdint>
#include <optional>

#include "file/file.h"

namespace lotse::file {
namespace {

// Numbers of `size` bytes; nothing beyond the end.
std::optional<std::uint32_t> number_at(std::string_view bytes, std::size_t at, std::size_t size,
                                       bool little = false) {
  if (at > bytes.size() || bytes.size() - at < size) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[at + (little ? size - 1 - i : i)]);
  return number;
}

constexpr std::string_view kExif{"Exif\0\0", 6};
constexpr std::uint32_t kOrientation = 0x0112;

// 1 to 8 as EXIF 2.3 section 4.6.4 has it; 1 (as it is) where it is not told.
char orientation_in(std::string_view exif) {
  const auto tiff = exif.substr(kExif.size());
  const bool little = tiff.starts_with("II");
  const auto first = number_at(tiff, 4, 4, little);
  const auto count = first ? number_at(tiff, *first, 2, little) : std::nullopt;
  for (std::uint32_t i = 0; count && i < *count; ++i) {
    const std::size_t at = std::size_t{*first} + 2 + 12 * std::size_t{i};
    const auto tag = number_at(tiff, at, 2, little), value = number_at(tiff, at + 8, 2, little);
    if (!tag || !value) break;
    if (*tag == kOrientation && *value >= 1 && *value <= 8) return static_cast<char>(*value);
  }
  return 1;
}

// A segment that says nothing but that.
std::string exif_of(char orientation) {
  std::string segment("\xFF\xE1\x00\x22", 4);
  segment += kExif;
  segment += std::string_view("MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00", 19);
  segment += orientation;
  return segment + std::string(6, '\0');
}

// What is needed to show the picture as it is: JFIF, the colour profile, Adobe's colours, and all that is no
// note of somebody.
bool is_needed(unsigned char marker, std::string_view content) {
  if (marker == 0xE0) return content.starts_with("JFIF");
  if (marker == 0xE2) return content.starts_with("ICC_PROFILE");
  if (marker == 0xEE) return content.starts_with("Adobe");
  return (marker < 0xE0 || marker > 0xEF) && marker != 0xFE;
}

std::string clean_jpeg(std::string_view bytes) {
  if (!bytes.starts_with("\xFF\xD8")) return {};
  std::string kept, told;
  kept.reserve(bytes.size());
  bool has_picture = false;
  for (std::size_t at = 2; at + 1 < bytes.size();) {
    if (bytes[at] != '\xFF') return {};
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xFF) {  // filled up
      ++at;
      continue;
    }
    // What comes after the end is another picture, or a note of its program.
    if (marker == 0xD9) return has_picture ? "\xFF\xD8" + told + kept + "\xFF\xD9" : "";
    const auto length = number_at(bytes, at + 2, 2);
    if (!length || *length < 2 || bytes.size() - at - 2 < *length) return {};
    const auto content = bytes.substr(at + 4, *length - 2);
    if (marker == 0xE1 && told.empty() && content.starts_with(kExif))
      if (const char turned = orientation_in(content); turned != 1) told = exif_of(turned);
    if (is_needed(marker, content)) kept += bytes.substr(at, 2 + *length);
    at += 2 + *length;
    if (marker != 0xDA) continue;
    has_picture = true;
    // Up to the next marker: in between, FF stands for itself before 00, and D0 to D7 only count.
    const auto from = at;
    while (at + 1 < bytes.size() &&
           !(bytes[at] == '\xFF' && bytes[at + 1] != '\0' && (bytes[at + 1] & '\xF8') != '\xD0'))
      ++at;
    kept += bytes.substr(from, at - from);
  }
  return {};
}

std::string clean_png(std::string_view bytes) {
  constexpr std::string_view kBegin{"\x89PNG\r\n\x1A\n", 8};
  if (!bytes.starts_with(kBegin)) return {};
  std::string kept(kBegin);
  kept.reserve(bytes.size());
  for (std::size_t at = kBegin.size();;) {
    const auto length = number_at(bytes, at, 4);
    if (!length || bytes.size() - at < 12 || bytes.size() - at - 12 < *length) return {};
    const auto name = bytes.substr(at + 4, 4);
    // A capital says that a picture cannot be shown without; of the others, those for colours and size.
    const bool needed =
        (name[0] >= 'A' && name[0] <= 'Z') ||
        std::string_view("tRNS gAMA cHRM sRGB iCCP sBIT pHYs bKGD").find(name) != std::string_view::npos;
    if (needed) kept += bytes.substr(at, 12 + std::size_t{*length});
    if (name == "IEND") return kept;
    at += 12 + std::size_t{*length};
  }
}

}  // namespace

std::string without_metadata(Type picture, std::string_view bytes) {
  return picture == Type::jpeg ? clean_jpeg(bytes) : clean_png(bytes);
}

}  // namespace lotse::file
