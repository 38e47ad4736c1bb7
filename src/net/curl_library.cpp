// SPDX-License-Identifier: Apache-2.0
#include "net/curl_library.hpp"

#include "util/format.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

namespace kdiag::net {

namespace {

template <class Function> bool bind(void* library, const char* name, Function& function) {
    void* symbol = dlsym(library, name);
    function = reinterpret_cast<Function>(symbol);
    return symbol != nullptr;
}

bool bind_all(void* library, CurlLibrary& curl) {
    return bind(library, "curl_global_init", curl.global_init) && bind(library, "curl_version_info", curl.version_info) &&
           bind(library, "curl_easy_init", curl.easy_init) && bind(library, "curl_easy_cleanup", curl.easy_cleanup) &&
           bind(library, "curl_easy_setopt", curl.easy_setopt) && bind(library, "curl_easy_getinfo", curl.easy_getinfo) &&
           bind(library, "curl_easy_strerror", curl.easy_strerror) && bind(library, "curl_slist_append", curl.slist_append) &&
           bind(library, "curl_slist_free_all", curl.slist_free_all) && bind(library, "curl_multi_init", curl.multi_init) &&
           bind(library, "curl_multi_cleanup", curl.multi_cleanup) && bind(library, "curl_multi_setopt", curl.multi_setopt) &&
           bind(library, "curl_multi_add_handle", curl.multi_add_handle) && bind(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
           bind(library, "curl_multi_socket_action", curl.multi_socket_action) && bind(library, "curl_easy_pause", curl.easy_pause) &&
           bind(library, "curl_easy_send", curl.easy_send) && bind(library, "curl_easy_recv", curl.easy_recv) &&
           bind(library, "curl_multi_info_read", curl.multi_info_read);
}

/// Found among the libraries that libcurl brought along; another kind of TLS has none of it.
void bind_tls(void* library, CurlLibrary& curl) {
    const bool found = bind(library, "SSL_CTX_ctrl", curl.tls_control) && bind(library, "SSL_CTX_set_default_read_buffer_len", curl.tls_read_buffer);
    const auto* version = curl.version_info(CURLVERSION_NOW)->ssl_version;
    if (found && version != nullptr && std::string_view(version).starts_with("OpenSSL/")) return;
    curl.tls_control = nullptr;
    curl.tls_read_buffer = nullptr;
}

/// GnuTLS comes along for protocols of libcurl that are never spoken, and would set itself up as it is loaded, for a tenth of the time
/// of all. A libcurl that uses it does that explicitly (gnutls_global_init(3)).
class LazyGnuTls {
public:
    LazyGnuTls() : m_set(std::getenv(k_variable) == nullptr && setenv(k_variable, "1", 1) == 0) {}
    LazyGnuTls(const LazyGnuTls&) = delete;
    LazyGnuTls& operator=(const LazyGnuTls&) = delete;
    ~LazyGnuTls() {
        if (m_set) unsetenv(k_variable); // plugins and commands inherit the environment
    }

private:
    static constexpr const char* k_variable = "GNUTLS_NO_IMPLICIT_INIT";
    bool m_set;
};

Result<CurlLibrary> open_library() {
    const LazyGnuTls lazily;
    // Never unloaded: its own libraries register handlers for the end of the process. Lazily bound: most of what its forty libraries refer to is never called.
    void* library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr)
        return Error{.kind = ErrorKind::config, .message = format("libcurl cannot be loaded: {}", dlerror()), .help = {"install it: apt-get install libcurl4"}};
    CurlLibrary curl{};
    if (!bind_all(library, curl) || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return Error{.kind = ErrorKind::config, .message = "libcurl.so.4 is too old or damaged", .help = {"install it again: apt-get install --reinstall libcurl4"}};
    bind_tls(library, curl);
    return curl;
}

} // namespace

Result<const CurlLibrary*> load_curl() {
    static const Result<CurlLibrary> library = open_library();
    if (!library) return library.error();
    return &library.value();
}

} // namespace kdiag::net
