package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.Program;

/**
 * The packages and the archive, each installed, served from, raised and removed on a plain Debian
 * with the tools that administrators use.
 */
class PackagesIT {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().resolve("..").normalize();
    private static final Path PACKAGES = CHECKOUT.resolve("runtime/package/target");
    private static final Path FELIX = CHECKOUT.resolve("runtime/felix/target");
    private static final Path WORK = Path.of("target/machines").toAbsolutePath();
    private static final String DEB = "/packages/qpsmtpd_1.0.0_all.deb";
    private static final String RPM = "qpsmtpd-1.0.0-1.noarch.rpm";
    private static final String INSTALL = "apt-get install -q -y --no-install-recommends ";
    private static final String SPOOL = "/var/spool/qpsmtpd";
    private static final String MAIL = "/var/lib/qpsmtpd/mail";
    private static final String KEYS = "/etc/ssl/mx";

    /** Every path but those that are no part of the system, or note what dpkg has done. */
    private static final String PATHS =
            "find / -xdev \\( -path /proc -o -path /dev -o -path /tmp -o -path /packages"
                    + " -o -path /var/lib/dpkg -o -path /var/cache -o -path /var/log/apt"
                    + " -o -path /var/lib/apt -o -name '*-' -o -name dpkg.log \\) -prune -o -print"
                    + " | sort";

    /** Made by the programs of the system that a package calls, at their first call. */
    private static final List<String> OTHERS =
            List.of("/etc/.pwd.lock", "/etc/subuid", "/etc/subgid", "/run/adduser");

    private static Path made = Path.of("");

    private final List<Machine> machines = new ArrayList<>();

    @BeforeAll
    static void makeTree() {
        if (!Shell.isRoot()) {
            Program.missing("root, for a tree of another system");
        }
        Program.find("debootstrap", "debootstrap");
        Program.find("ip", "iproute2");
        Program.find("swaks", "swaks");
        long start = System.nanoTime();
        List<String> lines =
                Shell.run(CHECKOUT.resolve("itest/debian-tree").toString()).lines().toList();
        made = Path.of(lines.get(lines.size() - 1));
        for (String line : lines) {
            if (line.matches("(debootstrap|dependencies|image): .* s")) {
                Figures.print("packages: %s", line);
            }
        }
        Figures.print("packages: waited %.0f ms for the Debian tree", millisSince(start));
    }

    private static double millisSince(long start) {
        return Figures.of(List.of(System.nanoTime() - start)).max();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        Shell.run("rm", "-rf", WORK.toString());
        Files.createDirectories(WORK);
    }

    @AfterEach
    void remove() {
        machines.forEach(Machine::close);
        Shell.run("rm", "-rf", WORK.toString());
    }

    private Machine start(Path root) {
        Machine machine = new Machine(root);
        machines.add(machine);
        return machine;
    }

    private Machine debian() {
        Path root = WORK.resolve("debian");
        Shell.run("cp", "-a", "--reflink=auto", made.resolve("tree").toString(), root.toString());
        Shell.run("mkdir", root.resolve("packages").toString());
        // There is no init system whose run level allows a start: the policy of the machine does.
        Path policy = root.resolve("usr/sbin/policy-rc.d");
        try {
            Files.writeString(policy, "#!/bin/sh\nexit 104\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Shell.run("chmod", "755", policy.toString());
        return start(root);
    }

    /** Has the server take STARTTLS, from its next start on. */
    private static void encrypt(Machine machine, String config, String user) throws IOException {
        String root = machine.path("/").toString();
        String line = Swaks.tlsLine(machine.path(KEYS)).replace(root, "");
        machine.succeed("chown -R " + user + " " + KEYS);
        machine.succeed("sed -i '1i " + line + "' " + config + "/plugins");
    }

    /** Delivers one message in clear text and one encrypted. */
    private static void deliver(Machine machine, int port, String recipient) {
        for (String how : List.of("", " --tls")) {
            machine.succeedBeside(
                    "swaks --server 127.0.0.1:%d --helo test.example.net --from %s --to %s"
                                    .formatted(port, Mail.SENDER, recipient)
                            + how);
        }
    }

    private static long delivered(Machine machine) throws IOException {
        try (Stream<Path> messages = Files.list(machine.path(MAIL + "/new"))) {
            return messages.count();
        }
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
    }

    private static long number(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    @Test
    void deb() throws IOException {
        Machine machine = debian();
        Files.copy(PACKAGES.resolve("qpsmtpd_1.0.0_all.deb"), machine.path(DEB));
        List<String> before = paths(machine);

        long start = System.nanoTime();
        assertThat(machine.succeed(INSTALL + DEB)).contains(" 1 newly installed, 0 to remove");
        Figures.print("deb: installed and serving in %.0f ms", millisSince(start));
        long first = servicePid(machine);
        assertThat(machine.succeed("stat -c %U /proc/" + first)).contains("smtpd");
        assertThat(machine.succeed("stat -c '%U %a' " + SPOOL + " " + MAIL))
                .isEqualToIgnoringWhitespace("smtpd 700 smtpd 700");
        encrypt(machine, "/etc/qpsmtpd", "smtpd");
        machine.succeed("service qpsmtpd restart");
        first = servicePid(machine);
        deliver(machine, 25, Mail.RECIPIENT);
        assertThat(delivered(machine)).isEqualTo(2);
        assertThat(machine.succeed("stat -c %U /var/log/qpsmtpd/qpsmtpd.log")).contains("smtpd");
        assertThat(machine.path("/var/log/qpsmtpd/qpsmtpd.log"))
                .content()
                .contains("queue/maildir: pass: stored as");
        assertThat(machine.succeed("qpsmtpd-console status")).contains("[::]:25");

        append(machine.path("/etc/qpsmtpd/rcpthosts"), "example.org");
        assertThat(machine.succeed(INSTALL + newerDeb(machine))).contains("1 upgraded");
        long second = servicePid(machine);
        assertThat(second).isNotEqualTo(first);
        assertThat(machine.path("/etc/qpsmtpd/rcpthosts")).content().endsWith("example.org\n");
        assertThat(machine.path("/etc/qpsmtpd/badhelo")).content().contains("of version 1.0.1");
        deliver(machine, 25, "amy@example.org");
        assertThat(delivered(machine)).isEqualTo(4);

        machine.succeed("apt-get remove -q -y qpsmtpd");
        assertThat(machine.run("test -e /proc/" + second).status()).isNotZero();
        assertThat(machine.path("/etc/qpsmtpd/rcpthosts")).content().endsWith("example.org\n");
        assertThat(Files.exists(machine.path("/usr/share/qpsmtpd"))).isFalse();
        String purged = machine.succeed("apt-get purge -q -y qpsmtpd");
        assertThat(purged).contains("mail or plugins are left in /var/lib/qpsmtpd");
        assertThat(delivered(machine)).isEqualTo(4);

        machine.succeed("rm -rf " + MAIL + " " + KEYS);
        machine.succeed(INSTALL + DEB);
        machine.succeed("apt-get purge -q -y qpsmtpd");
        List<String> after = paths(machine);
        after.removeAll(before);
        after.removeAll(OTHERS);
        assertThat(after).isEmpty();
        assertThat(machine.run("getent passwd smtpd || getent group smtpd").status()).isNotZero();
    }

    /**
     * Lists what root writes and runs from the installation on, and who else may change it; beside
     * that the server's user puts links where root might write.
     */
    @Test
    void debLeavesNothingThatTheServersUserCanTurnAgainstRoot() throws IOException {
        String strace = Program.find("strace", "strace").path().toString();
        Machine machine = debian();
        Files.copy(PACKAGES.resolve("qpsmtpd_1.0.0_all.deb"), machine.path(DEB));
        newerDeb(machine);
        String call =
                "%s -f -y -qq -s 4096 --seccomp-bpf -e trace=%s -o '%s' chroot '%s' sh -e /packages/do"
                        .formatted(
                                strace, RootsTrace.CALLS, WORK.resolve("trace"), machine.path("/"));
        Files.writeString(machine.path("/packages/do"), RUN_BY_ROOT.formatted(DEB));
        machine.succeedBeside(call);
        RootsTrace trace = RootsTrace.of(Files.readAllLines(WORK.resolve("trace")));
        assertThat(trace.run())
                .contains(
                        "/usr/sbin/qpsmtpd-console",
                        "/usr/share/qpsmtpd/bin/qpsmtpd",
                        "/usr/share/qpsmtpd/bin/qpsmtpd-prefork",
                        "/usr/share/qpsmtpd/lib/start.sh",
                        "/usr/share/qpsmtpd/lib/qpsmtpd.jar");
        assertThat(trace.written()).contains("/run/qpsmtpd.pid");
        List<String> paths = new ArrayList<>(trace.run());
        trace.written().forEach(path -> paths.add(path.replaceFirst("/[^/]*$", "/")));
        Files.write(machine.path("/packages/paths"), paths);
        assertThat(machine.succeed(WHO_ELSE)).isBlank();
        assertThat(machine.path("/root/victim")).hasContent("root's\n");
        assertThat(machine.succeed("find /root /etc/cron.d -newer /packages/paths")).isBlank();
    }

    /** What an administrator has root do, with links of the server's user in its folders. */
    private static final String RUN_BY_ROOT =
            """
            dpkg -i %s
            echo "root's" >/root/victim
            service qpsmtpd stop
            setpriv --reuid smtpd --regid smtpd --clear-groups sh -ec '
                cd /var/log/qpsmtpd && rm -f qpsmtpd.log && ln -s /root/victim qpsmtpd.log
                cd /var/lib/qpsmtpd/mail && ln -s /etc/cron.d new
                cd /var/lib/qpsmtpd/var && ln -s /root cache-1 && ln -s /root/made attach'
            service qpsmtpd start
            qpsmtpd-console status
            service qpsmtpd reload
            dpkg -i /packages/newer.deb
            rm -rf /usr/share/qpsmtpd/lib/classes-*
            service qpsmtpd restart
            qpsmtpd --archive
            qpsmtpd --version
            ! qpsmtpd --attach </dev/null
            qpsmtpd-tls-cert --CN mx.test
            echo pencil | qpsmtpd-auth-entry ann@mx.test
            service qpsmtpd stop
            """;

    /** Prints each of the paths that another user than root can change, or a folder above it. */
    private static final String WHO_ELSE =
            """
            while read -r path; do
                path=$(readlink -m -- "$path")
                case $path in /dev/* | /proc/*) continue ;; esac
                while [ "$path" != / ]; do
                    find "$path" -maxdepth 0 \\( ! -uid 0 -o -perm /022 ! -perm -1000 \\) \\
                        -printf '%p %u %m\\n' 2>/dev/null
                    path=${path%/*}
                    path=${path:-/}
                done
            done </packages/paths | sort -u
            """;

    private static long servicePid(Machine machine) {
        return number("runs, pid (\\d+)", machine.succeed("service qpsmtpd status"));
    }

    private static List<String> paths(Machine machine) {
        return new ArrayList<>(
                machine.succeed(PATHS).lines().filter(line -> !line.isEmpty()).toList());
    }

    /** The package as its next version: other words in a file of the configuration. */
    private static String newerDeb(Machine machine) {
        return newer(
                machine,
                "cd /packages && dpkg-deb -R %s new && sed -i 's/^Version: .*/Version: 1.0.1/'"
                        + " new/DEBIAN/control && echo '# of version 1.0.1' >>new/etc/qpsmtpd/badhelo"
                        + " && dpkg-deb -Znone -b new /packages/newer.deb >/dev/null",
                DEB,
                "/packages/newer.deb");
    }

    private static String newer(Machine machine, String command, String old, String result) {
        machine.succeed(command.formatted(old));
        return result;
    }

    @Test
    void debIsInOrder() throws IOException {
        Program dpkg = Program.find("dpkg-deb", "dpkg");
        Path deb = PACKAGES.resolve("qpsmtpd_1.0.0_all.deb");
        String contents = dpkg.run("-c", deb.toString()).output();
        assertThat(contents.lines())
                .allMatch(line -> line.matches("[-d]rw[-x]r-[-x]r-[-x] root/root .*|l.* -> .*"));
        Files.createDirectories(WORK.resolve("deb"));
        assertThat(dpkg.run("-R", deb.toString(), WORK.resolve("deb").toString()).status())
                .isZero();
        Shell.run("sh", "-c", "cd '" + WORK + "/deb' && md5sum --quiet -c DEBIAN/md5sums");
        assertThat(Files.readString(WORK.resolve("deb/DEBIAN/conffiles")))
                .contains(
                        "/etc/qpsmtpd/plugins\n", "/etc/default/qpsmtpd\n", "/etc/init.d/qpsmtpd");
        for (String script : List.of("postinst", "prerm", "postrm")) {
            Shell.run("sh", "-n", WORK.resolve("deb/DEBIAN/" + script).toString());
        }
        Program analyze = Program.find("systemd-analyze", "systemd");
        Path unit = WORK.resolve("deb/usr/lib/systemd/system/qpsmtpd.service");
        Program.Result confined =
                analyze.run("security", "--offline=true", "--threshold=20", unit.toString());
        assertThat(confined.status()).as(confined.output()).isZero();
    }

    /**
     * Debian's rpm knows no Java and no shadow-utils in the tree, so dependencies are passed over.
     */
    @Test
    void rpm() throws IOException {
        Program rpm = Program.find("rpm", "rpm");
        String original = PACKAGES.resolve(RPM).toString();
        assertThat(rpm.run("-qpR", original).output())
                .contains("java-headless >= 1:17", "shadow-utils");
        assertThat(rpm.run("-qp", "--scripts", original).output())
                .contains("useradd -r -g smtpd", "systemctl try-restart");
        assertThat(rpm.run("-qpl", original).output())
                .contains("/etc/qpsmtpd/plugins", "/usr/lib/systemd/system/qpsmtpd.service");
        Machine machine = debian();
        List<String> before = paths(machine);
        String call = "rpm --root '" + machine.path("/") + "' --nodeps ";

        machine.succeedBeside(call + "-i '" + original + "'");
        assertThat(machine.succeed("stat -c '%U %a' " + SPOOL + " " + MAIL))
                .isEqualToIgnoringWhitespace("smtpd 700 smtpd 700");
        encrypt(machine, "/etc/qpsmtpd", "smtpd");
        machine.succeed("qpsmtpd-forkserver --detach --port 25 --pid-file /run/qpsmtpd.pid");
        deliver(machine, 25, Mail.RECIPIENT);
        assertThat(delivered(machine)).isEqualTo(2);

        append(machine.path("/etc/qpsmtpd/rcpthosts"), "example.org");
        machine.succeedBeside(call + "-U '" + newerRpm(original) + "'");
        assertThat(machine.path("/etc/qpsmtpd/rcpthosts")).content().endsWith("example.org\n");
        assertThat(machine.path("/etc/qpsmtpd/rcpthosts.rpmnew")).content().contains("1.0.1");
        assertThat(machine.path("/etc/qpsmtpd/badhelo")).content().contains("1.0.1");
        machine.succeed("kill $(cat /run/qpsmtpd.pid); while [ -s /run/qpsmtpd.pid ]; do :; done");
        machine.succeed("qpsmtpd-forkserver --detach --port 25 --pid-file /run/qpsmtpd.pid");
        deliver(machine, 25, "amy@example.org");

        machine.succeed("kill $(cat /run/qpsmtpd.pid); while [ -s /run/qpsmtpd.pid ]; do :; done");
        machine.succeedBeside(call + "-e qpsmtpd");
        machine.succeed("rm -rf " + KEYS);
        List<String> after = paths(machine);
        after.removeAll(before);
        after.removeAll(OTHERS);
        assertThat(after)
                .allMatch(
                        path ->
                                path.startsWith(MAIL)
                                        || path.startsWith("/var/log/qpsmtpd")
                                        || path.startsWith("/var/lib/rpm")
                                        || path.startsWith("/root/.rpmdb")
                                        || path.matches("/etc/qpsmtpd/(rcpthosts|plugins)[.]rpm.*")
                                        || path.matches(
                                                "/etc/qpsmtpd|/var/lib/qpsmtpd|/run/qpsmtpd.pid|/usr/share/licenses"))
                .contains("/etc/qpsmtpd/rcpthosts.rpmsave");
    }

    /** The package as its next version, by rpmbuild, with the scripts of the original. */
    private static String newerRpm(String original) throws IOException {
        Path top = Files.createDirectories(WORK.resolve("rpmbuild"));
        Path tree = Files.createDirectories(top.resolve("tree"));
        Shell.run(
                "sh", "-c", "cd '" + tree + "' && rpm2cpio '" + original + "' | cpio -idm --quiet");
        append(tree.resolve("etc/qpsmtpd/rcpthosts"), "# of version 1.0.1");
        append(tree.resolve("etc/qpsmtpd/badhelo"), "# of version 1.0.1");
        String heads =
                """
                Name: qpsmtpd
                Version: 1.0.1
                Release: 1
                Summary: next
                License: Apache-2.0
                BuildArch: noarch
                AutoReqProv: no
                %define _binaries_in_noarch_packages_terminate_build 0
                %define __os_install_post %{nil}
                %define _binary_payload w1.gzdio
                %description
                next
                %install
                cp -a TREE/. %{buildroot}/
                %pre
                PREIN
                %post
                POSTIN
                %preun
                PREUN
                %postun
                POSTUN
                %files
                %config(noreplace) /etc/qpsmtpd/*
                /etc/logrotate.d/qpsmtpd
                /usr/share/qpsmtpd
                /usr/share/licenses/qpsmtpd
                /usr/lib/systemd/system/*
                /usr/sbin/*
                %dir /var/lib/qpsmtpd
                %dir /var/lib/qpsmtpd/deploy
                %attr(700,smtpd,smtpd) /var/lib/qpsmtpd/mail
                %attr(700,smtpd,smtpd) /var/lib/qpsmtpd/var
                %attr(700,smtpd,smtpd) /var/log/qpsmtpd
                %attr(700,smtpd,smtpd) /var/spool/qpsmtpd
                """;
        for (String script : List.of("PREIN", "POSTIN", "PREUN", "POSTUN")) {
            String text = Shell.run("rpm", "-qp", "--qf", "%{" + script + "}", original);
            heads = heads.replace("\n" + script + "\n", "\n" + text + "\n");
        }
        Path spec = top.resolve("newer.spec");
        Files.writeString(spec, heads.replace("TREE", tree.toString()));
        Shell.run("rpmbuild", "-bb", "--quiet", "--define", "_topdir " + top, spec.toString());
        return top.resolve("RPMS/noarch/qpsmtpd-1.0.1-1.noarch.rpm").toString();
    }

    @Test
    void archiveHasOneFolderAndServes() throws IOException {
        Shell.run("tar", "-xzf", archive().toString(), "-C", WORK.toString());
        try (Stream<Path> folders = Files.list(WORK)) {
            assertThat(folders).containsExactly(WORK.resolve("qpsmtpd-1.0.0"));
        }
        Machine machine = debian();
        Shell.run("mv", WORK.resolve("qpsmtpd-1.0.0").toString(), machine.path("/srv").toString());
        String home = "/srv/qpsmtpd-1.0.0/";
        encrypt(machine, home + "config", "root");
        machine.succeed(home + "bin/qpsmtpd-prefork --detach --quiet");
        deliver(machine, 2525, Mail.RECIPIENT);
        try (Stream<Path> messages = Files.list(machine.path(home + "mail/new"))) {
            assertThat(messages).hasSize(2);
        }
    }

    private static Path archive() {
        return FELIX.resolve("qpsmtpd-1.0.0.tar.gz");
    }

    @Test
    void container() throws IOException {
        Path buildah = Program.find("buildah", "buildah").path();
        Path context = Files.createDirectories(WORK.resolve("context"));
        Files.copy(archive(), context.resolve("qpsmtpd-1.0.0.tar.gz"));
        Path root = WORK.resolve("image");
        List<String> call =
                List.of(
                        buildah.toString(),
                        "--root",
                        made.resolve("storage").toString(),
                        "--runroot",
                        WORK.resolve("run").toString(),
                        "--storage-driver",
                        "vfs");
        buildah(
                call,
                "bud",
                "--isolation=chroot",
                "--format=docker",
                "--pull-never",
                "--build-arg=BASE=localhost/qpsmtpd-base",
                "--output=type=local,dest=" + root,
                "--tag=qpsmtpd-test",
                "--file=" + CHECKOUT.resolve("runtime/package/Containerfile"),
                context.toString());
        String image = buildah(call, "inspect", "--type=image", "localhost/qpsmtpd-test");
        buildah(call, "rmi", "localhost/qpsmtpd-test");
        assertThat(image)
                .contains("\"User\": \"smtpd\"", "\"2525/tcp\"", "\"/var/lib/qpsmtpd/mail\"");

        Shell.run("chmod", "755", root.toString()); // the folder that buildah made for the output
        Machine machine = start(root);
        String entry = "/usr/share/qpsmtpd/bin/qpsmtpd-prefork";
        assertThat(image).contains(entry);
        encrypt(machine, "/etc/qpsmtpd", "smtpd");
        assertThat(machine.run(healthCheck()).status()).isNotZero();
        machine.succeedBeside(
                "QPSMTPD_CONFIG=/etc/qpsmtpd chroot --userspec=smtpd '%s' %s >'%s/log' 2>&1 &"
                        .formatted(root, entry, WORK));
        Eventually.holds("health", () -> machine.run(healthCheck()).status() == 0);
        deliver(machine, 2525, Mail.RECIPIENT);
        assertThat(delivered(machine)).isEqualTo(2);
    }

    private static String buildah(List<String> call, String... arguments) {
        List<String> command = new ArrayList<>(call);
        command.addAll(List.of(arguments));
        return Shell.run(command.toArray(String[]::new));
    }

    /** The words of HEALTHCHECK, as a line for a shell. */
    private static String healthCheck() {
        try {
            String file = Files.readString(CHECKOUT.resolve("runtime/package/Containerfile"));
            Matcher words = Pattern.compile("\\[\"bash\", \"-c\", \"(.*)\"\\]").matcher(file);
            assertThat(words.find()).isTrue();
            return "bash -c '" + words.group(1).replace("\\\\", "\\").replace("'", "'\\''") + "'";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
