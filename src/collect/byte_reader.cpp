// SPDX-License-Identifier: Apache-2.0
#include "collect/byte_reader.hpp"

#include "util/format.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <zlib.h>

namespace kdiag::collect {

namespace {

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

/// Only the handlers of Ctrl-C and its like interrupt a call that waits, for a pipe mostly.
Error failure(int error, std::string_view what) {
    if (error == EINTR) return {.kind = ErrorKind::interrupted, .message = "interrupted"};
    return {.kind = ErrorKind::config, .message = format("{}: {}", what, reason_of(error))};
}

class DescriptorReader : public ByteReader {
public:
    DescriptorReader(int descriptor, bool owned) : m_descriptor(descriptor), m_owned(owned) {}
    ~DescriptorReader() override {
        if (m_owned) close(m_descriptor);
    }
    DescriptorReader(const DescriptorReader&) = delete;
    DescriptorReader& operator=(const DescriptorReader&) = delete;

    Result<std::size_t> read(char* buffer, std::size_t size) override {
        const auto got = ::read(m_descriptor, buffer, size);
        if (got >= 0) return static_cast<std::size_t>(got);
        return failure(errno, "cannot read");
    }

private:
    int m_descriptor;
    bool m_owned;
};

class GzipReader : public ByteReader {
public:
    explicit GzipReader(ByteReader& compressed) : m_compressed(compressed) {
        m_ok = inflateInit2(&m_stream, 15 + 16) == Z_OK; // 16: gzip only
    }
    ~GzipReader() override {
        if (m_ok) inflateEnd(&m_stream);
    }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    Result<std::size_t> read(char* buffer, std::size_t size) override {
        if (!m_ok) return damaged("zlib cannot be started");
        m_stream.next_out = reinterpret_cast<Bytef*>(buffer);
        m_stream.avail_out = static_cast<uInt>(size);
        while (m_stream.avail_out == size && !m_done) {
            if (m_damaged) return damaged("the compressed data is damaged");
            if (m_stream.avail_in == 0) {
                KD_TRY_ASSIGN(const auto got, m_compressed.read(m_input.data(), m_input.size()));
                if (got == 0) {
                    if (!m_member_ended) return damaged("the compressed data is truncated");
                    m_done = true;
                    break;
                }
                m_stream.next_in = reinterpret_cast<Bytef*>(m_input.data());
                m_stream.avail_in = static_cast<uInt>(got);
            }
            if (m_member_ended && inflateReset(&m_stream) != Z_OK) return damaged("the compressed data is damaged");
            m_member_ended = false;
            const int result = inflate(&m_stream, Z_NO_FLUSH);
            if (result == Z_STREAM_END)
                m_member_ended = true;
            else if (result != Z_OK && result != Z_BUF_ERROR)
                m_damaged = true; // what came out before it is still good
        }
        return size - m_stream.avail_out;
    }

private:
    static Error damaged(std::string message) { return {.kind = ErrorKind::decode, .message = std::move(message)}; }

    ByteReader& m_compressed;
    z_stream m_stream{};
    bool m_ok = false, m_member_ended = false, m_done = false, m_damaged = false;
    std::array<char, 64 * 1024> m_input{};
};

class InterruptibleReader : public ByteReader {
public:
    InterruptibleReader(const std::atomic<bool>* interrupted, ByteReader& reader) : m_interrupted(interrupted), m_reader(reader) {}
    Result<std::size_t> read(char* buffer, std::size_t size) override {
        if (m_interrupted != nullptr && m_interrupted->load()) return failure(EINTR, {});
        return m_reader.read(buffer, size);
    }

private:
    const std::atomic<bool>* m_interrupted;
    ByteReader& m_reader;
};

class PrefixedReader : public ByteReader {
public:
    PrefixedReader(std::string prefix, ByteReader& rest) : m_prefix(std::move(prefix)), m_rest(rest) {}
    Result<std::size_t> read(char* buffer, std::size_t size) override {
        if (m_at == m_prefix.size()) return m_rest.read(buffer, size);
        const std::size_t count = std::min(size, m_prefix.size() - m_at);
        std::memcpy(buffer, m_prefix.data() + m_at, count);
        m_at += count;
        return count;
    }

private:
    std::string m_prefix;
    ByteReader& m_rest;
    std::size_t m_at = 0;
};

} // namespace

Result<std::unique_ptr<ByteReader>> open_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return failure(errno, format("cannot read {}", path)).with_help("check the path after --from");
    return std::unique_ptr<ByteReader>(std::make_unique<DescriptorReader>(descriptor, true));
}

Result<int> spool_standard_input() {
    std::FILE* file = std::tmpfile();
    if (file == nullptr) return Error{.kind = ErrorKind::config, .message = format("cannot make a temporary file for standard input: {}", reason_of(errno))};
    const int descriptor = dup(fileno(file));
    std::fclose(file);
    std::array<char, 64 * 1024> buffer{};
    for (;;) {
        const auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got == 0) return descriptor;
        if (got < 0 || ::write(descriptor, buffer.data(), static_cast<std::size_t>(got)) != got) {
            const auto error = errno;
            close(descriptor);
            return failure(error, got < 0 ? "cannot read standard input" : "cannot keep standard input in a temporary file");
        }
    }
}

std::unique_ptr<ByteReader> read_descriptor(int descriptor) {
    lseek(descriptor, 0, SEEK_SET);
    return std::make_unique<DescriptorReader>(descriptor, false);
}

std::unique_ptr<ByteReader> gunzip(ByteReader& compressed) {
    return std::make_unique<GzipReader>(compressed);
}

std::unique_ptr<ByteReader> unless(const std::atomic<bool>* interrupted, ByteReader& reader) {
    return std::make_unique<InterruptibleReader>(interrupted, reader);
}

std::unique_ptr<ByteReader> with_prefix(std::string prefix, ByteReader& rest) {
    return std::make_unique<PrefixedReader>(std::move(prefix), rest);
}

Result<std::string> read_up_to(ByteReader& reader, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        KD_TRY_ASSIGN(const auto got, reader.read(bytes.data() + filled, size - filled));
        if (got == 0) break;
        filled += got;
    }
    bytes.resize(filled);
    return bytes;
}

Result<std::string> read_all(ByteReader& reader, std::size_t limit) {
    std::string bytes;
    std::array<char, 64 * 1024> buffer{};
    for (;;) {
        KD_TRY_ASSIGN(const auto got, reader.read(buffer.data(), buffer.size()));
        if (got == 0) return bytes;
        if (bytes.size() + got > limit) return Error{.kind = ErrorKind::decode, .message = format("it is larger than {} MiB", limit >> 20)};
        bytes.append(buffer.data(), got);
    }
}

} // namespace kdiag::collect
