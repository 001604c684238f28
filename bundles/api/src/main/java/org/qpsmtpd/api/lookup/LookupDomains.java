package org.qpsmtpd.api.lookup;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.config.DomainList;
import org.qpsmtpd.api.net.Hosts;

import java.util.ArrayList;
import java.util.List;

/** The domains whose recipients are looked up. */
final class LookupDomains {
    private static final String ALL = "all";

    private final @Nullable DomainList listed;
    private final boolean all;
    private final ConfigView<DomainList> rcptHosts = DomainList.view("rcpthosts");
    private final ConfigView<String> me =
            new ConfigView<>(
                    "me", lines -> lines.isEmpty() ? "" : Hosts.comparable(lines.get(0).text()));

    private LookupDomains(@Nullable DomainList listed, boolean all) {
        this.listed = listed;
        this.all = all;
    }

    /**
     * Reads the setting {@code domains}.
     *
     * @throws IllegalArgumentException naming the setting and what is wrong with an entry
     */
    static LookupDomains of(String text) {
        if (text.isBlank() || text.strip().equalsIgnoreCase(ALL)) {
            return new LookupDomains(null, !text.isBlank());
        }
        List<String> domains = new ArrayList<>();
        for (String domain : text.split(",", -1)) {
            try {
                domains.add(DomainList.parse(domain.strip()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("domains: " + e.getMessage(), e);
            }
        }
        return new LookupDomains(DomainList.of(domains), false);
    }

    /**
     * Whether recipients of the domain are looked up.
     *
     * @param host as {@link Hosts#comparable} gives it
     */
    boolean contains(Config config, String host) {
        if (all) {
            return true;
        }
        DomainList only = listed;
        return only != null
                ? only.contains(host)
                : host.equals(me.in(config))
                        || rcptHosts.in(config).contains(host)
                        || Hosts.anySpelling(
                                host, key -> config.map("morercpthosts", key).isPresent());
    }
}
