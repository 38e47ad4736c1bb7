// SPDX-License-Identifier: Apache-2.0
#include "facts/gap.hpp"

namespace kdiag::facts {

std::string_view to_string(GapReason reason) {
    switch (reason) {
    case GapReason::forbidden: return "forbidden";
    case GapReason::timeout: return "timeout";
    case GapReason::unavailable: return "unavailable";
    case GapReason::not_installed: return "not-installed";
    case GapReason::limit: return "limit";
    case GapReason::error: return "error";
    }
    return "error";
}

} // namespace kdiag::facts
