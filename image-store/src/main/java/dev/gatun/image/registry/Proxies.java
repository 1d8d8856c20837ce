package dev.gatun.image.registry;

import dev.gatun.image.ImageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The proxies of the variables {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY}, as other clients heed them. */
final class Proxies extends ProxySelector {
    private final Map<String, String> environment;

    Proxies(Map<String, String> environment) {
        this.environment = environment;
    }

    static Proxies ofEnvironment() {
        return new Proxies(System.getenv());
    }

    @Override
    public List<Proxy> select(URI uri) {
        String proxy = variable(uri.getScheme() + "_proxy");
        if (proxy.isEmpty() || isExcluded(uri.getHost())) {
            return List.of(Proxy.NO_PROXY);
        }
        URI place = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
        if (place.getHost() == null) {
            throw new ImageException("proxy \"" + proxy + "\" is no URL");
        }
        int port = place.getPort() < 0 ? 80 : place.getPort();
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(place.getHost(), port)));
    }

    private boolean isExcluded(String host) {
        if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
            return true;
        }
        for (String entry : variable("no_proxy").split(",", -1)) {
            String domain = entry.strip();
            domain = domain.startsWith("*") ? domain.substring(1) : domain;
            domain = domain.startsWith(".") ? domain.substring(1) : domain;
            boolean all = entry.strip().equals("*");
            if (all || (!domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain)))) {
                return true;
            }
        }
        return false;
    }

    private String variable(String name) {
        return environment.getOrDefault(name, environment.getOrDefault(name.toUpperCase(Locale.ROOT), ""));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The failure itself reaches who made the request.
    }
}
