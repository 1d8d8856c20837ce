/**
 * OCI seccomp profiles compiled to the kernel's filters (classic BPF), without libseccomp.
 *
 * <p>{@link dev.gatun.seccomp.SeccompFilter#compile} is the only way in. The verdicts are those of runc with
 * libseccomp; read seccomp(2), seccomp_rule_add(3) and Documentation/userspace-api/seccomp_filter.rst first.
 */
@NullMarked
package dev.gatun.seccomp;

import org.jspecify.annotations.NullMarked;
