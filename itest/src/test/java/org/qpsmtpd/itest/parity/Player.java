package org.qpsmtpd.itest.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.itest.Escapes;
import org.qpsmtpd.itest.parity.Dialogue.Kind;
import org.qpsmtpd.itest.parity.Dialogue.Step;

/** Plays one dialogue against one server. */
final class Player {
    private static final String HOME = "127.0.0.1";
    private static final byte[] END_OF_DATA = ".\r\n".getBytes(StandardCharsets.US_ASCII);

    private final List<Step> steps;
    private final int port;
    private final List<String> codes = new ArrayList<>();
    private final List<String> after = new ArrayList<>();
    private Client client;

    private Player(Dialogue dialogue, int port) throws IOException {
        this.steps = dialogue.steps();
        this.port = port;
        boolean elsewhere = !steps.isEmpty() && steps.get(0).kind() == Kind.CONNECT;
        this.client = new Client(elsewhere ? steps.get(0).text() : HOME, port);
        read(elsewhere ? steps.get(0).toString() : Kind.CONNECT.word());
    }

    /** What the server answered. */
    static Answers play(Dialogue dialogue, int port) {
        try {
            Player player = new Player(dialogue, port);
            try {
                player.playAll();
            } finally {
                player.client.close();
            }
            return new Answers(player.codes, player.after);
        } catch (IOException e) {
            throw new UncheckedIOException(dialogue.name(), e);
        }
    }

    private void playAll() throws IOException {
        int at = !steps.isEmpty() && steps.get(0).kind() == Kind.CONNECT ? 1 : 0;
        while (at < steps.size()) {
            Step step = steps.get(at);
            if (step.kind() == Kind.MESSAGE) {
                at = playMessage(at);
            } else {
                play(step);
                at++;
            }
        }
        leave();
    }

    private void play(Step step) throws IOException {
        switch (step.kind()) {
            case COMMAND -> {
                client.send(Escapes.octets(step.text() + "\\r\\n"));
                read(step.toString());
            }
            case OCTETS -> client.send(Escapes.octets(step.text()));
            case REPLY -> read(step.toString());
            case RAW_MESSAGE -> {
                if (isInvited()) {
                    client.send(Escapes.octets(step.text()));
                    read(step.toString());
                }
            }
            case CONNECT -> {
                leave();
                client = new Client(step.text(), port);
                read(step.toString());
            }
            case MESSAGE -> throw new IllegalStateException("played with its neighbours");
        }
    }

    private int playMessage(int first) throws IOException {
        int at = first;
        boolean invited = isInvited();
        while (at < steps.size() && steps.get(at).kind() == Kind.MESSAGE) {
            if (invited) {
                client.send(Escapes.octets(steps.get(at).text() + "\\r\\n"));
            }
            at++;
        }
        if (invited) {
            client.send(END_OF_DATA);
            read("end of data");
        }
        return at;
    }

    /** A message is only sent to a server that asked for it; else its lines would be commands. */
    private boolean isInvited() {
        return codes.get(codes.size() - 1).equals("354");
    }

    private void leave() throws IOException {
        client.finish();
        String code = client.code();
        while (!code.equals(Client.CLOSED) && !code.equals(Client.SILENT)) {
            codes.add(code);
            after.add("end of connection");
            code = client.code();
        }
        client.close();
    }

    private void read(String step) throws IOException {
        codes.add(client.code());
        after.add(step);
    }
}
