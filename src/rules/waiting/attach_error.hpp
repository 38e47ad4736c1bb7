// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// Why a volume cannot be attached, in words for people. All three are always said.
struct AttachError {
    std::string cause; ///< a sentence, with the driver's own words where kdiag does not know better
    std::string help;
    std::string command; ///< only looks
};

/// Reads the message of FailedAttachVolume: what the attach-detach controller, the external attacher and CSI drivers say.
AttachError read_attach_error(std::string_view node_name, std::string_view message);

} // namespace kdiag::rules::waiting
