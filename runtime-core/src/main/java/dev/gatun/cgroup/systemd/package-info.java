/**
 * Groups that systemd manages: a container's group is a transient unit, which this makes, changes and stops, in systemd's
 * own words (org.freedesktop.systemd1(5), systemd.resource-control(5)) over D-Bus. The group's files are then used as
 * everywhere else.
 *
 * <p>Nothing here is loaded by a start that does not ask for systemd.
 */
@NullMarked
package dev.gatun.cgroup.systemd;

import org.jspecify.annotations.NullMarked;
