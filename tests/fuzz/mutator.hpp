// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "targets.hpp"

#include <random>
#include <string>

namespace kdiag::fuzz {

/// Makes inputs from seeds: the same from the same random seed on every machine.
class Mutator {
public:
    Mutator(Seeds seeds, std::uint32_t random_seed);
    /// The seeds first, each as it is; then changes of them and of their changes.
    std::string next();

private:
    void change(std::string& text);
    std::string piece_of_any();
    std::string nested();
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }

    Seeds m_seeds;
    Seeds m_offspring; ///< earlier results, so that changes add up
    std::size_t m_given = 0;
    std::mt19937 m_random;
};

} // namespace kdiag::fuzz
