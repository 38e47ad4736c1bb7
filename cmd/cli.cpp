// SPDX-License-Identifier: Apache-2.0
#include "cli.hpp"

#include "argv_normalizer.hpp"
#include "command.hpp"
#include "help.hpp"
#include "missing_separator.hpp"

#include "app/output.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <span>

namespace kdiag::cmd {

namespace {

/// The one-letter options that take a value.
std::string short_options_with_value(const CLI::App& app) {
    std::string letters;
    for (const auto* option : app.get_options())
        if (option->get_items_expected_max() > 0)
            for (const auto& name : option->get_snames()) letters += name;
    return letters;
}

bool takes_value(const CLI::App& app, std::string_view word) {
    for (const auto* option : app.get_options()) {
        if (option->get_items_expected_max() == 0) continue;
        for (const auto& name : option->get_snames())
            if (word == "-" + name) return true;
        for (const auto& name : option->get_lnames())
            if (word == "--" + name) return true;
    }
    return false;
}

/// The first word that is no flag and no flag's value: the command. Empty when there is none.
std::string command_word(Commands& commands, const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i) {
        if (!words[i].starts_with('-')) return words[i];
        if (takes_value(commands.root(), words[i])) ++i;
    }
    return {};
}

/// Among the words that are kdiag's own.
bool has_word(const std::vector<std::string>& words, std::string_view wanted) {
    const auto end = std::find(words.begin(), words.end(), "--");
    return std::find(words.begin(), end, wanted) != end;
}

/// Whether help is asked for, perhaps; then no flag may be left out.
bool lists_flags(const std::vector<std::string>& words) {
    return has_word(words, "-h") || has_word(words, "--help") || has_word(words, "help") || has_word(words, "options");
}

Error unknown_command(Commands& commands, const std::string& word, const std::string& program) {
    std::vector<std::string> names;
    for (const auto& command : commands.all()) names.push_back(command->name);
    Error error{.kind = ErrorKind::usage, .message = format("unknown command `{}`", word)};
    const auto near = nearest(word, names, 1);
    error.help.push_back(near.empty() ? format("`{} -h` lists the commands", program) : format("did you mean `{}`?", near.front()));
    return error;
}

struct Builder {
    std::string_view name;
    void (*add)(Commands&);
};
constexpr Builder k_builders[] = {{"diagnose", add_diagnose}, {"describe", add_describe}, {"logs", add_logs}, {"exec", add_exec},       {"port-forward", add_port_forward}, {"debug", add_debug},
                                  {"probe", add_probe},       {"rule", add_rule},         {"version", add_version}, {"options", add_options}, {"help", add_help}};

/// The command that the words name, or all of them where help or a mistake needs the others: making the flags of one takes a tenth of the time.
void build(Commands& commands, const std::vector<std::string>& words) {
    const auto word = command_word(commands, normalize_argv(words, short_options_with_value(commands.root())));
    const bool alone = word != "help" && !has_word(words, "--version");
    std::span<const Builder> wanted(k_builders);
    const auto named = std::find_if(wanted.begin(), wanted.end(), [&](const Builder& builder) { return alone && builder.name == word; });
    if (named != wanted.end()) wanted = {named, 1};
    for (const auto& builder : wanted) builder.add(commands);
}

Error unknown_flag(app::Environment& environment, const Command& command, const std::string& word, const std::string& program) {
    const std::string name = std::string(split(word, '=').front());
    Commands commands(environment, nullptr); // with the flags that were not made, which are those to suggest
    build(commands, {program, command.name});
    std::vector<std::string> names;
    for (const auto* app : {static_cast<const CLI::App*>(commands.find(command.name)->app), static_cast<const CLI::App*>(&commands.root())})
        for (const auto* option : app->get_options())
            for (const auto& long_name : option->get_lnames()) names.push_back("--" + long_name);
    Error error{.kind = ErrorKind::usage, .message = format("`{}` has no flag `{}`", command.name, name)};
    const auto near = nearest(name, names, 1);
    error.help.push_back(near.empty() ? format("`{} {} -h` lists its flags", program, command.name) : format("did you mean `{}`?", near.front()));
    if (command.takes_words && near.empty()) error.help.push_back("flags of the command to run stand after `--`");
    return error;
}

/// CLI11's exceptions in our words.
Error usage_error(const CLI::ParseError& parse_error, const Command& command, const std::string& program) {
    const std::string_view what = parse_error.what();
    Error error{.kind = ErrorKind::usage, .message = to_lower(what.substr(0, 1)) + std::string(what.substr(1)), .help = {format("`{} {} -h` tells what its flags take", program, command.name)}};
    constexpr std::string_view not_converted = "Could not convert: "; // `--tail = x`
    if (const auto equals = what.find(" = "); what.starts_with(not_converted) && equals != std::string_view::npos)
        error.message = format("{} does not take `{}`", what.substr(not_converted.size(), equals - not_converted.size()), what.substr(equals + 3));
    return error;
}

std::string program_name(const std::vector<std::string>& words) {
    const auto name = words.empty() ? std::string_view() : split(words[0], '/').back();
    return name.starts_with("kubectl-") ? "kubectl " + std::string(name.substr(8)) : "kdiag";
}

/// JSON is asked for even if parsing fails before -o is understood.
bool wants_json(const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i) {
        const std::string& value = (words[i] == "-o" || words[i] == "--output") && i + 1 < words.size() ? words[i + 1] : words[i];
        if (value == "json" || value == "jsonl" || value == "--output=json" || value == "--output=jsonl") return i > 0 && (words[i] != value || value.starts_with("--"));
    }
    return false;
}

/// Takes what follows `--`, or the command's name, away from the words that are parsed.
void keep_words(Command& command, std::vector<std::string>& words) {
    if (command.takes_rest) {
        const auto rest = std::find(words.begin() + 1, words.end(), command.name) + 1;
        std::remove_copy_if(rest, words.end(), std::back_inserter(command.words), [](const std::string& word) { return word.starts_with('-'); });
        words.erase(std::remove_if(rest, words.end(), [](const std::string& word) { return !word.starts_with('-'); }), words.end());
        return;
    }
    const auto separator = std::find(words.begin(), words.end(), "--");
    if (!command.takes_words || separator == words.end()) return;
    command.words.assign(separator + 1, words.end());
    words.erase(separator, words.end());
}

/// `command`: the one that the words name, also when it fails.
Result<ExitCode> parse_and_run(Commands& commands, std::vector<std::string> words, const std::string& program, Command*& command) {
    words = normalize_argv(std::move(words), short_options_with_value(commands.root()));
    const std::string word = command_word(commands, words);
    command = commands.find(word);
    if (!word.empty() && command == nullptr) return unknown_command(commands, word, program);
    std::optional<Error> unseparated;
    if (command != nullptr) {
        unseparated = missing_separator(*command, commands.root(), words, program);
        keep_words(*command, words);
        if (command->takes_words && !command->words.empty()) command->passes_code_on = true;
        words = normalize_argv(std::move(words), short_options_with_value(*command->app));
    }
    if (has_word(words, "--version")) command = commands.find("version");
    if (command == nullptr || has_word(words, "-h") || has_word(words, "--help")) {
        commands.environment().out << (command != nullptr ? help_of(*command, program) : overview(commands, program));
        return ExitCode::ok;
    }
    if (unseparated) return *std::move(unseparated);
    try {
        std::vector<std::string> arguments(words.rbegin(), words.rend() - 1); // CLI11 takes them last first
        std::erase(arguments, "--version");
        if (word.empty()) arguments.push_back("version");
        commands.root().parse(arguments);
    } catch (const CLI::ParseError& parse_error) {
        return usage_error(parse_error, *command, program);
    }
    for (const auto& extra : commands.root().remaining(true)) {
        if (extra == "--") continue;
        if (extra.starts_with('-')) return unknown_flag(commands.environment(), *command, extra, program);
        return Error{.kind = ErrorKind::usage, .message = format("`{}` takes no argument `{}`", command->name, extra)};
    }
    return command->run();
}

ExitCode exit_code_for(const Error& error, const app::Environment& environment) {
    const bool terminated = error.kind == ErrorKind::interrupted && environment.signal != nullptr && environment.signal->load() == 15;
    return terminated ? ExitCode::terminated : exit_code_of(error.kind);
}

/// As `command` counts codes; it may be none.
int exit_status(ExitCode code, const Command* command) {
    return command != nullptr && command->passes_code_on ? exit_code_beside_a_command(code) : static_cast<int>(code);
}

int finish(int code, const Command* command, app::Environment& environment) {
    environment.out.flush();
    const int error = environment.out_error ? environment.out_error() : 0;
    if (error == 0 || error == EPIPE) return code; // a reader that has seen enough is no failure
    environment.err << "error: cannot write the output: " << std::generic_category().message(error) << '\n';
    return exit_status(ExitCode::config, command);
}

} // namespace

int run_cli(const std::vector<std::string>& words, app::Environment& environment) {
    const std::string program = program_name(words);
    app::OutputOptions output;
    output.format = wants_json(words) ? app::Format::json : app::Format::text;
    try {
        Commands commands(environment, lists_flags(words) ? nullptr : &words);
        build(commands, words);
        Command* command = nullptr;
        const auto result = parse_and_run(commands, words, program, command);
        if (result) return finish(static_cast<int>(*result), command, environment);
        const int code = exit_status(exit_code_for(result.error(), environment), command);
        app::print_error(result.error(), output, environment, code);
        return finish(code, command, environment);
    } catch (const std::exception& exception) { // nothing below throws on purpose
        Error error{.kind = ErrorKind::internal, .message = format("a bug in kdiag: {}", exception.what()),
                    .help = {"please report it with the output of `kdiag version`"}};
        app::print_error(error, output, environment);
        return static_cast<int>(ExitCode::internal);
    }
}

} // namespace kdiag::cmd
