package dev.gatun.linux;

/**
 * A place inside a block as an argument.
 *
 * @param block the block
 * @param offset in bytes from its beginning
 */
public record Offset(Block block, int offset) implements Arg {
    @Override
    public long word(Memory memory) {
        return memory.block(block) + offset;
    }

    @Override
    public void print(StringBuilder out) {
        block.print(out);
        out.append('+').append(offset);
    }
}
