// SPDX-License-Identifier: Apache-2.0
#include "net/yielding.hpp"

#include <sched.h>

namespace kdiag::net {

namespace {

struct Wish {
    int alive = 0;
    bool granted = false;
};

thread_local Wish t_wish;

/// Of this thread. A refusal costs speed alone.
bool set_policy(int policy) {
    const sched_param usual{};
    return sched_setscheduler(0, policy, &usual) == 0;
}

} // namespace

Yielding::Yielding() {
    if (t_wish.alive++ == 0) t_wish.granted = sched_getscheduler(0) == SCHED_OTHER && set_policy(SCHED_BATCH);
}

Yielding::~Yielding() {
    if (--t_wish.alive == 0 && t_wish.granted) set_policy(SCHED_OTHER);
}

} // namespace kdiag::net
