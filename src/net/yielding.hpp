// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kdiag::net {

/// While one lives, its thread waits for a processor until the one who has it is done, instead of displacing it at every wake-up
/// (SCHED_BATCH, sched(7)). For bulk through a program whose server works on the same processors; who asks for other than the usual
/// scheduling from outside (chrt) keeps that. Nests; stays in the thread that made it.
class Yielding {
public:
    Yielding();
    ~Yielding();
    Yielding(const Yielding&) = delete;
    Yielding& operator=(const Yielding&) = delete;
};

} // namespace kdiag::net
