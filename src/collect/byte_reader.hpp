// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace kdiag::collect {

/// A stream of bytes, read once from front to back.
class ByteReader {
public:
    virtual ~ByteReader() = default;
    /// Up to `size` bytes; 0 is the end.
    virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

/// A file; directories and unreadable files are config errors that name it.
Result<std::unique_ptr<ByteReader>> open_file(const std::string& path);
/// Standard input, kept in an unnamed temporary file so that it can be read again: the result is a file descriptor.
Result<int> spool_standard_input();
/// A descriptor from its beginning; it stays open.
std::unique_ptr<ByteReader> read_descriptor(int descriptor);
/// The bytes inside a gzip stream (several members too); truncation and damage are decode errors.
std::unique_ptr<ByteReader> gunzip(ByteReader& compressed);
/// The same bytes until a flag is set, which is an error of the kind `interrupted`. Null: there is no flag.
std::unique_ptr<ByteReader> unless(const std::atomic<bool>* interrupted, ByteReader& reader);
/// A reader whose first bytes were looked at already.
std::unique_ptr<ByteReader> with_prefix(std::string prefix, ByteReader& rest);

/// Up to `size` bytes from the front, or fewer when there are no more.
Result<std::string> read_up_to(ByteReader& reader, std::size_t size);
/// Everything, if it is at most `limit` bytes; more is a decode error.
Result<std::string> read_all(ByteReader& reader, std::size_t limit);

} // namespace kdiag::collect
