// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace kdiag::app {

/// Which Jobs are over, so that no more pods come of them: between two tries of one there may be no pod at all.
class EndedJobs {
public:
    explicit EndedJobs(client::ApiClient& client) : m_client(client) {}

    /// False: it goes on, or is not known yet. Then it is asked for, every two seconds. One that may not be read is taken for over.
    bool is_over(const std::string& namespace_name, const std::string& name, std::int64_t now_ms);
    /// When to ask is_over() again.
    static constexpr std::int64_t k_between_ms = 2000;

private:
    struct Job {
        bool over = false, asked = false;
        std::int64_t due_ms = 0;
        std::unique_ptr<client::OpenRequest> open;
    };
    client::ApiClient& m_client;
    std::map<std::string, Job> m_jobs; ///< by path
};

} // namespace kdiag::app
