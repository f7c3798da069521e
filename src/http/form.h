// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "http/http.h"

namespace lotse::http {

/** What is wrong with a form or query; each is answered 400. */
enum class FormError {
  too_many,    ///< More pairs than allowed.
  bad_escape,  ///< A '%' that two hexadecimal digits do not follow.
  bad_text,    ///< A name or value that is not UTF-8, or has NUL in it.
};

/** A file that came with a form. */
struct FormFile {
  std::string field;         ///< name of the field
  std::string name;          ///< as the browser calls it, without folders; may be empty
  std::string_view content;  ///< any bytes; lives as long as the body that it came in
};

/** The pairs of a form in their order; a name may occur several times (check boxes). */
struct Form {
  std::vector<Field> pairs;
  std::vector<FormFile> files{};

  /** The first value of this name; nothing if absent. Lives as long as the form. */
  std::optional<std::string_view> find(std::string_view name) const;
  /** All values of this name, in their order. They live as long as the form. */
  std::vector<std::string_view> all(std::string_view name) const;
};

/**
 * Reads `application/x-www-form-urlencoded`: the body of a form or a query. '+' is a blank, "name" alone has
 * an empty value, empty pieces ("a=1&&b=2") are left out. Any bytes may come in; valid UTF-8 without NUL
 * comes out, or an error.
 */
tl::expected<Form, FormError> decode_form(std::string_view text, std::size_t max_pairs = 1000);

/**
 * Reads `multipart/form-data` (RFC 7578): the body of a form with files. `content_type` names the boundary.
 * Any bytes may come in; names and values are valid UTF-8 without NUL, contents of files any bytes.
 * `FormError::bad_escape` stands for a body of another form.
 */
tl::expected<Form, FormError> decode_multipart(std::string_view body, std::string_view content_type,
                                               std::size_t max_parts = 100);

/** `name=value&…`, as `decode_form` reads it; without '?'. */
std::string encode_query(std::span<const Field> pairs);
std::string encode_query(std::initializer_list<Field> pairs);

/** Everything but letters, digits, '-', '.', '_' and '~' becomes %XX: fit for one path segment or one value.
 */
std::string percent_encode(std::string_view text);

/** The reverse, '+' being itself; nothing if an escape is broken. The result may be any bytes. */
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace lotse::http
