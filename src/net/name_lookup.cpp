// SPDX-License-Identifier: Apache-2.0
#include "net/name_lookup.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace kdiag::net {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t k_slice_ms = 100; // how late an interruption may be noticed

/// One lookup of the C library's resolver, which runs in a thread of its own (getaddrinfo_a).
struct Lookup {
    explicit Lookup(std::string host) : name(std::move(host)) {
        hints.ai_socktype = SOCK_STREAM;
        request.ar_name = name.c_str();
        request.ar_request = &hints;
    }
    ~Lookup() {
        if (request.ar_result != nullptr) freeaddrinfo(request.ar_result);
    }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    std::string name;
    addrinfo hints = {};
    gaicb request = {};
};

/// Those that hang: the resolver still writes to them, so they stay.
std::vector<std::unique_ptr<Lookup>>& left_behind() {
    static auto* lookups = new std::vector<std::unique_ptr<Lookup>>(); // never destroyed: a resolver may outlive main
    return *lookups;
}

std::string text_of(const addrinfo& entry) {
    char text[INET6_ADDRSTRLEN] = {};
    const void* address = entry.ai_family == AF_INET6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(entry.ai_addr)->sin6_addr)
                                                      : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(entry.ai_addr)->sin_addr);
    return inet_ntop(entry.ai_family, address, text, sizeof text) != nullptr ? text : "";
}

std::string problem_of(int code) {
    switch (code) {
    case EAI_NONAME: return "no such name";
    case EAI_NODATA: return "the name has no address";
    case EAI_AGAIN: return "the name servers did not answer";
    case EAI_FAIL: return "the name server failed";
    default: return gai_strerror(code);
    }
}

bool is_over(Lookup& lookup, Clock::time_point deadline, const std::atomic<bool>* interrupted) {
    while (gai_error(&lookup.request) == EAI_INPROGRESS) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || (interrupted != nullptr && interrupted->load())) return false;
        const auto slice = std::min<std::int64_t>(left, k_slice_ms);
        const timespec wait{.tv_sec = slice / 1000, .tv_nsec = slice % 1000 * 1'000'000};
        const gaicb* list[] = {&lookup.request};
        gai_suspend(list, 1, &wait); // ends early when it is done; the loop looks
    }
    return true;
}

} // namespace

NameLookup look_up(const std::string& host, Duration limit, const std::atomic<bool>* interrupted) {
    NameLookup found;
    const auto started = Clock::now();
    auto lookup = std::make_unique<Lookup>(host);
    gaicb* list[] = {&lookup->request};
    const int refused = getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr);
    if (refused != 0) {
        found.problem = problem_of(refused);
        return found;
    }
    if (!is_over(*lookup, started + std::chrono::milliseconds(limit.milliseconds), interrupted)) {
        found.timed_out = true;
        found.problem = "the name servers did not answer";
        if (gai_cancel(&lookup->request) != EAI_CANCELED) left_behind().push_back(std::move(lookup));
    } else if (const int code = gai_error(&lookup->request); code != 0) {
        found.problem = problem_of(code);
    } else {
        for (const auto* entry = lookup->request.ar_result; entry != nullptr; entry = entry->ai_next)
            if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6)
                if (auto text = text_of(*entry); std::find(found.addresses.begin(), found.addresses.end(), text) == found.addresses.end()) found.addresses.push_back(std::move(text));
        if (found.addresses.empty()) found.problem = "the name has no address";
    }
    found.microseconds = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started).count();
    return found;
}

} // namespace kdiag::net
