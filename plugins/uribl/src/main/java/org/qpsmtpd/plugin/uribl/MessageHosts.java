package org.qpsmtpd.plugin.uribl;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Locale;
import org.qpsmtpd.api.content.EncodedWords;
import org.qpsmtpd.api.content.HtmlText;
import org.qpsmtpd.api.service.MimePart;
import org.qpsmtpd.api.service.MimeReader;

/** Goes through the texts of a message, a piece at a time, and gathers the hosts in them. */
final class MessageHosts {
    private static final int PIECE = 1 << 15;
    private static final List<String> PAGES = List.of(".htm", ".html", ".xhtml", ".shtml", ".svg");

    private final FoundHosts found = new FoundHosts();
    private final HostFinder finder = new HostFinder(found::link, found::word);

    /** Searches the fields of a header, unfolded. */
    void header(List<String> fields) {
        fields.forEach(field -> text(EncodedWords.decode(field)));
    }

    /** Searches the parts of a message that are text. */
    void body(MimeReader reader, InputStream message) throws IOException {
        // What cannot be taken apart to its end has no text that a mail reader would show.
        var unused =
                reader.read(
                        message,
                        part -> {
                            part(part);
                            return true;
                        });
    }

    FoundHosts found() {
        return found;
    }

    private void part(MimePart part) throws IOException {
        boolean isPage = isPage(part);
        if (part.isContainer() || !(isPage || part.type().startsWith("text/"))) {
            return;
        }
        try (Reader text = part.text()) {
            char[] piece = new char[PIECE];
            int length = 0;
            int count = fill(text, piece, length);
            while (count > 0 || length > 0) {
                length += Math.max(0, count);
                int end = count > 0 ? lastEnd(piece, length, isPage) : length;
                take(new String(piece, 0, end), isPage);
                System.arraycopy(piece, end, piece, 0, length - end);
                length -= end;
                count = fill(text, piece, length);
            }
        }
    }

    private static int fill(Reader text, char[] piece, int from) throws IOException {
        int length = from;
        int count = text.read(piece, length, piece.length - length);
        while (count > 0 && length + count < piece.length) {
            length += count;
            count = text.read(piece, length, piece.length - length);
        }
        return length + Math.max(0, count) - from;
    }

    private static boolean isPage(MimePart part) {
        return part.type().equals("text/html")
                || part.type().equals("application/xhtml+xml")
                || part.type().equals("image/svg+xml")
                || part.fileNames().stream().anyMatch(MessageHosts::isPage);
    }

    private static boolean isPage(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return PAGES.stream().anyMatch(lower::endsWith);
    }

    /** Where a full piece can be cut without parting a host: behind a tag, or behind a blank. */
    private static int lastEnd(char[] piece, int length, boolean isPage) {
        if (length < piece.length) {
            return length;
        }
        for (int i = length; i > length / 2; i--) {
            if (isPage ? piece[i - 1] == '>' : piece[i - 1] <= ' ') {
                return i;
            }
        }
        return length;
    }

    private void take(String piece, boolean isPage) {
        if (!isPage) {
            text(piece);
            return;
        }
        HtmlText page = HtmlText.of(piece);
        page.links().forEach(finder::searchLink);
        finder.search(page.text());
    }

    private void text(String text) {
        finder.search(text);
        if (text.contains("&#")) {
            finder.search(HtmlText.unescape(text));
        }
    }
}
