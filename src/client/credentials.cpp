// SPDX-License-Identifier: Apache-2.0
#include "client/credentials.hpp"

#include "config/files.hpp"
#include "util/digest.hpp"
#include "util/strings.hpp"

namespace kdiag::client {

namespace {

constexpr Duration k_file_age = Duration::seconds(50);   // client-go reads a token file again within a minute
constexpr Duration k_expiry_leeway = Duration::seconds(30);

} // namespace

Status Credentials::run_plugin(Timestamp now) {
    KD_TRY_ASSIGN(m_credential, config::run_exec_plugin(*m_config.exec, m_config, m_exec_options));
    m_fetched = now;
    return {};
}

Status Credentials::read_token_file(Timestamp now) {
    auto text = config::read_small_file(m_config.token_file, "the token file");
    if (!text || trim(*text).empty()) {
        if (!m_file_token.empty() || !m_config.token.empty()) return {}; // the last good one goes on
        if (!text) return std::move(text).error();
        return Error{.kind = ErrorKind::config, .message = "the token file " + m_config.token_file + " is empty"};
    }
    m_file_token = Secret(std::string(trim(*text)));
    m_fetched = now;
    return {};
}

Status Credentials::prepare(Timestamp now) {
    if (m_config.exec) {
        const bool expired = m_credential.expires && m_credential.expires - k_expiry_leeway < now;
        return !m_fetched || expired ? run_plugin(now) : Status{};
    }
    if (!m_config.token_file.empty() && (!m_fetched || now - m_fetched > k_file_age)) return read_token_file(now);
    return {};
}

Result<bool> Credentials::refresh(Timestamp now) {
    if (m_config.exec) {
        KD_TRY(run_plugin(now));
        return true;
    }
    if (m_config.token_file.empty()) return false;
    const std::string before = m_file_token.reveal();
    KD_TRY(read_token_file(now));
    return m_file_token.reveal() != before;
}

Secret Credentials::authorization() const {
    const Secret& token = !m_file_token.empty() ? m_file_token : !m_config.token.empty() ? m_config.token : m_credential.token;
    if (!token.empty()) return Secret("Bearer " + token.reveal());
    if (!m_config.username.empty()) return Secret("Basic " + base64_encode(m_config.username + ":" + m_config.password.reveal()));
    return {};
}

} // namespace kdiag::client
