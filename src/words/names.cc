// SPDX-License-Identifier: EUPL-1.2
// Names of the languages that people speak. ICU knows most; this file has the rest and what ICU says badly.
#include <algorithm>
#include <array>
#include <map>

#include "base/check.h"
#include "words/formatters.h"
#include "words/words.h"

namespace lotse::words {
namespace {

struct Tongue {
  std::string_view iso, own_name;
};

constexpr std::array<Tongue, 56> kTongues{{
    {"ukr", "Українська"},
    {"rus", "Русский"},
    {"ara", "العربية"},
    {"apc", "العربية الشامية"},
    {"tur", "Türkçe"},
    {"bul", "Български"},
    {"ron", "Română"},
    {"pes", "فارسی"},
    {"prs", "دری"},
    {"pus", "پښتو"},
    {"kmr", "Kurdî (Kurmancî)"},
    {"ckb", "کوردی (سۆرانی)"},
    {"tir", "ትግርኛ"},
    {"som", "Soomaali"},
    {"sqi", "Shqip"},
    {"pol", "Polski"},
    {"srp", "Srpski / српски"},
    {"hrv", "Hrvatski"},
    {"bos", "Bosanski"},
    {"mkd", "Македонски"},
    {"rom", "Romani čhib"},
    {"amh", "አማርኛ"},
    {"urd", "اردو"},
    {"hun", "Magyar"},
    {"vie", "Tiếng Việt"},
    {"eng", "English"},
    {"fra", "Français"},
    {"spa", "Español"},
    {"por", "Português"},
    {"ita", "Italiano"},
    {"ell", "Ελληνικά"},
    {"gsg", "Deutsche Gebärdensprache"},
    {"deu", "Deutsch"},
    {"zho", "中文"},
    {"hin", "हिन्दी"},
    {"tam", "தமிழ்"},
    {"aze", "Azərbaycanca"},
    {"kat", "ქართული"},
    {"hye", "Հայերեն"},
    {"aii", "ܣܘܪܝܬ"},
    {"heb", "עברית"},
    {"nld", "Nederlands"},
    {"dan", "Dansk"},
    {"swe", "Svenska"},
    {"ces", "Čeština"},
    {"slk", "Slovenčina"},
    {"lit", "Lietuvių"},
    {"lav", "Latviešu"},
    {"est", "Eesti"},
    {"tha", "ไทย"},
    {"tgl", "Tagalog"},
    {"sin", "සිංහල"},
    {"swa", "Kiswahili"},
    {"hau", "Hausa"},
    {"yor", "Yorùbá"},
    {"lin", "Lingála"},
}};

constexpr auto kPeople = [] {
  std::array<std::string_view, kTongues.size()> codes;
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = kTongues[i].iso;
  return codes;
}();

const Tongue* tongue(std::string_view iso) {
  const auto* found =
      std::find_if(kTongues.begin(), kTongues.end(), [&](const Tongue& t) { return t.iso == iso; });
  return found == kTongues.end() ? nullptr : found;
}

// The names in one language of pages that ICU 72 lacks, gives twice (Romanian and Romani), or gives in a word
// that hurts.
struct Names {
  std::string_view ui;  // first two letters of the locale
  std::string_view apc, pes, kmr, ckb, aii, gsg;
  std::array<std::pair<std::string_view, std::string_view>, 4> more{};
};

constexpr std::array<Names, 11> kNames{{
    {"de", "Arabisch (Levante)", "Persisch (Farsi)", "Kurdisch (Kurmandschi)", "Kurdisch (Sorani)",
     "Aramäisch (Assyrisch)", "Deutsche Gebärdensprache"},
    {"en",
     "Arabic (Levantine)",
     "Persian (Farsi)",
     "Kurdish (Kurmanji)",
     "Kurdish (Sorani)",
     "Aramaic (Assyrian)",
     "German Sign Language",
     {{{"rom", "Romani"}}}},
    {"uk",
     "Арабська (левантійська)",
     "Перська (фарсі)",
     "Курдська (курманджі)",
     "Курдська (сорані)",
     "Арамейська (ассирійська)",
     "Німецька жестова мова",
     {{{"rom", "Ромська"}}}},
    {"ru",
     "Арабский (левантийский)",
     "Персидский (фарси)",
     "Курдский (курманджи)",
     "Курдский (сорани)",
     "Арамейский (ассирийский)",
     "Немецкий жестовый язык",
     {{{"rom", "Ромский"}}}},
    {"ar",
     "العربية (الشامية)",
     "الفارسية",
     "الكردية (الكرمانجية)",
     "الكردية (السورانية)",
     "الآرامية (الآشورية)",
     "لغة الإشارة الألمانية",
     {{{"rom", "لغة الروما"}}}},
    {"fa",
     "عربی (شامی)",
     "فارسی",
     "کردی (کرمانجی)",
     "کردی (سورانی)",
     "آرامی (آشوری)",
     "زبان اشارهٔ آلمانی",
     {{{"rom", "رومانی"}}}},
    {"tr", "Arapça (Şam bölgesi)", "Farsça", "Kürtçe (Kurmancî)", "Kürtçe (Soranî)", "Aramice (Süryanice)",
     "Alman İşaret Dili"},
    {"bg", "Арабски (левантийски)", "Персийски (фарси)", "Кюрдски (курманджи)", "Кюрдски (сорани)",
     "Арамейски (асирийски)", "Немски жестов език"},
    {"ro", "Arabă (levantină)", "Persană (farsi)", "Kurdă (kurmanji)", "Kurdă (sorani)",
     "Aramaică (asiriană)", "Limba germană a semnelor"},
    {"ku",
     "Erebî (Şamî)",
     "Farisî",
     "Kurdî (Kurmancî)",
     "Kurdî (Soranî)",
     "Aramî (Asûrî)",
     "Zimanê îşaretan ê almanî",
     {{{"prs", "Darî"}, {"ron", "Romanyayî"}, {"rom", "Romanî"}, {"zho", "Çînî"}}}},
    {"ti",
     "ዓረብ (ሻማዊ)",
     "ፋርስኛ",
     "ኩርዲሽ (ኩርማንጂ)",
     "ኩርዲሽ (ሶራኒ)",
     "ኣራማይክ (ኣሶር)",
     "ናይ ጀርመን ቋንቋ ምልክት",
     {{{"rom", "ሮማኒ"}}}},
}};

std::string_view own_table_name(const Language& language, std::string_view iso) {
  for (const Names& names : kNames) {
    if (names.ui != language.locale.substr(0, 2)) continue;
    if (iso == "apc") return names.apc;
    if (iso == "pes" || iso == "fas") return names.pes;
    if (iso == "kmr") return names.kmr;
    if (iso == "ckb") return names.ckb;
    if (iso == "aii") return names.aii;
    if (iso == "gsg") return names.gsg;
    for (const auto& [code, name] : names.more) {
      if (!code.empty() && code == iso) return name;
    }
  }
  return {};
}

// ISO 639-3 to ICU's own codes, which have two letters where there are two.
const std::string* icu_code(std::string_view iso) {
  static const auto codes = [] {
    std::map<std::string, std::string, std::less<>> map;
    for (const char* const* code = icu::Locale::getISOLanguages(); *code; ++code) {
      map.try_emplace(icu::Locale(*code).getISO3Language(), *code);
    }
    // Known by name, but not in the list.
    map.insert_or_assign("prs", "prs");
    map.insert_or_assign("tgl", "tl");
    for (const char* none : {"", "mis", "mul", "und", "zxx"}) map.erase(none);
    return map;
  }();
  const auto found = codes.find(iso);
  return found == codes.end() ? nullptr : &found->second;
}

icu::LocaleDisplayNames& display_names(const Language& language) {
  auto& tools = formatters(language);
  if (!tools.names) {
    UDisplayContext contexts[] = {UDISPCTX_CAPITALIZATION_FOR_BEGINNING_OF_SENTENCE, UDISPCTX_STANDARD_NAMES};
    tools.names.reset(icu::LocaleDisplayNames::createInstance(tools.locale, contexts, 2));
    CHECK(tools.names);
  }
  return *tools.names;
}

// Empty if ICU has no name.
std::string icu_name(const Language& language, std::string_view iso) {
  const auto* code = icu_code(iso);
  if (!code) return {};
  icu::UnicodeString name;
  display_names(language).languageDisplayName(code->c_str(), name);
  const std::string text = utf8(name);
  // Where ICU has no name it answers with the code, perhaps with a capital letter.
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  const bool is_code = std::equal(text.begin(), text.end(), code->begin(), code->end(), same);
  return is_code ? std::string{} : text;
}

}  // namespace

std::span<const std::string_view> people_languages() { return kPeople; }

bool is_language(std::string_view iso) {
  return tongue(iso) || (iso.size() == 3 && !icu_name(*language("en"), iso).empty());
}

std::string language_name(const Language& language, std::string_view iso) {
  if (const auto name = own_table_name(language, iso); !name.empty()) return std::string(name);
  if (auto name = icu_name(language, iso); !name.empty()) return name;
  if (auto name = icu_name(german(), iso); !name.empty()) return name;
  return std::string(iso);
}

std::string own_language_name(std::string_view iso) {
  if (const auto* known = tongue(iso)) return std::string(known->own_name);
  const auto* code = icu_code(iso);
  if (!code) return std::string(iso);
  const icu::Locale locale(code->c_str());
  icu::UnicodeString name;
  locale.getDisplayLanguage(locale, name);
  name.toTitle(nullptr, locale, U_TITLECASE_NO_LOWERCASE | U_TITLECASE_WHOLE_STRING);
  return utf8(name);
}

}  // namespace lotse::words
