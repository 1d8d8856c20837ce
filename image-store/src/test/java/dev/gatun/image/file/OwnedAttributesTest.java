package dev.gatun.image.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.image.ImageException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attributes with ids in them. */
class OwnedAttributesTest {
    private static final IdShift SHIFT =
            new IdShift(List.of(new IdShift.Range(0, 100_000, 1000)), List.of(new IdShift.Range(0, 200_000, 1000)));

    /** cap_chown+ep. */
    private static final String OF_HOST = "0100000201000000000000000000000000000000";

    private static String shifted(String name, String value, IdShift owners) {
        return HexFormat.of()
                .formatHex(OwnedAttributes.shift(name, HexFormat.of().parseHex(value), owners));
    }

    @Test
    void capabilitiesOfTheHostsRootBecomeThoseOfANamespaceAndBack() {
        String ofNamespace = "0100000301000000000000000000000000000000a0860100";
        assertThat(shifted("security.capability", OF_HOST, SHIFT)).isEqualTo(ofNamespace);
        assertThat(shifted("security.capability", ofNamespace, SHIFT.inverse())).isEqualTo(OF_HOST);
        assertThat(shifted("security.capability", OF_HOST, IdShift.NONE)).isEqualTo(OF_HOST);
        assertThat(shifted("security.capability", ofNamespace, IdShift.NONE)).isEqualTo(ofNamespace);
    }

    @Test
    void whatIsNoneOfTheKernelsFormsStaysAsItIs() {
        assertThat(shifted("security.capability", "01000001", SHIFT)).isEqualTo("01000001");
        assertThat(shifted("user.something", OF_HOST, SHIFT)).isEqualTo(OF_HOST);
    }

    @Test
    void usersAndGroupsInListsOfAccessAreShifted() {
        // owner, user 5, group, group 6, mask, others
        String list = "02000000" + "01000600ffffffff" + "0200040005000000" + "04000400ffffffff" + "0800040006000000"
                + "10000600ffffffff" + "20000400ffffffff";
        String expected = "02000000" + "01000600ffffffff" + "02000400a5860100" + "04000400ffffffff" + "08000400460d0300"
                + "10000600ffffffff" + "20000400ffffffff";
        assertThat(shifted("system.posix_acl_access", list, SHIFT)).isEqualTo(expected);
        assertThat(shifted("system.posix_acl_default", expected, SHIFT.inverse()))
                .isEqualTo(list);
    }

    @Test
    void whoIsNotMappedIsNamed() {
        assertThatThrownBy(() -> shifted("system.posix_acl_access", "02000000" + "0200040000100000", SHIFT))
                .isInstanceOf(ImageException.class)
                .hasMessage("user 4096 is in no range of the user namespace's map; map more ids");
    }

    @Test
    void aShiftIsKeptAsText() {
        assertThat(SHIFT.text()).isEqualTo("0:100000:1000;0:200000:1000");
        assertThat(IdShift.parse(SHIFT.text())).isEqualTo(SHIFT);
    }
}
