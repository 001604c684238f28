package org.qpsmtpd.itest.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What processes of root's wrote and ran, as {@code strace -f -y} tells it: a thread is root's
 * until it, or the one that made it, becomes another user.
 *
 * @param written paths that were made, appended to, moved to, or given other rights
 * @param run programs, and the jars, libraries and scripts that were read
 */
record RootsTrace(Set<String> written, Set<String> run) {
    /** The calls to be traced. */
    static final String CALLS =
            "execve,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,symlink,symlinkat,link,"
                    + "linkat,rename,renameat,renameat2,chmod,fchmodat,chown,lchown,fchownat,"
                    + "truncate,bind,setuid,setreuid,setresuid,clone,clone3,fork,vfork";

    private static final String UNFINISHED = " <unfinished ...>";
    private static final Pattern LINE =
            Pattern.compile("(\\d+) +(?:<\\.\\.\\. )?(\\w+)(?: resumed>)?\\(?(.*)");
    private static final Pattern MADE = Pattern.compile(".* = (\\d+)(?:<.*>)?$");
    private static final Pattern OTHER_USER = Pattern.compile("\\(?(?:-?\\d+, )*[1-9]\\d*.* = 0$");
    private static final Pattern NAME =
            Pattern.compile("(?:(?:AT_FDCWD|\\d+)<([^>]*)>, )?\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern CODE = Pattern.compile(".*(\\.jar|\\.jsa|\\.sh|\\.so[.\\d]*)");

    /**
     * A call when it has returned.
     *
     * @param rest what follows its name and the parenthesis, the result included
     */
    private record Call(String thread, String name, String rest) {}

    /** Reads the lines of a trace, in their order. */
    static RootsTrace of(List<String> lines) {
        List<Call> calls = calls(lines);
        Map<String, String> parents = new HashMap<>();
        for (Call call : calls) {
            Matcher made = MADE.matcher(call.rest());
            if (isFork(call.name()) && made.matches()) {
                parents.putIfAbsent(made.group(1), call.thread());
            }
        }
        RootsTrace trace = new RootsTrace(new TreeSet<>(), new TreeSet<>());
        Map<String, Boolean> others = new HashMap<>();
        calls.forEach(call -> trace.note(call, parents, others));
        return trace;
    }

    /** Other threads may have lines between the two that a call is split into. */
    private static List<Call> calls(List<String> lines) {
        List<Call> calls = new ArrayList<>();
        Map<String, String> begun = new HashMap<>();
        for (String line : lines) {
            Matcher call = LINE.matcher(line);
            if (!call.matches()) {
                continue;
            }
            String thread = call.group(1);
            String rest = call.group(3);
            if (rest.endsWith(UNFINISHED)) {
                begun.put(thread, rest.substring(0, rest.length() - UNFINISHED.length()));
            } else {
                boolean resumed = line.contains(" resumed>");
                String whole = resumed ? begun.getOrDefault(thread, "") + rest : rest;
                calls.add(new Call(thread, call.group(2), whole));
            }
        }
        return calls;
    }

    private static boolean isFork(String call) {
        return call.contains("fork") || call.startsWith("clone");
    }

    private void note(Call call, Map<String, String> parents, Map<String, Boolean> others) {
        String thread = call.thread();
        others.computeIfAbsent(thread, t -> isOthers(parents.get(t), others));
        String name = call.name();
        String rest = call.rest();
        if (name.startsWith("set")) {
            others.merge(thread, OTHER_USER.matcher(rest).matches(), Boolean::logicalOr);
        } else if (!others.getOrDefault(thread, false) && !rest.contains(" = -1 ")) {
            noteOfRoot(name, rest);
        }
    }

    private static boolean isOthers(@Nullable String parent, Map<String, Boolean> others) {
        return parent != null && others.getOrDefault(parent, false);
    }

    private void noteOfRoot(String call, String rest) {
        Matcher named = NAME.matcher(rest);
        String path = "";
        while (named.find() && (path.isEmpty() || !call.equals("execve"))) {
            @Nullable String folder = named.group(1);
            boolean relative = folder != null && !named.group(2).startsWith("/");
            path = relative ? folder + "/" + named.group(2) : named.group(2);
        }
        boolean writes = rest.matches(".*(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC).*");
        if (call.equals("execve")) {
            run.add(path);
        } else if (!call.startsWith("open") || writes) {
            written.add(path);
        } else if (CODE.matcher(path).matches()) {
            run.add(path);
        }
        written.remove("");
    }
}
