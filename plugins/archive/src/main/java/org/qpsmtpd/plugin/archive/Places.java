package org.qpsmtpd.plugin.archive;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.maildir.SubdirPattern;

/** Where copies go: a pattern of the day and of the recipients. */
final class Places {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path root;
    private final String pattern;

    /**
     * @throws IllegalArgumentException saying what is wrong with the pattern
     */
    Places(Path root, String pattern) {
        this.root = root;
        this.pattern = pattern;
        String dated = dated(Instant.EPOCH);
        if (dated.indexOf('%') >= 0) {
            var unused = new SubdirPattern(dated);
        } else if (!root.resolve("./" + dated).normalize().startsWith(root)
                || List.of(dated.split("/", -1)).contains("..")) {
            throw new IllegalArgumentException(
                    "subdir '" + pattern + "' leads out of the archive's directory");
        }
    }

    /** The maildirs that get a copy, each with the recipients that it is for. */
    Map<Path, List<Recipient>> of(List<Recipient> recipients, String ownName, Instant now) {
        Map<Path, List<Recipient>> places = new LinkedHashMap<>();
        String dated = dated(now);
        if (dated.indexOf('%') < 0) {
            places.put(root.resolve("./" + dated).normalize(), recipients);
            return places;
        }
        SubdirPattern subdir = new SubdirPattern(dated);
        for (Recipient recipient : recipients) {
            Path place = subdir.resolve(root, recipient.address(), ownName);
            places.computeIfAbsent(place, none -> new ArrayList<>()).add(recipient);
        }
        return places;
    }

    private String dated(Instant now) {
        String day = DAY.format(now);
        return pattern.replace("%Y", day.substring(0, 4))
                .replace("%m", day.substring(5, 7))
                .replace("%D", day.substring(8));
    }
}
