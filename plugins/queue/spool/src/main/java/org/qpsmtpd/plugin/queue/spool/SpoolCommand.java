package org.qpsmtpd.plugin.queue.spool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** What an administrator may ask for at the console. */
final class SpoolCommand {
    static final List<String> USAGE =
            List.of(
                    "list [--long]  the messages that wait; with --long what was said of each"
                            + " recipient",
                    "show ID  what is known of a message, and its first 64 KiB",
                    "flush [ID]  try all now, or one",
                    "bounce ID...  give messages back to their senders",
                    "delete ID...  delete messages; nobody is told",
                    "hold ID...  have messages wait",
                    "release ID...  let them go");

    private static final int LISTED = 1000;
    private static final int SHOWN = 64 * 1024;

    private final Spool spool;
    private final PrintWriter out;

    SpoolCommand(Spool spool, PrintWriter out) {
        this.spool = spool;
        this.out = out;
    }

    /**
     * Does what is asked.
     *
     * @return false when something was not found or not done
     */
    boolean run(List<String> words) throws IOException {
        String what = words.isEmpty() ? "" : words.get(0);
        List<String> more = words.isEmpty() ? List.of() : words.subList(1, words.size());
        boolean isLong = what.equals("list") && more.equals(List.of("--long"));
        if (isLong || (what.equals("list") && more.isEmpty())) {
            return list(isLong);
        }
        if (what.equals("show") && more.size() == 1) {
            return show(more.get(0));
        }
        if (what.equals("flush") && more.isEmpty()) {
            return isAtWork() && flush();
        }
        boolean isOne = what.equals("flush") && more.size() == 1;
        boolean isSome =
                List.of("bounce", "delete", "hold", "release").contains(what) && !more.isEmpty();
        if (!isOne && !isSome) {
            throw new IllegalArgumentException(
                    "list, show, flush, bounce, delete, hold or release what?");
        }
        boolean all = isAtWork();
        for (String id : all ? more : List.<String>of()) {
            all &= one(what, id);
        }
        return all;
    }

    private boolean isAtWork() {
        if (!spool.isAtWork()) {
            out.println("another instance hands these messages on; try again when it is gone");
        }
        return spool.isAtWork();
    }

    private boolean flush() {
        out.println(spool.flush() + " messages are tried now");
        return true;
    }

    private boolean one(String what, String id) throws IOException {
        boolean done =
                switch (what) {
                    case "flush" -> spool.flush(id);
                    case "bounce" -> spool.bounce(id);
                    case "delete" -> spool.delete(id);
                    default -> spool.hold(id, what.equals("hold"));
                };
        out.println(
                id
                        + (done
                                ? ": done"
                                : ": does not wait, or is on its way; spool list shows those that"
                                        + " wait"));
        return done;
    }

    private boolean list(boolean isLong) {
        spool.away().ifPresent(said -> out.println("The next hop is away: " + said.shown()));
        List<Entry> all = spool.schedule().all();
        all.stream().limit(LISTED).forEach(entry -> line(entry, isLong));
        if (all.size() > LISTED) {
            out.println((all.size() - LISTED) + " more");
        }
        return true;
    }

    private void line(Entry entry, boolean isLong) {
        try {
            Kept kept = spool.folder().read(entry.id());
            Progress progress = spool.folder().progress(kept);
            out.println(summary(entry, kept, progress));
            if (isLong) {
                recipients(kept, progress).forEach(line -> out.println("    " + line));
            }
        } catch (IOException e) {
            out.println(entry.id() + "  is gone, or cannot be read");
        }
    }

    private static String summary(Entry entry, Kept kept, Progress progress) {
        StringJoiner whom = new StringJoiner(", ");
        List<Envelope.To> recipients = kept.envelope().recipients();
        for (int i = 0; i < recipients.size(); i++) {
            if (progress.state(i) == Progress.State.WAITING) {
                whom.add(recipients.get(i).address().format());
            }
        }
        return entry.id()
                + "  "
                + entry.arrival()
                + "  "
                + kept.length()
                + "  "
                + (entry.isHeld() ? "held" : "tried " + progress.tries() + ", next " + entry.next())
                + "  "
                + kept.envelope().sender().format()
                + " -> "
                + whom;
    }

    private static List<String> recipients(Kept kept, Progress progress) {
        List<Envelope.To> all = kept.envelope().recipients();
        return IntStream.range(0, all.size())
                .mapToObj(
                        number -> {
                            Said said = progress.said(number);
                            return all.get(number).address().format()
                                    + "  "
                                    + progress.state(number).name().toLowerCase(Locale.ROOT)
                                    + (said == null ? "" : "  " + said.at() + "  " + said.shown());
                        })
                .toList();
    }

    private boolean show(String id) throws IOException {
        if (!isName(id)) {
            out.println(id + ": no such message; spool list shows them");
            return false;
        }
        try {
            Kept kept = spool.folder().read(id);
            Progress progress = spool.folder().progress(kept);
            kept.envelope().format().lines().forEach(out::println);
            recipients(kept, progress).forEach(out::println);
            head(kept).lines().forEach(out::println);
            if (kept.length() > SHOWN) {
                out.println("... " + (kept.length() - SHOWN) + " octets more in " + kept.file());
            }
            return true;
        } catch (NoSuchFileException e) {
            out.println(id + ": no such message; spool list shows them");
            return false;
        }
    }

    /** No path that leads elsewhere. */
    private static boolean isName(String id) {
        return id.indexOf('/') < 0 && !id.startsWith(".");
    }

    private static String head(Kept kept) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        kept.copyTo(
                new OutputStream() {
                    @Override
                    public void write(int octet) {
                        write(new byte[] {(byte) octet}, 0, 1);
                    }

                    @Override
                    public void write(byte[] octets, int offset, int length) {
                        head.write(octets, offset, Math.min(length, SHOWN - head.size()));
                    }
                });
        return head.toString(StandardCharsets.UTF_8);
    }
}
