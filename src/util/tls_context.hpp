// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace kdiag {

/// Lets the connections of an SSL_CTX of OpenSSL take as many bytes of TLS records from the system at once as there are, and keep them.
void read_tls_ahead(void* context, std::size_t bytes);

} // namespace kdiag
