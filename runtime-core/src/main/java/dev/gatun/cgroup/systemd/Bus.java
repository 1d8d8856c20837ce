package dev.gatun.cgroup.systemd;

import dev.gatun.cgroup.CgroupException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.freedesktop.dbus.connections.BusAddress;
import org.freedesktop.dbus.connections.transports.AbstractTransport;
import org.freedesktop.dbus.connections.transports.TransportBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Error;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.freedesktop.dbus.messages.MethodReturn;

/**
 * A connection over D-Bus, message by message: one call at a time, and the signals that come in between. There are neither
 * proxies nor threads, as a program that starts one container and ends would pay for them each time.
 */
final class Bus implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration NUDGE = Duration.ofMillis(100);
    private static final byte NO_FLAGS = 0;
    private static final byte NO_REPLY_EXPECTED = 1;
    private static final String PEER = "org.freedesktop.DBus.Peer";
    private static final String PING = "Ping";

    private final AbstractTransport transport;
    private final Deque<DBusSignal> signals = new ArrayDeque<>();

    /** A call that was answered with an error. */
    static final class RemoteException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String name;

        RemoteException(String name, String text) {
            super(text);
            this.name = name;
        }

        boolean is(String other) {
            return name.equals(other);
        }
    }

    private interface Exchange<T> {
        T make() throws IOException, DBusException;
    }

    private Bus(AbstractTransport transport) {
        this.transport = transport;
    }

    /** Connects, and authenticates as this process's user. */
    static Bus connect(String address) throws IOException {
        try {
            AbstractTransport transport = TransportBuilder.create(BusAddress.of(address))
                    .configure()
                    .withAutoConnect(false)
                    .back()
                    .build();
            transport.connect();
            return new Bus(transport);
        } catch (DBusException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Makes a call and waits for the values of its answer. Throws {@link RemoteException} if that is an error. */
    Object[] call(
            String destination, String path, String interfaceName, String method, String signature, Object... values) {
        return patiently(method, () -> {
            MethodCall call = transport
                    .getMessageFactory()
                    .createMethodCall(
                            null,
                            destination,
                            path,
                            interfaceName,
                            method,
                            NO_FLAGS,
                            signature.isEmpty() ? null : signature,
                            values);
            transport.writeMessage(call);
            while (true) {
                Message message = read();
                if (message instanceof DBusSignal signal) {
                    signals.add(signal);
                } else if (message.getReplySerial() == call.getSerial()) {
                    return values(message);
                }
            }
        });
    }

    /**
     * Waits until a peer that is no bus answers. What it has read together with the end of the authentication systemd
     * looks at only when more comes (sd-bus then waits for its socket), so more comes until it does.
     */
    void awaken(String destination) {
        var answered = new CountDownLatch(1);
        Thread nudges = Thread.ofVirtual().start(() -> {
            try {
                while (!answered.await(NUDGE.toMillis(), TimeUnit.MILLISECONDS)) {
                    transport.writeMessage(transport
                            .getMessageFactory()
                            .createMethodCall(null, destination, "/", PEER, PING, NO_REPLY_EXPECTED, null));
                }
            } catch (InterruptedException | IOException | DBusException e) {
                // whoever waits for the answer is told of a connection that is broken
                Thread.currentThread().interrupt();
            }
        });
        try {
            call(destination, "/", PEER, PING, "");
        } finally {
            answered.countDown();
            joined(nudges);
        }
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Object[] values(Message answer) throws DBusException {
        Object[] values = answer.getParameters();
        if (answer instanceof Error) {
            throw new RemoteException(
                    answer.getName(), values == null || values.length == 0 ? answer.getName() : values[0].toString());
        }
        return answer instanceof MethodReturn && values != null ? values : new Object[0];
    }

    /** Waits for a signal; one that came during a call counts. */
    Object[] await(String name, Predicate<Object[]> wanted) {
        return patiently(name, () -> {
            while (true) {
                Message message = signals.isEmpty() ? read() : signals.remove();
                if (message instanceof DBusSignal && name.equals(message.getName())) {
                    Object[] values = message.getParameters();
                    if (wanted.test(values)) {
                        return values;
                    }
                }
            }
        });
    }

    private Message read() throws IOException, DBusException {
        while (true) {
            Message message = transport.readMessage();
            if (message != null) {
                return message;
            }
        }
    }

    /** The library reads without a limit of time, so the connection is cut when that is over. */
    private <T> T patiently(String what, Exchange<T> exchange) {
        Thread guard = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(PATIENCE);
                transport.close();
            } catch (InterruptedException | IOException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return exchange.make();
        } catch (IOException | DBusException e) {
            String reason = guard.isAlive()
                    ? String.valueOf(e.getMessage())
                    : "no answer within " + PATIENCE.toSeconds() + " s";
            throw new CgroupException("systemd: " + what + ": " + reason, e);
        } finally {
            guard.interrupt();
        }
    }

    @Override
    public void close() {
        try {
            transport.close();
        } catch (IOException e) {
            throw new CgroupException("close the connection to systemd: " + e.getMessage(), e);
        }
    }
}
