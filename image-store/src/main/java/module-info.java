/** OCI images: from a reference to a root filesystem. */
module dev.gatun.image {
    exports dev.gatun.image;
    exports dev.gatun.image.archive;
    exports dev.gatun.image.file;
    exports dev.gatun.image.host;
    exports dev.gatun.image.layer;
    exports dev.gatun.image.registry;
    exports dev.gatun.image.snapshot;

    requires transitive dev.gatun.linux;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.toml;
    requires java.net.http;
    requires static org.jspecify;
}
