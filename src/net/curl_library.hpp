// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <curl/curl.h>

namespace kdiag::net {

/// The functions of libcurl that are used. The library is loaded at the first request: it brings forty others along, and commands
/// that need no network should not wait for them.
struct CurlLibrary {
    decltype(&curl_global_init) global_init;
    decltype(&curl_version_info) version_info;
    decltype(&curl_easy_init) easy_init;
    decltype(&curl_easy_cleanup) easy_cleanup;
    decltype(&curl_easy_setopt) easy_setopt;
    decltype(&curl_easy_getinfo) easy_getinfo;
    decltype(&curl_easy_pause) easy_pause;
    decltype(&curl_easy_send) easy_send;
    decltype(&curl_easy_recv) easy_recv;
    decltype(&curl_easy_strerror) easy_strerror;
    decltype(&curl_slist_append) slist_append;
    decltype(&curl_slist_free_all) slist_free_all;
    decltype(&curl_multi_init) multi_init;
    decltype(&curl_multi_cleanup) multi_cleanup;
    decltype(&curl_multi_setopt) multi_setopt;
    decltype(&curl_multi_add_handle) multi_add_handle;
    decltype(&curl_multi_remove_handle) multi_remove_handle;
    decltype(&curl_multi_socket_action) multi_socket_action;
    decltype(&curl_multi_info_read) multi_info_read;
    /// OpenSSL's SSL_CTX_ctrl and SSL_CTX_set_default_read_buffer_len, where libcurl is built with it; else null.
    long (*tls_control)(void* context, int command, long value, void* pointer);
    void (*tls_read_buffer)(void* context, std::size_t bytes);
};

/// Loaded once; an error names the package that is missing.
Result<const CurlLibrary*> load_curl();

} // namespace kdiag::net
