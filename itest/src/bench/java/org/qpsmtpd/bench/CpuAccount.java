package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts the processor time (user and system) of one server with all its processes, ended ones too.
 *
 * <p>A control group counts exactly; without one the process tree is added up, with the children
 * that its members have waited for, in steps of 10 ms.
 */
final class CpuAccount {
    private static final int MOST_REMOVE_TRIES = 50;

    private final Path group;
    private final boolean second;

    private CpuAccount(Path group, boolean second) {
        this.group = group;
        this.second = second;
    }

    /** Makes an account; a group with the given name if this process may make one. */
    static CpuAccount open(String name) {
        for (String mount : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
            Path made = make(Path.of(mount), name, "cpu.stat");
            if (made != null) {
                return new CpuAccount(made, true);
            }
        }
        Path made = make(Path.of("/sys/fs/cgroup/cpuacct"), name, "cpuacct.usage");
        return new CpuAccount(made, false);
    }

    String method() {
        if (group == null) {
            return "/proc/PID/stat of the process tree";
        }
        return second ? "control group, cpu.stat" : "control group, cpuacct.usage";
    }

    /** The group's directory, or null without a group. */
    Path group() {
        return group;
    }

    /** The command that starts another inside the account. */
    List<String> wrap(List<String> command) {
        List<String> wrapped = new ArrayList<>();
        if (group != null) {
            wrapped.addAll(List.of("/bin/sh", "-c", "echo $$ >\"$0/cgroup.procs\" && exec \"$@\""));
            wrapped.add(group.toString());
        }
        wrapped.addAll(command);
        return wrapped;
    }

    /** The living processes of the server. */
    List<Long> processes(long root) {
        if (group == null) {
            return ProcFiles.tree(root);
        }
        return ProcFiles.read(group.resolve("cgroup.procs"))
                .lines()
                .map(Long::parseLong)
                .filter(pid -> pid > 0)
                .toList();
    }

    /** Seconds used so far. */
    double seconds(long root) {
        if (group == null) {
            return ProcFiles.ticks(ProcFiles.tree(root)) / 100.0;
        }
        if (second) {
            String stat = ProcFiles.read(group.resolve("cpu.stat"));
            return Long.parseLong(stat.lines().findFirst().orElse("0 0").split(" ")[1]) / 1e6;
        }
        return Long.parseLong(ProcFiles.read(group.resolve("cpuacct.usage")).strip()) / 1e9;
    }

    /** Removes the group; its processes have ended. */
    void close() throws InterruptedException {
        for (int i = 0; group != null && i < MOST_REMOVE_TRIES; i++) {
            try {
                Files.deleteIfExists(group);
                return;
            } catch (IOException e) {
                Thread.sleep(20);
            }
        }
    }

    private static Path make(Path mount, String name, String accountFile) {
        if (!Files.exists(mount.resolve("cgroup.procs"))) {
            return null;
        }
        Path made = mount.resolve(name);
        try {
            Files.createDirectory(made);
        } catch (IOException e) {
            return null;
        }
        if (Files.isWritable(made.resolve("cgroup.procs"))
                && Files.exists(made.resolve(accountFile))) {
            return made;
        }
        made.toFile().delete();
        return null;
    }
}
