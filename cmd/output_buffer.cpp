// SPDX-License-Identifier: Apache-2.0
#include "output_buffer.hpp"

#include <cerrno>
#include <unistd.h>

namespace kdiag::cmd {

OutputBuffer::OutputBuffer(int descriptor) : m_descriptor(descriptor) {
    setp(m_bytes.data(), m_bytes.data() + m_bytes.size());
}

bool OutputBuffer::write_out() {
    const char* at = pbase();
    while (m_error == 0 && at < pptr()) {
        const auto written = ::write(m_descriptor, at, static_cast<std::size_t>(pptr() - at));
        if (written >= 0)
            at += written;
        else if (errno != EINTR)
            m_error = errno;
    }
    setp(m_bytes.data(), m_bytes.data() + m_bytes.size());
    return m_error == 0;
}

OutputBuffer::int_type OutputBuffer::overflow(int_type c) {
    if (!write_out()) return traits_type::eof();
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    return sputc(traits_type::to_char_type(c));
}

int OutputBuffer::sync() {
    return write_out() ? 0 : -1;
}

} // namespace kdiag::cmd
