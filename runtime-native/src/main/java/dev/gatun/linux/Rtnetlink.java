package dev.gatun.linux;

/** linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h: network interfaces by message (rtnetlink(7)). */
public final class Rtnetlink {
    public static final int SOL_NETLINK = 270;
    public static final int NETLINK_CAP_ACK = 10;
    public static final int NETLINK_EXT_ACK = 11;

    public static final int NLMSG_ERROR = 2;
    public static final int NLMSG_DONE = 3;
    public static final int NLM_F_REQUEST = 1;
    public static final int NLM_F_ACK = 4;
    public static final int NLM_F_DUMP_INTR = 0x10;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_DUMP = 0x300;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_ACK_TLVS = 0x200;
    public static final int NLMSGERR_ATTR_MSG = 1;
    public static final int NLA_TYPE_MASK = ~0xc000;

    public static final int RTM_NEWLINK = 16;
    public static final int RTM_GETLINK = 18;
    public static final int RTM_NEWADDR = 20;
    public static final int RTM_GETADDR = 22;
    public static final int RT_SCOPE_UNIVERSE = 0;

    public static final int IFLA_IFNAME = 3;
    public static final int IFLA_NET_NS_FD = 28;
    public static final int IFLA_NEW_IFINDEX = 49;

    public static final int IFA_ADDRESS = 1;
    public static final int IFA_LOCAL = 2;
    public static final int IFA_BROADCAST = 4;
    public static final int IFA_FLAGS = 8;
    public static final int IFA_RT_PRIORITY = 9;
    public static final int IFA_F_NODAD = 2;
    public static final int IFA_F_PERMANENT = 0x80;
    public static final int IFA_F_NOPREFIXROUTE = 0x200;

    private Rtnetlink() {}
}
