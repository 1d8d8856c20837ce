package dev.gatun.linux;

/** linux/nsfs.h: what can be asked of an open namespace file. */
public final class Namespacefs {
    /** The user namespace that owns it, as a descriptor. */
    public static final int NS_GET_USERNS = 0xb701;

    /** Its type, one of {@code CLONE_NEW*}. */
    public static final int NS_GET_NSTYPE = 0xb703;

    private Namespacefs() {}
}
