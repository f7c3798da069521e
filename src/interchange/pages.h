// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <vector>

#include "interchange/mapping_form.h"
#include "interchange/run.h"
#include "web/form.h"
#include "web/site.h"

/** The pages of imports; for pages_staff*.cc only. */
namespace lotse::interchange {

inline constexpr web::Access kImport{&access::kDirectoryWrite, access::kDirectoryPurpose, false};

/** The path of an import, with what follows: "/staff/import/<id>/start". */
std::string path_of(const Run& run, std::string_view rest = "");

/** A table that scrolls by itself where it is too wide; the first cell of a row is its heading. */
web::Html table_of(std::string_view id, const std::string& caption, const std::vector<std::string>& head,
                   const std::vector<std::vector<std::string>>& rows);

/** What the page of columns shows. */
struct ColumnsLook {
  std::optional<Choices> choices{};  // nothing: the mapping says more than the form can
  std::string toml{};
  Problems problems{};
  int status = 200;
};
/** The page on which the columns of a file get their meaning. */
http::Response columns_page(const web::Ask& ask, const Run& run, ColumnsLook look);
/** As the import has it, or as it is guessed. */
ColumnsLook columns_of(const web::Ask& ask, const Run& run);

/** The page of an import from its check on. */
http::Response run_page(const web::Ask& ask, const Run& run, const Problems& problems = {}, int status = 200);
/** What that page says, for programs. */
Json json_of(const web::Ask& ask, const Run& run);
/** "is being checked", "done" … */
std::string state_label(const web::Ask& ask, const Run& run);

}  // namespace lotse::interchange
