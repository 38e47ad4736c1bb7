// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/exec_credential.hpp"
#include "net/http.hpp"

namespace kdiag::client {

/// Who we are to the API server, kept fresh: tokens from files are read again each minute, a plugin's credential until it expires.
class Credentials {
public:
    Credentials(const config::ClusterConfig& config, config::ExecOptions exec_options) : m_config(config), m_exec_options(exec_options) {}

    /// Makes sure that there is a credential: runs the plugin or reads the file when it is time.
    Status prepare(Timestamp now);
    /// After a 401: gets a new one if that can change anything. False: there is nothing newer.
    Result<bool> refresh(Timestamp now);

    /// The value of Authorization; empty without one.
    Secret authorization() const;
    /// A plugin's client certificate; empty without one. It changes with prepare and refresh.
    const std::string& certificate_pem() const { return m_credential.client_certificate_pem; }
    const Secret& key_pem() const { return m_credential.client_key_pem; }
    bool from_plugin() const { return m_config.exec.has_value(); }

private:
    Status run_plugin(Timestamp now);
    Status read_token_file(Timestamp now);

    const config::ClusterConfig& m_config;
    config::ExecOptions m_exec_options;
    config::ExecCredential m_credential;
    Secret m_file_token;
    Timestamp m_fetched;
};

} // namespace kdiag::client
