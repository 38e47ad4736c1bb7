// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// What a message ends in, without the wrapping of kubelet, gRPC, container runtime and HTTP client, each of which puts its own words and a
/// colon in front: `Failed to pull image "i": rpc error: code = Unknown desc = dial tcp: i/o timeout` gives `dial tcp: i/o timeout`.
std::string core_of(std::string_view message);

/// A message in lower case without what others have named: quoted parts, paths, addresses and `subject` (an image's name). What is left can
/// be searched for words, and an image `shop/signature-service` is no talk of signatures.
std::string plain_words(std::string_view message, std::string_view subject = {});

/// The first of `after` following `before`: as kdiag::between, but to the end of the text when nothing follows, and never over a line's
/// end.
std::string_view word_after(std::string_view text, std::string_view before, std::string_view after);

/// Whether any of the parts is in the text.
bool contains_any(std::string_view text, std::span<const std::string_view> parts);

/// Without line breaks, as evidence stands.
std::string one_line(std::string_view text);

/// A number of bytes as people write it in a manifest: `12Mi` for 12582912; whole units only, else the bytes.
std::string bytes_text(std::string_view digits);

} // namespace kdiag::rules::waiting
