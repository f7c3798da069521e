// SPDX-License-Identifier: EUPL-1.2
#include "access/right.h"

namespace lotse::access {
namespace {
constexpr Right kRights[] = {kNothing,      kDirectoryRead, kDirectoryWrite, kDirectoryErase, kAccountRead,
                             kAccountWrite, kDutiesRead,    kDutiesWrite,    kJobsManage,     kNoticeSend};
}

std::span<const Right> rights() { return kRights; }

const Right* right_named(std::string_view name) {
  for (const Right& each : kRights)
    if (each.name == name) return &each;
  return nullptr;
}

}  // namespace lotse::access
