// SPDX-License-Identifier: Apache-2.0
#include "report/describe/timeline_text.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

/// Longer words are cut here: the whole message is in --full.
constexpr std::size_t k_longest_words = 160;

std::size_t bar_width(std::size_t screen) {
    return screen == 0 || screen >= 100 ? 32 : screen >= 80 ? 20 : 10;
}

std::string age_of(const TimelineEntry& entry, Timestamp now) {
    const std::string first = to_age(now - entry.first), last = to_age(now - entry.last);
    return first == last ? last : format("{}-{}", first, last);
}

/// From the first to the last time; nothing is invented between them.
std::string bar(const TimelineEntry& entry, Timestamp start, Timestamp now, std::size_t width, bool ascii) {
    const auto span = std::max<std::int64_t>((now - start).milliseconds, 1);
    const auto most = static_cast<std::int64_t>(width - 1);
    const auto column = [&](Timestamp time) { return static_cast<std::size_t>(std::clamp<std::int64_t>((time - start).milliseconds * most / span, 0, most)); };
    std::string text;
    for (std::size_t i = 0; i < width; ++i) text += i < column(entry.first) || i > column(entry.last) ? " " : ascii ? "#" : "\u25aa";
    return text;
}

} // namespace

TimelineText timeline_text(const DescribeView& view, const TextOptions& options) {
    Timestamp start = view.now;
    std::size_t age_width = 0, subject_width = 0;
    for (const auto& entry : view.timeline) {
        start = std::min(start, entry.first);
        age_width = std::max(age_width, age_of(entry, view.now).size());
        subject_width = std::max(subject_width, display_width(sanitize_line(entry.subject)));
    }
    subject_width = std::min<std::size_t>(subject_width, options.width == 0 ? 63 : options.width >= 100 ? 24 : 12);
    const std::size_t width = bar_width(options.width);
    const std::string span = to_age(view.now - start);
    TimelineText text{.title = format("Timeline, last {} (the API server keeps events for about 1h)", span), .scale = format("  {:<{}}now", span, width - 1)};
    const std::string_view times = options.ascii ? "x" : "\u00d7";
    for (const auto& entry : view.timeline) {
        const std::string subject = cut_middle(sanitize_line(entry.subject), subject_width, options.ascii);
        const std::string clean = sanitize_line(entry.text);
        const std::string words = options.width == 0 ? clean : cut_end(clean, k_longest_words, options.ascii);
        text.rows.emplace_back(format("  |{}| {:<{}}  {}  {}", bar(entry, start, view.now, width, options.ascii), age_of(entry, view.now), age_width,
                                      pad_right(subject, subject_width), entry.warning ? "! " : "  "),
                               entry.count > 1 ? format("{} {}{}", words, times, entry.count) : words);
    }
    return text;
}

} // namespace kdiag::report
