// SPDX-License-Identifier: Apache-2.0
#include "util/text_pool.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace kdiag;

TEST_CASE("interned texts are one, kept texts are each their own, and all stay") {
    TextPool pool;
    std::vector<std::pair<std::string, std::string_view>> texts;
    for (int i = 0; i < 20000; ++i) {
        const std::string text = "text number " + std::to_string(i % 100);
        texts.emplace_back(text, pool.intern(text));
    }
    for (const auto& [text, view] : texts) CHECK(view == text);
    CHECK(texts[0].second.data() == texts[100].second.data());
    CHECK(pool.keep("a").data() != pool.keep("a").data());
    CHECK(pool.keep(std::string(1 << 20, 'x')).size() == 1 << 20);
    CHECK(pool.intern("").empty());
}

TEST_CASE("a pool that takes over another keeps its texts alive") {
    TextPool pool;
    std::string_view view;
    {
        TextPool other;
        view = other.keep("from the other");
        pool.adopt(std::move(other));
    }
    CHECK(view == "from the other");
}
