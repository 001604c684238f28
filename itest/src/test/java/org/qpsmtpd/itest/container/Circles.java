package org.qpsmtpd.itest.container;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which of some names lead back to themselves. */
final class Circles {
    private Circles() {}

    /**
     * The circles, each with all names in it.
     *
     * @param uses the names that each name leads to
     */
    static List<Set<String>> in(Map<String, Set<String>> uses) {
        List<Set<String>> circles = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (String name : uses.keySet()) {
            if (done.contains(name)) {
                continue;
            }
            Set<String> circle = new TreeSet<>();
            for (String other : reached(name, uses)) {
                if (reached(other, uses).contains(name)) {
                    circle.add(other);
                }
            }
            done.addAll(circle);
            if (!circle.isEmpty()) {
                circles.add(circle);
            }
        }
        return circles;
    }

    private static Set<String> reached(String from, Map<String, Set<String>> uses) {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(uses.getOrDefault(from, Set.of()));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (reached.add(next)) {
                open.addAll(uses.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }
}
