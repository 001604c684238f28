package org.qpsmtpd.console.command;

import java.io.IOException;
import java.io.Writer;
import org.qpsmtpd.console.text.Printable;

/**
 * What a command of somebody else's prints: escaped but for line ends and tabs, and shown when it
 * is flushed or much has come together.
 */
final class PrintableWriter extends Writer {
    private static final int MUCH = 8_192;

    private final Call call;
    private final StringBuilder pending = new StringBuilder();

    PrintableWriter(Call call) {
        this.call = call;
    }

    /**
     * @throws IOException when nobody reads any longer, so that whoever writes can know
     */
    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
        pending.append(characters, offset, length);
        if (pending.length() >= MUCH) {
            print(Character.isHighSurrogate(pending.charAt(pending.length() - 1)) ? 1 : 0);
        }
    }

    @Override
    public void flush() throws IOException {
        print(0);
    }

    @Override
    public void close() throws IOException {
        flush();
    }

    /**
     * @param kept how many characters wait for those that follow
     */
    private void print(int kept) throws IOException {
        String text = pending.substring(0, pending.length() - kept);
        pending.delete(0, text.length());
        StringBuilder printed = new StringBuilder(text.length());
        int begin = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n' || text.charAt(i) == '\t') {
                printed.append(Printable.of(text.substring(begin, i))).append(text.charAt(i));
                begin = i + 1;
            }
        }
        call.print(printed.append(Printable.of(text.substring(begin))).toString());
        if (call.isUnread()) {
            throw new IOException("nobody reads any longer");
        }
    }
}
