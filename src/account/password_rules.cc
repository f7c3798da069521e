// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <set>

#include "account/account.h"
#include "base/fold.h"

namespace lotse::account {
namespace {

constexpr std::size_t kShortest = 12, kLongest = 200, kFewest = 5;

// What people take when a long password is asked for; figures and signs around and between count for nothing.
// From the lists of leaked passwords in German and English, those whose words fit here.
constexpr std::array<std::string_view, 58> kCommon{"abc",           "abcdefghijkl",
                                                   "abcdefghijklm", "access",
                                                   "admin",         "administrator",
                                                   "adminadmin",    "arbeit",
                                                   "asdf",          "asdfasdf",
                                                   "asdfghjkl",     "baseball",
                                                   "beratung",      "berlin",
                                                   "bitteaendern",  "bitteändern",
                                                   "changeme",      "computer",
                                                   "dragon",        "einstieg",
                                                   "familie",       "familienzentrum",
                                                   "football",      "fruehling",
                                                   "frühling",      "fußball",
                                                   "geheim",        "hallo",
                                                   "hallowelt",     "herbst",
                                                   "iloveyou",      "ichliebedich",
                                                   "initial",       "jobcenter",
                                                   "kennwort",      "letmein",
                                                   "lotse",         "lotselotse",
                                                   "master",        "meinpasswort",
                                                   "monkey",        "mypassword",
                                                   "passwd",        "password",
                                                   "passwort",      "passwortpasswort",
                                                   "princess",      "qwer",
                                                   "qwertz",        "qwertzuiop",
                                                   "qwerty",        "qwertyuiop",
                                                   "schalke",       "schatz",
                                                   "sommer",        "test",
                                                   "willkommen",    "winter"};

std::string letters_of(const std::string& folded) {
  std::string letters;
  for (const char c : folded)
    if (static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z')) letters += c;
  return letters;
}

bool is_common(std::string_view password) {
  const std::string lower = fold(password), letters = letters_of(lower);
  if (std::set<char>(lower.begin(), lower.end()).size() < kFewest) return true;
  for (const auto word : kCommon) {
    const std::string folded = fold(word);
    std::string many = folded;
    while (many.size() < letters.size()) many += folded;
    if (letters == many) return true;
  }
  return letters.empty();  // a date, a telephone number
}

}  // namespace

Problems check_password(const std::string& field, std::string_view password, std::string_view email) {
  if (password.empty()) return {{field, msg("Choose a password.")}};
  if (length(password) < kShortest)
    return {{field, msg("Your password needs at least 12 characters. Four words in a row are good.")}};
  if (length(password) > kLongest) return {{field, msg("Your password may have at most 200 characters.")}};
  const std::string_view address = trimmed(email);
  const std::string lower = fold(password), whole = fold(address),
                    name = fold(address.substr(0, address.find('@')));
  if (!address.empty() &&
      (lower.find(whole) != lower.npos || (name.size() >= 4 && lower.find(name) != lower.npos)))
    return {{field, msg("Your e-mail address must not be part of your password.")}};
  if (is_common(password))
    return {{field, msg("Many people use this password, so it is easily guessed. Take another one.")}};
  return {};
}

}  // namespace lotse::account
