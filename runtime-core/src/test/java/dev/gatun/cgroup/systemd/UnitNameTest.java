package dev.gatun.cgroup.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.cgroup.CgroupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitNameTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            system.slice:libpod:abc,     libpod-abc.scope, /system.slice/libpod-abc.scope
            :libpod:abc,                 libpod-abc.scope, /system.slice/libpod-abc.scope
            ::abc,                       abc.scope,        /system.slice/abc.scope
            -.slice:cri:abc,             cri-abc.scope,    /cri-abc.scope
            kubepods-burstable-pod1.slice:cri-containerd:c, cri-containerd-c.scope, \
            /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-c.scope
            kubepods.slice::kubepods-pod1.slice, kubepods-pod1.slice, /kubepods.slice/kubepods-pod1.slice
            """)
    void aPathWithSystemdNamesSliceAndScope(String cgroupsPath, String unit, String path) {
        UnitName name = UnitName.parse(cgroupsPath, "id");
        assertThat(name.unit()).isEqualTo(unit);
        assertThat(name.path()).isEqualTo(path);
    }

    @Test
    void withoutAPathTheContainerNamesTheScope() {
        assertThat(UnitName.parse("", "web").path()).isEqualTo("/system.slice/gatun-web.scope");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/b",
                "a:b",
                "a:b:c:d",
                "a.slice:b:",
                "a--b.slice:b:c",
                ".slice:b:c",
                "a/b.slice:b:c",
                "system.slice:b:../c"
            })
    void anotherFormIsRefused(String cgroupsPath) {
        assertThatThrownBy(() -> UnitName.parse(cgroupsPath, "id"))
                .isInstanceOf(CgroupException.class)
                .hasMessageStartingWith("linux.cgroupsPath: ");
    }
}
