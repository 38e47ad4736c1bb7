// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kdiag::test {

struct KeyPair {
    std::string certificate, key; ///< PEM
};

/// Throw-away certificates, made once for a process by the openssl command.
struct Certificates {
    std::string ca, other_ca;
    KeyPair server;     ///< for 127.0.0.1 and localhost
    KeyPair other_name; ///< for db.example.com only
    KeyPair expired;
    KeyPair client;     ///< common name `ana`
};

const Certificates& certificates();

} // namespace kdiag::test
