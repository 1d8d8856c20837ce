/** OCI images: from a reference to a root filesystem. */
module dev.gatun.image {
    requires dev.gatun.linux;
    requires static org.jspecify;
}
