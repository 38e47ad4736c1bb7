// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/list_splitter.hpp"

#include "kube/codec/decode.hpp"
#include "kube/codec/decode_protobuf.hpp"

namespace kdiag::kube {

namespace {

constexpr std::uint32_t k_continue = 3; // of ListMeta (apimachinery, pkg/apis/meta/v1/generated.proto)

/// Of a list without its items.
std::string continue_of(const std::string& list) {
    if (list.find("\"continue\"") == std::string::npos) return {};
    TextPool pool;
    return Decoder(pool).text_at(PaddedText(list).view(), {"metadata", "continue"});
}

} // namespace

void ListSplitter::tell_more(std::string token) const {
    if (!token.empty() && m_events.on_more) m_events.on_more(std::move(token));
}

void ListSplitter::choose(WireFormat format) {
    if (format == WireFormat::protobuf) {
        m_splitter.emplace<ProtobufSplitter>(ProtobufSplitterEvents{.on_item = [this](std::string_view item) { return m_events.on_item(WireFormat::protobuf, item); },
                                                                    .on_list_start = m_events.on_list_start,
                                                                    .on_list_metadata = [this](std::string_view metadata) { tell_more(protobuf_text_at(metadata, {k_continue})); },
                                                                    .on_oversized = m_events.on_oversized});
        return;
    }
    m_splitter.emplace<ItemSplitter>(
        SplitterEvents{.on_item = [this](std::string_view item, bool in_list) { return in_list ? m_events.on_item(WireFormat::json, item) : Status(); },
                       .on_list_start = [this](std::string_view) {
                           if (m_events.on_list_start) (void)m_events.on_list_start({}, {}); // nothing to refuse yet
                       },
                       .on_list_end = [this](const std::string& list) { tell_more(continue_of(list)); },
                       .on_oversized = m_events.on_oversized});
}

Status ListSplitter::push_chosen(std::string_view bytes) {
    if (auto* protobuf = std::get_if<ProtobufSplitter>(&m_splitter)) return protobuf->push(bytes);
    return std::get<ItemSplitter>(m_splitter).push(bytes);
}

Status ListSplitter::push(std::string_view bytes) {
    if (!std::holds_alternative<std::monostate>(m_splitter)) return push_chosen(bytes);
    m_start += bytes;
    if (m_start.starts_with(k_protobuf_magic))
        choose(WireFormat::protobuf);
    else if (!k_protobuf_magic.starts_with(m_start))
        choose(WireFormat::json);
    else
        return {};
    return push_chosen(std::exchange(m_start, {}));
}

Status ListSplitter::finish() {
    if (auto* protobuf = std::get_if<ProtobufSplitter>(&m_splitter)) return protobuf->finish();
    if (std::holds_alternative<std::monostate>(m_splitter)) { // three bytes or none
        choose(WireFormat::json);
        KD_TRY(push_chosen(m_start));
    }
    return std::get<ItemSplitter>(m_splitter).finish();
}

} // namespace kdiag::kube
