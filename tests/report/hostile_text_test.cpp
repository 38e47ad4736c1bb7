// SPDX-License-Identifier: Apache-2.0
#include "recorded.hpp"

#include "../support/printed.hpp"
#include "data/json.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace kdiag;
using test::Recorded;

namespace {

constexpr const char* k_objects[] = {"Pod/records-5f6d-bad1", "Deployment/records", "ConfigMap/records-env", "Secret/records-db", "Secret/records-tls", "Patient/\xe5\xb1\xb1\xe7\x94\xb0"};

std::vector<std::string> everything_printed() {
    const Recorded clinic("report/clinic.yaml");
    const auto report = clinic.report();
    std::vector<std::string> texts = {report::render_text(report, {}),  report::render_text(report, {.width = 60}), report::render_wide(report, {}),
                                      test::printed(report::write_json, report), test::printed(report::write_jsonl, report), report::render_yaml(report)};
    for (const char* object : k_objects) {
        const auto view = clinic.view(object);
        texts.push_back(report::render_describe(view, {.width = 80}, false));
        texts.push_back(report::render_describe(view, {}, true));
        texts.push_back(data::to_json(report::describe_as_value(view)));
    }
    return texts;
}

} // namespace

TEST_CASE("no escape sequence of the cluster reaches a terminal, whatever the format") {
    for (const auto& text : everything_printed()) {
        CAPTURE(text);
        for (const char c : text) REQUIRE((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
        CHECK_FALSE(contains(text, "\x7f"));
        const bool is_document = text.starts_with('{') || text.starts_with("apiVersion:");
        CHECK((is_document || !contains(text, "\xe2\x80\xae"))); // right-to-left override
    }
}

TEST_CASE("no credential is printed, in any form") {
    for (const auto& text : everything_printed()) {
        CAPTURE(text);
        for (const char* credential : {"hunter2", "aHVudGVyMi1zZWNyZXQ", "aHVudGVyMi1rZXk"}) CHECK_FALSE(contains(text, credential));
    }
}

TEST_CASE("the same recording gives the same bytes") {
    CHECK(everything_printed() == everything_printed());
}
