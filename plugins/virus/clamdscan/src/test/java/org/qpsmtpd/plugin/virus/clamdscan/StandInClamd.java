package org.qpsmtpd.plugin.virus.clamdscan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.qpsmtpd.testkit.StandIn;

/** Answers as clamd does; keeps the commands, and the messages that were sent. */
final class StandInClamd implements StandIn.Script {
    final List<String> commands = new CopyOnWriteArrayList<>();
    final List<String> messages = new CopyOnWriteArrayList<>();
    volatile String version = "ClamAV 1.4.3/27800/Mon Nov 30 09:00:00 2026";
    private final String verdict;

    /**
     * @param verdict what is said of each message, without its place: {@code OK}
     */
    StandInClamd(String verdict) {
        this.verdict = verdict;
    }

    @Override
    public void play(InputStream in, OutputStream out) throws IOException {
        String command = command(in);
        commands.add(command);
        if (command.equals("zVERSION")) {
            say(out, version);
        } else if (command.startsWith("zSCAN ")) {
            say(out, command.substring(6) + ": " + verdict);
        } else if (command.equals("zFILDES")) {
            int unused = in.read(); // which the file comes with
            say(out, "fd[10]: " + verdict);
        } else {
            messages.add(message(in));
            say(out, "stream: " + verdict);
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write((text + "\0").getBytes(ISO_8859_1));
    }

    static String command(InputStream in) throws IOException {
        StringBuilder command = new StringBuilder();
        for (int c = in.read(); c > 0; c = in.read()) {
            command.append((char) c);
        }
        return command.toString();
    }

    private static String message(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (int length = data.readInt(); length > 0; length = data.readInt()) {
            message.write(data.readNBytes(length));
        }
        return message.toString(ISO_8859_1);
    }
}
