// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace kdiag::cmd {

/// What is said of one flag beside its name; of a flag that was left out (see FlagSet) nothing is kept.
class Flag {
public:
    explicit Flag(CLI::Option* option = nullptr) : m_option(option) {}

    Flag& takes(const char* type);     ///< the word for its value in the help
    Flag& repeatable();                ///< a list with one value each time, which never swallows the next word
    Flag& list();                      ///< the same, and `--select A,B --select C` gives three
    Flag& between(int least, int most);
    Flag& one_of(const std::vector<std::string>& words);
    Flag& no_variable();
    std::size_t count() const; ///< how often it was given

private:
    CLI::Option* m_option;
};

/// Where a command describes its flags: the only door to CLI11, whose headers bring tables that every file would fill at start.
class FlagSet {
public:
    /// With `words` only flags that stand among them, that have one letter or that a variable sets are made: making all of them is a tenth
    /// of the time to the first request. Without, all are: help and suggestions want them.
    FlagSet(CLI::App& app, const std::vector<std::string>* words) : m_app(app), m_words(words) {}

    // `names`: CLI11's notation, `-n,--name`, or `name` for arguments.
    /// `variable`: sets it instead of KDIAG_<FLAG>.
    Flag option(const char* names, std::string& value, const char* description, const char* variable = nullptr);
    Flag option(const char* names, std::vector<std::string>& value, const char* description);
    Flag option(const char* names, std::size_t& value, const char* description);
    Flag option(const char* names, std::int64_t& value, const char* description);
    Flag flag(const char* names, bool& value, const char* description);
    Flag flag(const char* names, std::string& value, const char* description);

private:
    bool is_wanted(std::string_view names, const char* variable) const;
    template <class Add> Flag make(std::string_view names, const char* variable, Add add);

    CLI::App& m_app;
    const std::vector<std::string>* m_words;
};

} // namespace kdiag::cmd
