// SPDX-License-Identifier: Apache-2.0
#include "util/tls_context.hpp"

#include <openssl/ssl.h>

namespace kdiag {

void read_tls_ahead(void* context, std::size_t bytes) {
    auto* tls = static_cast<SSL_CTX*>(context);
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_default_read_buffer_len(tls, bytes);
}

} // namespace kdiag
