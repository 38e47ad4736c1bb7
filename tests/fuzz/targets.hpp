// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::fuzz {

/// A promise of the code under test that some input broke.
struct BrokenPromise : std::logic_error {
    using std::logic_error::logic_error;
};

inline void promise(bool kept, const char* what) {
    if (!kept) throw BrokenPromise(what);
}

/// Whether a view points into a text (an empty one may point anywhere).
inline bool is_inside(std::string_view part, std::string_view whole) {
    return part.empty() || (!std::less<>()(part.data(), whole.data()) && !std::less<>()(whole.data() + whole.size(), part.data() + part.size()));
}

inline bool holds(std::string_view whole, std::string_view part) {
    return whole.find(part) != std::string_view::npos;
}

/// What mutation starts from: written by hand, close to what clusters send.
using Seeds = std::vector<std::string>;

/// Everything that reads what others wrote. Each has a file of its name with `fuzz_NAME`, which takes any bytes and throws BrokenPromise
/// where the result is wrong, and `seeds_NAME`.
#define KD_FUZZ_TARGETS(X)                                                                                                                 \
    X(item_splitter)                                                                                                                       \
    X(decoder)                                                                                                                             \
    X(protobuf_list)                                                                                                                       \
    X(protobuf_decoder)                                                                                                                    \
    X(known_fields)                                                                                                                        \
    X(recorded_objects)                                                                                                                    \
    X(archive)                                                                                                                             \
    X(json)                                                                                                                                \
    X(yaml)                                                                                                                                \
    X(kubeconfig)                                                                                                                          \
    X(api_status)                                                                                                                          \
    X(quantity)                                                                                                                            \
    X(selector)                                                                                                                            \
    X(time)                                                                                                                                \
    X(cron_schedule)                                                                                                                       \
    X(sanitize)                                                                                                                            \
    X(scheduler_message)                                                                                                                   \
    X(image_error)                                                                                                                         \
    X(missing_object)                                                                                                                      \
    X(runtime_error)                                                                                                                       \
    X(sandbox_error)                                                                                                                       \
    X(mount_error)                                                                                                                         \
    X(admission_message)                                                                                                                   \
    X(eviction_message)                                                                                                                    \
    X(denial)

#define KD_FUZZ_DECLARE(name)                                                                                                              \
    void fuzz_##name(std::string_view bytes);                                                                                              \
    Seeds seeds_##name();
KD_FUZZ_TARGETS(KD_FUZZ_DECLARE)
#undef KD_FUZZ_DECLARE

struct Target {
    std::string_view name;
    void (*run)(std::string_view bytes);
    Seeds (*seeds)();
};

std::span<const Target> all_targets();
/// Null when there is none.
const Target* find_target(std::string_view name);

} // namespace kdiag::fuzz
