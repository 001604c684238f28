package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateGroupsTest {
    private final Path users;
    private final Path groups;

    PrivateGroupsTest(@TempDir Path folder) throws IOException {
        users = folder.resolve("passwd");
        groups = folder.resolve("group");
        Files.writeString(users, "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
    }

    private boolean isPrivate(String group) throws IOException {
        Files.writeString(groups, group + "\n");
        return new PrivateGroups(users, groups).isPrivate(1000, 1000);
    }

    @Test
    void takesAGroupOfTheUsersNameWithoutMembers() throws IOException {
        assertThat(isPrivate("ann:x:1000:")).isTrue();
        assertThat(isPrivate("ann:x:1000:ann")).isTrue();
    }

    @Test
    void refusesAGroupWithAnotherMember() throws IOException {
        assertThat(isPrivate("ann:x:1000:ann,bob")).isFalse();
    }

    @Test
    void refusesAGroupOfAnotherName() throws IOException {
        assertThat(isPrivate("staff:x:1000:")).isFalse();
    }

    @Test
    void refusesAGroupThatIsTheFirstOneOfAnotherUser() throws IOException {
        Files.writeString(
                users, "ann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1000::/home/bob:/bin/sh\n");
        assertThat(isPrivate("ann:x:1000:")).isFalse();
    }

    @Test
    void refusesWhatItCannotRead() {
        assertThat(new PrivateGroups(users, groups).isPrivate(1000, 1000)).isFalse();
    }

    @Test
    void refusesAGroupOrUserThatIsNotListed() throws IOException {
        assertThat(isPrivate("other:x:7:")).isFalse();
        assertThat(new PrivateGroups(users, groups).isPrivate(4711, 7)).isFalse();
    }
}
