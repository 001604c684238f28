package org.qpsmtpd.plugin.disclaimer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.content.HtmlText;

/**
 * What is added.
 *
 * @param plain to text, with CRLF line ends
 * @param page to HTML, with CRLF line ends
 */
record Texts(String plain, String page) {
    static final String PLAIN_FILE = "disclaimer_text";
    static final String PAGE_FILE = "disclaimer_html";

    private static final int LARGEST = 64 * 1024;

    /**
     * Reads the files; where one is missing, the other one says the same.
     *
     * @param folders the first one that has a file counts
     * @return empty when there is neither
     * @throws IOException when a file cannot be read
     */
    static Optional<Texts> read(List<Path> folders) throws IOException {
        String plain = file(folders, PLAIN_FILE);
        String page = file(folders, PAGE_FILE);
        if (plain.isEmpty() && page.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Texts(
                        lines(plain.isEmpty() ? HtmlText.of(page).text().strip() : plain),
                        lines(page.isEmpty() ? escaped(plain) : page)));
    }

    private static String file(List<Path> folders, String name) throws IOException {
        for (Path folder : folders) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    byte[] octets = in.readNBytes(LARGEST + 1);
                    if (octets.length > LARGEST) {
                        throw new IOException(file + ": it is larger than " + LARGEST + " octets");
                    }
                    return new String(octets, StandardCharsets.UTF_8).strip();
                }
            }
        }
        return "";
    }

    private static String lines(String text) {
        return text.replaceAll("\r?\n|\r", "\r\n") + "\r\n";
    }

    private static String escaped(String plain) {
        String text = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<p>" + text.replaceAll("\r?\n", "<br>\n") + "</p>";
    }
}
