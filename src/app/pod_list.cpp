// SPDX-License-Identifier: Apache-2.0
#include "app/pod_list.hpp"

#include "kube/codec/decode.hpp"
#include "kube/codec/item_splitter.hpp"
#include "util/format.hpp"

namespace kdiag::app {

template <class T> Result<ObjectList<T>> read_objects(std::string_view body, const std::string& doing) {
    ObjectList<T> list;
    kube::Decoder decoder(list.texts);
    kube::SplitterEvents events;
    events.on_item = [&](std::string_view item, bool) -> Status {
        KD_TRY_ASSIGN(auto object, decoder.decode<T>(item));
        list.objects.push_back(std::move(object));
        return {};
    };
    events.on_list_end = [&](const std::string& head) { list.resource_version = decoder.text_at(kube::PaddedText(head).view(), {"metadata", "resourceVersion"}); };
    kube::ItemSplitter splitter(std::move(events));
    auto read = splitter.push(body);
    if (read) read = splitter.finish();
    if (read) return list;
    return Error{.kind = ErrorKind::protocol, .message = format("cannot {}: the server's answer cannot be read", doing), .notes = {read.error().message},
                 .help = {"is the server of the context a Kubernetes API server?"}};
}

template Result<ObjectList<kube::Pod>> read_objects(std::string_view, const std::string&);
template Result<ObjectList<kube::Service>> read_objects(std::string_view, const std::string&);
template Result<ObjectList<kube::EndpointSlice>> read_objects(std::string_view, const std::string&);

client::ApiRequest pod_list_request(std::string_view namespace_name, std::string_view label_selector) {
    const std::string query = label_selector.empty() ? std::string() : "?labelSelector=" + client::escape(label_selector);
    return {.path = format("/api/v1/namespaces/{}/pods{}", client::escape(namespace_name), query), .doing = format("list pods in namespace {}", namespace_name)};
}

client::ApiRequest pod_request(std::string_view namespace_name, std::string_view name) {
    return {.path = format("/api/v1/namespaces/{}/pods/{}", client::escape(namespace_name), client::escape(name)), .doing = format("get pod {}", name)};
}

} // namespace kdiag::app
