// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/message_words.hpp"
#include "rules/waiting/mount_error.hpp"
#include "rules/waiting/runtime_error.hpp"
#include "rules/waiting/sandbox_error.hpp"

#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag::rules;
using namespace kdiag::rules::waiting;

namespace {

/// A pod on a node with one container and one NFS volume.
struct SomePod {
    kdiag::kube::Pod pod;
    ContainerView view;

    SomePod() {
        pod.spec.node_name = "node-1";
        pod.spec.containers.emplace_back();
        pod.spec.containers.elements().front().name = "web";
        pod.spec.volumes.emplace_back();
        pod.spec.volumes.elements().front().name = "data";
        pod.spec.volumes.elements().front().nfs = std::make_unique<kdiag::kube::NfsVolume>();
        pod.spec.volumes.elements().front().nfs->server = "10.20.30.40";
        pod.spec.volumes.elements().front().nfs->path = "/exports";
        view.pod = &pod;
        view.spec = &pod.spec.containers.front();
    }
};

std::string create_error(const std::string& message) {
    const SomePod some;
    const auto error = read_runtime_error(some.view, message);
    CHECK(!error.cause.empty());
    return error.title;
}

std::string sandbox(const std::string& message, const std::string& reason = "FailedCreatePodSandBox") {
    const SomePod some;
    const auto error = read_sandbox_error(some.pod, reason, message);
    CHECK(!error.cause.empty());
    CHECK(!error.help.empty());
    return error.name;
}

std::string mount(const std::string& message) {
    const SomePod some;
    return read_mount_error(some.pod, &some.pod.spec.volumes.front(), message).cause;
}

} // namespace

TEST_CASE("why a container cannot be created") {
    CHECK(create_error("failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found web") ==
          "cannot be created: its AppArmor profile is not on the node");
    CHECK(create_error("failed to create containerd container: get apparmor_parser version: exec: \"apparmor_parser\": executable file not "
                       "found in $PATH") == "cannot be created: the node lacks apparmor_parser");
    CHECK(create_error("Error: set memory limit 10485760 too low; should be at least 12582912") ==
          "cannot be created: its memory limit is too small");
    CHECK(
        create_error("container create failed: unable to start container process: container init was OOM-killed (memory limit too low?)") ==
        "cannot start: its memory limit is too small");
    CHECK(create_error("failed to reserve container name \"a_0\": name \"a_0\" is reserved for \"0011\"") ==
          "cannot be created: an earlier try still holds its name");
    CHECK(create_error("failed to create containerd task: context deadline exceeded") ==
          "cannot be created: the container runtime does not answer in time");
    CHECK(create_error("OCI runtime create failed: unable to retrieve OCI runtime error (open /run/x/log.json: no such file or directory): "
                       "exec: \"runc\": executable file not found in $PATH: unknown") == "cannot be created: runc is not on the node");
    CHECK(create_error("failed to generate container \"d6fc\" spec: failed to generate spec: failed to stat \"/data/mount\": errno 512") ==
          "cannot be created: a volume does not answer");
    CHECK(create_error("OCI runtime create failed: container_linux.go:349: starting container process caused \"close exec fds: ensure "
                       "/proc/self/fd is on procfs: operation not permitted\": unknown") ==
          "cannot be created: the node's kernel forbids it");
    CHECK(create_error("words of tomorrow") == "cannot be created by the runtime");
    CHECK(create_error("") == "cannot be created by the runtime");
}

TEST_CASE("the two numbers of a memory limit that is too low") {
    const SomePod some;
    CHECK(read_runtime_error(some.view, "set memory limit 10485760 too low; should be at least 12582912").cause ==
          "the memory limit is 10Mi, and the container runtime of node `node-1` needs at least 12Mi to start anything");
    CHECK(bytes_text("1000") == "1000 bytes");
    CHECK(bytes_text("99999999999999999999") == "99999999999999999999");
    CHECK(bytes_text("x") == "x");
}

TEST_CASE("why a sandbox or network cannot be made") {
    const std::string setup =
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \"07c0\": ";
    CHECK(sandbox(setup + "failed to allocate for range 0: no IP addresses available in range set: 10.1.56.1-10.1.56.254") == "addresses");
    CHECK(sandbox(setup + "plugin type=\"aws-cni\" name=\"aws-cni\" failed (add): add cmd: failed to assign an IP address to container") ==
          "addresses");
    CHECK(sandbox("networkPlugin cni failed to set up pod \"x\" network: unable to allocate IP via local cilium agent: [POST /ipam][502] "
                  "postIpamFailure range is full") == "addresses");
    CHECK(sandbox(setup + "failed to find plugin \"loopback\" in path [/opt/cni/bin]") == "plugin-missing");
    CHECK(
        sandbox(
            setup +
            "plugin type=\"flannel\" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory") ==
        "flannel-down");
    CHECK(sandbox("networkPlugin cni failed to set up pod \"x\" network: stat /var/lib/calico/nodename: no such file or directory: check "
                  "that the calico/node container is running") == "calico-down");
    CHECK(sandbox("network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
                  "message:docker: network plugin is not ready: cni config uninitialized",
                  "NetworkNotReady") == "network-not-ready");
    CHECK(sandbox("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"runsc\" "
                  "is configured") == "runtime-handler");
    CHECK(sandbox("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to find runtime handler kata from runtime list "
                  "map[crun:0xc0]") == "runtime-handler");
    CHECK(sandbox(
              "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image \"registry.k8s.io/pause:3.10\": "
              "failed to pull image \"registry.k8s.io/pause:3.10\": dial tcp: lookup registry.k8s.io: no such host") == "sandbox-image");
    CHECK(sandbox("Failed create pod sandbox: Failed to set FQDN in hostname, Pod hostname x is too long (93 characters requested, 64 "
                  "characters is the limit).") == "hostname");
    CHECK(
        sandbox("Failed to create pod sandbox: can't allocate user namespace: could not find an empty slot to allocate a user namespace") ==
        "user-namespace");
    CHECK(sandbox("Failed create pod sandbox: rpc error: code = Unknown desc = failed to make sandbox docker config for pod \"x\": failed "
                  "to generate sandbox security options") == "security");
    CHECK(sandbox("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to reserve sandbox name \"x_0\": name \"x_0\" is "
                  "reserved for \"0011\"") == "name-reserved");
    CHECK(sandbox("Failed to prepare dynamic resources: driver gpu.example.com is not registered", "FailedPrepareDynamicResources") ==
          "resource-claim");
    CHECK(sandbox(setup + "plugin type=\"new\" failed (add): the moon is full") == "network");
    CHECK(sandbox("Failed to create pod sandbox: the moon is full") == "sandbox");
}

TEST_CASE("why a volume cannot be mounted") {
    const std::string nfs = "MountVolume.SetUp failed for volume \"data\" : mount failed: exit status 32\nMounting command: "
                            "mount\nMounting arguments: -t nfs 10.20.30.40:/exports /x\nOutput: ";
    CHECK(mount(nfs + "mount.nfs: access denied by server while mounting 10.20.30.40:/exports") ==
          "the server refuses to hand out 10.20.30.40:/exports to node `node-1`: mount.nfs: access denied by server while mounting "
          "10.20.30.40:/exports");
    CHECK(kdiag::contains(mount(nfs + "mount.nfs: mounting 10.20.30.40:/exports failed, reason given by server: No such file or directory"),
                          "does not exist on the server"));
    CHECK(kdiag::contains(
        mount(
            nfs +
            "mount: wrong fs type, bad option, bad superblock on 10.20.30.40:/exports, missing codepage or helper program, or other error"),
        "lacks the program that mounts 10.20.30.40:/exports"));
    CHECK(kdiag::contains(mount(nfs + "mount.nfs: Connection timed out"), "10.20.30.40:/exports does not answer node `node-1`"));
    CHECK(kdiag::contains(mount("MountVolume.MountDevice failed for volume \"pv\" : kubernetes.io/csi: attacher.MountDevice failed to "
                                "create newCsiDriverClient: driver name csi.example.com not found in the list of registered CSI drivers"),
                          "the CSI driver of the volume is not running"));
    CHECK(kdiag::contains(mount("MountVolume.SetUp failed for volume \"s\" : rpc error: code = PermissionDenied desc = Permission "
                                "'secretmanager.versions.access' denied on resource"),
                          "may not reach"));
    CHECK(kdiag::contains(
        mount("MountVolume.SetUp failed for volume \"data\" : applyFSGroup failed for vol x: lchown /data: read-only file system"),
        "fsGroup"));
    CHECK(kdiag::contains(mount("MountVolume.NewMounter initialization failed for volume \"pv\" : path \"/mnt/disks/ssd1\" does not exist"),
                          "does not exist on node `node-1`"));
    CHECK(mount("MountVolume.SetUp failed for volume \"data\" : words of tomorrow") ==
          "the kubelet of node `node-1` says: words of tomorrow");
    CHECK(is_mere_timeout(
        "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data x]: timed out waiting for the condition"));
    CHECK_FALSE(is_mere_timeout(
        "MountVolume.SetUp failed for volume \"data\" : rpc error: code = DeadlineExceeded desc = context deadline exceeded"));
}

TEST_CASE("the core of a wrapped message") {
    CHECK(core_of("Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
                  "unable to start container process: the end: unknown") == "the end");
    CHECK(core_of("rpc error: code = Unknown desc = ") == "rpc error: code = Unknown desc =");
    CHECK(core_of("Head \"https://x: y") == "Head \"https://x: y");
    CHECK(core_of("Error: ") == "Error:");
    CHECK(core_of("") == "");
    CHECK(plain_words("a \"b c\" d/e i/o F sha256:00", "") == "a i/o f");
    CHECK(plain_words("an \"open quote: X509", "") == "an open quote: x509");
}

TEST_CASE("a program that is not there, or may not be run, where only the event says so") {
    CHECK(create_error("Error: failed to create containerd task: exec: \"./start.sh\": stat ./start.sh: no such file or directory: unknown") ==
          "cannot start: its program is not in its image");
    CHECK(create_error("Error: failed to create containerd task: exec: \"/start.sh\": permission denied: unknown") ==
          "cannot start: its program may not be executed");
    CHECK(create_error("OCI runtime create failed: container_linux.go:265: starting container process caused \"permission denied\": unknown") ==
          "cannot start: its program may not be executed");
}
