package dev.gatun.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Content that is hashed while it is read, and compared with its descriptor at its end. */
public final class VerifyingStream extends FilterInputStream {
    private final Descriptor content;
    private final MessageDigest hasher;
    private long count;
    private boolean verified;

    public VerifyingStream(InputStream in, Descriptor content) {
        super(in);
        this.content = content;
        this.hasher = content.digest().algorithm().hasher();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int got = in.read(bytes, offset, length);
        if (got > 0) {
            hasher.update(bytes, offset, got);
            count += got;
            if (count > content.size()) {
                throw new CorruptBlobException(content.digest(), "is longer than its " + content.size() + " bytes");
            }
        } else if (got < 0) {
            verify();
        }
        return got;
    }

    private void verify() {
        if (verified) {
            return;
        }
        if (count != content.size()) {
            throw new CorruptBlobException(content.digest(), "has " + count + " bytes instead of " + content.size());
        }
        Digest digest = Digest.of(content.digest().algorithm(), hasher);
        if (!digest.equals(content.digest())) {
            throw new CorruptBlobException(content.digest(), "has other content, of digest " + digest);
        }
        verified = true;
    }

    /** Reads what is skipped, as it has to be hashed. */
    @Override
    public long skip(long wanted) throws IOException {
        var buffer = new byte[(int) Math.min(Math.max(wanted, 0), 64 << 10)];
        long skipped = 0;
        while (skipped < wanted) {
            int got = read(buffer, 0, (int) Math.min(buffer.length, wanted - skipped));
            if (got <= 0) {
                break;
            }
            skipped += got;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
