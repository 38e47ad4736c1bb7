// SPDX-License-Identifier: Apache-2.0
// fuzz_driver TARGET: feeds a target with mutated seeds for KDIAG_FUZZ_SECONDS (2), the same ones for the same KDIAG_FUZZ_SEED.
// fuzz_driver TARGET FILE: one input. fuzz_driver --seeds FOLDER TARGET: writes the seeds as files, a corpus for libFuzzer.
#include "mutator.hpp"
#include "targets.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/time.h>
#include <unistd.h>

// There when a sanitizer is linked: it ends the process without a signal.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using namespace kdiag::fuzz;

constexpr int k_hang_seconds = 10;

std::string g_input;
std::uint64_t g_runs = 0;
std::uint64_t g_runs_at_tick = ~std::uint64_t{0};

/// The input as a C++ literal; only write(), since it is called from signal handlers too.
void print_input() {
    char buffer[64];
    int size = std::snprintf(buffer, sizeof buffer, "\ninput of %zu bytes: \"", g_input.size());
    bool written = write(STDERR_FILENO, buffer, static_cast<std::size_t>(size)) >= 0;
    for (std::size_t i = 0; i < g_input.size() && i < 4096 && written; ++i) {
        const auto c = static_cast<unsigned char>(g_input[i]);
        const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        size = plain ? std::snprintf(buffer, sizeof buffer, "%c", c) : std::snprintf(buffer, sizeof buffer, "\\%03o", c);
        written = write(STDERR_FILENO, buffer, static_cast<std::size_t>(size)) >= 0;
    }
    const std::string_view end = g_input.size() > 4096 ? "\"... (cut)\n" : "\"\n";
    if (write(STDERR_FILENO, end.data(), end.size()) < 0) _exit(1);
}

void on_death() {
    print_input();
}

void on_crash(int signal) {
    print_input();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void on_tick(int) {
    if (g_runs != g_runs_at_tick) {
        g_runs_at_tick = g_runs;
        return;
    }
    const std::string_view words = "one input takes longer than 10 seconds\n";
    if (write(STDERR_FILENO, words.data(), words.size()) >= 0) print_input();
    _exit(1);
}

void watch() {
    if (__sanitizer_set_death_callback != nullptr)
        __sanitizer_set_death_callback(on_death);
    else
        for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, on_crash);
    std::signal(SIGVTALRM, on_tick); // its own time, so that a busy machine is no hang
    const itimerval every{.it_interval = {.tv_sec = k_hang_seconds, .tv_usec = 0}, .it_value = {.tv_sec = k_hang_seconds, .tv_usec = 0}};
    setitimer(ITIMER_VIRTUAL, &every, nullptr);
}

bool run_one(const Target& target) {
    try {
        target.run(g_input);
        return true;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s: %s\n", std::string(target.name).c_str(), exception.what());
        print_input();
        return false;
    }
}

double number_from(const char* variable, double otherwise) {
    const char* value = std::getenv(variable);
    return value != nullptr ? std::strtod(value, nullptr) : otherwise;
}

int run_many(const Target& target) {
    const auto seed = static_cast<std::uint32_t>(number_from("KDIAG_FUZZ_SEED", 20260101));
    const std::chrono::duration<double> time(number_from("KDIAG_FUZZ_SECONDS", 2));
    Mutator mutator(target.seeds(), seed);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(time);
    bool kept = true;
    do {
        g_input = mutator.next();
        ++g_runs;
        kept = run_one(target);
    } while (kept && std::chrono::steady_clock::now() < end);
    std::printf("%s: seed %u, %llu runs\n", std::string(target.name).c_str(), seed, static_cast<unsigned long long>(g_runs));
    return kept ? 0 : 1;
}

int write_seeds(const Target& target, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const auto& seed : target.seeds()) std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary) << seed;
    return 0;
}

int usage() {
    std::fputs("usage: fuzz_driver TARGET [FILE] | fuzz_driver --seeds FOLDER TARGET\ntargets:", stderr);
    for (const auto& target : all_targets()) std::fprintf(stderr, " %s", std::string(target.name).c_str());
    std::fputc('\n', stderr);
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const Target* target = words.empty() ? nullptr : find_target(words.size() == 3 && words[0] == "--seeds" ? words[2] : words[0]);
    if (target == nullptr) return usage();
    if (words.size() == 3) return write_seeds(*target, words[1]);
    watch();
    if (words.size() == 1) return run_many(*target);
    std::ifstream file(words[1], std::ios::binary);
    g_input.assign(std::istreambuf_iterator<char>(file), {});
    return run_one(*target) ? 0 : 1;
}
