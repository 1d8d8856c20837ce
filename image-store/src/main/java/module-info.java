/** OCI images: from a reference to a root filesystem. */
module dev.gatun.image {
    exports dev.gatun.image;

    requires transitive dev.gatun.linux;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.toml;
    requires java.net.http;
    requires static org.jspecify;
}
