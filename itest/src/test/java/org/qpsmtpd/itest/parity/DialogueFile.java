package org.qpsmtpd.itest.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.itest.parity.Dialogue.Kind;
import org.qpsmtpd.itest.parity.Dialogue.Setting;
import org.qpsmtpd.itest.parity.Dialogue.Step;

/** Reads dialogues; the README beside them describes the format. */
final class DialogueFile {
    private static final Pattern CONFIG = Pattern.compile("config: (\\S+) = (.*)");
    private static final Pattern RECORD = Pattern.compile("dns: (\\S+ \\S+ .*)");

    private final String theme;
    private final Map<String, List<String>> config = new LinkedHashMap<>();
    private final List<String> records = new ArrayList<>();
    private final List<Step> beginning = new ArrayList<>();
    private final List<Dialogue> dialogues = new ArrayList<>();
    private List<Step> steps = beginning;
    private @Nullable String name;

    private DialogueFile(Path file) {
        this.theme = file.getFileName().toString().replaceFirst("\\.txt$", "");
    }

    /** All dialogues of a folder, in the order of the files' names. */
    static List<Dialogue> readAll(Path folder) throws IOException {
        List<Dialogue> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".txt")).sorted().toList()) {
                all.addAll(read(file));
            }
        }
        return all;
    }

    private static List<Dialogue> read(Path file) throws IOException {
        DialogueFile reader = new DialogueFile(file);
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (!line.isEmpty() && line.charAt(0) != '#' && !reader.take(line)) {
                throw new IOException(file + ":" + number + ": not a step: " + line);
            }
        }
        reader.end();
        return reader.dialogues;
    }

    private boolean take(String line) {
        Matcher setting = CONFIG.matcher(line);
        if (line.startsWith("== ")) {
            end();
            name = theme + "/" + line.substring(3);
            steps = new ArrayList<>(beginning);
            return true;
        }
        if (setting.matches()) {
            config.computeIfAbsent(setting.group(1), key -> new ArrayList<>())
                    .add(setting.group(2));
            return name == null;
        }
        Matcher entry = RECORD.matcher(line);
        if (entry.matches()) {
            records.add(entry.group(1));
            return name == null;
        }
        return takeStep(line);
    }

    private boolean takeStep(String line) {
        for (Kind kind : Kind.values()) {
            if (line.equals(kind.word()) || line.startsWith(kind.word() + " ")) {
                String text = line.substring(kind.word().length());
                steps.add(new Step(kind, text.isEmpty() ? "" : text.substring(1)));
                return true;
            }
        }
        return false;
    }

    private void end() {
        if (name != null) {
            dialogues.add(new Dialogue(name, new Setting(config, records), List.copyOf(steps)));
        }
    }
}
