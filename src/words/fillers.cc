// SPDX-License-Identifier: EUPL-1.2
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/fold.h"
#include "words/words.h"

namespace lotse::words {
namespace {

struct List {
  std::string_view language;  // as in Language::tag, without what stands behind a hyphen
  std::string_view words;
};

// Articles, prepositions, pronouns, auxiliary verbs, and the verbs of asking.
constexpr List kLists[] = {
    {"de",
     "der die das den dem des ein eine einen einem einer eines und oder aber auch nicht kein keine keinen "
     "für von "
     "vom zu zum zur mit ohne bei beim in im ins an am ans auf aus nach vor über unter um bis durch gegen "
     "wegen "
     "ich du er sie es wir ihr mich mir dich dir uns euch ihnen mein meine meinen meinem meiner meines dein "
     "deine "
     "unser unsere unseren sein seine ihre ihren ihrem bin bist ist sind seid war waren wird werden wurde "
     "haben "
     "habe hat hatte kann kannst können könnte könnten möchte möchten will wollen soll sollen muss müssen "
     "darf "
     "dürfen suche suchen sucht brauche brauchen braucht benötige benötigen finde finden gibt geben bekomme "
     "bekommen machen mache wo was wer wen wem wie wann warum welche welcher welches wohin hier da dort wenn "
     "dass "
     "als so noch nur schon sehr bitte etwas jemand man alle alles"},
    {"en",
     "a an the and or but not no for of to from with without at in on into by near about my your our their "
     "his her "
     "its me i you he she it we they us them am is are was were be been have has had do does did can could "
     "would "
     "should will shall may might must want wants need needs looking look find get where what who how when "
     "why "
     "which here there if that this these those some any please help me someone something"},
    {"uk",
     "і й та або але не ні для до від з із зі без у в на над під по про при через за мій моя моє мої моєї "
     "моїх моєму "
     "мене мені ми нас нам наш наша наші я ти він вона воно вони їх їм ви вас вам є був була були бути буде "
     "можу "
     "можна може хочу хоче хотіла хотів треба потрібна потрібен потрібно потрібні шукаю шукаємо знайти "
     "знайду де "
     "куди хто що як коли чому який яка яке які тут там якщо щоб це цей ця ці будь ласка"},
    {"ru",
     "и или но не ни для до от из с со без у в во на над под по о об про при через за мой моя моё мои моей "
     "моих "
     "моему меня мне мы нас нам наш наша наши я ты он она оно они их им вы вас вам есть был была были быть "
     "будет "
     "могу можно может хочу хочет хотела хотел надо нужна нужен нужно нужны ищу ищем найти найду где куда "
     "кто что "
     "как когда почему какой какая какие здесь тут там если чтобы это этот эта эти пожалуйста"},
    {"bg",
     "и или но не ни за до от из със с без у в във на над под по при през ми моя моят мое моето моите мен "
     "ние нас "
     "наш наша аз ти той тя то те ги им вие вас ви е съм сме сте са бях беше бяха бъда ще мога може можем "
     "искам "
     "иска трябва трябват нужна нужен нужно търся търсим намеря намери къде кой какво как кога защо който "
     "която "
     "тук там ако да това този тази тези моля"},
    {"ro",
     "un o unei unui al a ai ale și si sau dar nu pentru de la din cu fără în in pe sub despre prin lângă "
     "mea meu "
     "mei mele noastră nostru eu tu el ea noi voi ei ele mă imi îmi ne vă este e sunt suntem era fi fost am "
     "are "
     "avem aveți pot poate putem vreau vrea doresc trebuie nevoie caut căutăm găsesc găsi unde cine ce cum "
     "când "
     "care aici acolo dacă că să acest această vă rog"},
    {"tr",
     "ve veya ya da de ama değil için ile bir bu şu o ben sen biz siz onlar bana beni benim sana bize bizim "
     "size "
     "mi mı mu mü ne nerede nereye nasıl kim hangi ne zaman neden var yok olan olarak istiyorum istiyoruz "
     "arıyorum arıyoruz lazım gerek gerekiyor ihtiyacım bulabilirim bulmak alabilirim nereden lütfen çok "
     "daha"},
    {"ar",
     "و أو في من إلى على عن مع بدون ل ب ال هذا هذه ذلك هنا هناك أنا أنت هو هي نحن هم لي لنا لدي عندي أريد "
     "نريد أبحث "
     "نبحث أحتاج نحتاج يمكن يمكنني أين ماذا من كيف متى لماذا ما هل أن إن كان لا ليس من فضلك"},
    {"fa",
     "و یا در از به با بدون برای تا را که این آن اینجا آنجا من تو او ما شما آنها مرا خود دارم داریم هست است "
     "هستم "
     "بود می خواهم میخواهم میخواهیم دنبال نیاز دارد کجا چه کی چگونه چطور چرا کدام یک نه لطفا باید"},
    {"ku",
     "û an lê ne ji bo li di de bi bê jê min te wî wê me we wan ez tu ew em hûn ev va vê e im in bû heye "
     "hene dixwazim "
     "dixwazin pêdivî lazim digerim digerin bibînim ku kî çi çawa kengî çima kîjan li vir wir eger yek"},
    {"ti",
     "ን ናይ ናብ ካብ ምስ ብ ኣብ እዚ እቲ እዛ እታ ኣነ ንስኻ ንስኺ ንሱ ንሳ ንሕና ንሳቶም ናተይ ናትና እዩ እያ እዮም ኣሎ ኣላ ይደሊ ንደሊ "
     "እደሊ የድልየኒ የድልየና ኣበይ እንታይ መን ከመይ መዓስ ስለምንታይ ኣይኮነን ወይ ከምኡ በጃኹም"},
};

const std::set<std::string, std::less<>>& fillers_of(std::string_view language) {
  static const auto all = [] {
    std::map<std::string_view, std::set<std::string, std::less<>>> sets;
    for (const auto& [tag, text] : kLists)
      for (auto& word : words_of(text)) sets[tag].insert(std::move(word));
    return sets;
  }();
  static const std::set<std::string, std::less<>> none;
  const auto at = all.find(language.substr(0, language.find('-')));
  return at == all.end() ? none : at->second;
}

}  // namespace

bool is_filler(std::string_view folded_word, std::string_view language) {
  return fillers_of(language).contains(folded_word);
}

}  // namespace lotse::words
