// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/byte_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace kdiag::collect {

/// Whether 512 bytes begin a tar archive (ustar or GNU; POSIX.1-2017 pax, tar.5).
bool is_tar(std::string_view start);

/// Calls `take` for every regular file of an archive, in its order, with a reader of its bytes; what isn't read is skipped.
/// Names come from ustar, GNU long-name or pax headers. Nothing is ever written to disk. A damaged header is a decode error.
Status each_tar_entry(ByteReader& archive, const std::function<Status(const std::string& name, ByteReader& content)>& take);

} // namespace kdiag::collect
