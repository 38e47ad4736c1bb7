// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "data/json.hpp"

namespace kdiag::fuzz {

void fuzz_json(std::string_view bytes) {
    const auto value = data::parse_json(bytes);
    if (!value) {
        promise(value.error().kind == ErrorKind::decode && !value.error().message.empty(), "broken JSON has no reason");
        promise(data::parse_json(data::to_json(data::Value(bytes))).has_value(), "some bytes cannot be written as a JSON text");
        return;
    }
    const auto written = data::to_json(*value);
    const auto again = data::parse_json(written);
    promise(again && *again == *value, "a document changes when it is written");
    promise(data::to_json(*again) == written, "a document is written otherwise the second time");
    const auto indented = data::parse_json(data::to_json(*value, 2));
    promise(indented && *indented == *value, "a document changes when it is indented");
}

Seeds seeds_json() {
    return {
        R"({"a":[1,-2,3.5,1e3,true,false,null],"b":{"c":"\u00e9\n\"\\","d":[]},"e":""})",
        R"({"big":9223372036854775807,"bigger":18446744073709551615,"small":-9223372036854775808,"float":0.1,"exp":1e-7})",
        "[]", "\"text\"", "0", R"(["\ud83d\ude00","\u0000"])", R"({"a":1,"a":2})", "{\"\xc3\xa9\":1}",
    };
}

} // namespace kdiag::fuzz
