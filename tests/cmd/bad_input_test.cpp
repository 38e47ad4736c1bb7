// SPDX-License-Identifier: Apache-2.0
// Broken recordings and broken streams, given to the whole binary: exit code, words, time and memory.
#include "kdiag_process.hpp"

#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace kdiag::test;

namespace {

const std::string k_shop = KDIAG_SOURCE_DIR "/examples/shop.json";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string head_of_list(const std::string& items) {
    return R"({"apiVersion":"v1","kind":"List","items":[)" + items + "]}";
}

/// An error in words, and nothing that could be taken for a verdict.
void check_refused(const Ended& ended, int code, std::string_view words) {
    CAPTURE(ended.out);
    CAPTURE(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("error: "));
    CHECK(has(ended.err, words));
    CHECK(has(ended.err, "= help: "));
    CHECK(ended.seconds < 20);
    if (k_memory_is_measured) CHECK(ended.most_kib < 400 * 1024);
}

} // namespace

TEST_CASE("a recording that cannot be read is an error that names it and says why") {
    const TemporaryFolder folder;
    const std::string shop = read_file(k_shop), pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})";
    std::string nested;
    for (int i = 0; i < 100'000; ++i) nested += R"({"a":)";
    struct Row {
        const char* name;
        std::string text;
        const char* words;
    };
    for (const auto& row : {
             Row{"cut.json", shop.substr(0, 600), "ends in the middle of an object"},
             Row{"empty.json", "", "holds no Kubernetes object"},
             Row{"blank.yaml", " \n\n", "holds no Kubernetes object"},
             Row{"deep.json", std::string(100'000, '[') + std::string(100'000, ']'), "nested deeper"},
             Row{"deep-item.json", head_of_list(nested + "1" + std::string(100'000, '}')), "nested deeper"},
             Row{"deep.yaml", "a: " + std::string(100'000, '['), "nested deeper"},
             Row{"bytes.json", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" "\xff\xfe\"}}", "not valid UTF-8"},
             Row{"bytes.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: \xff\xfe}\n", "bytes.yaml:3:"},
             Row{"utf16.json", std::string("\xff\xfe{\0\"\0", 6), "not JSON at byte 0"},
             Row{"wrong-type.json", R"({"apiVersion":"v1","kind":"Pod","metadata":[],"spec":7})", "metadata: expected an object, found an array"},
             Row{"no-name.json", R"({"apiVersion":"v1","kind":"Pod","metadata":{}})", "metadata.name is missing"},
             Row{"nulls.json", head_of_list("null,null"), "is no object"},
             Row{"numbers.json", R"({"apiVersion":"v1","kind":"PodList","items":[1,"x",true]})", "is no object"},
             Row{"arrays.json", head_of_list("[" + pod + "]"), "is an array, not an object"},
             Row{"unknown.json", R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a"}})", "holds no Kubernetes object that kdiag reads"},
             Row{"page.json", "<!DOCTYPE html><html><body>sign in</body></html>", "not JSON at byte 0"},
             Row{"cut.tar.gz", "\x1f\x8b\x08", "truncated"},
         }) {
        CAPTURE(row.name);
        const auto path = folder.write(row.name, row.text);
        check_refused(run_kdiag("diagnose --from " + path), 3, row.words);
        CHECK(has(run_kdiag("diagnose --from " + path).err, path));
    }
    std::filesystem::create_directory(folder.path("folder"));
    check_refused(run_kdiag("diagnose --from " + folder.path("folder")), 3, "holds no JSON or YAML");
    check_refused(run_kdiag("diagnose --from " + folder.path("absent.json")), 3, "No such file");
    check_refused(run_kdiag("diagnose --from - </dev/null"), 3, "standard input holds no JSON or YAML");
}

TEST_CASE("a recording of nothing but objects that no rule knows can be described") {
    const TemporaryFolder folder;
    const auto path = folder.write("widget.json", R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a","namespace":"shop"},
        "status":{"conditions":[{"type":"Ready","status":"False","reason":"NoColour","message":"no colour was given"}]}})");
    const auto described = run_kdiag("describe widget a -n shop --from " + path);
    CHECK(described.code == 0);
    CHECK(has(described.out, "no colour was given"));
    check_refused(run_kdiag("describe widget b -n shop --from " + path), 9, "no widget `b`");
}

TEST_CASE("part of a recording that cannot be read makes the result incomplete, and says so") {
    const TemporaryFolder folder;
    const std::string pod = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}})";
    for (const std::string& text : {head_of_list(pod + R"(,{"apiVersion":"v1","kind":"Pod","metadata":7})"), head_of_list(pod + ",null"), head_of_list(pod + "," + pod).substr(0, 120)}) {
        CAPTURE(text);
        const auto file = folder.write("part.json", text);
        const auto ended = run_kdiag("diagnose --from " + file);
        CHECK(ended.code == 0);
        CHECK(!has(ended.out, "no problems found\n"));
        CHECK(has(ended.out, "incomplete"));
        CHECK(run_kdiag("diagnose --require-complete --from " + file).code == 10);
    }
}

TEST_CASE("two gigabytes of nothing take neither time nor memory") {
    const TemporaryFolder folder;
    struct Row {
        const char* name;
        std::string start;
        const char* words;
    };
    for (const auto& row : {Row{"zeros.json", "", "not JSON at byte 0"}, Row{"zeros.yaml", "", "larger than 256 MiB"}, Row{"zeros", "", "holds no JSON or YAML"},
                            Row{"string.json", R"({"apiVersion":"v1","kind":"Pod","x":")", "larger than 8 MiB"}, Row{"list.json", R"({"apiVersion":"v1","kind":"PodList","items":[)", "larger than 8 MiB"}}) {
        CAPTURE(row.name);
        const auto path = folder.write(row.name, row.start);
        std::filesystem::resize_file(path, std::uintmax_t{2} << 30); // sparse: it takes no room
        check_refused(run_kdiag("diagnose --from " + path), 3, row.words);
    }
    check_refused(run_kdiag("diagnose --from /dev/zero"), 3, "holds no JSON or YAML");
    check_refused(run_kdiag("diagnose -f /dev/zero --from " + k_shop), 2, "too large for a manifest");
}

TEST_CASE("a broken manifest after -f is the fault of the manifest") {
    const TemporaryFolder folder;
    check_refused(run_kdiag("diagnose --from " + k_shop + " -f " + folder.write("cut.yaml", "kind: [Pod\n")), 3, "cut.yaml:2:");
    check_refused(run_kdiag("diagnose --from " + k_shop + " -f " + folder.write("deep.yaml", std::string(100'000, '['))), 3, "nested deeper");
    check_refused(run_kdiag("diagnose --from " + k_shop + " -f " + folder.path("absent.yaml")), 2, "cannot read");
}

TEST_CASE("Ctrl-C and a termination end the waiting for a pipe that gives nothing more") {
    const TemporaryFolder folder;
    const auto pipe = folder.path("pipe.json");
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    for (const std::string& arguments : {"--from " + pipe, "--from - <" + pipe})
        for (const bool one_read : {false, true})
            for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
                CAPTURE(arguments);
                CAPTURE(number);
                const int end = open(pipe.c_str(), O_RDWR); // also for reading: neither side waits for the other to open it
                REQUIRE(end >= 0);
                const std::string start = one_read ? R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}},)" + std::string(8192, ' ') : "{";
                REQUIRE(write(end, start.data(), start.size()) == static_cast<ssize_t>(start.size()));
                KdiagProcess process("diagnose " + arguments);
                for (int left = 1, i = 0; left > 0 && i < 1000; ++i) { // until it has taken what there is
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                    REQUIRE(ioctl(end, FIONREAD, &left) == 0);
                }
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
                process.signal(number);
                const auto ended = process.wait();
                close(end);
                CAPTURE(ended.out);
                CAPTURE(ended.err);
                CHECK(ended.code == code);
                CHECK(!has(ended.out, "no problems found\n"));
                CHECK((has(ended.err, "interrupted") || has(ended.out, "interrupted")));
            }
}

TEST_CASE("output that cannot be written is said, with an exit code of its own") {
    const TemporaryFolder folder;
    for (const std::string form : {"text", "wide", "json", "jsonl", "yaml"}) {
        CAPTURE(form);
        const auto full = run_kdiag("diagnose --from " + k_shop + " -o " + form + " >/dev/full");
        CHECK(full.code == 3);
        CHECK(has(full.err, "cannot write the output: No space left on device"));
        const auto closed = run_kdiag("diagnose --from " + k_shop + " -o " + form + " >&-");
        CHECK(closed.code == 3);
        CHECK(has(closed.err, "cannot write the output: Bad file descriptor"));
    }
    for (const std::string command : {"rule", "version", "diagnose -h", "help exit-codes"}) CHECK(run_kdiag(command + " >/dev/full").code == 3);
    CHECK(run_kdiag("diagnose --from " + k_shop + " 2>&-").code == 1);
    CHECK(run_kdiag("diagnose --from " + k_shop + " <&- 2>&-").code == 1);
    // Without standard streams the recording must not take their place, and be written to.
    const auto copy = folder.write("shop.json", read_file(k_shop));
    CHECK(run_kdiag("diagnose --from " + copy + " <&- >&- 2>&-").code == 3);
    CHECK(read_file(copy) == read_file(k_shop));
}

TEST_CASE("with JSON asked for, the error is JSON too") {
    const TemporaryFolder folder;
    const auto ended = run_kdiag("diagnose -o json --from " + folder.write("cut.json", read_file(k_shop).substr(0, 600)));
    CHECK(ended.out.empty());
    const auto error = nlohmann::json::parse(ended.err);
    CHECK(error["exitCode"] == 3);
    CHECK(has(error["message"].get<std::string>(), "ends in the middle"));
}
