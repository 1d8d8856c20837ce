package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Whom a connection trusts, and as whom it presents itself: beside Java's certificate authorities those of
 * {@code certs.d/HOST[:PORT]/*.crt}, with {@code NAME.cert} and {@code NAME.key} for the client (containers-certs.d(5)).
 */
final class Tls {
    private static final char[] NO_PASSWORD = {};

    private final List<Path> folders;

    /**
     * Looks into folders of the form of {@code /etc/containers/certs.d}.
     *
     * @param folders the first in which a file for the host is found counts
     */
    Tls(List<Path> folders) {
        this.folders = folders;
    }

    /** For connections to a host that must prove who it is. */
    SSLContext verified(String host) {
        try {
            return context(host, trust(host));
        } catch (GeneralSecurityException | IOException e) {
            throw new ImageException("read the certificates for " + host + ": " + e.getMessage(), e);
        }
    }

    /** For connections to a host of which anything is believed. */
    SSLContext unverified(String host) {
        try {
            return context(host, new TrustManager[] {new Credulous()});
        } catch (GeneralSecurityException | IOException e) {
            throw new ImageException("read the certificates for " + host + ": " + e.getMessage(), e);
        }
    }

    private SSLContext context(String host, TrustManager[] trust) throws GeneralSecurityException, IOException {
        var context = SSLContext.getInstance("TLS");
        KeyStore keys = clientKeys(host);
        if (keys.size() == 0) {
            context.init(null, trust, null);
            return context;
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, NO_PASSWORD);
        context.init(factory.getKeyManagers(), trust, null);
        return context;
    }

    private TrustManager[] trust(String host) throws GeneralSecurityException, IOException {
        List<Certificate> own = new ArrayList<>();
        for (Path file : files(host, "*.crt")) {
            own.addAll(certificates(file));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        if (own.isEmpty()) {
            return factory.getTrustManagers();
        }
        KeyStore all = emptyStore();
        int count = 0;
        for (Certificate certificate : own) {
            all.setCertificateEntry("own" + count++, certificate);
        }
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager known) {
                for (X509Certificate certificate : known.getAcceptedIssuers()) {
                    all.setCertificateEntry("known" + count++, certificate);
                }
            }
        }
        factory.init(all);
        return factory.getTrustManagers();
    }

    private KeyStore clientKeys(String host) throws GeneralSecurityException, IOException {
        KeyStore keys = emptyStore();
        for (Path certificate : files(host, "*.cert")) {
            String name = certificate.getFileName().toString();
            Path key = certificate.resolveSibling(name.substring(0, name.length() - ".cert".length()) + ".key");
            Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
            if (chain.length == 0) {
                throw new IOException(certificate + " holds no certificate");
            }
            keys.setKeyEntry(name, privateKey(key, chain[0].getPublicKey().getAlgorithm()), NO_PASSWORD, chain);
        }
        return keys;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private static PrivateKey privateKey(Path file, String algorithm) throws GeneralSecurityException, IOException {
        String text = Files.readString(file);
        String begin = "-----BEGIN PRIVATE KEY-----";
        int start = text.indexOf(begin);
        int end = text.indexOf("-----END PRIVATE KEY-----");
        if (start < 0 || end < start) {
            throw new IOException(
                    file + " holds no unencrypted PKCS #8 key; \"openssl pkcs8 -topk8 -nocrypt\" makes one");
        }
        byte[] key = Base64.getMimeDecoder().decode(text.substring(start + begin.length(), end));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
    }

    private List<Path> files(String host, String pattern) throws IOException {
        for (Path folder : folders) {
            List<Path> files = new ArrayList<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.resolve(host), pattern)) {
                entries.forEach(files::add);
            } catch (NoSuchFileException | NotDirectoryException e) {
                continue;
            }
            if (!files.isEmpty()) {
                Path[] sorted = files.toArray(new Path[0]);
                Arrays.sort(sorted);
                return List.of(sorted);
            }
        }
        return List.of();
    }

    /** Believes everything. An extended one, as Java adds a check of the host's name to all others. */
    private static final class Credulous extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
