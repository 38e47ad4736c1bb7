// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "memory_reader.hpp"

#include "collect/tar_reader.hpp"

#include <array>
#include <cstdio>

namespace kdiag::fuzz {

namespace {

/// A gzip stream may become a thousand times as long.
constexpr std::size_t k_most_bytes = 1 << 20;

struct Unpacked {
    std::vector<std::string> names, contents;
    std::size_t bytes = 0;
    bool whole = false;
    bool operator==(const Unpacked&) const = default;
};

Unpacked unpack(collect::ByteReader& archive, bool read_contents) {
    Unpacked unpacked;
    unpacked.whole = collect::each_tar_entry(archive, [&](const std::string& name, collect::ByteReader& content) -> Status {
                         unpacked.names.push_back(name);
                         if (!read_contents) return {};
                         KD_TRY_ASSIGN(auto text, collect::read_all(content, k_most_bytes));
                         unpacked.bytes += text.size();
                         unpacked.contents.push_back(std::move(text));
                         return {};
                     }).has_value();
    return unpacked;
}

Unpacked unpack(std::string_view bytes, std::size_t most_at_once, bool read_contents) {
    MemoryReader reader(bytes, most_at_once);
    return unpack(reader, read_contents);
}

std::string unzip(std::string_view bytes, std::size_t most_at_once, bool& whole) {
    MemoryReader reader(bytes, most_at_once);
    const auto plain = collect::gunzip(reader);
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = plain->read(buffer.data(), buffer.size());
        whole = got.has_value();
        if (!got || *got == 0) return text;
        text.append(buffer.data(), *got);
        if (text.size() > k_most_bytes) return text;
    }
}

/// One entry with a true checksum.
std::string entry(const std::string& name, const std::string& content, char type = '0', const std::string& prefix = "") {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) { header.replace(at, text.size(), text); };
    std::array<char, 16> number{};
    put(0, name.substr(0, 100));
    put(100, "0000644");
    std::snprintf(number.data(), number.size(), "%011zo", content.size());
    put(124, number.data());
    put(148, "        ");
    put(156, std::string(1, type));
    put(257, std::string("ustar\0" "00", 8));
    put(345, prefix);
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    std::snprintf(number.data(), number.size(), "%06o", sum);
    put(148, std::string(number.data(), 7));
    return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

} // namespace

void fuzz_archive(std::string_view bytes) {
    collect::is_tar(bytes);
    const auto unpacked = unpack(bytes, bytes.size() + 1, true);
    promise(unpacked.bytes <= bytes.size(), "an archive holds more than itself");
    promise(unpack(bytes, 1, true) == unpacked && unpack(bytes, 513, true) == unpacked, "other pieces give other files");
    const auto skipped = unpack(bytes, bytes.size() + 1, false);
    promise(skipped.names == unpacked.names && skipped.whole == unpacked.whole, "files that are not read change the others");

    bool whole = false, again = false;
    const auto text = unzip(bytes, bytes.size() + 1, whole);
    promise(unzip(bytes, 3, again) == text && again == whole, "other pieces give another text");
    promise(!(whole && bytes.empty()), "nothing is a whole gzip stream");
}

Seeds seeds_archive() {
    const std::string end(1024, '\0'), pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})";
    const std::string zipped("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\x56\x4a\x2c\xc8\x0c\x4b\x2d\x2a\xce\xcc\xcf\x53\xb2\x52\x2a\x33\x54\xd2\x51\xca\xce\xcc\x4b"
                             "\x01\xb2\x03\xf2\x53\x80\x9c\xdc\xd4\x92\xc4\x94\xc4\x92\x44\x25\xab\x6a\xa5\xbc\xc4\xdc\x54\xa0\x44\xa2\x52\x6d\x2d\x00\x1a\x2f\xe5\xa6\x38\x00"
                             "\x00\x00",
                             72); // the pod
    return {
        entry("shop/pods.json", pod) + entry("shop/a.log", "one\ntwo\n") + end,
        entry("././@LongLink", "shop/a-long-name.json", 'L') + entry("shop/a-lo", pod) + end,
        entry("pax", "30 path=shop/a-pax-name.json\n", 'x') + entry("x", pod) + end,
        entry("pods.json", pod, '0', "dump/shop") + entry("folder", "", '5') + entry("link", "", '2') + end,
        entry("pods.json.gz", zipped) + end,
        zipped,
        zipped + zipped,
        end,
    };
}

} // namespace kdiag::fuzz
