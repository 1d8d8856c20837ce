package dev.gatun.cgroup.systemd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.freedesktop.dbus.connections.transports.AbstractTransport;
import org.freedesktop.dbus.connections.transports.TransportBuilder;
import org.freedesktop.dbus.connections.transports.TransportConnection;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** The other end of the wire: a peer that answers as systemd would, and notes what it was asked. */
final class FakeSystemd implements AutoCloseable {
    private static final String NAME = "org.freedesktop.systemd1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final int NO_REPLY_EXPECTED = 1;
    private static final String MANAGER = NAME + ".Manager";

    /** Method and values of each call, with lists instead of arrays, and no variants. */
    final List<List<Object>> calls = new CopyOnWriteArrayList<>();

    /** Errors by method; each is answered once. */
    final Map<String, String> failures = new ConcurrentHashMap<>();

    /** How a job ends. */
    volatile String result = "done";

    private final AbstractTransport transport;
    private final Thread thread;
    private final Queue<MethodCall> unanswered = new ArrayDeque<>();
    private int jobs;

    FakeSystemd(Path socket) throws IOException, DBusException, InterruptedException {
        var bound = new CountDownLatch(1);
        transport = TransportBuilder.create("unix:path=" + socket + ",listen=true")
                .configure()
                .withAutoConnect(false)
                .withAfterBindCallback(itself -> bound.countDown())
                .back()
                .build();
        thread = Thread.ofPlatform().daemon().start(this::serve);
        bound.await();
    }

    private void serve() {
        try {
            TransportConnection connection = transport.listen();
            while (true) {
                Message message = connection.getReader().readMessage();
                if (message instanceof MethodCall call && call.getName().equals("Ping")) {
                    answerPing(connection, call);
                } else if (message instanceof MethodCall call) {
                    answer(connection, call);
                }
            }
        } catch (IOException | DBusException e) {
            // the client has gone
            thread.interrupt();
        }
    }

    /** The first is not looked at before the second comes, which wants no answer. */
    private void answerPing(TransportConnection to, MethodCall call) throws IOException, DBusException {
        if (!unanswered.isEmpty()) {
            to.getWriter().writeMessage(to.getMessageFactory().createMethodReturn(NAME, unanswered.remove(), null));
        } else if ((call.getFlags() & NO_REPLY_EXPECTED) == 0) {
            unanswered.add(call);
        }
    }

    private void answer(TransportConnection to, MethodCall call) throws IOException, DBusException {
        var noted = new ArrayList<Object>(List.of(call.getName()));
        Object[] values = call.getParameters();
        noted.addAll(plain(values == null ? new Object[0] : values) instanceof List<?> list ? list : List.of());
        calls.add(noted);
        var messages = to.getMessageFactory();
        String failure = failures.remove(call.getName());
        if (failure != null) {
            to.getWriter()
                    .writeMessage(messages.createError(
                            NAME, null, failure, call.getSerial(), "s", "the words of " + failure));
            return;
        }
        switch (call.getName()) {
            case "StartTransientUnit", "StopUnit" -> {
                String job = PATH + "/job/" + ++jobs;
                // of another job, and before the answer, as both may be
                removed(to, PATH + "/job/999", "canceled");
                to.getWriter().writeMessage(messages.createMethodReturn(NAME, call, "o", job));
                removed(to, job, result);
            }
            case "GetUnit" ->
                to.getWriter().writeMessage(messages.createMethodReturn(NAME, call, "o", PATH + "/unit/u"));
            case "Get" -> {
                Object value = noted.getLast().equals("Version") ? "v252.38-1~deb12u1" : "/system.slice/gatun-a.scope";
                to.getWriter().writeMessage(messages.createMethodReturn(NAME, call, "v", new Variant<>(value, "s")));
            }
            default -> to.getWriter().writeMessage(messages.createMethodReturn(NAME, call, null));
        }
    }

    private static void removed(TransportConnection to, String job, String result) throws IOException, DBusException {
        to.getWriter()
                .writeMessage(to.getMessageFactory()
                        .createSignal(NAME, PATH, MANAGER, "JobRemoved", "uoss", new UInt32(1), job, "u", result));
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Object[] array -> Arrays.stream(array).map(FakeSystemd::plain).toList();
            case List<?> list -> list.stream().map(FakeSystemd::plain).toList();
            case byte[] bytes -> plain(bytes, bytes.length);
            case Variant<?> variant -> plain(variant.getValue());
            case Number number -> number.toString();
            default -> value;
        };
    }

    private static List<String> plain(byte[] bytes, int length) {
        var list = new ArrayList<String>();
        for (int i = 0; i < length; i++) {
            list.add(Byte.toString(bytes[i]));
        }
        return list;
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
