package dev.gatun.container;

/**
 * The name of a container: also the name of its folder, so it may not be a path.
 *
 * @param value letters, digits, and {@code _ + - .}, as runc has it
 */
public record ContainerId(String value) {
    private static final int MAX_LENGTH = 255;

    public ContainerId {
        boolean valid = !value.isEmpty() && value.length() <= MAX_LENGTH && !value.equals(".") && !value.equals("..");
        for (int i = 0; valid && i < value.length(); i++) {
            char c = value.charAt(i);
            valid = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_+-.".indexOf(c) >= 0;
        }
        if (!valid) {
            throw new ContainerException("invalid container ID \"" + value
                    + "\": it may contain letters, digits and _ + - . and has at most " + MAX_LENGTH + " characters");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
