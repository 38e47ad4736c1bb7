// SPDX-License-Identifier: Apache-2.0
#include "app/logs/ended_jobs.hpp"

#include "data/json.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

/// batch/v1 JobStatus: conditions Complete and Failed are final.
bool says_over(const client::ApiAnswer& answer) {
    if (answer.error) return answer.status == 403 || answer.status == 404;
    const auto job = data::parse_json(answer.body);
    if (!job) return false;
    const auto& conditions = job->at("status", "conditions").as_array();
    return std::any_of(conditions.begin(), conditions.end(), [](const auto& condition) {
        const auto type = condition["type"].as_string();
        return (type == "Complete" || type == "Failed") && condition["status"].as_string() == "True";
    });
}

} // namespace

bool EndedJobs::is_over(const std::string& namespace_name, const std::string& name, std::int64_t now_ms) {
    const auto path = format("/apis/batch/v1/namespaces/{}/jobs/{}", client::escape(namespace_name), client::escape(name));
    auto& job = m_jobs[path];
    if (job.over || job.asked || now_ms < job.due_ms) return job.over;
    job.due_ms = now_ms + k_between_ms;
    job.asked = true;
    auto opened = m_client.open({.path = path, .doing = format("get job {}", name)}, [&job](const client::ApiAnswer& answer) {
        job.over = says_over(answer);
        job.asked = false;
    });
    if (opened) job.open = *std::move(opened);
    else job.asked = false;
    return false;
}

} // namespace kdiag::app
