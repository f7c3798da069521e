// SPDX-License-Identifier: EUPL-1.2
// Which language a name or code means.
#include <unicode/locid.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/fold.h"
#include "interchange/language_text.h"
#include "interchange/text.h"
#include "words/words.h"

namespace lotse::interchange {
namespace {

using Map = std::map<std::string, std::string, std::less<>>;

// What people write and ICU does not say, or says of something else. An empty code: too vague to be any one
// language.
constexpr std::array<std::pair<std::string_view, std::string_view>, 66> kSpoken{{
    {"farsi", "pes"},
    {"persisch", "pes"},
    {"persian", "pes"},
    {"iranisch", "pes"},
    {"dari", "prs"},
    {"paschtu", "pus"},
    {"paschto", "pus"},
    {"pashto", "pus"},
    {"kurmandschi", "kmr"},
    {"kurmanci", "kmr"},
    {"kurmanji", "kmr"},
    {"sorani", "ckb"},
    {"kurdisch", "kur"},
    {"kurdish", "kur"},
    {"kurdi", "kmr"},
    {"albanisch", "sqi"},
    {"shqip", "sqi"},
    {"romanes", "rom"},
    {"romani", "rom"},
    {"roma", "rom"},
    {"romanesisch", "rom"},
    {"moldauisch", "ron"},
    {"mandarin", "zho"},
    {"mandarin chinese", "zho"},
    {"chinesisch", "zho"},
    {"cantonese", "yue"},
    {"kantonesisch", "yue"},
    {"tigrinisch", "tir"},
    {"tigrinya", "tir"},
    {"tigrigna", "tir"},
    {"haitian creole", "hat"},
    {"haitianisch", "hat"},
    {"kreyol", "hat"},
    {"creole", ""},
    {"niederdeutsch", "nds"},
    {"plattdeutsch", "nds"},
    {"platt", "nds"},
    {"low german", "nds"},
    {"serbokroatisch", "hbs"},
    {"serbo croatian", "hbs"},
    {"flaemisch", "nld"},
    {"flemish", "nld"},
    {"dutch", "nld"},
    {"hollaendisch", "nld"},
    {"gebaerdensprache", "gsg"},
    {"deutsche gebaerdensprache", "gsg"},
    {"dgs", "gsg"},
    {"sign language", "sgn"},
    {"american sign language", "ase"},
    {"asl", "ase"},
    {"einfache sprache", "deu"},
    {"leichte sprache", "deu"},
    {"einfaches deutsch", "deu"},
    {"tagalog", "tgl"},
    {"filipino", "fil"},
    {"castellano", "spa"},
    {"hochdeutsch", "deu"},
    {"singhalesisch", "sin"},
    {"suaheli", "swa"},
    {"kisuaheli", "swa"},
    {"aseri", "aze"},
    {"aramaeisch", ""},
    {"aramaic", ""},
    {"syrisch", ""},
    {"afrikanisch", ""},
    {"jugoslawisch", ""},
}};

// ISO 639-2/B, where it differs from the other codes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kLibraryCodes{
    {{"alb", "sqi"}, {"arm", "hye"}, {"baq", "eus"}, {"bur", "mya"}, {"chi", "zho"},
     {"cze", "ces"}, {"dut", "nld"}, {"fre", "fra"}, {"geo", "kat"}, {"ger", "deu"},
     {"gre", "ell"}, {"ice", "isl"}, {"mac", "mkd"}, {"mao", "mri"}, {"may", "msa"},
     {"per", "pes"}, {"rum", "ron"}, {"slo", "slk"}, {"tib", "bod"}, {"wel", "cym"}}};

struct Tables {
  Map names;       // folded name to ISO 639-3
  Map two_letter;  // "ur" to "urd"
  Map shortest;    // "urd" to "ur"
};

Tables built() {
  Tables tables;
  for (const auto& [name, code] : kSpoken) tables.names.try_emplace(fold(name), code);
  std::vector<std::string> codes;
  for (const auto code : words::people_languages()) codes.emplace_back(code);
  for (const char* const* code = icu::Locale::getISOLanguages(); *code; ++code) {
    const std::string_view two = *code;
    const std::string three = icu::Locale(*code).getISO3Language();
    if (three.empty() || !words::is_language(three)) continue;
    codes.push_back(three);
    if (two.size() != 2) continue;
    tables.two_letter.try_emplace(std::string(two), three);
    tables.shortest.try_emplace(three, two);
  }
  // "fa" is the Farsi of Iran here, as on our pages.
  tables.two_letter["fa"] = "pes";
  tables.shortest["pes"] = tables.shortest["fas"] = "fa";
  tables.two_letter["tl"] = "tgl";
  tables.shortest["tgl"] = "tl";
  // Earlier ones win: what is asked for most before what is rare, German and English before the rest.
  const auto add = [&](const std::string& name, const std::string& code) {
    if (const auto key = fold(name); !key.empty() && key != code) tables.names.try_emplace(key, code);
  };
  for (const words::Language* first : {&words::german(), words::language("en")})
    for (const auto& code : codes) add(words::language_name(*first, code), code);
  for (const auto code : words::people_languages()) add(words::own_language_name(code), std::string(code));
  for (const words::Language& language : words::languages())
    for (const auto& code : codes) add(words::language_name(language, code), code);
  for (const auto& code : codes) add(words::own_language_name(code), code);
  return tables;
}

const Tables& tables() {
  static const Tables one = built();
  return one;
}

}  // namespace

std::string long_code(std::string_view text) {
  const std::string code = small(text.substr(0, text.find_first_of("-_")));
  if (code.size() == 2) {
    const auto found = tables().two_letter.find(code);
    return found == tables().two_letter.end() ? std::string() : found->second;
  }
  if (code.size() != 3) return {};
  if (code == "fas") return "pes";
  for (const auto& [library, three] : kLibraryCodes)
    if (code == library) return std::string(three);
  for (const auto& [name, three] : kSpoken)
    if (code == three) return code;
  return words::is_language(code) ? code : std::string();
}

std::string short_code(std::string_view iso639_3) {
  const auto found = tables().shortest.find(iso639_3);
  return found == tables().shortest.end() ? std::string(iso639_3) : found->second;
}

std::string language_name_code(std::string_view name) {
  const auto found = tables().names.find(fold(name));
  return found == tables().names.end() ? std::string() : found->second;
}

std::string language_code(std::string_view text) {
  if (auto code = language_name_code(text); !code.empty()) return code;
  const auto inside = trimmed(text);
  // "no", "ja" and "am" are words; who writes a code in capitals means one. "NO" and "JA" may still be
  // answers.
  const bool capitals =
      std::all_of(inside.begin(), inside.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!capitals || inside.size() < 2 || inside.size() > 3 || is_answer(inside)) return {};
  return long_code(inside);
}

bool is_answer(std::string_view text) {
  constexpr std::array<std::string_view, 8> kAnswers{"no", "ja", "yes", "so", "an", "es", "is", "it"};
  const std::string word = small(trimmed(text));
  return std::find(kAnswers.begin(), kAnswers.end(), word) != kAnswers.end();
}

}  // namespace lotse::interchange
