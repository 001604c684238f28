package org.qpsmtpd.mailauth.report;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** Unpacks the attachment that a report comes as: {@code .xml}, {@code .xml.gz} or {@code .zip}. */
final class PackedReport {
    private static final int MOST_ENTRIES = 16;

    /** Small reports may have any ratio. */
    private static final long SMALL = 1L << 20;

    private PackedReport() {}

    /**
     * The report as XML. What it is, its first octets say, not its name.
     *
     * @throws IOException also from the stream, when it is larger than the limits allow
     */
    static InputStream open(InputStream in, ReportLimits limits) throws IOException {
        BufferedInputStream start = new BufferedInputStream(in);
        start.mark(4);
        int first = start.read();
        int second = start.read();
        start.reset();
        if (first == 0x1F && second == 0x8B) {
            BoundedInput packed = new BoundedInput(start, count -> {});
            return unpacked(new GZIPInputStream(packed), packed, limits);
        }
        if (first == 'P' && second == 'K') {
            BoundedInput packed = new BoundedInput(start, count -> {});
            return unpacked(entry(packed), packed, limits);
        }
        return new BoundedInput(start, count -> checkSize(count, limits));
    }

    private static InputStream unpacked(InputStream in, BoundedInput packed, ReportLimits limits) {
        return new BoundedInput(
                in,
                count -> {
                    checkSize(count, limits);
                    if (count > SMALL && count / limits.ratio() > packed.count()) {
                        throw new ReportException(
                                "unpacked it is more than " + limits.ratio() + " times as large");
                    }
                });
    }

    private static void checkSize(long count, ReportLimits limits) throws IOException {
        if (count > limits.octets()) {
            throw new ReportException("it has more than " + limits.octets() + " octets");
        }
    }

    private static InputStream entry(InputStream in) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        for (int i = 0; i < MOST_ENTRIES; i++) {
            ZipEntry entry = next(zip);
            if (entry.getName().toLowerCase(Locale.ROOT).endsWith(".xml")) {
                return zip;
            }
            if (entry.getSize() != 0) {
                break; // to skip it would be to unpack it
            }
        }
        throw new ReportException("the archive does not begin with a file .xml");
    }

    private static ZipEntry next(ZipInputStream zip) throws IOException {
        try {
            ZipEntry entry = zip.getNextEntry();
            if (entry == null) {
                throw new ReportException("the archive has no file .xml");
            }
            return entry;
        } catch (IllegalArgumentException e) {
            throw new ZipException("a name in the archive cannot be read");
        }
    }
}
