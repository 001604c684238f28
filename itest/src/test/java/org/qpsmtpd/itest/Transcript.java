package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A dialogue in a file, and the config files it needs. The README of the folder {@code transcripts}
 * describes the format.
 */
final class Transcript {
    private static final Pattern STEP = Pattern.compile("(C:|C>|S:|M:|M=)( .*)?");
    private static final Pattern CONFIG = Pattern.compile("= ([a-z_./-]+): (.*)");
    private static final Pattern ENHANCED = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");

    private final Path file;
    private final Map<String, List<String>> config = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /** One line of the file. */
    private record Step(int line, String kind, String text) {}

    private Transcript(Path file) {
        this.file = file;
    }

    /** Reads a file. */
    static Transcript read(Path file) {
        Transcript transcript = new Transcript(file);
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!line.isEmpty() && line.charAt(0) != '#') {
                    transcript.take(number, line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return transcript;
    }

    private void take(int number, String line) {
        var setting = CONFIG.matcher(line);
        var step = STEP.matcher(line);
        if (setting.matches() && steps.isEmpty()) {
            config.computeIfAbsent(setting.group(1), name -> new ArrayList<>())
                    .add(setting.group(2));
        } else if (step.matches()) {
            String text = step.group(2) == null ? "" : step.group(2).substring(1);
            steps.add(new Step(number, step.group(1), text));
        } else {
            throw new IllegalArgumentException(file + ":" + number + ": not a step: " + line);
        }
    }

    /** The config files, each with its lines. */
    Map<String, List<String>> config() {
        return config;
    }

    /** Plays it. Afterwards exactly the messages that it lists must be new in the maildir. */
    void play(ServerUnderTest server) {
        List<Path> before = server.maildir().messages().stream().map(StoredMessage::file).toList();
        try (SmtpDialogue smtp = server.connect()) {
            int at = 0;
            while (at < steps.size()) {
                at = playFrom(at, smtp);
            }
        }
        List<String> delivered =
                server.maildir().messages().stream()
                        .filter(message -> !before.contains(message.file()))
                        .map(StoredMessage::contentText)
                        .toList();
        assertThat(delivered).as("messages delivered by %s", file).isEqualTo(messages());
    }

    private int playFrom(int at, SmtpDialogue smtp) {
        Step step = steps.get(at);
        switch (step.kind()) {
            case "C:" -> smtp.sendBytes(Escapes.octets(step.text() + "\\r\\n"));
            case "C>" -> smtp.sendBytes(Escapes.octets(step.text()));
            case "S:" -> {
                return expectFrom(at, smtp);
            }
            default -> {} // M: and M= are looked at in the end
        }
        return at + 1;
    }

    private int expectFrom(int at, SmtpDialogue smtp) {
        Step step = steps.get(at);
        if (step.text().equals("closed")) {
            smtp.expectClosed();
            return at + 1;
        }
        if (step.text().equals("incomplete")) {
            smtp.shutdownOutput();
            smtp.expect(451, "4.4.2", "Incomplete DATA");
            smtp.expectClosed();
            return at + 1;
        }
        int end = at + 1;
        while (steps.get(end - 1).text().startsWith("-", 3)) {
            end++;
        }
        expect(steps.subList(at, end), smtp);
        return end;
    }

    private void expect(List<Step> wanted, SmtpDialogue smtp) {
        SmtpReply reply = smtp.read();
        String place = file.getFileName() + ":" + wanted.get(0).line();
        String first = wanted.get(0).text();
        if (first.equals("*")) {
            return;
        }
        assertThat(reply.code())
                .as("%s: code of '%s' in:\n%s", place, reply, smtp.transcript())
                .isEqualTo(Integer.parseInt(first.substring(0, 3)));
        if (first.length() == 3) {
            return;
        }
        if (wanted.size() > 1 || !ENHANCED.matcher(first.substring(4)).matches()) {
            assertThat(reply.lines())
                    .as("%s: lines of the reply in:\n%s", place, smtp.transcript())
                    .hasSameSizeAs(wanted);
        }
        for (int i = 0; i < wanted.size(); i++) {
            String pattern = wanted.get(i).text().substring(4);
            assertThat(reply.lines().get(i))
                    .as("%s in:\n%s", place, smtp.transcript())
                    .matches(line -> matches(line, pattern), "like '" + pattern + "'");
        }
    }

    private static boolean matches(String line, String pattern) {
        if (ENHANCED.matcher(pattern).matches()) {
            return line.startsWith(pattern + " ");
        }
        StringBuilder regex = new StringBuilder();
        for (String literal : pattern.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
        }
        return line.matches(regex.toString());
    }

    private List<String> messages() {
        List<String> messages = new ArrayList<>();
        StringBuilder message = new StringBuilder();
        boolean open = false;
        for (Step step : steps) {
            if (step.kind().equals("M:")) {
                message.append(latin(Escapes.octets(step.text()))).append('\n');
                open = true;
            } else if (step.kind().equals("M=")) {
                message.append(latin(Escapes.octets(step.text())));
                open = true;
            } else if (open) {
                messages.add(message.toString());
                message.setLength(0);
                open = false;
            }
        }
        if (open) {
            messages.add(message.toString());
        }
        return messages;
    }

    private static String latin(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
