// SPDX-License-Identifier: Apache-2.0
#include "client/api_status.hpp"

#include "data/json.hpp"
#include "kube/codec/decode_protobuf.hpp"
#include "kube/codec/protobuf_splitter.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::client {

namespace {

/// A refusal of a request for protobuf: `k8s`, a zero and runtime.Unknown around metav1.Status, by their field numbers.
data::Value protobuf_status(std::string_view unknown) {
    if (kube::protobuf_text_at(unknown, {1, 2}) != "Status") return {};
    auto details = data::Value::object();
    details.set("name", kube::protobuf_text_at(unknown, {2, 5, 1})).set("kind", kube::protobuf_text_at(unknown, {2, 5, 3}));
    auto metadata = data::Value::object();
    metadata.set("continue", kube::protobuf_text_at(unknown, {2, 1, 3}));
    auto status = data::Value::object();
    status.set("metadata", std::move(metadata)).set("kind", "Status").set("message", kube::protobuf_text_at(unknown, {2, 3})).set("reason", kube::protobuf_text_at(unknown, {2, 4}));
    status.set("details", std::move(details));
    return status;
}

data::Value status_in(std::string_view body) {
    if (body.starts_with(kube::k_protobuf_magic)) return protobuf_status(body.substr(kube::k_protobuf_magic.size()));
    auto document = data::parse_json(body);
    if (!document || (*document)["kind"].as_string() != "Status") return {};
    return *std::move(document);
}

data::Value status_of(const net::Transfer& transfer) {
    return status_in(transfer.body);
}

bool looks_like_html(std::string_view body) {
    const auto start = trim(body).substr(0, 64);
    return contains_ignoring_case(start, "<html") || contains_ignoring_case(start, "<!doctype");
}

/// The server's own words, one line of them.
std::string words_of(const net::Transfer& transfer, const data::Value& status) {
    if (const auto message = status["message"].as_string(); !message.empty()) return std::string(message.substr(0, 400));
    if (looks_like_html(transfer.body)) return "it answered with a web page";
    if (transfer.body.starts_with(kube::k_protobuf_magic)) return {};
    const auto line = trim(split(trim(transfer.body), '\n').front());
    return std::string(line.substr(0, 200));
}

} // namespace

bool is_api_status(std::string_view body) {
    return !status_in(body).is_null();
}

std::string continue_after_expiry(std::string_view body) {
    return std::string(status_in(body).at("metadata", "continue").as_string());
}

bool is_unserved(const net::Transfer& transfer) {
    if (transfer.status != 404) return false;
    return status_of(transfer).at("details", "name").as_string().empty();
}

Error error_of_answer(const net::Transfer& transfer, const std::string& doing) {
    const auto status = status_of(transfer);
    const auto words = words_of(transfer, status);
    Error error{.kind = ErrorKind::server, .message = format("cannot {}: the API server answered {}", doing, transfer.status)};
    if (!words.empty()) error.notes.push_back(words);
    switch (transfer.status) {
    case 401:
        error.kind = ErrorKind::authentication;
        error.message = "the API server does not know who you are (401)";
        error.help = {"sign in again, or choose another user or context: the credential may have expired"};
        break;
    case 403:
        error.kind = ErrorKind::forbidden;
        error.message = format("not allowed to {} (403)", doing);
        error.help = {"`kdiag rule --rbac` prints the role that kdiag needs"};
        break;
    case 404:
        error.kind = ErrorKind::not_found;
        error.message = format("cannot {}: not found", doing);
        break;
    case 410:
        error.kind = ErrorKind::gone;
        error.help = {"try again: the objects changed faster than they were read"};
        break;
    case 429:
        error.kind = ErrorKind::timeout;
        error.message = format("cannot {}: the API server is too busy (429)", doing);
        error.help = {"try again, or lower --concurrency"};
        break;
    case 504:
        error.kind = ErrorKind::timeout;
        error.help = {"try again; `kubectl get --raw /readyz?verbose` says what the API server waits for"};
        break;
    default:
        if (transfer.status >= 300 && transfer.status < 400) {
            error.kind = ErrorKind::protocol;
            error.message = format("the server redirects to another place ({}), which is not followed with credentials", transfer.status);
            error.help = {"put the final address into the kubeconfig"};
        } else if (status.is_null() && looks_like_html(transfer.body)) {
            error.kind = ErrorKind::protocol;
            error.help = {"is the server of the context a Kubernetes API server?"};
        } else if (transfer.status >= 500) {
            error.help = {"try again; `kubectl get --raw /readyz?verbose` says what is wrong with the API server"};
        }
    }
    return error;
}

} // namespace kdiag::client
