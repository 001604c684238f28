package org.qpsmtpd.itest.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Java file of the project, and what it uses.
 *
 * @param module folder of the module, from the top of the project
 * @param name full name of the class that the file is called after
 */
record SourceFile(Path module, String name, List<String> lines) {
    private static final Path TOP = Path.of("..");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^import (?:static )?(org\\.qpsmtpd\\.[a-z0-9_.]+\\.[A-Z]\\w*)");
    private static final Pattern FOREIGN =
            Pattern.compile("(?m)^import (?!org\\.qpsmtpd)[\\w.]+\\.([A-Z]\\w*);");
    private static final Pattern TEXT =
            Pattern.compile(
                    "(?s)/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"");
    private static final Pattern WORD = Pattern.compile("(?<![\\w.])[A-Z]\\w*");

    /** All files under {@code src/main} of the modules below a folder, or some of them. */
    static List<SourceFile> below(String folder) {
        SortedSet<Path> sources = new TreeSet<>();
        try {
            Files.walkFileTree(TOP.resolve(folder), new Finder(sources));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources.stream().map(SourceFile::read).toList();
    }

    /** Leaves alone what is built, where servers of other tests make and remove files. */
    private static final class Finder extends SimpleFileVisitor<Path> {
        private final Set<Path> sources;

        Finder(Set<Path> sources) {
            this.sources = sources;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.endsWith("target")
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = file.toString();
            if (path.endsWith(".java")
                    && path.contains("/src/main/java/")
                    && !file.endsWith("package-info.java")) {
                sources.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    private static SourceFile read(Path path) {
        try {
            String text = Files.readString(path);
            String simple = path.getFileName().toString().replace(".java", "");
            String room =
                    PACKAGE.matcher(text)
                            .results()
                            .findFirst()
                            .map(found -> found.group(1))
                            .orElseThrow();
            Path module = Path.of(path.toString().replaceFirst("/src/main/java/.*", ""));
            return new SourceFile(
                    TOP.relativize(module), room + "." + simple, text.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String room() {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private String text() {
        return String.join("\n", lines);
    }

    /** The classes of the project that it imports. */
    Set<String> imports() {
        return IMPORT.matcher(text())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The classes of these files that it uses: imported ones, and neighbours by their name. */
    Set<String> uses(Set<String> known) {
        Set<String> used = imports();
        used.retainAll(known);
        Set<String> foreign =
                FOREIGN.matcher(text())
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toSet());
        WORD.matcher(TEXT.matcher(text()).replaceAll(" "))
                .results()
                .map(MatchResult::group)
                .filter(word -> !foreign.contains(word))
                .map(word -> room() + "." + word)
                .filter(known::contains)
                .forEach(used::add);
        used.remove(name);
        return used;
    }
}
