// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"
#include "report/probe.hpp"
#include "report/redact.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

using probe::Outcome;
using probe::Replay;
using probe::Round;
using probe::Step;
using probe::StepState;
using probe::Verdict;

constexpr std::size_t k_least_text = 20;
constexpr std::size_t k_most_kubelet_words = 3;

/// One line with a mark, a name, a text and a time, and room for more below the text.
struct Entry {
    Style style = Style::plain;
    std::string_view mark;
    std::string name, text, time;
};

class ProbeScreen {
public:
    ProbeScreen(const probe::Report& report, const TextOptions& options) : m_report(report), m_canvas(options) {}

    std::string header();
    std::string replays(Timestamp now);
    std::string round(std::size_t index);
    std::string summary();

private:
    /// `ok` is the widest mark in ASCII.
    std::size_t mark_width() const { return m_canvas.options().ascii ? 2 : 1; }
    std::string indentation(std::size_t name_width) const { return std::string(2 + mark_width() + 1 + name_width + 2, ' '); }
    void draw(const std::vector<Entry>& entries, std::size_t name_width, std::size_t at);
    void below(std::size_t name_width, std::string_view text, Style style = Style::plain, std::string_view lead = {});
    void replay(const Replay& replay, const std::vector<Entry>& entries, std::size_t name_width, std::size_t at, Timestamp now);
    Entry entry_of(const Replay& replay) const;
    Entry entry_of(const Step& step) const;
    std::string_view mark_of(bool good, bool asked) const;
    std::string times(const std::vector<Outcome>& outcomes, std::int64_t timeout) const;

    const probe::Report& m_report;
    Canvas m_canvas;
};

std::string_view ProbeScreen::mark_of(bool good, bool asked) const {
    return !asked ? std::string_view("-") : good ? m_canvas.symbols().good : m_canvas.symbols().bad;
}

void ProbeScreen::draw(const std::vector<Entry>& entries, std::size_t name_width, std::size_t at) {
    std::size_t text_width = 0, time_width = 0;
    for (const auto& entry : entries) {
        text_width = std::max(text_width, display_width(sanitize_line(entry.text)));
        time_width = std::max(time_width, entry.time.size());
    }
    const std::string indent = indentation(name_width);
    const std::size_t taken = indent.size() + 2 + time_width;
    text_width = std::min(text_width, m_canvas.width() > taken + k_least_text ? m_canvas.width() - taken : k_least_text);
    const auto& entry = entries[at];
    const auto lines = wrap(sanitize_line(entry.text), std::max<std::size_t>(text_width, 1));
    const std::string mark = std::string(entry.mark) + std::string(mark_width() - display_width(entry.mark), ' ');
    std::string line = format("  {} {}  ", m_canvas.styled(entry.style, mark), pad_right(entry.name, name_width));
    const std::string first = lines.empty() ? std::string() : lines.front();
    if (entry.time.empty()) line += first;
    else line += format("{}  {:>{}}", pad_right(first, text_width), entry.time, time_width);
    while (line.ends_with(' ')) line.pop_back();
    m_canvas.line(line);
    for (std::size_t i = 1; i < lines.size(); ++i) m_canvas.line(indent + lines[i]);
}

void ProbeScreen::below(std::size_t name_width, std::string_view text, Style style, std::string_view lead) {
    m_canvas.wrapped(indentation(name_width) + std::string(lead), text, style);
}

std::string ProbeScreen::header() {
    const std::string place = m_report.namespace_name.empty() ? std::string() : format("namespace {}", m_report.namespace_name);
    if (!m_report.context.empty()) m_canvas.wrapped("", format("context {}{}{}", m_report.context, place.empty() ? "" : ", ", place), Style::dim);
    if (!m_report.replays.empty()) {
        m_canvas.wrapped("", format("the probes of {}, asked as the kubelet asks them", m_report.object));
    } else {
        const std::string way = m_report.way.empty() ? std::string() : format(" ({})", m_report.way);
        m_canvas.wrapped("", format("from {}{}", m_report.from, way));
    }
    for (const auto& note : m_report.notes) m_canvas.wrapped("  ", note, Style::dim);
    return m_canvas.take();
}

Entry ProbeScreen::entry_of(const Replay& replay) const {
    const bool asked = !replay.outcomes.empty();
    const auto verdict = probe::worst(replay.outcomes);
    const bool good = probe::counts_as_success(verdict);
    return {.style = !asked ? Style::dim : verdict == Verdict::success ? Style::good : good ? Style::warning : Style::critical, .mark = mark_of(good, asked),
            .name = std::string(to_string(replay.probe.kind)), .text = replay.target, .time = times(replay.outcomes, replay.probe.settings.timeout)};
}

/// `12ms of 1s`, or from the fastest to the slowest of several.
std::string ProbeScreen::times(const std::vector<Outcome>& outcomes, std::int64_t timeout) const {
    if (outcomes.empty()) return {};
    const auto [least, most] = std::minmax_element(outcomes.begin(), outcomes.end(), [](const Outcome& a, const Outcome& b) { return a.took < b.took; });
    const std::string took = outcomes.size() == 1 ? probe::to_text(least->took) : format("{} to {}", probe::to_text(least->took), probe::to_text(most->took));
    return format("{} of {}s", took, timeout);
}

/// `failure: HTTP probe failed ...`, with how often when there were several rounds.
std::string result_text(const std::vector<Outcome>& outcomes) {
    const auto verdict = probe::worst(outcomes);
    std::size_t count = 0;
    const Outcome* telling = nullptr;
    for (const auto& outcome : outcomes)
        if (outcome.verdict == verdict) {
            ++count;
            telling = &outcome;
        }
    const std::string often = outcomes.size() == 1 ? std::string() : format(" {} of {} times", count, outcomes.size());
    return format("{}{}{}{}", to_string(verdict), often, telling->message.empty() ? "" : ": ", telling->message);
}

std::string kubelet_text(const probe::KubeletWord& word, Timestamp now, std::string_view times) {
    std::string when = format("the kubelet {} ago", to_age(now - word.last));
    if (word.count > 1) when += format(", {}{}{}", times, word.count, word.last > word.first ? format(" in {}", to_age(word.last - word.first)) : "");
    return format("{}: {}", when, trim(word.message));
}

void ProbeScreen::replay(const Replay& replay, const std::vector<Entry>& entries, std::size_t name_width, std::size_t at, Timestamp now) {
    draw(entries, name_width, at);
    if (!replay.outcomes.empty()) {
        const auto verdict = probe::worst(replay.outcomes);
        below(name_width, result_text(replay.outcomes), verdict == Verdict::success ? Style::plain : verdict == Verdict::warning ? Style::warning : Style::critical);
    }
    if (!replay.consequence.empty()) below(name_width, replay.consequence);
    if (!replay.idle.empty()) below(name_width, format("not asked by the kubelet now: {}", replay.idle));
    for (std::size_t i = 0; i < replay.kubelet.size() && i < k_most_kubelet_words; ++i) below(name_width, kubelet_text(replay.kubelet[i], now, m_canvas.symbols().times));
    below(name_width, format("{}{}{}", replay.timing, replay.way.empty() ? "" : "; asked by ", replay.way), Style::dim);
    for (const auto& note : replay.notes) below(name_width, note, Style::dim, "= note: ");
    for (const auto& advice : replay.advice) {
        below(name_width, advice.rule.empty() ? advice.text : format("{} ({})", advice.text, advice.rule), Style::warning, "! ");
        if (!advice.help.empty()) below(name_width, advice.help, Style::plain, "= help: ");
    }
}

std::string ProbeScreen::replays(Timestamp now) {
    std::vector<Entry> entries;
    std::size_t name_width = 0;
    for (const auto& replay : m_report.replays) {
        entries.push_back(entry_of(replay));
        name_width = std::max(name_width, entries.back().name.size());
    }
    std::string last;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& probe = m_report.replays[i].probe;
        if (probe.container != last) {
            m_canvas.line();
            m_canvas.wrapped("", format("{} `{}`", probe.sidecar ? "sidecar" : "container", probe.container), Style::bold);
        }
        last = probe.container;
        replay(m_report.replays[i], entries, name_width, i, now);
    }
    return m_canvas.take();
}

Entry ProbeScreen::entry_of(const Step& step) const {
    const bool asked = step.state != StepState::not_tried, good = step.state == StepState::good;
    return {.style = !asked ? Style::dim : good ? Style::good : Style::critical, .mark = mark_of(good, asked), .name = step.name, .text = asked ? step.text : "not tried",
            .time = step.timed ? probe::to_text(step.took) : std::string()};
}

std::string ProbeScreen::round(std::size_t index) {
    const auto& round = m_report.rounds[index];
    if (index > 0) {
        const auto* step = round.telling();
        const bool good = round.good();
        m_canvas.wrapped(format("  {} ", m_canvas.styled(good ? Style::good : Style::critical, mark_of(good, true))),
                         format("round {}: {} {}, {} in all", index + 1, step == nullptr ? "" : step->name, step == nullptr ? "nothing was tried" : step->text, probe::to_text(round.took())));
        return m_canvas.take();
    }
    std::vector<Entry> entries;
    std::size_t name_width = 5;
    for (const auto& step : round.steps) {
        entries.push_back(entry_of(step));
        name_width = std::max(name_width, step.name.size());
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        draw(entries, name_width, i);
        const auto& step = round.steps[i];
        for (const auto& note : step.notes) below(name_width, note);
        if (step.state != StepState::failed) continue;
        for (const auto& behind : m_report.behind) {
            below(name_width, format("{} ({})", behind.title, behind.rule), Style::critical);
            if (!behind.cause.empty()) below(name_width, behind.cause, Style::plain, "= cause: ");
        }
    }
    return m_canvas.take();
}

std::string ProbeScreen::summary() {
    if (!m_report.replays.empty()) {
        const auto good = std::count_if(m_report.replays.begin(), m_report.replays.end(), [](const Replay& replay) { return probe::counts_as_success(probe::worst(replay.outcomes)); });
        const auto all = static_cast<std::ptrdiff_t>(m_report.replays.size());
        m_canvas.line();
        const auto unasked = std::count_if(m_report.replays.begin(), m_report.replays.end(), [](const Replay& replay) { return replay.outcomes.empty(); });
        m_canvas.wrapped("", format("{} of {} probes succeed{}", good, all, unasked > 0 ? format(", {} not asked", unasked) : ""), good == all ? Style::good : Style::critical);
    } else if (m_report.rounds.size() > 1) {
        std::vector<std::int64_t> times;
        for (const auto& round : m_report.rounds)
            if (round.good()) times.push_back(round.took().count);
        std::sort(times.begin(), times.end());
        const auto failed = m_report.rounds.size() - times.size();
        std::string text = format("{}, {} failed", counted(m_report.rounds.size(), "round"), failed);
        if (!times.empty()) text += format("; fastest {}, median {}, slowest {}", probe::to_text({times.front()}), probe::to_text({times[times.size() / 2]}), probe::to_text({times.back()}));
        m_canvas.wrapped("", text, failed == 0 ? Style::good : Style::critical);
    }
    return m_canvas.take();
}

} // namespace

void redact_probe(probe::Report& report) {
    redact_credentials(report.target);
    for (auto& replay : report.replays) {
        redact_credentials(replay.target);
        for (auto& outcome : replay.outcomes) redact_credentials(outcome.message);
        for (auto& word : replay.kubelet) redact_credentials(word.message);
        for (auto& note : replay.notes) redact_credentials(note);
    }
    for (auto& round : report.rounds)
        for (auto& step : round.steps) {
            redact_credentials(step.text);
            for (auto& note : step.notes) redact_credentials(note);
        }
}

std::string render_probe_header(const probe::Report& report, const TextOptions& options) {
    return ProbeScreen(report, options).header();
}

std::string render_replays(const probe::Report& report, Timestamp now, const TextOptions& options) {
    return ProbeScreen(report, options).replays(now);
}

std::string render_round(const probe::Report& report, std::size_t round, const TextOptions& options) {
    return ProbeScreen(report, options).round(round);
}

std::string render_probe_summary(const probe::Report& report, const TextOptions& options) {
    return ProbeScreen(report, options).summary();
}

} // namespace kdiag::report
