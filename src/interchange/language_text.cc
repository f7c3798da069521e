// SPDX-License-Identifier: EUPL-1.2
#include "interchange/language_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>

#include "base/fold.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

using directory::SpokenLanguage;

struct Part {
  std::string text;
  bool goes_on = false;  // a comma or slash before it: perhaps what stood there is true of this too
};

// At commas, semicolons, slashes, line ends and ends of sentences, but not inside brackets.
std::vector<Part> parts_of(std::string_view whole) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kBreak{{{"\\n", "\n"}}};
  const std::string text = replaced(whole, kBreak);
  std::vector<Part> parts(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    depth += (c == '(') - (c == ')');
    const bool sentence = c == '.' && (i + 1 == text.size() || text[i + 1] == ' ');
    if (depth <= 0 && (sentence || std::string_view(",;/|\n\r").find(c) != std::string_view::npos))
      parts.push_back({"", c == ',' || c == '/'});
    else
      parts.back().text += c;
  }
  return parts;
}

using Words = std::vector<std::string>;

bool is_in(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool any_of(const Words& words, std::span<const std::string_view> list) {
  return std::any_of(words.begin(), words.end(), [&](const auto& word) { return is_in(list, word); });
}

// Words as words_of() gives them: small, umlauts written out.
constexpr std::array<std::string_view, 17> kNo{"no",   "not",   "without", "only",   "none",   "never",
                                               "kein", "keine", "keinen",  "keinem", "keiner", "nicht",
                                               "ohne", "nur",   "weder",   "sin",    "except"};
constexpr std::array<std::string_view, 8> kNoneBefore{"no",     "without", "kein",  "keine",
                                                      "keinen", "ohne",    "weder", "sin"};
constexpr std::array<std::string_view, 11> kOther{"other",   "others",   "any",       "all",
                                                  "weitere", "weiteren", "andere",    "anderen",
                                                  "alle",    "jede",     "additional"};
constexpr std::array<std::string_view, 4> kLanguage{"language", "languages", "sprache", "sprachen"};
constexpr std::array<std::string_view, 8> kRequest{"request", "needed",    "anfrage",   "bedarf",
                                                   "wunsch",  "absprache", "nachfrage", "arrangement"};
constexpr std::array<std::string_view, 77> kFillers{
    "available", "avaialble", "upon",     "on",        "in",          "as",        "if",          "when",
    "and",       "or",        "und",      "oder",      "the",         "a",         "an",          "via",
    "with",      "mit",       "for",      "fuer",      "by",          "per",       "auf",         "nach",
    "bei",       "is",        "are",      "can",       "be",          "ist",       "sind",        "wird",
    "werden",    "kann",      "koennen",  "moeglich",  "verfuegbar",  "vorhanden", "provided",    "arranged",
    "offered",   "used",      "required", "necessary", "service",     "services",  "line",        "language",
    "languages", "sprache",   "sprachen", "telephone", "phone",       "telefon",   "tele",        "video",
    "also",      "auch",      "ggf",      "gestellt",  "organisiert", "bestellt",  "appointment", "client",
    "staff",     "over",      "more",     "than",      "mehr",        "als",       "ueber",       "to",
    "assist",    "through",   "free",     "kostenlos", "need"};

bool is_interpreter(std::string_view word) {
  constexpr std::array<std::string_view, 6> kStems{"interpret", "translat",  "traduc",
                                                   "dolmetsch", "uebersetz", "sprachmittl"};
  return std::any_of(kStems.begin(), kStems.end(), [&](auto stem) { return word.starts_with(stem); });
}

bool is_about_interpreters(const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_interpreter(words[i])) return true;
    if (words[i] == "language" && i + 1 < words.size() &&
        (words[i + 1] == "line" || words[i + 1] == "service" || words[i + 1] == "services"))
      return true;
  }
  return false;
}

// "150 languages" are as good as all, "3 languages" are not.
bool is_many(std::string_view word) {
  return word.size() >= 3 && word.find_first_not_of("0123456789") == word.npos;
}

bool is_few(std::string_view word) {
  return word.find_first_not_of("0123456789") == word.npos && !is_many(word);
}

// "other languages", "all languages", "others upon request": whichever one needs.
bool is_about_others(const Words& words) {
  if (!any_of(words, kOther) || std::any_of(words.begin(), words.end(), is_few)) return false;
  const bool all_others = std::find(words.begin(), words.end(), "others") != words.end();
  return any_of(words, kLanguage) || any_of(words, kRequest) || (all_others && is_about_interpreters(words));
}

struct Named {
  std::vector<std::string> codes;
  bool at_end = false;  // the last word is, or ends, the last name
};

// The languages that are named among the words; longer names first ("American Sign Language").
Named named_in(const Words& words) {
  Named named;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t took = 1;
    for (std::size_t n = std::min<std::size_t>(3, words.size() - i); n > 0; --n) {
      std::string name = words[i];
      for (std::size_t k = 1; k < n; ++k) name += " " + words[i + k];
      const std::string code = name.size() > 3 ? language_name_code(name) : std::string();
      if (code.empty()) continue;
      named.codes.push_back(code);
      named.at_end = i + n == words.size();
      took = n;
      break;
    }
    i += took;
  }
  return named;
}

// "English and Spanish" are two if both halves are languages; "Bosnia and …" is none of our business.
std::optional<std::pair<std::string, std::string>> halves(const std::string& part) {
  for (const std::string_view word : {" and ", " und ", " & ", " + ", " sowie "}) {
    const auto at = part.find(word);
    if (at == std::string::npos) continue;
    std::pair<std::string, std::string> two{part.substr(0, at), part.substr(at + word.size())};
    return two;
  }
  return std::nullopt;
}

class Collector {
 public:
  void part(std::string_view raw) {
    // One step for each "and": a text may have thousands of them.
    for (std::string text = without_lead(raw); !text.empty();) {
      if (known(text, {})) return;
      const auto two = halves(text);
      // "Interpreters for Arabic and Turkish" is one thing that is said of two languages.
      if (!two || (code_of(two->first).empty() &&
                   (code_of(two->second).empty() || is_about_interpreters(words_of(two->first))))) {
        if (!labelled(text) && !annotated(text)) judge(text);
        return;
      }
      part(two->first);
      text = without_lead(two->second);
    }
  }

  void list(const std::vector<Part>& parts) {
    for (const Part& each : parts) {
      const auto text = trimmed(each.text);
      const bool same_list = std::exchange(list_of_interpreters_, false) && each.goes_on;
      const std::string code = same_list ? language_code(text) : std::string();
      if (code.empty()) {
        part(text);
        continue;
      }
      interpreter(code);
      result.remarks += ", " + std::string(text);
      list_of_interpreters_ = true;
    }
  }

  // A text that is nothing but codes: "de, en, tr". A single small one may be a word.
  bool only_codes(const std::vector<Part>& parts) {
    std::vector<SpokenLanguage> found;
    bool sure = false;
    for (const auto& raw : parts) {
      const auto code = trimmed(raw.text);
      if (code.empty()) continue;
      if (code.size() < 2 || code.size() > 3 || code == "no" || code == "ja" || code == "yes") return false;
      sure = sure || !is_answer(code);
      found.push_back({"", std::string(code), long_code(code), ""});
      if (found.back().code.empty()) return false;
    }
    if (found.size() < 2 || !sure) return false;
    for (auto& language : found) add(std::move(language));
    return true;
  }

  void unknown(std::string_view text) { add({"", std::string(text), "", ""}); }

  LanguageText result;

 private:
  static std::string code_of(std::string_view text) {
    const auto open = text.find('(');
    return language_code(trimmed(text.substr(0, open)));
  }

  static std::string without_lead(std::string_view raw) {
    auto text = trimmed(raw);
    for (const std::string_view lead : {"and ", "und ", "& "})
      if (text.starts_with(lead)) text = trimmed(text.substr(lead.size()));
    return std::string(text);
  }

  static void remark(std::string& into, std::string_view text) {
    into += (into.empty() ? "" : "; ") + std::string(text);
  }

  // What is neither a language nor one with words around it.
  void judge(const std::string& text) {
    const Words words = words_of(text);
    const bool interpreters = is_about_interpreters(words), others = is_about_others(words);
    if (!interpreters && !others) return unknown(text);
    const Named named = named_in(words);
    const bool nobody = named.codes.empty();
    if (any_of(words, kNo) || (others && !interpreters && !nobody))
      return interpreters ? remark(result.unclear, text) : unknown(text);
    const bool plain = std::all_of(words.begin(), words.end(), [](const auto& word) {
      return is_interpreter(word) || is_in(kFillers, word) || is_in(kRequest, word) || is_many(word);
    });
    if (nobody && !others && !plain) return remark(result.unclear, text);
    for (const auto& code : named.codes) interpreter(code);
    if (nobody) result.interpreter_on_request = true;
    list_of_interpreters_ = named.at_end;
    remark(result.remarks, text);
  }

  void interpreter(const std::string& code) {
    auto& codes = result.interpreters;
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(code);
  }

  void add(SpokenLanguage language) {
    const std::string key = language.code.empty() ? " " + fold(language.name) : language.code;
    const auto [at, fresh] = index_.try_emplace(key, result.languages.size());
    if (fresh) {
      result.languages.push_back(std::move(language));
      return;
    }
    auto& before = result.languages[at->second];
    // The name of a second way to say it must not be lost: "Farsi, Persisch".
    if (fold(before.name) != fold(language.name) && before.note.find(language.name) == std::string::npos)
      remark(before.note, language.name);
    if (!language.note.empty() && before.note.find(language.note) == std::string::npos)
      remark(before.note, language.note);
  }

  // A language with what is said about it; true if the name is one.
  bool known(std::string_view name, std::string_view note) {
    // A full name such as "Kurdisch (Kurmandschi)" is one even with its brackets.
    if (const auto code = language_code(name); !code.empty()) {
      const std::string key = fold(name);
      const bool plain = key == "einfache sprache" || key == "leichte sprache" || key == "einfaches deutsch";
      add({"", std::string(trimmed(name)), code, std::string(plain ? trimmed(name) : note)});
      return true;
    }
    const auto open = name.find('(');
    if (open == name.npos || !note.empty()) return false;
    const auto close = name.find(')', open);
    const auto inside = trimmed(name.substr(open + 1, close == name.npos ? name.npos : close - open - 1));
    const auto before = trimmed(name.substr(0, open));
    if (language_code(before).empty() || inside.empty()) return false;
    return with_words(before, inside, name);
  }

  // A language with words beside it, which may be about interpreters.
  bool with_words(std::string_view name, std::string_view said, std::string_view all) {
    const Words words = words_of(said);
    if (words.empty() || !is_about_interpreters(words)) {
      // "Spanish not available" is no Spanish; "not always available" is some.
      const bool some =
          words.size() > 1 && (words[1] == "always" || words[1] == "immer" || words[1] == "only");
      if (words.empty() || some || (words[0] != "not" && words[0] != "nicht" && words[0] != "no"))
        return known(name, said);
      unknown(all);
    } else if (any_of(words, kNo)) {
      // "German (without interpreter)" is German; "Spanish interpreter not always there" is for people to
      // read.
      if (is_in(kNoneBefore, words.front())) return known(name, said);
      remark(result.unclear, all);
    } else if (words.front() == "with") {
      return known(name, said);
    } else {
      interpreter(language_code(name));
      list_of_interpreters_ = all.ends_with(name);
      remark(result.remarks, all);
    }
    return true;
  }

  // "Group Counseling: English".
  bool labelled(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) return false;
    const auto label = trimmed(std::string_view(text).substr(0, colon));
    const auto name = trimmed(std::string_view(text).substr(colon + 1));
    if (!is_about_interpreters(words_of(label))) return known(name, label);
    if (language_code(name).empty()) return false;
    return with_words(name, label, text);
  }

  // "limited Spanish", "Creole - not always available", "Spanish translators on request": a name with words
  // around it.
  bool annotated(const std::string& text) {
    const auto first = text.find_first_of(" -");
    const auto last = text.find_last_of(' ');
    if (first == std::string::npos) return false;
    const std::string_view all = text;
    const auto head = trimmed(all.substr(0, first));
    auto rest = trimmed(all.substr(first + 1));
    while (rest.starts_with('-')) rest = trimmed(rest.substr(1));
    if (head.size() > 3 && !language_code(head).empty()) return with_words(head, rest, all);
    if (last == std::string::npos) return false;
    const auto tail = trimmed(all.substr(last + 1));
    const std::string front = fold(all.substr(0, last));
    const bool weak = front == "limited" || front == "some" || front == "basic" || front == "etwas" ||
                      front == "wenig" || front == "only" || front == "nur";
    return weak && tail.size() > 3 && known(tail, trimmed(all.substr(0, last)));
  }

  std::map<std::string, std::size_t, std::less<>> index_;  // where a language stands, by code or name
  bool list_of_interpreters_ = false;  // the part before named a language of theirs at its end
};

}  // namespace

LanguageText read_languages(std::string_view text) {
  constexpr std::size_t kLongest = 2'000;
  Collector collector;
  if (text.size() > kLongest) {
    collector.unknown(trimmed(text));
    return std::move(collector.result);
  }
  // A name may itself hold a slash or comma ("Srpski / српски").
  if (!language_code(text).empty()) {
    collector.part(text);
    return std::move(collector.result);
  }
  const auto parts = parts_of(text);
  if (!collector.only_codes(parts)) collector.list(parts);
  return std::move(collector.result);
}

}  // namespace lotse::interchange
