// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace lotse {

/**
 * A text for people that is not yet in a language: the English message id (the key of po/) and its named
 * placeholders. `words::translate` turns it into a sentence. Wrap ids in `msg("…")` so that they are found
 * for translation.
 */
struct Text {
  std::string id;
  std::vector<std::pair<std::string, std::string>> args{};
  bool operator==(const Text&) const = default;
};

/** Marks an English message id for translation and makes a Text of it. */
inline Text msg(std::string id, std::vector<std::pair<std::string, std::string>> args = {}) {
  return Text{std::move(id), std::move(args)};
}

/** One thing that must be mended before we can go on. `field` is the name in the form, empty for the whole.
 */
struct Problem {
  std::string field;
  Text text;
  bool operator==(const Problem&) const = default;
};

/** All that must be mended, in the order of the form; never only the first. */
using Problems = std::vector<Problem>;

/** A value, or the product's refusal with all its reasons. Faults are exceptions, not Results. */
template <class T>
using Result = tl::expected<T, Problems>;

inline tl::unexpected<Problems> refuse(Problems problems) {
  return tl::unexpected<Problems>(std::move(problems));
}
inline tl::unexpected<Problems> refuse(std::string field, Text text) {
  return tl::unexpected<Problems>(Problems{{std::move(field), std::move(text)}});
}

}  // namespace lotse
