package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Knows groups that are one user's alone: of the user's name, with no other member, and the first
 * group of nobody else. Such a group may write, since it is no one but the user.
 */
final class PrivateGroups {
    private static final int NAME = 0;
    private static final int ID = 2;
    private static final int LAST = 3;

    private final Path users;
    private final Path groups;

    /** Reads files such as {@code /etc/passwd} and {@code /etc/group}. */
    PrivateGroups(Path users, Path groups) {
        this.users = users;
        this.groups = groups;
    }

    /** Whether the group is the user's alone; false when that cannot be told. */
    boolean isPrivate(int uid, int gid) {
        try {
            List<String> names = names(lines(users), uid);
            boolean shared =
                    lines(users).stream()
                            .anyMatch(user -> id(user, LAST) == gid && id(user, ID) != uid);
            return !shared
                    && names.size() == 1
                    && lines(groups).stream()
                            .filter(group -> id(group, ID) == gid)
                            .anyMatch(group -> isOf(names.get(0), group));
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> names(List<String[]> users, int uid) {
        return users.stream()
                .filter(user -> id(user, ID) == uid)
                .map(user -> user[NAME])
                .distinct()
                .toList();
    }

    private static boolean isOf(String user, String[] group) {
        return group[NAME].equals(user)
                && Arrays.stream(group[LAST].split(",", -1))
                        .map(String::strip)
                        .allMatch(member -> member.isEmpty() || member.equals(user));
    }

    private static List<String[]> lines(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length > LAST)
                .toList();
    }

    private static int id(String[] fields, int index) {
        try {
            return Integer.parseInt(fields[index]);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
