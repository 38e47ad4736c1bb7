// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.hpp"

#include "util/format.hpp"
#include "util/random.hpp"

#include <wslay/wslay.h>

#include <algorithm>
#include <utility>

namespace kdiag::net {

namespace {

constexpr std::uint64_t k_most_message = 32u << 20; // what Kubernetes itself allows
constexpr std::size_t k_most_part = 64 * 1024, k_chunk = 4096; // wslay hands out chunks of so much
constexpr int k_no_code = 1005; // RFC 6455 7.1.5

wslay_event_context_ptr context_of(void* pointer) {
    return static_cast<wslay_event_context_ptr>(pointer);
}

Error broken(std::string_view how) {
    return {.kind = ErrorKind::protocol, .message = format("the server broke the WebSocket protocol: {}", how), .help = {"try again; a proxy in between may do this"}};
}

std::string_view words_of_code(int code) {
    switch (code) {
    case WSLAY_CODE_UNSUPPORTED_DATA: return "a text where only bytes are agreed on";
    case WSLAY_CODE_MESSAGE_TOO_BIG: return "a message of more than 32 MiB";
    case WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA: return "a text that is no UTF-8";
    default: return "a malformed frame";
    }
}

} // namespace

/// What wslay calls; nothing may be thrown through C.
struct Websocket::Callbacks {
    static Websocket& self(void* user) { return *static_cast<Websocket*>(user); }

    static ssize_t receive(wslay_event_context_ptr context, std::uint8_t* buffer, std::size_t size, int, void* user) noexcept {
        auto& input = self(user).m_input;
        if (input.empty()) {
            wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
            return -1;
        }
        const auto taken = input.copy(reinterpret_cast<char*>(buffer), size);
        input.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    }
    static ssize_t send(wslay_event_context_ptr, const std::uint8_t* bytes, std::size_t size, int, void* user) noexcept {
        self(user).m_outgoing.append(reinterpret_cast<const char*>(bytes), size);
        return static_cast<ssize_t>(size);
    }
    static int mask(wslay_event_context_ptr, std::uint8_t* buffer, std::size_t size, void*) noexcept {
        fill_random(buffer, size);
        return 0;
    }
    static void frame_begins(wslay_event_context_ptr context, const wslay_event_on_frame_recv_start_arg* frame, void* user) noexcept {
        auto& socket = self(user);
        socket.m_in_data_frame = !wslay_is_ctrl_frame(frame->opcode);
        if (!socket.m_in_data_frame) return;
        socket.m_last_frame = frame->fin != 0;
        if (frame->opcode != WSLAY_CONTINUATION_FRAME) {
            socket.m_message_begins = true;
            socket.m_message_size = 0;
        }
        socket.m_message_size += frame->payload_length;
        if (frame->opcode == WSLAY_TEXT_FRAME) socket.m_refused = WSLAY_CODE_UNSUPPORTED_DATA;
        if (frame->payload_length > k_most_message || socket.m_message_size > k_most_message) socket.m_refused = WSLAY_CODE_MESSAGE_TOO_BIG;
        if (socket.m_refused != 0) wslay_event_shutdown_read(context);
    }
    static void frame_bytes(wslay_event_context_ptr, const wslay_event_on_frame_recv_chunk_arg* chunk, void* user) noexcept {
        auto& socket = self(user);
        if (!socket.m_in_data_frame || socket.m_refused != 0) return;
        socket.m_part.append(reinterpret_cast<const char*>(chunk->data), chunk->data_length);
        if (socket.m_part.size() + k_chunk > k_most_part) socket.flush_part(false);
    }
    static void frame_ends(wslay_event_context_ptr, void* user) noexcept {
        auto& socket = self(user);
        if (socket.m_in_data_frame && socket.m_last_frame && socket.m_refused == 0) socket.flush_part(true);
    }
    static void message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* user) noexcept {
        if (message->opcode != WSLAY_CONNECTION_CLOSE) return;
        const std::string_view body(reinterpret_cast<const char*>(message->msg), message->msg_length);
        self(user).m_closed = Close{.code = body.size() < 2 ? k_no_code : message->status_code, .reason = std::string(body.substr(std::min<std::size_t>(2, body.size())))};
    }
};

void Websocket::Free::operator()(void* context) const {
    wslay_event_context_free(context_of(context));
}

Websocket::Websocket(Output output, OnMessage on_message) : m_output(std::move(output)), m_on_message(std::move(on_message)) {
    const wslay_event_callbacks callbacks{.recv_callback = &Callbacks::receive, .send_callback = &Callbacks::send, .genmask_callback = &Callbacks::mask,
                                          .on_frame_recv_start_callback = &Callbacks::frame_begins, .on_frame_recv_chunk_callback = &Callbacks::frame_bytes,
                                          .on_frame_recv_end_callback = &Callbacks::frame_ends, .on_msg_recv_callback = &Callbacks::message};
    wslay_event_context_ptr context = nullptr;
    if (wslay_event_context_client_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
    m_context.reset(context);
    wslay_event_config_set_no_buffering(context, 1);
}

Websocket::~Websocket() = default;

Status Websocket::receive(std::string_view bytes) {
    auto* context = context_of(m_context.get());
    m_keep_alive.heard();
    m_input = bytes;
    const int result = wslay_event_recv(context);
    m_input = {};
    if (m_refused != 0) wslay_event_queue_close(context, m_refused, nullptr, 0);
    if (m_refused == 0 && !m_part.empty()) flush_part(false);
    flush_output(); // pongs, and the echo of a Close
    if (m_refused != 0) return broken(words_of_code(m_refused));
    if (result != 0) return broken(words_of_code(WSLAY_CODE_PROTOCOL_ERROR));
    if (m_closed) return {};
    if (wslay_event_get_read_enabled(context) == 0 || wslay_event_get_close_sent(context) != 0) return broken(words_of_code(wslay_event_get_status_code_sent(context)));
    return {};
}

/// Parts are gathered, because wslay hands out 4 KiB at a time.
void Websocket::flush_part(bool ends) {
    m_on_message({.bytes = m_part, .begins = std::exchange(m_message_begins, false), .ends = ends});
    m_part.clear();
}

void Websocket::queue(int opcode, std::string_view bytes) {
    const wslay_event_msg message{.opcode = static_cast<std::uint8_t>(opcode), .msg = reinterpret_cast<const std::uint8_t*>(bytes.data()), .msg_length = bytes.size()};
    wslay_event_queue_msg(context_of(m_context.get()), &message); // refused only after a Close, when nobody listens any more
    flush_output();
}

void Websocket::flush_output() {
    wslay_event_send(context_of(m_context.get())); // m_outgoing takes all, so that nothing stays behind
    if (!m_outgoing.empty()) m_output(std::exchange(m_outgoing, {}));
}

void Websocket::send(std::string_view head, std::string_view payload) {
    std::string message;
    message.reserve(head.size() + payload.size());
    message.append(head).append(payload);
    queue(WSLAY_BINARY_FRAME, message);
}

void Websocket::close() {
    wslay_event_queue_close(context_of(m_context.get()), WSLAY_CODE_NORMAL_CLOSURE, nullptr, 0);
    flush_output();
}

Status Websocket::passed(Duration time, bool paused) {
    switch (m_keep_alive.passed(time, paused)) {
    case KeepAlive::Due::nothing: return {};
    case KeepAlive::Due::ping: queue(WSLAY_PING, {}); return {};
    case KeepAlive::Due::lost: break;
    }
    return Error{.kind = ErrorKind::network, .message = "the connection is lost: the server has not answered for a minute"};
}

} // namespace kdiag::net
