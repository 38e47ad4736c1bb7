// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/attach_error.hpp"

#include <doctest/doctest.h>

#include <string>

using kdiag::rules::waiting::read_attach_error;

namespace {

std::string cause_of(const std::string& error) {
    const auto read = read_attach_error("node-3", "AttachVolume.Attach failed for volume \"pvc-1\" : " + error);
    CHECK(!read.help.empty());
    CHECK(read.command.starts_with("kubectl get "));
    return read.cause;
}

} // namespace

TEST_CASE("a driver that is not there is told from one that does not answer") {
    CHECK(cause_of("CSINode node-3 does not contain driver disk.csi.azure.com") ==
          "the driver `disk.csi.azure.com` is not registered on node `node-3`: its pod there does not run, or is not ready yet");
    CHECK(cause_of("timed out waiting for external-attacher of disk.csi.azure.com CSI driver to attach volume /subscriptions/1/disks/pvc-1") ==
          "the driver `disk.csi.azure.com` has not attached it in time: its controller (external-attacher) is slow or does not run");
    CHECK(cause_of("rpc error: code = DeadlineExceeded desc = context deadline exceeded") == "the storage system has not answered the driver in time");
}

TEST_CASE("a full node, a disk elsewhere, missing rights and a disk that is gone are told apart, whatever the code") {
    CHECK(cause_of("rpc error: code = ResourceExhausted desc = node has reached its attachment limit") == "the node takes no more volumes: node has reached its attachment limit");
    CHECK(cause_of("rpc error: code = Internal desc = The maximum number of data disks allowed to be attached to a VM of this size is 4.").starts_with("the node takes no more volumes: "));
    CHECK(cause_of("rpc error: code = Internal desc = Could not attach volume \"vol-1\" to node \"i-1\": VolumeInUse: vol-1 is already attached to an instance")
              .starts_with("the storage system says that it is attached to another machine: "));
    CHECK(cause_of("rpc error: code = Internal desc = failed to attach disk: \"d-1\" with node: \"n-1\" err The resource 'volume' is in use.")
              .starts_with("the storage system says that it is attached to another machine: "));
    CHECK(cause_of("rpc error: code = Internal desc = Could not attach volume \"vol-1\": UnauthorizedOperation: You are not authorized to perform this operation.")
              .starts_with("the driver lacks the rights to attach it: "));
    CHECK(cause_of("rpc error: code = NotFound desc = volume \"vol-1\" not found") == "the driver does not find the disk or the node: volume \"vol-1\" not found");
}

TEST_CASE("other words are quoted without their wrapping, and a message of any shape has a cause") {
    CHECK(cause_of("rpc error: code = Aborted desc = volume pvc-1 is not ready for workloads") == "the driver says: volume pvc-1 is not ready for workloads");
    CHECK(cause_of("device path /dev/xvdba is in use") == "the driver says: device path /dev/xvdba is in use");
    CHECK(read_attach_error("node-3", "something else").cause == "the driver says: something else");
    CHECK(!read_attach_error("", "").cause.empty());
}
