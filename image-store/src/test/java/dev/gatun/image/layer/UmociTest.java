package dev.gatun.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.image.Digest;
import dev.gatun.image.ImageConfig;
import dev.gatun.image.Manifest;
import dev.gatun.image.MediaTypes;
import dev.gatun.image.file.Shell;
import dev.gatun.image.file.TreeListing;
import dev.gatun.image.snapshot.ContainerRoot;
import dev.gatun.image.snapshot.Snapshot;
import dev.gatun.image.snapshot.Snapshots;
import dev.gatun.linux.Kernel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An image that umoci made looks the same in a container as umoci unpacks it: modes, owners, attributes, times. */
@Tag("kernel")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UmociTest {
    @TempDir
    Path folder;

    @Test
    void theTreeIsTheSameEntryByEntry() throws Exception {
        Shell.run(folder, """
                umoci init --layout image; umoci new --image image:tag
                mkdir -p one/usr/lib one/etc one/gone/deep one/tmp one/kept one/turns/file one/set
                chmod 1777 one/tmp; echo a >one/etc/a; echo b >one/etc/b; ln one/etc/a one/etc/a2; ln one/etc/a one/usr/a3
                ln -s usr/lib one/lib; echo lib >one/usr/lib/l; chown 3:4 one/usr/lib/l; chmod 4711 one/usr/lib/l
                echo p >one/usr/ping; setcap cap_net_raw+ep one/usr/ping; echo x >one/gone/deep/x; mkfifo one/pipe
                mknod one/null c 1 3; mknod one/disk b 7 1; chown 5:6 one/pipe one/null; chown -h 7:8 one/lib
                chown 9:10 one/set; chmod 2775 one/set; echo >one/turns/folder; echo x >one/turns/file/x
                setfattr -n user.note -v text one/etc/b one/kept; setfattr -n user.empty one/etc/a; setfattr -n user.bin -v 0x0001ff one/etc/a
                long=$(printf '%0120d' 0); mkdir -p one/$long/$long; echo deep >one/$long/$long/$long; ln -s $long/$long/$long one/far
                echo name >"one/grün und blau"
                truncate -s 3M one/sparse; printf x >>one/sparse
                touch -h -d '2001-02-03 04:05:06.000000001 UTC' one/lib one/pipe one/null
                touch -d '2003-04-05 06:07:08.123456789 UTC' one/etc/a one/kept one/usr
                umoci insert --image image:tag one /
                mkdir -p two/etc; echo new >two/etc/c; chmod 0600 two/etc/c
                umoci insert --image image:tag two/etc/c /etc/c
                umoci insert --image image:tag --whiteout /gone
                umoci insert --image image:tag --whiteout /etc/b
                mkdir opaque; echo only >opaque/only; umoci insert --image image:tag --opaque opaque /kept
                umoci unpack --image image:tag changed
                cd changed/rootfs
                echo again >etc/b; mkdir gone; echo new >gone/new; rm -r turns/file turns/folder; echo file >turns/file
                mkdir turns/folder; echo x >turns/folder/x; rm null; chmod 600 usr/ping; chown 11:12 etc/c; rm kept/only
                ln etc/a usr/a4; touch -d '2004-05-06 07:08:09.987654321 UTC' gone/new gone turns/file
                cd ../..; umoci repack --image image:tag changed
                umoci unpack --image image:tag bundle
                """);
        Manifest manifest = Manifest.parse(MediaTypes.OCI_MANIFEST, blob(manifestDigest()));
        var diffIds = new ArrayList<Digest>();
        var config = ImageConfig.parse(blob(manifest.config().digest()));
        diffIds.addAll(config.diffIds());
        assertThat(diffIds).hasSize(6);
        var snapshots = Snapshots.open(Kernel.load(), folder.resolve("snapshots"), UnpackRules.PRIVILEGED);
        Snapshot snapshot = snapshots.unpack(
                diffIds,
                index -> FileChannel.open(path(manifest.layers().get(index).digest())));
        ContainerRoot root = snapshots.prepare("c", snapshot.chainId());
        try {
            root.mount();
            Map<String, String> ours = TreeListing.of(root.path());
            Map<String, String> theirs = TreeListing.of(folder.resolve("bundle/rootfs"));
            assertThat(ours).hasSizeGreaterThan(25);
            assertThat(TreeListing.differences(theirs, ours)).isEmpty();
        } finally {
            root.remove();
        }
    }

    private Digest manifestDigest() throws Exception {
        String index = Files.readString(folder.resolve("image/index.json"));
        int start = index.indexOf("sha256:");
        return Digest.parse(index.substring(start, start + 71));
    }

    private byte[] blob(Digest digest) throws Exception {
        return Files.readAllBytes(path(digest));
    }

    private Path path(Digest digest) {
        return folder.resolve("image/blobs/sha256").resolve(digest.hex());
    }
}
