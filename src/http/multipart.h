// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "http/form.h"

namespace lotse::http {

/** A file that came with a form. Its bytes are those of the body, not copied: they live as long as it. */
struct File {
  std::string field;       ///< Name of the form's field.
  std::string name;        ///< As the client calls it: UTF-8 without NUL, all else as a stranger typed it.
  std::string_view bytes;  ///< Any bytes; perhaps none.
};

/** A form with files: its fields as any form has them, and the files in their order. */
struct FormWithFiles {
  Form form;
  std::vector<File> files;
};

/** Whether a Content-Type is that of a form with files. */
bool is_multipart(std::string_view content_type);

/**
 * Reads `multipart/form-data` (RFC 7578, names as the HTML standard writes them: %22, %0D and %0A inside
 * quotes). `content_type` names the boundary. A field of a file in which none was chosen is left out. What a
 * client says of a file's type is not looked at. Any bytes may come in.
 */
tl::expected<FormWithFiles, FormError> decode_multipart(std::string_view content_type, std::string_view body,
                                                        std::size_t max_parts = 100);

}  // namespace lotse::http
