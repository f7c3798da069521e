// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace lotse::web {

/** Markup that is safe to send. Only `el`, `Html::text` and a few components make it; a string never becomes
 * it unescaped. */
class Html {
 public:
  Html() = default;
  /** A text for readers; & < > " ' are escaped. */
  static Html text(std::string_view text);
  Html& operator+=(const Html& more) {
    markup_ += more.markup_;
    return *this;
  }
  bool empty() const { return markup_.empty(); }
  const std::string& markup() const& { return markup_; }
  std::string markup() && { return std::move(markup_); }

 private:
  friend struct Writer;
  std::string markup_;
};

/**
 * An address to go to. Only a path of our own, or https, mailto and tel; `javascript:` and the like cannot be
 * made.
 */
class Url {
 public:
  /** A path of ours ("/offers/…", already percent-encoded where needed) with an optional query "a=b&c=d".
   * CHECKs that it begins with one '/'. */
  static Url path(std::string path, std::string_view query = {});
  /** "#id" on the same page. */
  static Url fragment(std::string_view id);
  /** An address from outside: https or http (shown, never fetched by us); nothing if it is no such address.
   */
  static std::optional<Url> web(std::string_view text);
  static Url mail(std::string_view address);
  /** Digits and a leading '+' of a telephone number. */
  static Url telephone(std::string_view number);
  const std::string& text() const { return text_; }

 private:
  explicit Url(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/**
 * Name of an attribute, known when we compile. Those that load, run or style (href, src, action, style, on…)
 * are not to be had here: they have functions of their own, or none at all.
 */
struct AttrName {
  std::string_view name;
  consteval AttrName(const char* n) : name(n) {
    for (const std::string_view bad : {"href", "src", "action", "formaction", "style", "srcdoc", "data"})
      if (name == bad) throw "this attribute has a type of its own";
    if (name.substr(0, 2) == "on") throw "no scripts in attributes";
    for (const char c : name)
      if (!(c >= 'a' && c <= 'z') && c != '-' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z'))
        throw "not a name of an attribute";
  }
};

/** Name of an element, known when we compile; no script, style, iframe, object, base. */
struct TagName {
  std::string_view name;
  consteval TagName(const char* n) : name(n) {
    for (const std::string_view bad : {"script", "style", "iframe", "object", "embed", "base"})
      if (name == bad) throw "this element is not for pages";
  }
};

struct Attr {
  std::string_view name;
  std::string value;
  bool present = true;
};

/** An attribute with a text. */
inline Attr attr(AttrName name, std::string_view value) { return {name.name, std::string(value), true}; }
/** A number as an attribute. */
inline Attr attr(AttrName name, std::int64_t value) { return {name.name, std::to_string(value), true}; }
/** An attribute without value that is there or not ("checked"). */
inline Attr flag(AttrName name, bool present = true) { return {name.name, {}, present}; }
/** Only there if `value` is. */
inline Attr attr_if(bool present, AttrName name, std::string_view value) {
  return {name.name, std::string(value), present};
}
inline Attr cls(std::string_view names) { return {"class", std::string(names), true}; }
inline Attr id(std::string_view id) { return {"id", std::string(id), true}; }
inline Attr href(const Url& url) { return {"href", url.text(), true}; }
inline Attr src(const Url& url) { return {"src", url.text(), true}; }
inline Attr action(const Url& url) { return {"action", url.text(), true}; }
/** Of one button: where its form goes when this button sends it. */
inline Attr form_action(const Url& url, bool present = true) { return {"formaction", url.text(), present}; }

/** Something inside an element: markup as it is, text escaped. Refers to its string; for use within one
 * expression. */
struct Piece {
  std::string_view content;
  bool markup;
  Piece(const Html& html) : content(html.markup()), markup(true) {}
  Piece(const std::string& text) : content(text), markup(false) {}
  Piece(std::string_view text) : content(text), markup(false) {}
  Piece(const char* text) : content(text), markup(false) {}
};

/** `<tag attributes>children</tag>`; void elements (input, img, meta, link, br, hr) without end tag. */
Html el(TagName tag, std::initializer_list<Attr> attributes = {}, std::initializer_list<Piece> children = {});

/** Children without an element around them. */
Html all(std::initializer_list<Piece> children);

/** `<!doctype html>` and the page. The one place that writes link and script elements: to our own hashed
 * assets. */
struct Head {
  std::string_view language;  // of html lang=
  bool right_to_left = false;
  std::string title, description;
  Url style, script, icon;
  bool index = true;  // may search engines list it?
};
std::string document(const Head& head, const Html& body);

}  // namespace lotse::web
