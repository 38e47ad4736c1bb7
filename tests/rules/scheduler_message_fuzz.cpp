// SPDX-License-Identifier: Apache-2.0
#include "scheduler_message_fuzz.hpp"

#include "rules/scheduling/scheduler_message.hpp"

#include <cstdint>
#include <cstdlib>

namespace kdiag::test {

namespace {

bool is_inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

} // namespace

std::string_view check_scheduler_message(std::string_view bytes) {
    const auto message = rules::scheduling::parse_scheduler_message(bytes);
    if (message.nodes_total && *message.nodes_total < 0) return "negative number of nodes";
    if (!is_inside(message.preemption, bytes)) return "preemption points outside of the message";
    for (const auto& refusal : message.refusals) {
        if (refusal.text.empty()) return "empty reason";
        if (!is_inside(refusal.text, bytes) || !is_inside(refusal.detail, bytes)) return "a reason points outside of the message";
        if (refusal.nodes && *refusal.nodes < 0) return "negative count";
    }
    return {};
}

} // namespace kdiag::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (!kdiag::test::check_scheduler_message({reinterpret_cast<const char*>(data), size}).empty()) std::abort();
    return 0;
}
