package org.qpsmtpd.plugin.httpconfig;

import java.util.List;
import java.util.Optional;

/**
 * What is known of a file.
 *
 * @param pages what each server said, in the order of the servers, as far as they were asked
 * @param asked when, by the clock that only runs forward
 */
record Known(List<Page> pages, long asked) {
    /** The values of the first server that has any; absent when none has. */
    Optional<List<String>> values() {
        return pages.stream().map(Page::values).filter(values -> !values.isEmpty()).findFirst();
    }

    /** What a server said. */
    Page page(int server) {
        return server < pages.size() ? pages.get(server) : Page.NONE;
    }
}
