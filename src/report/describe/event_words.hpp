// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/event.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::report {

/// What an event says in a few words, and what makes two events the same story; no text: another event of the list says it better.
struct EventWords {
    std::string key, text;
};

/// `siblings` are all events of the same object.
EventWords words_of(const kube::Event& event, const std::vector<const kube::Event*>& siblings);

/// `connection refused`, `status 503`, `no answer in time`: a probe's failure from the kubelet's message.
std::string short_probe_failure(std::string_view message);

} // namespace kdiag::report
