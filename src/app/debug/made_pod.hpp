// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/debug/session.hpp"
#include "data/value.hpp"
#include "local/orderly_stop.hpp"

#include <optional>
#include <string>

namespace kdiag::app::debug {

/// As kubectl's names of debug pods end.
std::string random_suffix();

/// A pod that kdiag makes and, unless it is to stay, takes away at the end of this object's life. Signals lead there too, and do not
/// disturb the deletion.
class MadePod {
public:
    enum class Fate { stays, removed };
    /// `told` hears of the deletion; may be empty. A deletion that failed is said on standard error in any case.
    MadePod(client::ApiClient& client, ConnectOptions connect, Environment& environment, Tell told);
    ~MadePod();
    MadePod(const MadePod&) = delete;
    MadePod& operator=(const MadePod&) = delete;

    /// Once. The server's refusals are as it says them.
    Status create(const data::Value& pod, Fate fate);

private:
    void remove();

    client::ApiClient& m_client;
    ConnectOptions m_connect;
    Environment& m_environment;
    Tell m_told;
    std::string m_namespace, m_name;
    bool m_to_be_removed = false;
    bool m_certain = false; ///< the server said that it made it
    std::optional<local::OrderlyStop> m_stop;
};

} // namespace kdiag::app::debug
