// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <streambuf>

namespace kdiag::cmd {

/// Writes to a file descriptor, and remembers why that failed: the standard streams only know that it did.
class OutputBuffer : public std::streambuf {
public:
    explicit OutputBuffer(int descriptor);
    /// The errno of the first write that failed, 0 if none has. After it nothing more is written.
    int error() const { return m_error; }

protected:
    int_type overflow(int_type c) override;
    int sync() override;

private:
    bool write_out();

    int m_descriptor;
    int m_error = 0;
    std::array<char, 64 * 1024> m_bytes; // not cleared: a short report touches one page of it
};

} // namespace kdiag::cmd
