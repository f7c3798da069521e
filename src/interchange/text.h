// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/** What the readers of texts have in common. */
namespace lotse::interchange {

/** With A to Z made small; everything else stays. */
std::string small(std::string_view text);

/** With each first part made its second, in one pass; where several fit, the earlier in the list. */
std::string replaced(std::string_view text,
                     std::span<const std::pair<std::string_view, std::string_view>> parts);

/** The parts between the marks, empty ones too; none of an empty text. */
std::vector<std::string> split(std::string_view text, char mark);

/** "12", "12.5" and "12,5"; nothing for anything else, and for what is not finite. */
std::optional<double> number_of(std::string_view text);

}  // namespace lotse::interchange
