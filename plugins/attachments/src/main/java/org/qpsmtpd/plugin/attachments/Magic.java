package org.qpsmtpd.plugin.attachments;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Types by how a content begins. */
final class Magic {
    /** How much of a content is looked at: an image of a disc says what it is this far behind. */
    static final int HEAD = 32 * 1024 + 16;

    static final String ZIP = "application/zip";
    static final String GZIP = "application/gzip";
    static final String TAR = "application/x-tar";
    static final String RAR = "application/vnd.rar";
    static final String PROGRAM = "application/vnd.microsoft.portable-executable";

    private static final List<Sign> SIGNS =
            List.of(
                    new Sign("PK\3\4", 0, ZIP),
                    new Sign("PK\5\6", 0, ZIP),
                    new Sign("PK00PK\3\4", 0, ZIP),
                    new Sign("\u001F\u008B\b", 0, GZIP),
                    new Sign("Rar!\u001A\u0007", 0, RAR),
                    new Sign("7z\u00BC\u00AF'\u001C", 0, "application/x-7z-compressed"),
                    new Sign("BZh", 0, "application/x-bzip2"),
                    new Sign("\u00FD7zXZ\0", 0, "application/x-xz"),
                    new Sign("(\u00B5/\u00FD", 0, "application/zstd"),
                    new Sign("MSCF\0\0\0\0", 0, "application/vnd.ms-cab-compressed"),
                    new Sign("`\u00EA", 0, "application/x-arj"),
                    new Sign("**ACE**", 7, "application/x-ace-compressed"),
                    new Sign("CD001", 32769, "application/x-iso9660-image"),
                    new Sign("vhdxfile", 0, "application/x-vhdx"),
                    new Sign("\u007FELF", 0, "application/x-elf"),
                    new Sign("\u00CE\u00FA\u00ED\u00FE", 0, "application/x-mach-binary"),
                    new Sign("\u00CF\u00FA\u00ED\u00FE", 0, "application/x-mach-binary"),
                    new Sign("\u00FE\u00ED\u00FA\u00CE", 0, "application/x-mach-binary"),
                    new Sign("\u00FE\u00ED\u00FA\u00CF", 0, "application/x-mach-binary"),
                    new Sign("\u00CA\u00FE\u00BA\u00BE", 0, "application/java-vm"),
                    new Sign("L\0\0\0\1\u0014\2\0", 0, "application/x-ms-shortcut"),
                    new Sign(
                            "\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1",
                            0,
                            "application/x-ole-storage"),
                    new Sign("x\u009F>\"", 0, "application/vnd.ms-tnef"),
                    new Sign("ITSF", 0, "application/vnd.ms-htmlhelp"),
                    new Sign("\u00E4R\\{\u008C\u00D8\u00A7M", 0, "application/onenote"),
                    new Sign("#!", 0, "text/x-script"),
                    new Sign("%PDF-", 0, "application/pdf"),
                    new Sign("{\\rtf", 0, "application/rtf"),
                    new Sign("\u0089PNG\r\n\u001A\n", 0, "image/png"),
                    new Sign("\u00FF\u00D8\u00FF", 0, "image/jpeg"),
                    new Sign("GIF8", 0, "image/gif"));

    private Magic() {}

    private record Sign(String octets, int at, String type) {
        boolean isIn(byte[] head, int length) {
            if (at + octets.length() > length) {
                return false;
            }
            for (int i = 0; i < octets.length(); i++) {
                if ((head[at + i] & 255) != octets.charAt(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * The type of a content.
     *
     * @param length how many octets of the head there are
     * @return empty when it is none of those known here
     */
    static String of(byte[] head, int length) {
        if (isProgram(head, length)) {
            return PROGRAM;
        }
        for (Sign sign : SIGNS) {
            if (sign.isIn(head, length)) {
                return sign.type;
            }
        }
        return isTar(head, length) ? TAR : "";
    }

    /** Text may begin with the same two letters, so the second header has to be there, too. */
    private static boolean isProgram(byte[] head, int length) {
        if (length < 64 || head[0] != 'M' || head[1] != 'Z') {
            return false;
        }
        int second =
                (head[60] & 255) | (head[61] & 255) << 8 | (head[62] & 255) << 16 | head[63] << 24;
        boolean isText = true;
        for (int i = 0; i < 64; i++) {
            isText &= head[i] != 0;
        }
        if (second < 0 || second + 2 > length) {
            return !isText;
        }
        String name = new String(head, second, 2, StandardCharsets.ISO_8859_1);
        return !isText || List.of("PE", "NE", "LE", "LX").contains(name);
    }

    /** By the sum in the first block, which older forms have as well. */
    private static boolean isTar(byte[] head, int length) {
        return length >= TarBlock.LENGTH && head[0] != 0 && TarBlock.hasItsSum(head);
    }
}
