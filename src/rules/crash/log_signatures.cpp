// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/log_signatures.hpp"

#include "util/regex.hpp"
#include "util/strings.hpp"

#include <array>
#include <vector>

namespace kdiag::rules::crash {

namespace {

constexpr std::size_t k_most_lines = 80;

struct Signature {
    LogSign sign;
    Regex regex;
};

/// In the order of how much a hit explains; the wording is that of runtimes, libc, Go, Java, Python, Node and databases.
const std::vector<Signature>& signatures() {
    static const std::vector<Signature> list = [] {
        std::vector<Signature> s;
        const auto add = [&](LogSign sign, const char* pattern) { s.push_back({sign, Regex(pattern)}); };
        add(LogSign::exec_format, R"(exec format error)");
        add(LogSign::missing_library, R"(error while loading shared libraries|version .GLIBC[A-Z]*_.* not found|error relocating)");
        add(LogSign::out_of_memory, R"(OutOfMemoryError|heap out of memory|\bMemoryError\b|cannot allocate memory|std::bad_alloc)");
        add(LogSign::port_in_use, R"(address already in use|\bEADDRINUSE\b)");
        add(LogSign::privileged_port, R"(bind.*(permission denied|\bEACCES\b))");
        add(LogSign::read_only_filesystem, R"(read-only file ?system|\bEROFS\b)");
        add(LogSign::disk_full, R"(no space left on device|\bENOSPC\b|disk quota exceeded)");
        add(LogSign::too_many_files, R"(too many open files|\bEMFILE\b|inotify.*(limit|watches))");
        add(LogSign::kernel_setting, R"(vm\.max_map_count|max virtual memory areas|transparent_hugepage.*(must|disable)|net\.[\w.]+.{0,40}too (low|small))");
        add(LogSign::forbidden_by_rbac, R"(is forbidden: User "?system:serviceaccount:)");
        add(LogSign::authentication_failed, R"(password authentication failed|access denied for user|\bNOAUTH\b|\bWRONGPASS\b|authentication failed|invalid credentials)");
        add(LogSign::untrusted_certificate, R"(x509: |PKIX path|CERTIFICATE_VERIFY_FAILED|unable to verify the first certificate|self.signed certificate)");
        add(LogSign::name_unresolved, R"(no such host|name or service not known|temporary failure in name resolution|\bENOTFOUND\b|\bEAI_AGAIN\b|could not resolve host|bad address|can't resolve|UnknownHostException|could not translate host name|host not found)");
        add(LogSign::connection_refused, R"(connection refused|\bECONNREFUSED\b|could not connect to (the )?server|no route to host|connection timed out|i/o timeout|\bETIMEDOUT\b|can't connect to|connect: timeout)");
        add(LogSign::bad_flag, R"(unknown (flag|option|command)|flag provided but not defined|unrecogni[sz]ed (option|arguments?)|invalid option|unexpected argument)");
        add(LogSign::missing_setting, R"(KeyError: |(missing|required|undefined|unset|not set|must be set|is not set|is empty|must not be empty).{0,60}\b(env|environment|variable|setting|property|config|option)|\b(env|environment|variable|setting|property|config\w*|option)\b.{0,60}(missing|required|not set|must be set|is empty|must not be empty)|could not resolve placeholder|option is not specified|(?-i:[A-Z][A-Z0-9_]{2,}) (is )?(required|must be set|not set|is missing|is empty)|[a-z][\w-]*(\.[\w-]+)+\b.{0,40}(is empty|is not set|must be set|is required|missing))");
        add(LogSign::bad_configuration, R"(unknown log ?level|invalid (configuration|config|value|setting|log ?level|level|mode|format)|(configuration|config|settings?).{0,40}(invalid|error|failed|not valid|malformed)|yaml: line|error parsing|parse error|cannot parse|failed to parse|unknown directive|toml: |invalid character .* looking for|unknown (setting|key|property|value|level|mode)|unsupported value|config\w* file error|bad directive)");
        add(LogSign::missing_module, R"(no module named|cannot find module|ClassNotFoundException|NoClassDefFoundError|UnsupportedClassVersionError|package .* is not in)");
        add(LogSign::permission_denied, R"(permission denied|\bEACCES\b|operation not permitted|access is denied)");
        add(LogSign::missing_file, R"(no such file or directory|\bENOENT\b|FileNotFoundException|file not found|can't open|cannot open)");
        add(LogSign::stack_trace, R"(^panic: |^[A-Za-z_.]*(Error|Exception): |^Traceback |Exception in thread|^fatal error: |panicked at|Unhandled(PromiseRejection| exception)|Uncaught )");
        return s;
    }();
    return list;
}

/// Lines that their logger marked as errors: klog, logfmt, JSON, and the plain word in capitals.
const Regex& error_marks() {
    static const Regex regex(R"(^[EF]\d{4} |level"?[=:] ?"?(error|fatal|critical|panic)|severity"?[=:] ?"?(error|critical|alert|emergency)|(?-i:\b(ERROR|FATAL|CRITICAL|SEVERE|PANIC|EMERG)\b)|\[(error|fatal|critical|emerg)\])");
    return regex;
}

/// Lines that name errors without telling of one.
const Regex& harmless_words() {
    static const Regex regex(R"(\b(0|no|without) (errors?|failures?|exceptions?)\b|errors?(_?count|_total)?"?\s*[=:]\s*0\b|log.?level)");
    return regex;
}

const Regex& error_words() {
    static const Regex regex(R"(\b(error|fatal|exception|panic|failed|failure|critical|abort\w*|cannot|can't|could not|unable)\b)");
    return regex;
}

std::vector<std::string_view> last_nonempty_lines(std::string_view log) {
    std::vector<std::string_view> lines;
    for (const auto line : split(log, '\n'))
        if (!trim(line).empty()) lines.push_back(trim(line));
    if (lines.size() > k_most_lines) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(k_most_lines));
    return lines;
}

} // namespace

TellingLine telling_line(std::string_view log) {
    const auto lines = last_nonempty_lines(log);
    if (lines.empty()) return {};
    for (const auto& signature : signatures())
        for (auto line = lines.rbegin(); line != lines.rend(); ++line) // the newest occurrence
            if (signature.regex.found_in(*line)) return {signature.sign, *line};
    for (const Regex* words : {&error_marks(), &error_words()})
        for (auto line = lines.rbegin(); line != lines.rend(); ++line)
            if (words->found_in(*line) && !harmless_words().found_in(*line)) return {LogSign::none, *line};
    return {LogSign::none, lines.back()};
}

std::string host_in(std::string_view line) {
    static const std::vector<Regex> patterns = [] {
        std::vector<Regex> list;
        list.emplace_back(R"(lookup ([a-z0-9][a-z0-9.-]*))");
        list.emplace_back(R"((?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UnknownHostException:?|resolve host:?|translate host name|bad address|can't resolve|connect to(?: server at| host)?)\s+["']?([a-z0-9][a-z0-9.-]*(?::\d+)?))");
        list.emplace_back(R"re(host name "([a-z0-9][a-z0-9.-]*)")re");
        list.emplace_back(R"(dial tcp:? ([a-z0-9][a-z0-9.-]*:\d+))");
        list.emplace_back(R"(://(?:[^@/\s]*@)?([a-z0-9][a-z0-9.-]*(?::\d+)?))");
        list.emplace_back(R"(\b([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*:\d{2,5})\b)");
        return list;
    }();
    for (const auto& pattern : patterns)
        if (const auto groups = pattern.groups(line); groups.size() > 1 && !groups[1].empty()) return std::string(groups[1]);
    return {};
}

} // namespace kdiag::rules::crash
