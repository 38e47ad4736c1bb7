// SPDX-License-Identifier: Apache-2.0
#include "support/certificates.hpp"

#include "support/golden.hpp"
#include "util/format.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace kdiag::test {

namespace {

namespace fs = std::filesystem;

class Workshop {
public:
    Workshop() {
        std::string pattern = (fs::temp_directory_path() / "kdiag-certificates-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        m_folder = pattern;
        std::ofstream(m_folder + "/index").close();
        std::ofstream(m_folder + "/ca.conf") << "[ca]\ndefault_ca=it\n[it]\ndatabase=" << m_folder << "/index\nnew_certs_dir=" << m_folder
                                             << "\nrand_serial=yes\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject=no\n[any]\ncommonName=supplied\n";
    }
    ~Workshop() { fs::remove_all(m_folder); }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;

    void authority(const std::string& name) {
        run(format("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={0} -days 2 -keyout {0}.key -out {0}.pem", name));
    }
    KeyPair issue(const std::string& name, const std::string& names, const std::string& dates) {
        run(format("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={0} {1} -keyout {0}.key -out {0}.csr", name,
                   names.empty() ? std::string() : "-addext subjectAltName=" + names));
        run(format("ca -batch -notext -config ca.conf -cert ca.pem -keyfile ca.key {1} -in {0}.csr -out {0}.pem", name, dates));
        return {.certificate = text(name + ".pem"), .key = text(name + ".key")};
    }
    std::string text(const std::string& file) const { return read_file(m_folder + "/" + file); }

private:
    void run(const std::string& arguments) const {
        const std::string command = format("cd '{}' && openssl {} >log 2>&1", m_folder, arguments);
        if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl " + arguments + ": " + text("log"));
    }
    std::string m_folder;
};

Certificates make_certificates() {
    Workshop workshop;
    workshop.authority("ca");
    workshop.authority("other");
    const std::string here = "IP:127.0.0.1,DNS:localhost";
    return {.ca = workshop.text("ca.pem"),
            .other_ca = workshop.text("other.pem"),
            .server = workshop.issue("server", here, "-days 2"),
            .other_name = workshop.issue("elsewhere", "DNS:db.example.com", "-days 2"),
            .expired = workshop.issue("expired", here, "-startdate 20200101000000Z -enddate 20200102000000Z"),
            .client = workshop.issue("ana", "", "-days 2")};
}

} // namespace

const Certificates& certificates() {
    static const Certificates made = make_certificates();
    return made;
}

} // namespace kdiag::test
