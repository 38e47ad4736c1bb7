// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_list.hpp"

#include <doctest/doctest.h>

#include <string>

namespace kdiag::test {

/// Objects from the JSON of a list's items.
template <class T> app::ObjectList<T> decoded(const std::string& items) {
    auto list = app::read_objects<T>(R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[)" + items + "]}", "read a test");
    if (!list) FAIL(list.error().message << ": " << list.error().notes.front());
    return *std::move(list);
}

} // namespace kdiag::test
