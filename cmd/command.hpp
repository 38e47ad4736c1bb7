// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flag_set.hpp"
#include "global_flags.hpp"

#include "app/environment.hpp"
#include "util/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kdiag::cmd {

/// One subcommand: its flags (in CLI11), its help, and what it does.
struct Command {
    CLI::App* app = nullptr;
    std::string name;
    std::string group;    ///< heading in the overview
    std::string usage;    ///< after the program's name: `diagnose [TYPE[/NAME]...] [flags]`
    std::string examples; ///< lines, without indentation
    std::string details;  ///< paragraphs after the flags; may be empty
    std::function<Result<ExitCode>()> run;
    /// Words after `--` are a command line of the user's: they go to `words` and are not parsed.
    bool takes_words = false;
    /// So do all words behind its name but flags: to CLI11 the name of a command among them would be that command.
    bool takes_rest = false;
    bool one_object = false;  ///< it takes one name of an object before them, so that more words are a command without `--`
    bool needs_words = false; ///< it does nothing without them
    std::vector<std::string> words;
    /// It passes on the exit code of a command that it runs: kdiag's own failures get codes above 200 (ux.md 3.8). `run` may set it.
    bool passes_code_on = false;
};

/// The tree of commands while it is being built and parsed.
class Commands {
public:
    /// `words`: see FlagSet.
    Commands(app::Environment& environment, const std::vector<std::string>* words);
    ~Commands();

    Command& add(std::string name, std::string summary, std::string group);
    Command* find(std::string_view name);
    const std::vector<std::unique_ptr<Command>>& all() const { return m_commands; }

    FlagSet flags_of(Command& command) { return FlagSet(*command.app, m_words); }
    CLI::App& root() { return *m_root; }
    GlobalFlags& globals() { return m_globals; }
    app::Environment& environment() { return m_environment; }

private:
    app::Environment& m_environment;
    const std::vector<std::string>* m_words;
    std::unique_ptr<CLI::App> m_root;
    GlobalFlags m_globals;
    std::vector<std::unique_ptr<Command>> m_commands;
};

// One file each; every one maps its flags to the options of its app function and has no logic of its own.
void add_diagnose(Commands& commands);
void add_describe(Commands& commands);
void add_exec(Commands& commands);
void add_logs(Commands& commands);
void add_port_forward(Commands& commands);
void add_debug(Commands& commands);
void add_probe(Commands& commands);
void add_rule(Commands& commands);
void add_version(Commands& commands);
void add_options(Commands& commands);
void add_help(Commands& commands);

} // namespace kdiag::cmd
