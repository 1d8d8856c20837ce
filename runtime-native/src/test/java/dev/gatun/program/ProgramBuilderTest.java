package dev.gatun.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.linux.Arch;
import dev.gatun.linux.Errno;
import dev.gatun.linux.FileCalls;
import dev.gatun.linux.ProcessCalls;
import dev.gatun.linux.Word;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgramBuilderTest {
    private final ProgramBuilder program = new ProgramBuilder();
    private final Label start = program.label("start");

    @Test
    void aLabelIsPlacedOnce() {
        program.place(start);
        assertThatThrownBy(() -> program.place(start))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("label start is placed already");
    }

    @Test
    void aLabelThatIsJumpedToMustBePlaced() {
        program.place(start);
        program.jump(program.label("nowhere"), "jump");
        Program built = program.build(start, start);
        assertThatThrownBy(() -> Image.of(built, Arch.X86_64))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("label nowhere is placed nowhere");
        assertThatThrownBy(() -> program.build(program.label("entry"), start))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("label entry is placed nowhere");
    }

    @Test
    void anErrorAbove62CannotBeExpectedAlone() {
        Op op = program.call(FileCalls.umask(0), "try");
        assertThat(op.tolerate(Errno.ENOSR.number() < 63 ? Errno.ETIME : Errno.ENODATA))
                .isSameAs(op);
        assertThatThrownBy(() -> op.tolerate(Errno.ENOSR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ENOSR");
        assertThatThrownBy(() -> op.onError(start, Errno.EOPNOTSUPP)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anOpGoesOnAtOnePlaceAfterErrors() {
        Op op = program.call(FileCalls.umask(0), "try").onError(start, Errno.ENOENT);
        assertThat(op.onError(start, Errno.ENOTDIR)).isSameAs(op);
        assertThatThrownBy(() -> op.tolerate(Errno.EPERM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("try");
        assertThatThrownBy(op::tolerateAll).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> op.onError(program.label("elsewhere"), Errno.EPERM))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void anImageIsAnElfFileOfItsArchitecture(Arch arch) {
        program.place(start);
        program.call(ProcessCalls.exitGroup(Word.of(0)), "end");
        byte[] file = Image.of(program.build(start, start), arch).bytes();
        var elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(elf.getInt(0)).isEqualTo(0x464c457f);
        assertThat(elf.getShort(18)).isEqualTo((short) arch.elfMachine());
        assertThat(elf.getShort(56)).as("program headers").isEqualTo((short) 3);
        for (int header = 64; header < 64 + 3 * 56; header += 56) {
            long offset = elf.getLong(header + 8);
            long address = elf.getLong(header + 16);
            long alignment = elf.getLong(header + 48);
            assertThat(offset % alignment).isEqualTo(address % alignment);
            assertThat(offset + elf.getLong(header + 32)).isLessThanOrEqualTo(file.length);
            assertThat(elf.getInt(header + 4))
                    .as("never writable and executable")
                    .isIn(5, 6);
        }
    }

    @Test
    void anOpIsFoundByItsAddressAndByNoOther() {
        program.place(start);
        Op first = program.call(FileCalls.umask(0), "first");
        Op second = program.call(FileCalls.umask(0), "second");
        Image image = Image.of(program.build(start, start), Arch.X86_64);
        long address = image.data().order(ByteOrder.LITTLE_ENDIAN).getLong(DataSegment.ENTRY);
        assertThat(image.opAt(address)).containsSame(first);
        assertThat(image.opAt(address + Op.SIZE)).containsSame(second);
        assertThat(image.opAt(address + 2 * Op.SIZE)).isEmpty();
        assertThat(image.opAt(address - Op.SIZE)).isEmpty();
        assertThat(image.opAt(address + 8)).isEmpty();
    }
}
