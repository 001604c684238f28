package org.qpsmtpd.plugin.queue.kafka;

/** What a topic may be called. */
final class Topic {
    private static final int LONGEST = 249;

    private Topic() {}

    /**
     * @throws IllegalArgumentException naming the option and what is allowed
     */
    static String checked(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "topic is missing: queue/kafka needs HOST[:PORT],... TOPIC");
        }
        boolean fits = name.matches("[A-Za-z0-9._-]+") && !name.matches("[.]{1,2}");
        if (!fits || name.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "topic '"
                            + name
                            + "' is not 1 to 249 letters, digits, dots, underscores and hyphens");
        }
        return name;
    }
}
