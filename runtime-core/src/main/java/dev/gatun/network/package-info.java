/**
 * Network interfaces, by messages to the kernel (rtnetlink(7)) and without the programs of iproute2.
 *
 * <p>{@link dev.gatun.network.NetworkNamespace} is the way in; read netlink(7) and Documentation/userspace-api/netlink
 * first.
 */
@NullMarked
package dev.gatun.network;

import org.jspecify.annotations.NullMarked;
