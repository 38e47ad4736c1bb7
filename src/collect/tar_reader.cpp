// SPDX-License-Identifier: Apache-2.0
#include "collect/tar_reader.hpp"

#include "util/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace kdiag::collect {

namespace {

constexpr std::size_t k_block = 512;
/// Names longer than this are nobody's.
constexpr std::uint64_t k_max_name = 64 * 1024;

std::string_view text_field(std::string_view header, std::size_t at, std::size_t size) {
    const auto field = header.substr(at, size);
    return field.substr(0, field.find('\0'));
}

/// Octal, or base 256 when the first bit is set (GNU, for files over 8 GiB).
std::optional<std::uint64_t> number_field(std::string_view header, std::size_t at, std::size_t size) {
    const auto field = header.substr(at, size);
    std::uint64_t value = 0;
    if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
        for (std::size_t i = size - 8; i < size; ++i) value = value << 8 | static_cast<unsigned char>(field[i]);
        return value;
    }
    for (const char c : field) {
        if (c == ' ' || c == '\0') {
            if (value > 0) break;
            continue;
        }
        if (c < '0' || c > '7' || value > (std::uint64_t{1} << 58)) return std::nullopt;
        value = value * 8 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

bool checksum_fits(std::string_view header) {
    const auto stored = number_field(header, 148, 8);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < k_block; ++i) sum += i >= 148 && i < 156 ? std::uint64_t{' '} : static_cast<unsigned char>(header[i]);
    return stored && *stored == sum;
}

/// `path` of pax records: `LENGTH path=NAME\n`.
std::string pax_path(std::string_view records) {
    while (!records.empty()) {
        std::size_t length = 0;
        const auto [end, error] = std::from_chars(records.data(), records.data() + records.size(), length);
        const auto digits = static_cast<std::size_t>(end - records.data());
        if (error != std::errc{} || length <= digits || length > records.size()) return {};
        const auto record = records.substr(digits, length - digits);
        if (record.starts_with(" path=")) return std::string(record.substr(6, record.size() - 7));
        records.remove_prefix(length);
    }
    return {};
}

/// The bytes of one entry; what is left over is skipped by the archive.
class EntryReader : public ByteReader {
public:
    EntryReader(ByteReader& archive, std::uint64_t size) : m_archive(archive), m_left(size), m_padding((k_block - size % k_block) % k_block) {}

    Result<std::size_t> read(char* buffer, std::size_t size) override {
        if (m_left == 0) return std::size_t{0};
        KD_TRY_ASSIGN(const auto got, m_archive.read(buffer, static_cast<std::size_t>(std::min<std::uint64_t>(size, m_left))));
        if (got == 0) return Error{.kind = ErrorKind::decode, .message = "the archive is truncated"};
        m_left -= got;
        return got;
    }
    Status skip_rest() {
        m_left += m_padding;
        m_padding = 0;
        std::array<char, 16 * 1024> ignored{};
        while (m_left > 0) KD_TRY(read(ignored.data(), ignored.size()));
        return {};
    }

private:
    ByteReader& m_archive;
    std::uint64_t m_left, m_padding;
};

} // namespace

bool is_tar(std::string_view start) {
    return start.size() >= k_block && start.substr(257, 5) == "ustar" && checksum_fits(start);
}

Status each_tar_entry(ByteReader& archive, const std::function<Status(const std::string&, ByteReader&)>& take) {
    std::string long_name;
    for (;;) {
        KD_TRY_ASSIGN(const auto header, read_up_to(archive, k_block));
        if (header.empty() || header.find_first_not_of('\0') == std::string::npos) return {};
        if (header.size() < k_block) return Error{.kind = ErrorKind::decode, .message = "the archive is truncated"};
        const auto size = number_field(header, 124, 12);
        if (!size || !checksum_fits(header)) return Error{.kind = ErrorKind::decode, .message = "the archive is damaged: a header's checksum is wrong"};
        const char type = header[156];
        EntryReader entry(archive, *size);
        if (type == 'L' || type == 'x') {
            if (*size > k_max_name) return Error{.kind = ErrorKind::decode, .message = "the archive is damaged: a name is too long"};
            KD_TRY_ASSIGN(const auto text, read_all(entry, k_max_name));
            const auto name = type == 'x' ? pax_path(text) : std::string(text_field(text, 0, text.size()));
            if (!name.empty()) long_name = name;
        } else if (type == '0' || type == '\0') {
            const bool posix = std::string_view(header).substr(257, 6) == std::string_view("ustar\0", 6); // GNU keeps times there
            const auto prefix = posix ? text_field(header, 345, 155) : std::string_view();
            const auto name = text_field(header, 0, 100);
            std::string full = !long_name.empty() ? long_name : prefix.empty() ? std::string(name) : format("{}/{}", prefix, name);
            long_name.clear();
            KD_TRY(take(full, entry));
        } else {
            long_name.clear();
        }
        KD_TRY(entry.skip_rest());
    }
}

} // namespace kdiag::collect
