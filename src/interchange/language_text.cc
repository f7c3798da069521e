// SPDX-License-Identifier: EUPL-1.2
#include "interchange/language_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/fold.h"

namespace lotse::interchange {
namespace {

using directory::SpokenLanguage;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// At commas, semicolons, slashes, line ends and ends of sentences, but not inside brackets.
std::vector<std::string> parts_of(std::string_view whole) {
  std::string text(whole);
  replace_all(text, "\\n", "\n");
  std::vector<std::string> parts(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    depth += (c == '(') - (c == ')');
    const bool sentence = c == '.' && (i + 1 == text.size() || text[i + 1] == ' ');
    if (depth <= 0 && (sentence || std::string_view(",;/|\n\r").find(c) != std::string_view::npos))
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool has_word_like(std::string_view folded, std::initializer_list<std::string_view> stems) {
  return std::any_of(stems.begin(), stems.end(), [&](auto stem) { return folded.find(stem) != folded.npos; });
}

bool is_about_interpreters(std::string_view folded) {
  return has_word_like(
      folded, {"interpret", "translat", "traduc", "language line", "dolmetsch", "uebersetz", "sprachmittl"});
}

bool is_about_others(std::string_view folded) {
  return has_word_like(folded, {"other language", "others ", "other on ", "upon request", "on request",
                                "as needed", "auf anfrage", "weitere sprachen", "andere sprachen",
                                "any language", "language service", "nach bedarf"});
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
    std::string text(trimmed(raw));
    for (const std::string_view lead : {"and ", "und ", "& "})
      if (text.starts_with(lead)) text = std::string(trimmed(std::string_view(text).substr(lead.size())));
    if (text.empty()) return;
    if (known(text, {})) return;
    if (const auto two = halves(text)) {
      const bool any = !code_of(two->first).empty() || !code_of(two->second).empty();
      if (any) {
        part(two->first);
        part(two->second);
        return;
      }
    }
    if (labelled(text) || annotated(text)) return;
    const std::string folded = fold(text) + " ";
    if (is_about_interpreters(folded) || is_about_others(folded)) {
      result.interpreter_on_request = true;
      remark(text);
      return;
    }
    add({"", text, "", ""});
  }

  LanguageText result;

 private:
  static std::string code_of(std::string_view text) {
    const auto open = text.find('(');
    return language_code(trimmed(text.substr(0, open)));
  }

  void remark(std::string_view text) {
    result.remarks += (result.remarks.empty() ? "" : "; ") + std::string(text);
  }

  void add(SpokenLanguage language) {
    for (auto& before : result.languages) {
      const bool same =
          language.code.empty() ? fold(before.name) == fold(language.name) : before.code == language.code;
      if (!same || before.code != language.code) continue;
      // The name of a second way to say it must not be lost: "Farsi, Persisch".
      if (fold(before.name) != fold(language.name))
        before.note += (before.note.empty() ? "" : "; ") + language.name;
      if (!language.note.empty() && before.note.find(language.note) == std::string::npos)
        before.note += (before.note.empty() ? "" : "; ") + language.note;
      return;
    }
    result.languages.push_back(std::move(language));
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
    const std::string folded = fold(inside);
    if (is_about_interpreters(folded)) return by_interpreter(before, name);
    return known(before, inside);
  }

  // "Group Counseling: English".
  bool labelled(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) return false;
    const auto label = trimmed(std::string_view(text).substr(0, colon));
    return known(trimmed(std::string_view(text).substr(colon + 1)), label);
  }

  bool by_interpreter(std::string_view name, std::string_view text) {
    const auto code = language_code(name);
    if (std::find(result.interpreters.begin(), result.interpreters.end(), code) == result.interpreters.end())
      result.interpreters.push_back(code);
    result.interpreter_on_request = true;
    remark(text);
    return true;
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
    if (head.size() > 3 && !language_code(head).empty())
      return is_about_interpreters(fold(rest)) ? by_interpreter(head, all) : known(head, rest);
    if (last == std::string::npos) return false;
    const auto tail = trimmed(all.substr(last + 1));
    const std::string front = fold(all.substr(0, last));
    const bool weak =
        front == "limited" || front == "some" || front == "basic" || front == "etwas" || front == "wenig";
    return weak && tail.size() > 3 && known(tail, trimmed(all.substr(0, last)));
  }
};

}  // namespace

LanguageText read_languages(std::string_view text) {
  Collector collector;
  // A name may itself hold a slash or comma ("Srpski / српски").
  if (!language_code(text).empty()) {
    collector.part(text);
    return std::move(collector.result);
  }
  for (const auto& part : parts_of(text)) collector.part(part);
  return std::move(collector.result);
}

}  // namespace lotse::interchange
