package dev.gatun.image.archive;

/**
 * A member of an archive of images, of which only its name, kind and size matter.
 *
 * @param type the letter of the header: {@code 0} for a file
 * @param link where a link leads, otherwise empty
 */
record TarEntry(String name, char type, long size, String link) {
    boolean isFile() {
        return type == '0' || type == '\0' || type == '7';
    }

    boolean isLink() {
        return type == '1' || type == '2';
    }
}
