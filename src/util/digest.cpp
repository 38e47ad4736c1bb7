// SPDX-License-Identifier: Apache-2.0
#include "util/digest.hpp"

#include <array>
#include <openssl/evp.h>
#include <vector>

namespace kdiag {

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr); // EVP_sha256() looks it up each time
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, sha256, nullptr) != 1) return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

std::string sha1(std::string_view bytes) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha1(), nullptr) != 1) return {};
    digest.resize(size);
    return digest;
}

std::optional<std::string> base64_decode(std::string_view text) {
    std::string packed;
    for (const char c : text)
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') packed += c;
    if (packed.size() % 4 != 0) return std::nullopt;
    const auto first_pad = packed.find('=');
    if (first_pad != std::string::npos && (first_pad + 2 < packed.size() || packed.find_first_not_of('=', first_pad) != std::string::npos)) return std::nullopt;
    std::string bytes(packed.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(packed.data()),
                                     static_cast<int>(packed.size()));
    if (size < 0) return std::nullopt;
    const std::size_t padding = first_pad == std::string::npos ? 0 : packed.size() - first_pad;
    bytes.resize(static_cast<std::size_t>(size) - padding); // EVP_DecodeBlock counts the padding as zero bytes
    return bytes;
}

std::string base64_encode(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

} // namespace kdiag
