// SPDX-License-Identifier: Apache-2.0
// decode_pods FILE TIMES: splits and decodes a list of pods, in JSON or protobuf, so many times from memory; prints what it has done.
#include "kube/codec/decode.hpp"
#include "kube/codec/decode_protobuf.hpp"
#include "kube/codec/list_splitter.hpp"
#include "kube/pod.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace kdiag;

namespace {

Status decode(std::string_view bytes, kube::Decoder& json, kube::ProtobufDecoder& protobuf, std::size_t& pods) {
    kube::ListSplitter splitter({.on_item = [&](kube::WireFormat format, std::string_view item) -> Status {
        KD_TRY(format == kube::WireFormat::json ? json.decode<kube::Pod>(item) : protobuf.decode<kube::Pod>(item));
        ++pods;
        return {};
    }});
    KD_TRY(splitter.push(bytes));
    return splitter.finish();
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: decode_pods FILE TIMES\n", stderr);
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    const unsigned long times = std::strtoul(argv[2], nullptr, 10);
    TextPool pool;
    kube::Decoder json(pool);
    kube::ProtobufDecoder protobuf(pool);
    std::size_t pods = 0;
    for (unsigned long i = 0; i < times; ++i) {
        if (const auto status = decode(bytes, json, protobuf, pods); !status) {
            std::fprintf(stderr, "decode_pods: %s\n", status.error().message.c_str());
            return 1;
        }
    }
    std::printf("%zu pods, %zu bytes\n", pods, bytes.size() * times);
}
