// SPDX-License-Identifier: Apache-2.0
#include "net/curl_library.hpp"

#include <curl/curl.h>

namespace kdiag::net {

Status start_curl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code == CURLE_OK) return {};
    return Error{.kind = ErrorKind::config, .message = std::string("libcurl cannot be set up: ") + curl_easy_strerror(code), .help = {"is there enough memory?"}};
}

} // namespace kdiag::net
