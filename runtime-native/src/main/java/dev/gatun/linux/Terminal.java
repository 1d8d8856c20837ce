package dev.gatun.linux;

/** asm-generic/ioctls.h, asm-generic/termbits.h: terminals and pseudo-terminals. */
public final class Terminal {
    public static final int TCGETS = 0x5401;
    public static final int TCSETS = 0x5402;
    public static final int TCSETSF = 0x5404;
    public static final int TIOCSCTTY = 0x540E;
    public static final int TIOCGWINSZ = 0x5413;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final long TIOCGPTN = 0x80045430L;
    public static final int TIOCGPTPEER = 0x5441;

    public static final int IGNBRK = 1;
    public static final int BRKINT = 2;
    public static final int PARMRK = 8;
    public static final int ISTRIP = 0x20;
    public static final int INLCR = 0x40;
    public static final int IGNCR = 0x80;
    public static final int ICRNL = 0x100;
    public static final int IXON = 0x400;
    public static final int OPOST = 1;
    public static final int ONLCR = 4;
    public static final int ISIG = 1;
    public static final int ICANON = 2;
    public static final int ECHO = 8;
    public static final int ECHONL = 0x40;
    public static final int IEXTEN = 0x8000;
    public static final int CSIZE = 0x30;
    public static final int PARENB = 0x100;
    public static final int CS8 = 0x30;

    private Terminal() {}
}
