// SPDX-License-Identifier: EUPL-1.2
#include "web/html.h"

#include <algorithm>

#include "base/check.h"

namespace lotse::web {

struct Writer {
  static void escape(std::string& out, std::string_view text) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string_view entity;
      switch (text[i]) {
        case '&':
          entity = "&amp;";
          break;
        case '<':
          entity = "&lt;";
          break;
        case '>':
          entity = "&gt;";
          break;
        case '"':
          entity = "&quot;";
          break;
        case '\'':
          entity = "&#39;";
          break;
        default:
          continue;
      }
      out.append(text.substr(from, i - from)).append(entity);
      from = i + 1;
    }
    out.append(text.substr(from));
  }

  static void pieces(std::string& out, std::initializer_list<Piece> children) {
    std::size_t size = 0;
    for (const Piece& each : children) size += each.content.size();
    out.reserve(out.size() + size + 16);
    for (const Piece& each : children)
      if (each.markup)
        out.append(each.content);
      else
        escape(out, each.content);
  }

  static std::string& of(Html& html) { return html.markup_; }
};

namespace {

bool is_void(std::string_view tag) {
  for (const std::string_view each : {"input", "img", "meta", "link", "br", "hr"})
    if (tag == each) return true;
  return false;
}

bool has_blank_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 0x7F; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

}  // namespace

Html Html::text(std::string_view text) {
  Html html;
  Writer::escape(html.markup_, text);
  return html;
}

Url Url::path(std::string path, std::string_view query) {
  CHECK(!path.empty() && path[0] == '/' && path.substr(0, 2) != "//" && path.find('\\') == path.npos);
  CHECK(!has_control(path) && !has_control(query));
  if (!query.empty()) (path += '?') += query;
  return Url(std::move(path));
}

Url Url::fragment(std::string_view id) { return Url("#" + std::string(id)); }

std::optional<Url> Url::web(std::string_view text) {
  const bool https = text.substr(0, 8) == "https://", http = text.substr(0, 7) == "http://";
  if ((!https && !http) || text.size() < 11 || text.size() > 2000 || has_blank_or_control(text))
    return std::nullopt;
  return Url(std::string(text));
}

Url Url::mail(std::string_view address) {
  std::string safe;
  for (const char c : address)
    if (static_cast<unsigned char>(c) > ' ' && c != '?' && c != '&' && c != '%') safe += c;
  return Url("mailto:" + safe);
}

Url Url::telephone(std::string_view number) {
  std::string digits;
  // "(0)" after a country code is not dialled.
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (number.substr(i, 3) == "(0)" && digits.starts_with('+')) {
      i += 2;
      continue;
    }
    const char c = number[i];
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  }
  return Url("tel:" + digits);
}

Html el(TagName tag, std::initializer_list<Attr> attributes, std::initializer_list<Piece> children) {
  Html html;
  std::string& out = Writer::of(html);
  out.append("<").append(tag.name);
  for (const Attr& each : attributes) {
    if (!each.present) continue;
    out.append(" ").append(each.name);
    if (each.value.empty() && each.name != "value" && each.name != "alt" && each.name != "content") continue;
    out.append("=\"");
    Writer::escape(out, each.value);
    out.append("\"");
  }
  out.append(">");
  if (is_void(tag.name)) return html;
  Writer::pieces(out, children);
  out.append("</").append(tag.name).append(">");
  return html;
}

Html all(std::initializer_list<Piece> children) {
  Html html;
  Writer::pieces(Writer::of(html), children);
  return html;
}

std::string document(const Head& head, const Html& body) {
  std::string out = "<!doctype html>\n<html lang=\"";
  out.append(head.language).append(head.right_to_left ? "\" dir=\"rtl\">" : "\" dir=\"ltr\">");
  out += "<head><meta charset=\"utf-8\"><title>";
  Writer::escape(out, head.title);
  out += "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
  if (!head.description.empty())
    out += el("meta", {attr("name", "description"), attr("content", head.description)}).markup();
  if (!head.index) out += "<meta name=\"robots\" content=\"noindex\">";
  out += "<link rel=\"icon\" href=\"" + head.icon.text() + "\" type=\"image/svg+xml\">";
  out += "<link rel=\"stylesheet\" href=\"" + head.style.text() + "\">";
  out += "<script type=\"module\" src=\"" + head.script.text() + "\"></script></head>";
  out += body.markup();
  return out += "</html>\n";
}

}  // namespace lotse::web
