// SPDX-License-Identifier: EUPL-1.2
#include "care/container.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <istream>

#include "access/audit_form.h"
#include "base/id.h"

namespace lotse::care {
namespace {

constexpr std::string_view kFormat = "lotse-copy 1";
constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::size_t kLongestHeader = 4'096;

seal::Place place_of_key(std::string_view id) { return {kInstallation, "copy", "key", id}; }

std::string row_of(std::int64_t number, bool last) { return std::to_string(number) + (last ? " last" : ""); }

std::string deflated(std::string_view plain) {
  auto size = compressBound(plain.size());
  std::string out(size + 1, 'z');
  if (compress2(reinterpret_cast<Bytef*>(out.data() + 1), &size, reinterpret_cast<const Bytef*>(plain.data()),
                plain.size(), Z_BEST_SPEED) != Z_OK ||
      size >= plain.size())
    return "r" + std::string(plain);
  out.resize(size + 1);
  return out;
}

std::optional<std::string> inflated(std::string_view piece) {
  if (piece.empty()) return std::nullopt;
  if (piece.front() == 'r') return std::string(piece.substr(1));
  std::string plain(kPiece, '\0');
  auto size = static_cast<uLongf>(plain.size());
  if (piece.front() != 'z' ||
      uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                 reinterpret_cast<const Bytef*>(piece.data() + 1), piece.size() - 1) != Z_OK)
    return std::nullopt;
  plain.resize(size);
  return plain;
}

// A line of the head; the file is somebody else's, so it may be as long as it likes.
std::string line_of(std::istream& in) {
  std::string line;
  for (int c = in.get(); c != '\n'; c = in.get()) {
    if (c == std::istream::traits_type::eof() || line.size() >= kLongestHeader)
      throw CopyRefused("this file is no copy of a store");
    line += static_cast<char>(c);
  }
  return line;
}

}  // namespace

Json header_of(std::istream& in) {
  const std::string format = line_of(in);
  if (format != kFormat)
    throw CopyRefused(format.starts_with("lotse-copy ")
                          ? "this copy was made by a newer program: take that one"
                          : "this file is no copy of a store");
  auto header = parse_json(line_of(in));
  if (!header || !header->is_object()) throw CopyRefused("this file is no copy of a store");
  return std::move(*header);
}

ContainerWriter::ContainerWriter(seal::Profile profile, const seal::MasterKeys& keys, Json header,
                                 std::function<void(std::string_view)> out)
    : profile_(profile), out_(std::move(out)) {
  const std::string id = random_hex(16);
  header["id"] = id;
  header["key"] = keys.name_of_newest();
  header["sealed_key"] = access::hex_of(seal::wrap(profile, keys.newest(), place_of_key(id), key_));
  const std::string line = header.dump();
  header_hash_ = hash_hex(line);
  out_(std::string(kFormat) + "\n" + line + "\n");
}

void ContainerWriter::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, kPiece - waiting_.size());
    waiting_ += part;
    bytes.remove_prefix(part.size());
    if (waiting_.size() == kPiece) {
      piece(waiting_, false);
      waiting_.clear();
    }
  }
}

void ContainerWriter::finish() { piece(waiting_, true); }

void ContainerWriter::piece(std::string_view plain, bool last) {
  const std::string row = row_of(number_++, last);
  const auto sealed = seal::seal(profile_, key_, {kInstallation, "copy", header_hash_, row}, deflated(plain));
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(sealed.size() >> shift & 255);
  bytes += last ? '\1' : '\0';
  bytes.append(reinterpret_cast<const char*>(sealed.data()), sealed.size());
  out_(bytes);
}

ContainerReader::ContainerReader(std::istream& in, const seal::MasterKeys& keys) : in_(in) {
  const auto start = in.tellg();
  header_ = header_of(in);
  const auto behind = in.tellg();
  // What is bound to the pieces is the line as it stands, not as it would be written again.
  in.seekg(start);
  line_of(in);
  header_hash_ = hash_hex(line_of(in));
  in.seekg(behind);
  const auto text = [&](const char* name) {
    return header_.contains(name) && header_[name].is_string() ? header_[name].get<std::string>() : "";
  };
  const std::string id = text("id"), name = text("key");
  const auto sealed = access::bytes_in_hex(text("sealed_key"), seal::Key::kBytes + seal::kOverhead);
  const seal::Key* above = keys.named(name);
  if (!above)
    throw CopyRefused("this copy was made under the installation key " + name +
                      ", which is not in the key file: say --key-file with the one of that time");
  try {
    key_.emplace(seal::unwrap(*above, place_of_key(id), sealed.value_or(seal::Bytes{})));
  } catch (const seal::Broken&) {
    throw CopyRefused("this copy was changed: its head is not what was written");
  }
}

std::optional<std::string> ContainerReader::next() {
  if (ended_) return std::nullopt;
  std::array<char, 5> head{};
  std::size_t size = 0;
  if (in_.read(head.data(), head.size()))
    for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{static_cast<unsigned char>(head[i])} << (8 * i);
  if (!in_) throw CopyRefused("this copy is not whole: it ends too early");
  seal::Bytes sealed(std::min(size, 2 * kPiece));
  if (!in_.read(reinterpret_cast<char*>(sealed.data()), static_cast<std::streamsize>(sealed.size())))
    throw CopyRefused("this copy is not whole: it ends too early");
  ended_ = head[4] == '\1';
  try {
    const std::string row = row_of(number_++, ended_);
    if (auto plain = inflated(seal::open(*key_, {kInstallation, "copy", header_hash_, row}, sealed)))
      return plain;
  } catch (const seal::Broken&) {
    // Told below, as what does not inflate.
  }
  throw CopyRefused("this copy was changed or damaged: a piece of it does not open");
}

}  // namespace lotse::care
