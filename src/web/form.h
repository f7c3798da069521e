// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "web/site.h"

/** Forms in the KERN look: fields with label, hint and error, and the summary of all problems on top. */
namespace lotse::web {

/** A form as it is shown: in whose language, with which problems. */
struct FormView {
  const Ask& ask;
  Problems problems{};
  /** The problem of a field, in the reader's language; empty if it has none. */
  std::string problem_of(std::string_view name) const;
};

struct FieldLook {
  std::string hint{};
  std::string value{};
  std::string_view type = "text";  // text, email, tel, url, password, number, search, file
  std::string_view autocomplete = {};
  std::string_view inputmode = {};
  std::string_view language = {};  // lang= of what is typed
  bool short_field = false;        // for times and numbers
  bool needed = false;
  int rows = 0;                  // more than 0: a text area
  std::string_view accept = {};  // of a file: what the browser offers to choose
};

Html text_field(const FormView& form, std::string_view name, std::string_view label,
                const FieldLook& look = {});

struct Option {
  std::string value, label;
  std::string_view language = {};
};
Html select_field(const FormView& form, std::string_view name, std::string_view label,
                  const std::vector<Option>& options, std::string_view selected, std::string_view hint = {});

/** One box; `value` is sent as "1" when ticked. */
Html checkbox(const FormView& form, std::string_view name, std::string_view label, bool checked);
Html checkboxes(const FormView& form, std::string_view name, std::string_view legend,
                const std::vector<Option>& options, const std::vector<std::string>& selected,
                std::string_view hint = {});
Html radios(const FormView& form, std::string_view name, std::string_view legend,
            const std::vector<Option>& options, std::string_view selected, std::string_view hint = {});

/** All problems as links to their fields; empty where there is none. Goes above the heading's content. */
Html problem_summary(const FormView& form);

/** A form that changes something: sent by POST, with the token that proves that it is ours, and a number of
 * its own, by which what it changes is done once (access/once.h). */
Html post_form(const Ask& ask, std::string_view id, const Url& to, const Html& content,
               bool with_files = false);
/** A form that asks: sent by GET. */
Html get_form(std::string_view id, std::string_view classes, const Url& to, const Html& content);

Html button(std::string_view label, bool primary = true, std::string_view name = {},
            std::string_view value = {});
Html link(const Url& to, std::string_view label);
Html icon(std::string_view name);

/** "info", "success", "warning" or "danger", with a heading and a text. */
Html alert(std::string_view kind, std::string_view heading, const Html& text);

}  // namespace lotse::web
