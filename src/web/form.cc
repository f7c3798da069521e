// SPDX-License-Identifier: EUPL-1.2
#include "web/form.h"

#include <algorithm>

namespace lotse::web {
namespace {

struct Around {
  Html hint, error;
  std::string described;
};

Around around(const FormView& form, std::string_view name, std::string_view hint) {
  Around a;
  const std::string base(name);
  if (!hint.empty()) {
    a.hint = el("div", {cls("kern-hint"), id(base + "-hint")}, {hint});
    a.described = base + "-hint";
  }
  if (const auto problem = form.problem_of(name); !problem.empty()) {
    a.error = el("p", {cls("kern-error"), id(base + "-error")},
                 {icon("danger"), el("span", {cls("kern-body")}, {problem})});
    (a.described += a.described.empty() ? "" : " ") += base + "-error";
  }
  return a;
}

std::string group_class(std::string_view base, const Around& a) {
  return std::string(base) + (a.error.empty() ? "" : " " + std::string(base) + "--error");
}

Html check(std::string_view kind, std::string_view name, const std::string& field_id, const Option& option,
           bool checked) {
  const std::string box = kind == "radio" ? "kern-form-check__radio" : "kern-form-check__checkbox";
  return el("div", {cls("kern-form-check")},
            {el("input", {cls(box), id(field_id), attr("name", name), attr("type", kind),
                          attr("value", option.value), flag("checked", checked)}),
             el("label",
                {cls("kern-label"), attr("for", field_id),
                 attr_if(!option.language.empty(), "lang", option.language)},
                {option.label})});
}

Html group(const FormView& form, std::string_view kind, std::string_view name, std::string_view legend,
           const std::vector<Option>& options, const std::vector<std::string>& selected,
           std::string_view hint) {
  const Around a = around(form, name, hint);
  Html boxes;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const bool checked = std::find(selected.begin(), selected.end(), options[i].value) != selected.end();
    // The first takes the field's own name as id, so that the problem summary leads there.
    boxes += check(kind, name, i == 0 ? std::string(name) : std::string(name) + "-" + std::to_string(i + 1),
                   options[i], checked);
  }
  return el(
      "fieldset",
      {cls(group_class("kern-fieldset", a)), attr_if(!a.described.empty(), "aria-describedby", a.described)},
      {el("legend", {cls("kern-label")}, {legend}), a.hint,
       el("div", {cls("kern-fieldset__body lo-chips")}, {boxes}), a.error});
}

}  // namespace

std::string FormView::problem_of(std::string_view name) const {
  for (const auto& each : problems)
    if (each.field == name) return ask.say(each.text);
  return {};
}

Html icon(std::string_view name) {
  return el("span", {cls("kern-icon kern-icon--" + std::string(name)), attr("aria-hidden", "true")});
}

Html text_field(const FormView& form, std::string_view name, std::string_view label, const FieldLook& look) {
  const Around a = around(form, name, look.hint);
  const bool invalid = !a.error.empty();
  const std::string classes = std::string("kern-form-input__input") +
                              (look.short_field ? " lo-input--short" : "") +
                              (invalid ? " kern-form-input__input--error" : "");
  Html input;
  if (look.rows > 0)
    input = el("textarea",
               {cls(classes), id(name), attr("name", name), attr("rows", look.rows),
                attr_if(!look.language.empty(), "lang", look.language), attr("dir", "auto"),
                attr_if(!a.described.empty(), "aria-describedby", a.described),
                attr_if(invalid, "aria-invalid", "true"), flag("required", look.needed)},
               {look.value});
  else
    input = el("input", {cls(classes), id(name), attr("name", name), attr("type", look.type),
                         attr("value", look.value),
                         attr_if(!look.autocomplete.empty(), "autocomplete", look.autocomplete),
                         attr_if(!look.inputmode.empty(), "inputmode", look.inputmode),
                         attr_if(!look.accept.empty(), "accept", look.accept),
                         attr_if(!look.language.empty(), "lang", look.language),
                         attr_if(!look.language.empty(), "dir", "auto"),
                         attr_if(!a.described.empty(), "aria-describedby", a.described),
                         attr_if(invalid, "aria-invalid", "true"), flag("required", look.needed)});
  return el("div", {cls(group_class("kern-form-input", a))},
            {el("label", {cls("kern-label"), attr("for", name)}, {label}), a.hint, input, a.error});
}

Html select_field(const FormView& form, std::string_view name, std::string_view label,
                  const std::vector<Option>& options, std::string_view selected, std::string_view hint) {
  const Around a = around(form, name, hint);
  Html list;
  for (const auto& each : options)
    list += el("option",
               {attr("value", each.value), flag("selected", each.value == selected),
                attr_if(!each.language.empty(), "lang", each.language)},
               {each.label});
  return el(
      "div", {cls(group_class("kern-form-input", a))},
      {el("label", {cls("kern-label"), attr("for", name)}, {label}), a.hint,
       el("div", {cls("kern-form-input__select-wrapper")},
          {el("select",
              {cls(a.error.empty() ? "kern-form-input__select"
                                   : "kern-form-input__select kern-form-input__select--error"),
               id(name), attr("name", name), attr_if(!a.described.empty(), "aria-describedby", a.described),
               attr_if(!a.error.empty(), "aria-invalid", "true")},
              {list})}),
       a.error});
}

Html checkbox(const FormView& form, std::string_view name, std::string_view label, bool checked) {
  const Around a = around(form, name, {});
  return all({check("checkbox", name, std::string(name), {"1", std::string(label)}, checked), a.error});
}

Html checkboxes(const FormView& form, std::string_view name, std::string_view legend,
                const std::vector<Option>& options, const std::vector<std::string>& selected,
                std::string_view hint) {
  return group(form, "checkbox", name, legend, options, selected, hint);
}

Html radios(const FormView& form, std::string_view name, std::string_view legend,
            const std::vector<Option>& options, std::string_view selected, std::string_view hint) {
  return group(form, "radio", name, legend, options, {std::string(selected)}, hint);
}

Html problem_summary(const FormView& form) {
  if (form.problems.empty()) return {};
  Html items;
  for (const auto& each : form.problems) {
    const std::string text = form.ask.say(each.text);
    items +=
        each.field.empty() ? el("li", {}, {text}) : el("li", {}, {link(Url::fragment(each.field), text)});
  }
  return el("div",
            {cls("kern-alert kern-alert--danger lo-errors"), attr("role", "group"), attr("tabindex", "-1"),
             attr("aria-labelledby", "errors")},
            {el("div", {cls("kern-alert__header")},
                {icon("danger"),
                 el("h2", {cls("kern-title"), id("errors")}, {form.ask.t("Please check what you entered")})}),
             el("div", {cls("kern-alert__body")}, {el("ul", {}, {items})})});
}

Html post_form(const Ask& ask, std::string_view form_id, const Url& to, const Html& content,
               bool with_files) {
  return el(
      "form",
      {cls("lo-form"), id(form_id), attr("method", "post"), action(to), flag("novalidate"),
       attr("accept-charset", "utf-8"), attr_if(with_files, "enctype", "multipart/form-data")},
      {el("input", {attr("type", "hidden"), attr("name", "_guard"), attr("value", ask.guard)}),
       el("input", {attr("type", "hidden"), attr("name", "_once"), attr("value", random_hex(16))}), content});
}

Html get_form(std::string_view form_id, std::string_view classes, const Url& to, const Html& content) {
  return el("form",
            {cls(classes), id(form_id), attr("method", "get"), action(to), attr("accept-charset", "utf-8")},
            {content});
}

Html button(std::string_view label, bool primary, std::string_view name, std::string_view value) {
  return el(
      "button",
      {cls(primary ? "kern-btn kern-btn--primary" : "kern-btn kern-btn--secondary"), attr("type", "submit"),
       attr_if(!name.empty(), "name", name), attr_if(!name.empty(), "value", value)},
      {el("span", {cls("kern-label")}, {label})});
}

Html link(const Url& to, std::string_view label) { return el("a", {cls("kern-link"), href(to)}, {label}); }

Html alert(std::string_view kind, std::string_view heading, const Html& text) {
  return el("div", {cls("kern-alert kern-alert--" + std::string(kind))},
            {el("div", {cls("kern-alert__header")}, {icon(kind), el("p", {cls("kern-title")}, {heading})}),
             el("div", {cls("kern-alert__body")}, {text})});
}

}  // namespace lotse::web
