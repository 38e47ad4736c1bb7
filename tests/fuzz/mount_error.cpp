// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/waiting/attach_error.hpp"
#include "rules/waiting/mount_error.hpp"

namespace kdiag::fuzz {

void fuzz_mount_error(std::string_view bytes) {
    kube::Pod pod;
    pod.meta.name = "api-1";
    kube::Volume volume;
    volume.name = "data";
    for (const kube::Volume* named : {static_cast<const kube::Volume*>(nullptr), static_cast<const kube::Volume*>(&volume)}) {
        const auto error = rules::waiting::read_mount_error(pod, named, bytes);
        promise(!error.cause.empty(), "an error without words");
        promise(error.cause.find('\n') == std::string::npos, "the words are more than a line");
        const auto again = rules::waiting::read_mount_error(pod, named, std::string(bytes));
        promise(again.cause == error.cause && again.help == error.help && again.from_driver == error.from_driver, "read otherwise the second time");
    }
    const auto attach = rules::waiting::read_attach_error("node-1", bytes);
    promise(!attach.cause.empty() && !attach.help.empty() && !attach.command.empty(), "an error of attaching without words");
    promise(attach.command.find('\n') == std::string::npos, "a command of several lines");
    if (rules::waiting::is_mere_timeout(bytes)) promise(!rules::waiting::read_mount_error(pod, nullptr, bytes).from_driver, "a mere timeout is taken for the driver's words");
}

Seeds seeds_mount_error() {
    return {
        "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-x]: timed out waiting for the condition",
        "MountVolume.SetUp failed for volume \"nfs\" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs 10.0.0.9:/x /var/lib/kubelet/pods/1/volumes/nfs\nOutput: mount.nfs: Connection timed out",
        "MountVolume.MountDevice failed for volume \"pv-1\" : rpc error: code = Internal desc = mount failed: exit status 32 Output: mount: wrong fs type, bad option, bad superblock on /dev/sdb",
        "MountVolume.SetUp failed for volume \"host\" : hostPath type check failed: /data is not a directory",
        "MountVolume.NewMounter initialization failed for volume \"pv-1\" : path \"/mnt/disks/1\" does not exist",
        "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name ebs.csi.aws.com not found in the list of registered CSI drivers",
        "Multi-Attach error for volume \"pv-1\" Volume is already used by pod(s) web-0",
        "AttachVolume.Attach failed for volume \"pv-1\" : rpc error: code = DeadlineExceeded desc = context deadline exceeded",
        "MountVolume.SetUp failed for volume \"s\" : failed to set bSELinux: permission denied",
    };
}

} // namespace kdiag::fuzz
